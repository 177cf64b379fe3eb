import type { Relevo } from '../../integration/support/relevo.ts';

export interface ProbeOutcome {
  readonly requests: number;
  readonly failed: number;
}

/** Asks for a page from the client five times a second, with a new connection each, until it is stopped. */
export function startProbe(relevo: Relevo, lab: string, url: string): { stop(): Promise<ProbeOutcome> } {
  const script = `rm -f /tmp/probe-end; n=0 bad=0
until [ -e /tmp/probe-end ]; do
  n=$((n + 1)); curl -s -m 5 -o /dev/null ${url} || bad=$((bad + 1)); sleep 0.2
done
echo $n $bad`;
  const running = relevo.startWith({ timeoutMs: 1_200_000 }, 'exec', '--lab', lab, 'client', '--', script);
  return {
    stop: async () => {
      await relevo.on('client', 'touch /tmp/probe-end', lab);
      const [requests = 0, failed = 0] = (await running.outcome).stdout.split(' ').map(Number);
      return { requests, failed };
    },
  };
}
