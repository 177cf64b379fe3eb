import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowQuestion } from '../../director/api/explain.ts';
import type { TableCommand } from '../../director/api/table.ts';
import type { MarkRule } from '../../director/engine/marks.ts';
import { createPacketPlane } from '../../director/io/plane/index.ts';
import type { PacketPlane } from '../../director/io/plane/index.ts';
import { runThread } from '../../director/io/plane/thread.ts';
import { currentThread } from '../../director/io/threads.ts';

/** A process with a packet plane and nothing else; commands come as JSON lines `[command, argument]`. */
async function obey(plane: PacketPlane, command: string, argument: unknown): Promise<unknown> {
  switch (command) {
    case 'start':
      return plane.start();
    case 'execute':
      return plane.execute(argument as TableCommand[]);
    case 'local':
      plane.setLocalAddresses(argument as string[]);
      return null;
    case 'marks':
      plane.setMarks(argument as MarkRule[]);
      return null;
    case 'interfaces':
      plane.addInterfaces(argument as string[]);
      return null;
    case 'table':
      // Figures may be 250 ms old.
      await sleep(300);
      return plane.table();
    case 'drops':
      await sleep(300);
      return plane.drops();
    case 'connections':
      return plane.connections();
    case 'explain':
      return plane.explain(argument as FlowQuestion);
    case 'usage':
      return { ...process.resourceUsage(), rss: process.memoryUsage.rss() };
    case 'stop':
      return plane.stop();
    default:
      throw new Error(`Unknown command ${command}`);
  }
}

async function main(): Promise<void> {
  const plane = createPacketPlane({
    isAccelerated: process.env.PLANE_ACCELERATED !== 'no',
    // The servers' side is left for the plane to find.
    interfaces: ['eth0'],
    log: (level, message) => process.stderr.write(`plane ${level}: ${message}\n`),
    failed: (error) => {
      throw error;
    },
  });
  for await (const line of createInterface(process.stdin)) {
    const [command, argument] = JSON.parse(line) as [string, unknown];
    process.stdout.write(`${JSON.stringify((await obey(plane, command, argument)) ?? null)}\n`);
  }
  // Without stop: the way a program ends that was told to go at once.
  process.exit();
}

const thread = currentThread();
if (thread === undefined) void main();
else runThread(thread.data);
