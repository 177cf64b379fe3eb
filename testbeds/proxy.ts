import { z } from 'zod';

/** A word in haproxy.cfg: nothing that would begin another word, a comment or a quotation there. */
const word = z.string().regex(/^[\w.:-]+$/, 'letters, digits, "_", ".", ":" and "-"');
/** One line of text in it, whose spaces are escaped when it is written. */
const line = z.string().regex(/^[^\p{Cc}"'#\\]+$/u, 'one line without quotation marks, "#" and backslashes');
const port = z.number().int().min(1).max(65535);
const seconds = z.number().positive();

/** Reverse proxies in user space, as HAProxy names their parts. */
export const proxySchema = z.strictObject({
  timeouts: z.strictObject({ connect: seconds, client: seconds, server: seconds }),
  frontends: z
    .array(
      z.strictObject({
        name: word,
        mode: z.enum(['tcp', 'http']),
        /** Whose log format (httplog, tcplog); absent: HAProxy's own. */
        log: z.enum(['tcp', 'http']).optional(),
        /** Tells the server who the client is, in a header. */
        forwardFor: z.boolean().default(false),
        address: z.ipv4(),
        port,
        backend: word,
      }),
    )
    .min(1),
  backends: z.array(
    z.strictObject({
      name: word,
      mode: z.enum(['tcp', 'http']),
      balance: z.enum(['roundrobin', 'static-rr', 'leastconn', 'first', 'source']),
      /** Another server may take over a client whose own is dead. */
      redispatch: z.boolean().default(false),
      /** The cookie that ties a client to its server. */
      cookie: word.optional(),
      httpCheck: z.boolean().default(false),
      /** Names of nodes; each is asked at `port`. */
      servers: z.array(z.string()).min(1),
      port,
    }),
  ),
  statistics: z
    .strictObject({
      port,
      path: z.string().regex(/^\/[\w?/.-]*$/, 'a path of letters, digits, "?", "/", ".", "_" and "-"'),
      realm: line,
      refresh: seconds,
      user: word,
      password: word,
      /** Director → what its page says of itself. */
      descriptions: z.record(z.string(), line).default({}),
    })
    .optional(),
});
export type Proxy = z.infer<typeof proxySchema>;
