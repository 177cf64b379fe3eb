import { webServersKey } from '../recipes/index.ts';
import { generateKeyPair } from '../ssh/keys.ts';
import type { LabRecord } from './lab-record.ts';

/** A lab's own keys: who may log in, who the nodes are to each other, and which host they show. */
export async function labKeys(lab: string, cacheDirectory: string): Promise<LabRecord['keys']> {
  return {
    engine: generateKeyPair(`relevo@${lab}`),
    cluster: generateKeyPair(`root@${lab}`),
    host: generateKeyPair(lab),
    web: await webServersKey(cacheDirectory),
  };
}
