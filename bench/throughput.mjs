#!/usr/bin/env node
// The balancer against the way straight to one web server: requests with ab, bulk with curl. Three rounds each, interleaved,
// so that whatever else the machine does falls on both.
//   --rounds N (3)   --requests N (2000)   --concurrency N (24)
import { keep, option, relevo, withState } from './relevo.mjs';
import { spread, table } from './statistics.mjs';

const rounds = option('rounds', 3);
const requests = option('requests', 2000);
const concurrency = option('concurrency', 24);
const bulkBytes = 100_000_000;

// The master reaches the servers without the balancer; the client reaches them through it.
const ways = {
  'through the balancer': ['client', '192.168.1.202'],
  'straight from the master': ['master', '10.0.100.2'],
};

async function measure(state, [node, address]) {
  const on = async (command) => (await relevo(state, ['exec', node, '--', command])).output;
  const report = await on(`ab -q -n ${requests} -c ${concurrency} http://${address}/small.txt`);
  const figure = (pattern) => Number(pattern.exec(report)?.[1]);
  const failed = figure(/^Failed requests: +(\d+)/m);
  if (failed !== 0) throw new Error(`${failed} requests failed at ${address}`);
  const speed = Number(await on(`curl -s -f -o /dev/null -w '%{speed_download}' http://${address}/large.bin`));
  return {
    requestsPerSecond: figure(/^Requests per second: +([\d.]+)/m),
    p50: figure(/^ +50% +(\d+)/m),
    p99: figure(/^ +99% +(\d+)/m),
    bulkMegabitsPerSecond: (speed * 8) / 1e6,
  };
}

const results = await withState(async (state) => {
  await relevo(state, ['up', 'tfg']);
  const files = `echo small > /home/www/small.txt; head -c ${bulkBytes} /dev/zero > /home/www/large.bin; chmod 644 /home/www/*`;
  await relevo(state, ['exec', 'nas', '--', files]);
  const series = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) series[name].push(await measure(state, way));
  return series;
});

const figures = ['requestsPerSecond', 'p50', 'p99', 'bulkMegabitsPerSecond'];
const rows = Object.entries(results).flatMap(([name, series]) =>
  figures.map((figure) => [`${name}: ${figure}`, ...spread(series.map((one) => one[figure]))]),
);
console.log(`\n${table([['', 'median', 'min', 'max'], ...rows])}`);
await keep('throughput', { rounds, requests, concurrency, results });
