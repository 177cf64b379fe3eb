/** ld_service_to_port and ld_port_to_service of ldirectord. */
export const servicePorts = {
  dns: 53,
  ftp: 21,
  http: 80,
  https: 443,
  http_proxy: 3128,
  imap: 143,
  imaps: 993,
  ldap: 389,
  ldaps: 636,
  nntp: 119,
  mysql: 3306,
  oracle: 1521,
  pop: 110,
  pops: 995,
  radius: 1812,
  pgsql: 5432,
  sip: 5060,
  smtp: 25,
  submission: 587,
  simpletcp: 0,
  none: 0,
} as const;

export type ServiceName = keyof typeof servicePorts;
export const serviceNames = Object.keys(servicePorts) as ServiceName[];

/** The service of a port, `none` for all others. */
export function serviceOfPort(port: number): ServiceName {
  return serviceNames.find((name) => servicePorts[name] === port && port !== 0) ?? 'none';
}

/** Names of ports that such files use (/etc/services); the others have to be written as numbers. */
const portNames: Readonly<Record<string, number>> = {
  ...{
    domain: 53,
    www: 80,
    pop3: 110,
    pop3s: 995,
    imap2: 143,
    postgresql: 5432,
    'http-alt': 8080,
    ssh: 22,
    telnet: 23,
  },
  ...Object.fromEntries(Object.entries(servicePorts).filter(([, port]) => port !== 0)),
};

export function portNumber(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65_535 ? Number(text) : undefined;
  return Object.hasOwn(portNames, text) ? portNames[text] : undefined;
}
