import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { reportText, summaryTable } from '../text/report-text.ts';

export async function drillReports(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const reports = await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    return client.call('drill.reports', { lab });
  });
  print(options, reports, () =>
    reports.length === 0 ? 'No drill has run yet. Try: relevo drill kill-master\n' : summaryTable(reports),
  );
  return undefined;
}

export async function showReport(context: CommandContext, id: string, options: CommandOptions): Promise<ExitStatus> {
  const report = await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    return client.call('drill.report', { lab, id });
  });
  print(options, report, () => reportText(report));
  return undefined;
}
