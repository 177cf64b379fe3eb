import { milliseconds, realTimeRunner, setRealTime, softInterruptThreads } from './processor.mjs';

/**
 * Everything that is measured, in the order of the tables' columns: latency of one connection with one request at a time, and of
 * the 32 connections of the keep-alive load. `better`: which direction is the better one.
 */
export const figures = [
  { name: 'new conn/s', better: 'more', digits: 0 },
  { name: 'keep-alive req/s', better: 'more', digits: 0 },
  { name: 'p50 us', better: 'less', digits: 0 },
  { name: 'p99 us', better: 'less', digits: 0 },
  { name: 'p50 us of 32', better: 'less', digits: 0 },
  { name: 'p99 us of 32', better: 'less', digits: 0 },
  { name: 'bulk Gbit/s', better: 'more', digits: 2 },
  { name: 'UDP k packets/s', better: 'more', digits: 0 },
];

/** What the work costs: `path` is client, forwarder, server and the kernel on their way; `own` the forwarder's processes alone. */
export const costs = ['path', 'own'].flatMap((part) => [
  { name: `${part} us/conn`, better: 'less', digits: 1 },
  { name: `${part} us/req`, better: 'less', digits: 1 },
  { name: `${part} ms/Gbit`, better: 'less', digits: 1 },
  { name: `${part} us/datagram`, better: 'less', digits: 1 },
]);

/** Each load runs on one path for some seconds, and tells its figures and how many units of work were done. */
export const loads = [
  {
    name: 'connections',
    withWrk: true,
    unit: 'us/conn',
    run: async (path, seconds) => {
      const { rate, requests, cpu } = await wrk(path, seconds, 32, '-H', 'Connection: close');
      return { figures: { 'new conn/s': rate }, units: requests * 1e-3, cpu };
    },
  },
  {
    name: 'requests',
    withWrk: true,
    unit: 'us/req',
    run: async (path, seconds) => {
      const { rate, requests, p50, p99, cpu } = await wrk(path, seconds, 32);
      return {
        figures: { 'keep-alive req/s': rate, 'p50 us of 32': p50, 'p99 us of 32': p99 },
        units: requests * 1e-3,
        cpu,
      };
    },
  },
  {
    name: 'latency',
    withWrk: true,
    run: async (path, seconds) => {
      const { p50, p99, cpu } = await wrk(path, seconds, 1);
      return { figures: { 'p50 us': p50, 'p99 us': p99 }, units: NaN, cpu };
    },
  },
  {
    name: 'bulk',
    unit: 'ms/Gbit',
    run: async (path, seconds) => {
      const { end, cpu } = await iperf(path, seconds);
      const { bits_per_second: rate, seconds: took } = end.sum_received;
      return { figures: { 'bulk Gbit/s': rate / 1e9 }, units: (rate * took) / 1e9, cpu };
    },
  },
  {
    // Datagrams of 64 bytes as fast as one sender can; what arrives counts.
    name: 'datagrams',
    unit: 'us/datagram',
    run: async (path, seconds) => {
      if (!path.way.udp) return { figures: {}, units: NaN, cpu: 0 };
      const { end, cpu } = await iperf(path, seconds, '-u', '-b', '0', '-l', '64');
      const arrived = end.sum.packets - end.sum.lost_packets;
      return { figures: { 'UDP k packets/s': arrived / end.sum.seconds / 1000 }, units: arrived * 1e-3, cpu };
    },
  },
];

/** One load on one way, with what it cost. `isUndisturbed`: the loads of wrk get the processors first. */
export async function measure(path, load, { seconds, isUndisturbed }) {
  const { topology } = path;
  const softInterrupts = await softInterruptThreads();
  const server = await topology.processes('server');
  const processes = await topology.processes(path.host);
  if (!isUndisturbed || load.withWrk !== true)
    return account(path, load, seconds, { softInterrupts, server, processes });
  const all = [...server, ...processes, ...softInterrupts];
  setRealTime(all, true);
  try {
    return await account({ ...path, runner: realTimeRunner }, load, seconds, { softInterrupts, server, processes });
  } finally {
    setRealTime(all, false);
  }
}

async function account(path, load, seconds, { softInterrupts, server, processes }) {
  const spent = async () => [await milliseconds(processes), await milliseconds([...server, ...softInterrupts])];
  const [own, others] = await spent();
  const { figures: found, units, cpu } = await load.run(path, seconds);
  const [ownAfter, othersAfter] = await spent();
  if (!Number.isFinite(units)) return found;
  const mine = processes.length === 0 ? NaN : (ownAfter - own) / units;
  return {
    ...found,
    [`path ${load.unit}`]: (ownAfter - own + othersAfter - others + cpu) / units,
    [`own ${load.unit}`]: mine,
  };
}

/** Runs a program on the client; `cpu` is what it took, in milliseconds. */
async function client({ topology, runner = [] }, ...command) {
  const timed = ['bash', '--norc', '-c', 'TIMEFORMAT="cpu %3U %3S"; time "$@" || true', 'bash', ...runner, ...command];
  const { stdout, stderr } = await topology.on('client', ...timed);
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr);
  return { stdout, cpu: (Number(user) + Number(system)) * 1000 };
}

async function wrk(path, seconds, connections, ...more) {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...more];
  const { stdout, cpu } = await client(path, 'wrk', ...options, `http://${path.target}/`);
  return { ...readWrk(stdout), cpu };
}

async function iperf(path, seconds, ...more) {
  const { stdout, cpu } = await client(path, 'iperf3', '-c', path.target, '-t', String(seconds), '-J', ...more);
  return { end: JSON.parse(stdout).end, cpu };
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
