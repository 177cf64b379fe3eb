import { useEffect, useState } from 'react';
import type { DrillReport, DrillSummary, RpcError } from '../../provisioning/contract/index.ts';
import { useApp, useLab, useServices } from '../app/services.ts';
import { toRpcError } from '../rpc/failure.ts';

/** All reports of the lab, newest first; undefined while they are being read. Read again when a drill has ended. */
export function useReports(lab: string): readonly DrillSummary[] | undefined {
  const { client } = useServices();
  const connected = useApp(({ connection }) => connection.state === 'open');
  const finished = useLab(lab, (view) => view.drill?.report?.id);
  const [reports, setReports] = useState<readonly DrillSummary[]>();
  useEffect(() => {
    if (!connected) return undefined;
    let current = true;
    client.call('drill.reports', { lab }).then(
      (list) => {
        if (current) setReports([...list].sort((left, right) => right.startedAt - left.startedAt));
      },
      () => {
        if (current) setReports((before) => before ?? []);
      },
    );
    return () => {
      current = false;
    };
  }, [client, lab, connected, finished]);
  return reports;
}

export type ReportState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly report: DrillReport }
  | { readonly kind: 'failed'; readonly error: RpcError };

/** One report in full. The drill that has just ended brought its own. */
export function useReport(lab: string, id: string): ReportState {
  const { client } = useServices();
  const connected = useApp(({ connection }) => connection.state === 'open');
  const fresh = useLab(lab, (view) => (view.drill?.report?.id === id ? view.drill.report : undefined));
  const [state, setState] = useState<ReportState>({ kind: 'loading' });
  useEffect(() => {
    if (fresh !== undefined || !connected) return undefined;
    let current = true;
    client.call('drill.report', { lab, id }).then(
      (report) => {
        if (current) setState({ kind: 'loaded', report });
      },
      (thrown: unknown) => {
        if (current) setState({ kind: 'failed', error: toRpcError(thrown) });
      },
    );
    return () => {
      current = false;
    };
  }, [client, lab, id, connected, fresh]);
  return fresh === undefined ? state : { kind: 'loaded', report: fresh };
}
