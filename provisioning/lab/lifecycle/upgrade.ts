import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { installedProgram } from '../../../director/index.ts';
import { RelevoError } from '../../contract/index.ts';
import type { DirectorStatus, Upgrade } from '../../contract/index.ts';
import type { NodeConnection } from '../../ssh/connection.ts';
import type { Lab } from '../lab.ts';
import { runsOurDirector } from '../lab-record.ts';
import { machinesOf } from '../node-power.ts';
import type { OperationTracker } from '../operation-tracker.ts';
import { lifecycleSteps, upgradePlan } from './plans.ts';
import type { LabWork } from './power.ts';
import { subjectOf } from './subject.ts';

const COMMAND_LIMIT_MS = 60_000;
/** Three advertisements have to be missed, of an interval of at most 40 s; an emulated machine is slow besides. */
const HANDOVER_LIMIT_INTERVALS = 6;
const HANDOVER_LIMIT_MS = 10_000;
/** A start, and the connections that the other director tells it. */
const START_LIMIT_MS = 90_000;
const HEARING_LIMIT_MS = 15_000;
const POLL_MS = 100;

const unit = 'relevo-director';
const fresh = `${installedProgram}.new`;
const previous = `${installedProgram}.previous`;

/** Gives the directors this version's program, one after the other, so that the virtual addresses are held throughout. */
export async function upgradeLab(lab: Lab): Promise<LabWork<Upgrade[]>> {
  machinesOf(lab, 'upgraded in place');
  expectOurs(lab);
  // An engine that has just found the lab may not have heard all of it yet.
  await lab.hearAll(HEARING_LIMIT_MS);
  const program = await readFile(lab.assets.director);
  const directors = inOrder(lab);
  return {
    plan: upgradePlan(subjectOf(lab), directors),
    run: async (operation) => {
      const upgrades: Upgrade[] = [];
      for (const node of directors) {
        const id = lifecycleSteps.upgrade(node);
        const say = (message: string): void => operation.progress(id, { message });
        upgrades.push(await operation.step(id, () => upgradeNode({ lab, node, program, say, operation })));
      }
      return upgrades;
    },
  };
}

interface NodeUpgrade {
  readonly lab: Lab;
  readonly node: string;
  readonly program: Uint8Array;
  readonly say: (message: string) => void;
  readonly operation: OperationTracker;
}

async function upgradeNode(upgrade: NodeUpgrade): Promise<Upgrade> {
  const { lab, node, program, say, operation } = upgrade;
  const connection = await lab.connection(node);
  const from = await versionOf(connection, installedProgram);
  const [digest] = (await succeed(connection, `sha256sum ${installedProgram}`)).split(' ');
  if (digest === createHash('sha256').update(program).digest('hex')) return { node, from, to: from, changed: false };
  say('Copying the program');
  await connection.writeFile(fresh, program, 0o755);
  say('Trying whether it runs, and reads the configuration');
  const to = await versionOf(connection, fresh);
  await succeed(connection, `${fresh} check /etc/keepalived/keepalived.conf`);
  operation.throwIfCancelled();
  await handOver(upgrade);
  say('Restarting the director');
  await succeed(connection, `cp -p ${installedProgram} ${previous} && mv ${fresh} ${installedProgram}`);
  const before = statusOf(lab, node)?.snapshot?.pid;
  try {
    await succeed(connection, `systemctl restart ${unit}`);
    await awaitStart(upgrade, before);
  } catch (error) {
    say('Going back to the program before');
    await connection.execute(`mv ${previous} ${installedProgram} && systemctl restart ${unit}`);
    const log = await connection.execute(`journalctl -u ${unit} -n 15 --no-pager -o cat`).catch(() => undefined);
    throw new RelevoError(
      'UPGRADE_FAILED',
      `The new director on "${node}" did not start; the one before runs again.`,
      {
        lab: lab.name,
        node,
        output: log?.stdout ?? String(error),
        hint: 'Directors that are done already keep the new program: both versions understand each other.',
      },
      error,
    );
  }
  return { node, from, to, changed: true };
}

/** The others take the addresses over while this one still has them. One without any has nothing to hand over. */
async function handOver({ lab, node, say }: NodeUpgrade): Promise<void> {
  if (!isMaster(statusOf(lab, node))) return;
  say('Handing the virtual addresses over');
  const connection = await lab.connection(node);
  await succeed(connection, `${installedProgram} handover`);
  const interval = Math.max(
    ...(statusOf(lab, node)?.snapshot?.instances.map(({ advertIntervalMs }) => advertIntervalMs) ?? [1000]),
  );
  const end = Date.now() + interval * HANDOVER_LIMIT_INTERVALS + HANDOVER_LIMIT_MS;
  while (isMaster(statusOf(lab, node))) {
    if (Date.now() > end) {
      await connection.execute(`${installedProgram} takeback`);
      throw new RelevoError('UPGRADE_FAILED', `No other director took the addresses of "${node}" over.`, {
        lab: lab.name,
        node,
        cause: 'The standby is off or in fault, or its configuration says nopreempt.',
        hint: 'See "relevo status". The master was left as it is.',
      });
    }
    await pause();
  }
}

/** The new process has its table, and every virtual address a holder. */
async function awaitStart({ lab, node, say }: NodeUpgrade, before: number | undefined): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  const services = lab.testbed.virtualServices.length;
  const isDone = (): boolean => {
    const snapshot = statusOf(lab, node)?.snapshot;
    return (
      snapshot !== undefined &&
      snapshot.pid !== before &&
      snapshot.services.length >= services &&
      snapshot.instances.every(({ state }) => state === 'MASTER' || state === 'BACKUP') &&
      lab.status().virtualAddresses.every(({ holders }) => holders.length > 0)
    );
  };
  say('Waiting until it takes part');
  while (!isDone()) {
    if (Date.now() > end)
      throw new RelevoError('TIMEOUT', `The director on "${node}" did not answer within ${START_LIMIT_MS / 1000} s.`, {
        lab: lab.name,
        node,
      });
    await pause();
  }
}

/** Standbys first. @throws RelevoError NODE_NOT_RUNNING */
function inOrder(lab: Lab): string[] {
  const directors = lab.testbed.nodes.filter(({ role }) => role === 'director').map(({ name }) => name);
  const off = directors.find((node) => statusOf(lab, node)?.snapshot === undefined);
  if (off !== undefined) {
    throw new RelevoError('NODE_NOT_RUNNING', `The director on "${off}" does not answer.`, {
      lab: lab.name,
      node: off,
      hint: `All directors have to run, so that one can stand in for the other. Start it: relevo start ${off}.`,
    });
  }
  const rank = (node: string): number => (isMaster(statusOf(lab, node)) ? 1 : 0);
  return directors.sort((one, other) => rank(one) - rank(other));
}

function expectOurs({ name, record }: Lab): void {
  if (runsOurDirector(record)) return;
  throw new RelevoError('UNSUPPORTED', `The directors of the lab "${name}" run keepalived, not Relevo's director.`, {
    lab: name,
    hint: 'Upgrade keepalived as Debian does: relevo exec master -- apt-get install keepalived.',
  });
}

function statusOf(lab: Lab, node: string): DirectorStatus | undefined {
  return lab.status().directors.find((director) => director.node === node);
}

function isMaster(status: DirectorStatus | undefined): boolean {
  return status?.snapshot?.instances.some(({ state }) => state === 'MASTER') ?? false;
}

async function versionOf(connection: NodeConnection, program: string): Promise<string> {
  return (await succeed(connection, `${program} --version`)).trim();
}

async function succeed(connection: NodeConnection, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await connection.execute(command, { timeoutMs: COMMAND_LIMIT_MS });
  if (exitCode === 0) return stdout;
  throw new RelevoError('UPGRADE_FAILED', `"${command}" failed on "${connection.node}".`, {
    node: connection.node,
    command,
    output: `${stdout}${stderr}`.trim(),
    ...(exitCode === undefined ? {} : { exitCode }),
    hint: 'Nothing was changed; the director before goes on.',
  });
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS));
