import { startFakeEngine } from './fake-engine.ts';

// Development: a window with a pretended lab behind it. `--adopted NAME` has a lab running from the beginning, `--machines` of virtual machines.
const value = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const adopted = value('adopted');
const engine = await startFakeEngine({
  port: Number(value('port') ?? 4280),
  stepMs: Number(value('step') ?? 110),
  providerAvailable: !process.argv.includes('--no-provider'),
  vagrantAvailable: !process.argv.includes('--no-vagrant'),
  ...(process.argv.includes('--machines') ? { adoptedProvider: 'vagrant' } : {}),
  ...(adopted === undefined ? {} : { adopted }),
});
process.stdout.write(`${engine.url}\n`);
