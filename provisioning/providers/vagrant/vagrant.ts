import { RelevoError } from '../../contract/index.ts';
import type { MachineProvider } from '../../../testbeds/exporters/vagrant/options.ts';
import { run } from '../../process/run.ts';
import { virtualBoxAdvice, virtualBoxSentence } from '../../virtualbox/index.ts';
import { machineStates, parseVagrantOutput, reportedError, tellProgress } from './machine-readable.ts';
import type { VagrantError, VagrantLine } from './machine-readable.ts';
import { parseSshConfig } from './ssh-config.ts';
import type { SshPlace } from './ssh-config.ts';

/** A machine whose processor is emulated boots in a minute; downloading a box comes on top and is a command of its own. */
const COMMAND_LIMIT_MS = 900_000;

/** An engine that was killed leaves its Vagrant running: that ends what it does, which is at most a boot. */
const LOCK_LIMIT_MS = 300_000;
const LOCK_POLL_MS = 3000;
/** MachineLocked, MachineActionLockedError and EnvironmentLockedError, by name or by what they say (templates/locales/en.yml). */
const LOCKED = /\w+Locked(?:Error)?\b|already executing an action|because it is locked|lock is being held by another/;

export interface VagrantRun {
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Vagrant in one folder, for one provider of machines. */
export class Vagrant {
  readonly folder: string;
  readonly provider: MachineProvider;

  constructor(folder: string, provider: MachineProvider) {
    this.folder = folder;
    this.provider = provider;
  }

  /** Makes the machine if it is not there, starts it if it is off, and waits until it answers over SSH. */
  async up(machine: string, options: VagrantRun = {}): Promise<void> {
    await this.command(['up', machine, '--provider', this.provider, '--no-destroy-on-error'], options);
  }

  /** Shuts down in good order. */
  async halt(machine: string, options: VagrantRun = {}): Promise<void> {
    await this.command(['halt', machine], options);
  }

  /** Ends and removes all machines that this folder has made, and those of its networks that no other machine uses. */
  async destroy(options: VagrantRun = {}): Promise<void> {
    await this.command(['destroy', '--force', '--no-parallel'], options);
  }

  /** Machine → Vagrant's word for its state. */
  async status(): Promise<Map<string, string>> {
    return machineStates(await this.command(['status']));
  }

  async sshPlaces(machines: readonly string[]): Promise<Map<string, SshPlace>> {
    const output = await this.raw(['ssh-config', ...machines], {});
    return parseSshConfig(output);
  }

  private async command(args: readonly string[], options: VagrantRun = {}): Promise<VagrantLine[]> {
    const end = Date.now() + LOCK_LIMIT_MS;
    for (;;) {
      try {
        return parseVagrantOutput(await this.raw([...args, '--machine-readable'], options));
      } catch (error) {
        if (!isLocked(error) || Date.now() > end) throw error;
        options.onProgress?.('Waiting: another vagrant command works on this machine');
        await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
      }
    }
  }

  private async raw(args: readonly string[], { onProgress, signal }: VagrantRun): Promise<string> {
    try {
      return await run('vagrant', args, {
        cwd: this.folder,
        timeoutMs: COMMAND_LIMIT_MS,
        code: 'MACHINE_FAILED',
        lines: 2000,
        // Colours and questions are for people; a lab's folder asks none.
        environment: {
          VAGRANT_NO_COLOR: '1',
          VAGRANT_DEFAULT_PROVIDER: this.provider,
          VAGRANT_CHECKPOINT_DISABLE: '1',
        },
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onLine: (line) => tellProgress(line, onProgress) }),
      });
    } catch (error) {
      throw explained(error);
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof RelevoError && LOCKED.test(error.detail.output ?? '');
}

/** What Vagrant said of its failure, in the place of its whole output. */
function explained(error: unknown): unknown {
  if (!(error instanceof RelevoError) || error.code !== 'MACHINE_FAILED') return error;
  const said = reportedError(parseVagrantOutput(error.detail.output ?? ''));
  if (said === undefined) return error;
  const { command } = error.detail;
  const [line = said.message] = said.message.split('\n');
  const first = virtualBoxSentence(said.message) ?? line;
  const detail = { ...error.detail, output: said.message, ...adviceFor(said) };
  return new RelevoError('MACHINE_FAILED', `"${command ?? 'vagrant'}" failed: ${first.trim()}`, detail, error);
}

type Advice = NonNullable<ReturnType<typeof virtualBoxAdvice>>;

/** Vagrant's errors that a user meets (lib/vagrant/errors.rb and vagrant-libvirt's own), with what to do. */
const advice: readonly (readonly [pattern: RegExp, advice: Advice])[] = [
  [
    LOCKED,
    {
      cause: `Another vagrant command has worked on this machine for ${LOCK_LIMIT_MS / 60_000} minutes.`,
      hint: 'Wait until it has ended, or end it ("ps -C ruby" shows it). Its lock goes with it: none stays of one that was killed.',
    },
  ],
  [
    /SSH.*timed? ?out|VMBootTimeout|Timed out while waiting for the machine to boot/i,
    {
      cause: 'The machine did not answer over SSH in time: it boots too slowly, or has no address.',
      hint: 'Start fewer machines at once, or look at its console with virt-manager or VirtualBox.',
    },
  ],
  [
    /BoxNotFound|could not be found or\s+could not be accessed|Couldn't open file/i,
    {
      cause: 'The box is not on this machine and could not be downloaded.',
      hint: 'Check that this computer reaches the network, or name a box that "vagrant box list" shows (--box NAME).',
    },
  ],
  [
    /already exists|Name .* of domain about to create is already taken/i,
    {
      cause: 'A machine of this name is there already, made by somebody else.',
      hint: 'Choose another name for the lab with --lab.',
    },
  ],
  [
    /connect to (?:libvirt|socket)|Failed to connect socket/i,
    { cause: 'libvirt does not run, or this user may not use it.', hint: 'Start it: sudo systemctl start libvirtd.' },
  ],
  [
    /VirtualBoxInvalidVersion|version of VirtualBox installed\s+that is not supported/,
    {
      cause: 'This Vagrant does not know the VirtualBox that is installed: one of them is too old.',
      hint: 'Run "relevo doctor": it says which versions go together.',
    },
  ],
  [
    /\/dev\/kvm|hypervisor is running|HYPERV/i,
    {
      cause: 'The processor’s virtualization is switched off or in use by another program.',
      hint: 'Run "relevo doctor": it says which, and what to do.',
    },
  ],
];

function adviceFor({ kind, message }: VagrantError): Advice {
  const said = `${kind} ${message}`;
  // Where VirtualBox was asked and refused, its own code says more than Vagrant's sentence around it.
  const own = virtualBoxSentence(message) === undefined ? undefined : virtualBoxAdvice(message);
  return own ?? advice.find(([pattern]) => pattern.test(said))?.[1] ?? virtualBoxAdvice(said) ?? {};
}
