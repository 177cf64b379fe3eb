/** What a scripted server does with one connection: text is sent once a request has come, or at once where it is marked so. */
export interface Behaviour {
  readonly says?: string;
  /** Without waiting for anything. */
  readonly unasked?: boolean;
  readonly then?: 'close' | 'reset' | 'stay';
  /** Milliseconds before it says the second half. */
  readonly pauses?: number;
  readonly rest?: string;
}

export interface CheckCase {
  readonly name: string;
  /** Of the backend, with `@P` for the port of the scripted server; the line of its server s1 last. */
  readonly lines: readonly string[];
  /** One after another for each connection; the last one from then on. */
  readonly script: readonly Behaviour[];
  /** Shown by the agent's columns. */
  readonly agent?: boolean;
  /** The server speaks TLS, with the certificate `@CA`. */
  readonly tls?: boolean;
  /** What of both is known to differ (docs/director/differences.md): the check's status. */
  readonly differs?: { readonly haproxy: string; readonly director: string };
}

const http = (status: string, body = 'hi', more = ''): string =>
  `HTTP/1.1 ${status}\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
const says = (text: string, then: Behaviour['then'] = 'close'): Behaviour => ({ says: text, then });
const greets = (text: string, then: Behaviour['then'] = 'close'): Behaviour => ({ says: text, unasked: true, then });
const ok = says(http('200 OK'));
const oops = says(http('500 Oops'));
const SILENT: Behaviour = { then: 'stay' };
const CLOSES: Behaviour = { then: 'close' };
const RESETS: Behaviour = { then: 'reset' };

const INTER = 'inter 300';
const server = (rest = '', inter = INTER): string => `server s1 127.0.0.1:@P check ${inter} ${rest}`;
const agentServer = (rest = ''): string =>
  `server s1 127.0.0.1:@P agent-check agent-inter 200 agent-port @P agent-send ask\\n ${rest}`;

const one = (name: string, lines: readonly string[], script: readonly Behaviour[], inter?: string): CheckCase => ({
  name,
  lines: [...lines, server('', inter)],
  script,
});
const tcp = (name: string, rules: readonly string[], script: readonly Behaviour[]): CheckCase =>
  one(name, ['option tcp-check', ...rules.map((rule) => `tcp-check ${rule}`)], script);
const httpchk = (name: string, rules: readonly string[], script: readonly Behaviour[]): CheckCase =>
  one(name, ['option httpchk', ...rules.map((rule) => `http-check ${rule}`)], script);
const agent = (name: string, ...lines: readonly string[]): CheckCase => ({
  name,
  lines: ['option log-health-checks', agentServer('weight 10 maxconn 20')],
  script: lines.map((line) => says(line)),
  agent: true,
});

const FIVE = [oops, oops, ok, ok, oops, ok, oops, oops, oops, ok];

export const checkCases: readonly CheckCase[] = [
  // The counter.
  one('rises-and-falls', ['option httpchk', 'option log-health-checks'], FIVE, 'inter 150'),
  one('without-log', ['option httpchk'], FIVE, 'inter 150'),
  one('rise-1-fall-1', ['option httpchk', 'option log-health-checks'], [ok, oops, ok, oops], 'inter 200 rise 1 fall 1'),
  one('rise-3-fall-2', ['option httpchk'], [ok, oops, oops, ok, ok, oops, ok, ok, ok], 'inter 150 rise 3 fall 2'),
  one('first-failure', ['option httpchk'], [oops], 'inter 300 fall 10'),
  one('fast-and-down', ['option httpchk'], [ok, oops, oops, oops, ok, ok], 'inter 500 fastinter 100 downinter 200'),
  // Plain connections.
  one('connects', ['option log-health-checks'], [CLOSES]),
  { name: 'refused', lines: ['option log-health-checks', server('port 1')], script: [CLOSES] },
  { name: 'refused-silently', lines: [server('port 1')], script: [CLOSES] },
  { name: 'backup', lines: ['option log-health-checks', server('port 1 backup')], script: [CLOSES] },
  // Answers of HTTP.
  httpchk('status-200', [], [ok]),
  httpchk('status-302', [], [says(http('302 Found'))]),
  httpchk('status-404', [], [says(http('404 Not Found'))]),
  httpchk('status-503', [], [says(http('503 Service Unavailable'))]),
  httpchk('no-reason', [], [says('HTTP/1.1 500\r\n\r\n')]),
  httpchk('empty-answer', [], [CLOSES]),
  httpchk('reset', [], [RESETS]),
  httpchk('silence', [], [SILENT]),
  httpchk('junk', [], [says('junk\r\n\r\n')]),
  httpchk('half-a-head', [], [says('HTTP/1.1 200 OK\r\nx-a: b\r\n', 'stay')]),
  httpchk('half-a-head-closed', [], [says('HTTP/1.1 200 OK\r\nx-a: b\r\n')]),
  httpchk('slow', [], [{ says: 'HTTP/1.1 200 OK\r\n', pauses: 80, rest: 'content-length: 0\r\n\r\n', then: 'close' }]),
  httpchk('expects-status', ['expect status 201,204-206'], [says(http('205 Reset')), ok, ok, ok]),
  httpchk('unwanted-status', ['expect ! status 500'], [ok, ok, oops]),
  httpchk('expects-rstatus', ['expect rstatus ^2[0-9][0-9]$'], [ok, says(http('302 Found'))]),
  httpchk('expects-string', ['expect string hello'], [says(http('200 OK', 'say hello!')), says(http('200 OK', 'bye'))]),
  httpchk('unwanted-string', ['expect ! string error'], [says(http('200 OK', 'an error'))]),
  httpchk('expects-rstring', ['expect rstring ^h.*o$'], [says(http('200 OK', 'hello')), says(http('200 OK', 'help'))]),
  httpchk('no-body', ['expect string x'], [says(http('200 OK', ''))]),
  httpchk(
    'chunked',
    ['expect string hello'],
    [says('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n')],
  ),
  httpchk(
    'expects-header',
    ['expect hdr name X-State value up'],
    [says(http('200 OK', 'hi', 'x-state: a, up\r\n')), says(http('200 OK', 'hi', 'x-state: down\r\n'))],
  ),
  httpchk(
    'expects-whole-header',
    ['expect fhdr name -m beg x-st value -m sub up'],
    [says(http('200 OK', 'hi', 'x-state: a, up\r\n')), ok],
  ),
  httpchk(
    'commented',
    ['comment first', 'send meth GET uri /x ver HTTP/1.1 hdr Host www', 'expect status 200 comment last'],
    [oops],
  ),
  httpchk('own-words', ['expect status 200 on-error wrong\\ thing on-success fine error-status L6RSP'], [ok, ok, oops]),
  httpchk('sends-body', ['send meth POST uri /p ver HTTP/1.1 hdr Host h hdr X-A b body abc', 'send-state'], [ok]),
  httpchk(
    'twice',
    ['connect', 'send meth GET uri /1', 'expect status 200', 'connect', 'send meth GET uri /2', 'expect status 204'],
    [ok, says(http('204 No Content', '')), ok, oops],
  ),
  httpchk(
    'disabled-on-404',
    ['disable-on-404'],
    [ok, ok, says(http('404 Not Found')), says(http('404 Not Found')), ok],
  ),
  httpchk('stays-disabled', ['disable-on-404'], [ok, says(http('404 Gone fishing'))]),
  httpchk('404-while-down', ['disable-on-404'], [oops, says(http('404 Not Found'))]),
  // Rules of TCP.
  tcp('no-rules', [], [CLOSES]),
  tcp('banner', ['expect string +OK'], [greets('+OK ready\r\n'), greets('+OK ready\r\n'), greets('-ERR\r\n')]),
  tcp('wrong-banner-stays', ['expect string +OK'], [greets('-ERR no\r\n', 'stay')]),
  tcp('empty-banner', ['expect string +OK comment banner'], [{ unasked: true, then: 'close' }]),
  tcp('asks', ['send PING\\r\\n', 'expect string PONG', 'send QUIT\\r\\n'], [says('PONG\r\n', 'stay')]),
  tcp('asks-in-vain', ['comment asking', 'send PING\\r\\n', 'expect string PONG'], [SILENT]),
  tcp('reset-when-asked', ['send PING\\r\\n', 'expect rstring ^PO comment answer'], [RESETS]),
  tcp('binary', ['send-binary 50494e47', 'expect binary 504f'], [says('PONG'), says('PONG'), says('QONG')]),
  tcp('rbinary', ['send-binary 50494e47', 'expect rbinary ^504F'], [says('PONG'), says('pong')]),
  tcp('unwanted', ['send X', 'expect ! string ERR', 'expect string OK'], [says('OK'), says('ERR OK')]),
  tcp(
    'min-recv',
    ['send X', 'expect min-recv 4 rstring ^a'],
    [
      { says: 'ab', pauses: 60, rest: 'cd', then: 'close' },
      { says: 'ba', pauses: 60, rest: 'cd', then: 'stay' },
    ],
  ),
  tcp(
    'own-statuses',
    ['send X', 'expect string A ok-status L6OK error-status L7STS tout-status L6TOUT'],
    [says('A'), says('A'), says('B'), SILENT],
  ),
  tcp('connects-elsewhere', ['connect port 1', 'expect string A'], [SILENT]),
  tcp(
    'connects-twice',
    ['connect', 'send a', 'expect string A', 'connect default', 'send b', 'expect string B'],
    [says('A'), says('B'), says('A'), says('C')],
  ),
  // TLS.
  { name: 'tls-connects', lines: [server('check-ssl verify none')], script: [CLOSES], tls: true },
  { name: 'https', lines: ['option httpchk', server('ssl verify none')], script: [ok, oops], tls: true },
  {
    name: 'https-trusted',
    lines: ['option httpchk', server('ssl verify required ca-file @CA check-sni www.test')],
    script: [ok],
    tls: true,
  },
  {
    name: 'https-untrusted',
    lines: ['option httpchk', server('ssl verify required ca-file @OTHER')],
    script: [ok],
    tls: true,
  },
  { name: 'no-tls-there', lines: [server('check-ssl verify none')], script: [says('junkjunk')] },
  { name: 'tls-silence', lines: [server('check-ssl verify none')], script: [SILENT] },
  { name: 'tls-reset', lines: [server('check-ssl verify none')], script: [RESETS] },
  one(
    'hello-answered',
    ['option ssl-hello-chk'],
    [says('\x15\x03\x00\x00\x02\x02\x28'), says('\x16\x03\x00\x00\x02\x02\x28')],
  ),
  one('hello-misunderstood', ['option ssl-hello-chk'], [says('500 what?\r\n')]),
  one('hello-unanswered', ['option ssl-hello-chk'], [SILENT]),
  // The PROXY protocol.
  { name: 'proxied', lines: ['option httpchk', server('check-send-proxy')], script: [ok] },
  { name: 'proxied-v2', lines: ['option httpchk', server('send-proxy-v2')], script: [ok] },
  // Agents.
  agent('agent-up-down', 'up\n', 'down\n', 'up\n', 'stopped\n', 'fail # it broke\n', 'UP\n'),
  agent('agent-modes', 'drain\n', 'ready\n', 'maint\n', 'ready up\n'),
  agent('agent-weight', '50%\n', '200%\n'),
  agent('agent-weights', 'up 30% maxconn:7\n'),
  agent('agent-nonsense', 'what\n'),
  agent('agent-wrong-weight', '5%x\n'),
  agent('agent-down-with-weight', 'down, 20% #busy\n', 'ready,100% up\n'),
  agent('agent-unfinished', 'up'),
  { ...agent('agent-empty'), script: [CLOSES] },
  { ...agent('agent-silent'), script: [SILENT] },
  {
    name: 'agent-refused',
    lines: ['option log-health-checks', 'server s1 127.0.0.1:@P agent-check agent-inter 200 agent-port 1'],
    script: [SILENT],
    agent: true,
  },
  {
    ...httpchk('wrong-version', [], [says('SMTP/1.0 200 OK\r\n\r\n')]),
    differs: { haproxy: 'L7OK', director: 'L7RSP' },
  },
  // Followers.
  {
    name: 'tracked',
    lines: ['option httpchk', server(), 'server s2 127.0.0.1:1 track s1', 'server s3 127.0.0.1:1 track s2'],
    script: [ok, oops, oops, oops, ok],
  },
];
