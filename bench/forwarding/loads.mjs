import { readFile } from 'node:fs/promises';

/** Everything that is measured, in the order of the table's columns. `better`: which direction is the better one. */
export const figures = [
  { name: 'new conn/s', better: 'more', digits: 0 },
  { name: 'keep-alive req/s', better: 'more', digits: 0 },
  { name: 'p50 us', better: 'less', digits: 0 },
  { name: 'p99 us', better: 'less', digits: 0 },
  { name: 'bulk Gbit/s', better: 'more', digits: 2 },
  { name: 'UDP k packets/s', better: 'more', digits: 0 },
  // Both cores, all programs and the kernel, for each thousand keep-alive requests.
  { name: 'CPU ms/1k req', better: 'less', digits: 1 },
];

/** One round of all loads on one way; seconds of each load. */
export async function measure(topology, way, seconds) {
  const client = (...command) => topology.on('client', ...command);
  const wrk = async (connections, ...more) =>
    readWrk(
      await client('wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...more, `http://${way.target}/`),
    );
  const closing = await wrk(32, '-H', 'Connection: close');
  const before = await busyMilliseconds();
  const keeping = await wrk(32);
  const busy = (await busyMilliseconds()) - before;
  const single = await wrk(1);
  const bulk = JSON.parse(await client('iperf3', '-c', way.target, '-t', String(seconds), '-J'));
  return {
    'new conn/s': closing.rate,
    'keep-alive req/s': keeping.rate,
    'p50 us': single.p50,
    'p99 us': single.p99,
    'bulk Gbit/s': bulk.end.sum_received.bits_per_second / 1e9,
    'UDP k packets/s': way.udp ? await floodUdp(client, way, seconds) : NaN,
    'CPU ms/1k req': (busy / keeping.requests) * 1000,
  };
}

/** Datagrams of 64 bytes as fast as one sender can; what arrives counts. */
async function floodUdp(client, way, seconds) {
  const options = ['-u', '-b', '0', '-l', '64', '-t', String(seconds), '-J'];
  const { sum } = JSON.parse(await client('iperf3', '-c', way.target, ...options)).end;
  return (sum.packets - sum.lost_packets) / sum.seconds / 1000;
}

function readWrk(report) {
  const errors = /Socket errors:.*|Non-2xx.*/.exec(report);
  if (errors !== null) console.error(`  wrk: ${errors[0]}`);
  const [, requests] = /(\d+) requests in/.exec(report);
  const [, rate] = /Requests\/sec: +([\d.]+)/.exec(report);
  return { requests: Number(requests), rate: Number(rate), p50: percentile(report, 50), p99: percentile(report, 99) };
}

/** Microseconds. */
function percentile(report, which) {
  const [, value, unit] = new RegExp(`^ +${which}% +([\\d.]+)(us|ms|s)`, 'm').exec(report);
  return Number(value) * { us: 1, ms: 1000, s: 1_000_000 }[unit];
}

/** What both cores have worked since the start of the machine (proc(5), /proc/stat: ticks of 10 ms; idle and iowait left out). */
async function busyMilliseconds() {
  const [line] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const [user, nice, system, , , interrupts, softInterrupts] = line.trim().split(/ +/).slice(1).map(Number);
  return (user + nice + system + interrupts + softInterrupts) * 10;
}
