import type { MethodArguments, MethodOutput, TestbedOrigin } from '../../provisioning/contract/index.ts';
import { RelevoError } from '../../provisioning/contract/index.ts';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { finding } from '../../testbeds/importers/vagrant/report.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';

/** Folders in this fake's world: one that was edited, one that cannot be opened ("broken" is in its name), and no others. */
export class FakeImports {
  readonly #testbeds = new Map<string, { readonly testbed: ResolvedTestbed; readonly origin: TestbedOrigin }>();

  all(): { readonly testbed: ResolvedTestbed; readonly origin: TestbedOrigin }[] {
    return [...this.#testbeds.values()];
  }

  open(testbed: ResolvedTestbed, request: MethodArguments<'testbeds.import'>): MethodOutput<'testbeds.import'> {
    const { directory, dryRun, replace } = request;
    if (!directory.startsWith('/home/noa/')) {
      throw new RelevoError('INVALID_INPUT', `${directory} is no folder that Relevo exported: it has no relevo.json.`, {
        hint: 'Name a folder that "relevo export vagrantfile" wrote.',
      });
    }
    const id = request.id ?? `${testbed.id}-2`;
    if (this.#testbeds.has(id) && !replace)
      throw new RelevoError('TESTBED_EXISTS', `There is a testbed "${id}" already.`);
    const broken = directory.includes('broken');
    const options = exportOptionsSchema.parse({});
    if (!broken && !dryRun) {
      const origin = { kind: 'imported' as const, directory, importedAt: Date.now(), options };
      this.#testbeds.set(id, { testbed: { ...testbed, id }, origin });
    }
    const at = { file: 'Vagrantfile', column: 7 };
    return {
      saved: !broken && !dryRun,
      ...{ id, options, nodes: testbed.nodes.length + 1, networks: testbed.networks.length },
      changes: [
        { kind: 'machine-added', subject: 'web4', from: 'web3', to: '10.0.100.8', line: 196, ...at },
        { kind: 'memory', subject: 'client', from: '1024', to: '2048', line: 171, ...at },
      ],
      findings: [
        ...(broken ? [finding({ code: 'unknown-role', subject: 'shop', line: 210, column: 3 })] : []),
        finding({ code: 'loop', text: '(1..3).each do |i| … end', line: 220, column: 3 }),
        finding({ code: 'file-edited', subject: 'provision/web1.sh', file: 'provision/web1.sh', line: 1, column: 1 }),
      ],
    };
  }

  remove(id: string): void {
    if (!this.#testbeds.delete(id)) throw new RelevoError('UNKNOWN_TESTBED', `There is no imported testbed "${id}".`);
  }
}
