import { TunnelDecapsulator } from '../../director/io/tunnel-decap/index.ts';

const decapsulator = new TunnelDecapsulator({
  device: 'tunl0',
  log: (level, message) => process.stderr.write(`decap ${level}: ${message}\n`),
});
process.stdout.write('ready\n', () => decapsulator.run());
