/** Where a machine's SSH server is, as `vagrant ssh-config` says. */
export interface SshPlace {
  readonly host: string;
  readonly port: number;
}

/**
 * Machine → where to reach it. The output has the form of ssh_config(5): a block for each machine, values with spaces in
 * double quotes. A block without an address is left out: its machine is not running.
 */
export function parseSshConfig(output: string): Map<string, SshPlace> {
  const places = new Map<string, SshPlace>();
  for (const block of output.split(/^(?=Host )/m)) {
    const value = (keyword: string): string | undefined =>
      new RegExp(`^\\s*${keyword}\\s+"?(.*?)"?\\s*$`, 'm').exec(block)?.[1];
    const [name, host, port] = [value('Host'), value('HostName'), Number(value('Port') ?? 22)];
    if (name !== undefined && host !== undefined) places.set(name, { host, port });
  }
  return places;
}
