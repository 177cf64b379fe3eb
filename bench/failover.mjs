#!/usr/bin/env node
// How long a dead master is missed: the drill kill-master, several times at each advertisement interval, beside the theory.
//   --runs N   drills at each interval (5)     --rate N   requests per second and service (50)
import { keep, option, relevo, withState } from './relevo.mjs';
import { spread, table } from './statistics.mjs';

const runs = option('runs', 5);
const rate = String(option('rate', 50));

async function drills(advertInterval) {
  return withState(async (state) => {
    await relevo(state, ['up', 'tfg', '--advert-interval', String(advertInterval)]);
    const reports = [];
    for (let run = 0; run < runs; run++) {
      const { output } = await relevo(state, ['drill', 'kill-master', '--rate', rate, '--json']);
      // The samples of every run would be megabytes; the figures are what counts here.
      const report = JSON.parse(output);
      delete report.samples;
      const outages = report.services.map(({ target, outageMs }) => `${target} ${outageMs?.toFixed(0) ?? '-'} ms`);
      console.log(`${advertInterval} s, run ${run + 1}: ${outages.join(', ')}`);
      reports.push(report);
    }
    return { advertInterval, reports };
  });
}

function rowsOf({ advertInterval, reports }) {
  const { theory, services } = reports[0];
  const label = `${advertInterval} s, VRRP ${theory.version}`;
  const outage = (target) => reports.map((report) => report.services.find((one) => one.target === target)?.outageMs);
  return [
    [`${label}: theory`, theory.masterDownMs.toFixed(0), '', ''],
    [
      '  take-over after the last advertisement',
      ...spread(
        reports.map((report) => report.measuredTakeoverMs),
        1,
      ),
    ],
    [
      '  first to last virtual address',
      ...spread(
        reports.map((report) => report.addressSpreadMs),
        1,
      ),
    ],
    ...services.map(({ target }) => [`  outage of ${target}`, ...spread(outage(target))]),
  ];
}

const series = [];
for (const advertInterval of [1, 0.1]) series.push(await drills(advertInterval));
console.log(`\n${table([['ms', 'median', 'min', 'max'], ...series.flatMap(rowsOf)])}`);
await keep('failover', { rate: Number(rate), series });
