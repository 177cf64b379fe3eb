import { z } from 'zod';
import { isPattern } from '../../engine/checks/dialogues/pattern.ts';
import { fileCheckTiming } from '../keepalived/check-timing.ts';
import { parseAddress } from './addresses.ts';

const address = z.string().refine((text) => parseAddress(text) !== undefined, 'an IPv4 or IPv6 address');
const milliseconds = z.number().min(0);
const regex = z.string().refine((text) => isPattern(text), 'a regular expression');

const timing = {
  intervalMs: z.number().positive().default(10_000),
  timeoutMs: z.number().positive().default(5000),
  retries: z.number().int().min(0).default(1),
  delayBeforeRetryMs: milliseconds.default(1000),
  warmupMs: milliseconds.default(0),
  reentryMs: milliseconds.optional(),
};
const target = {
  address,
  port: z.number().int().min(0).max(65_535),
  bindAddress: address.optional(),
  bindPort: z.number().int().min(1).max(65_535).optional(),
  bindInterface: z.string().optional(),
};
const network = { ...target, ...timing };
const command = z.array(z.string()).min(1);
const range = z.strictObject({ from: z.number().int().min(100).max(999), to: z.number().int().min(100).max(999) });

const url = z.strictObject({
  path: z.string(),
  method: z.enum(['GET', 'HEAD']).default('GET'),
  virtualHost: z.string().optional(),
  statusCodes: z.array(range).default([{ from: 200, to: 299 }]),
  digest: z
    .string()
    .regex(/^[\da-f]{32}$/, '32 hexadecimal digits')
    .optional(),
  regex: z
    .strictObject({
      source: z.string(),
      flags: z.string().default(''),
      negated: z.boolean().default(false),
      minimumOffset: z.number().int().min(0).optional(),
      maximumOffset: z.number().int().min(0).optional(),
    })
    .refine(({ source, flags }) => isPattern(source, flags), 'a regular expression')
    .optional(),
  redirects: z.number().int().min(0).max(20).optional(),
});

/** Every check of the model, told apart by `kind`. */
export const checkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('TCP_CHECK'), ...network }),
  z.strictObject({ kind: z.literal('PING_CHECK'), ...network }),
  z.strictObject({
    kind: z.enum(['HTTP_GET', 'SSL_GET']),
    ...network,
    version: z.enum(['1.0', '1.0C', '1.1', '1.1K']).default('1.0'),
    serverName: z.string().optional(),
    userAgent: z.string().default('KeepAliveClient'),
    urls: z.array(url).min(1),
  }),
  z.strictObject({
    kind: z.literal('SMTP_CHECK'),
    ...network,
    heloName: z.string().default('smtpchecker.keepalived.org'),
  }),
  z.strictObject({
    kind: z.literal('DNS_CHECK'),
    ...network,
    type: z.string().default('SOA'),
    name: z.string().default('.'),
    expect: regex.optional(),
    transport: z.literal('tcp').optional(),
  }),
  z.strictObject({
    kind: z.literal('UDP_CHECK'),
    ...network,
    payload: z
      .string()
      .regex(/^([\da-f]{2})*$/, 'hexadecimal bytes')
      .default(''),
    requireReply: z.boolean().default(false),
    expect: z
      .string()
      .regex(/^[\da-fx]+$/, 'hexadecimal digits, x for any')
      .optional(),
    minimumReplyLength: z.number().int().min(0).optional(),
    maximumReplyLength: z.number().int().min(0).optional(),
  }),
  z.strictObject({
    kind: z.literal('MISC_CHECK'),
    ...timing,
    command,
    dynamicWeight: z.boolean().default(false),
    user: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('NEGOTIATE'),
    ...network,
    service: z.enum([
      ...([
        'ftp',
        'smtp',
        'submission',
        'pop',
        'pops',
        'imap',
        'imaps',
        'ldap',
        'ldaps',
        'nntp',
        'mysql',
        'pgsql',
      ] as const),
      ...(['simpletcp', 'http_proxy', 'none'] as const),
    ]),
    request: z.string().default(''),
    receive: regex.default(''),
    login: z.string().default(''),
    password: z.string().default(''),
    database: z.string().default(''),
  }),
  z.strictObject({
    kind: z.literal('SEND_EXPECT'),
    ...network,
    send: z.string().default(''),
    expect: z.string().default(''),
    useRegex: z.boolean().default(false),
    program: command.optional(),
  }),
  z.strictObject({ kind: z.literal('AGENT_CHECK'), ...network, send: z.string().default('') }),
  z.strictObject({ kind: z.literal('LOAD'), ...timing, command }),
  z.strictObject({
    kind: z.literal('FILE_CHECK'),
    ...timing,
    intervalMs: z.number().positive().default(fileCheckTiming.intervalMs),
    retries: z.number().int().min(0).default(0),
    name: z.string(),
    path: z.string(),
    weight: z.number().int().min(-0x7fff_ffff).max(0x7fff_ffff).default(1),
    reverse: z.boolean().default(false),
    initial: z.strictObject({ value: z.number().int(), overwrite: z.boolean().default(false) }).optional(),
  }),
  z.strictObject({ kind: z.literal('FIXED'), ...timing, up: z.boolean() }),
]);
