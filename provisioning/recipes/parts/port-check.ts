import type { ReadinessCheck } from '../recipe.ts';

/** A TCP port answers: bash opens it itself, which costs one process and no tool. */
export function portCheck(title: string, address: string, port: number): ReadinessCheck {
  return { title, command: `bash -c 'exec 3<> /dev/tcp/${address}/${port}' 2> /dev/null` };
}
