import { defineConfig } from 'vitest/config';

// unit: beside the file they test, no network, virtual clock. integration: real namespaces, root.
// oracle: a real kernel's IPVS in QEMU. e2e: a real Chromium. vms: real virtual machines by Vagrant.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{testbeds,director,provisioning,electron,renderer}/**/*.test.{ts,tsx}', 'test/fuzz/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // Two cores and labs that measure time: one lab suite at a time.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'oracle',
          include: ['test/oracle/**/*.test.ts'],
          globalSetup: ['test/oracle/setup.ts'],
          // A guest waits half of its time for the ticks of its kernel: more of them than processors.
          maxWorkers: 4,
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'vms',
          include: ['test/vms/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
