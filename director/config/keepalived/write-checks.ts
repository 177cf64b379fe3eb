import type {
  CheckConfiguration,
  CheckTarget,
  CheckTiming,
  HttpCheckConfiguration,
  UrlExpectation,
} from '../../engine/checks/configuration.ts';
import { inSeconds, type BlockText } from '../block-text.ts';
import { describeCheck, type Losses } from '../losses.ts';
import { defaultsOf } from './check-timing.ts';
import { optionOfFlag, userAgent } from './http-check.ts';
import { escaped } from './scripts.ts';
import { quotedCommand, userOf, word } from './write-words.ts';

/** Writes one checker into its real server's block; those that keepalived does not have are lost. */
export function writeCheck(
  out: BlockText,
  check: CheckConfiguration,
  server: { readonly address: string; readonly port: number },
  losses: Losses,
): void {
  switch (check.kind) {
    case 'NEGOTIATE':
    case 'SEND_EXPECT':
    case 'AGENT_CHECK':
    case 'LOAD':
    case 'FIXED':
      losses.add(describeCheck(check), 'keepalived has no such check', check);
      return;
    case 'FILE_CHECK':
      out.block('FILE_CHECK', () => {
        out.line('track_file', word(check.name));
        out.line('weight', check.weight, check.reverse ? 'reverse' : '');
      });
      return;
    default:
      out.block(check.kind, () => {
        if (check.kind !== 'MISC_CHECK') writeTarget(out, check, server);
        writeTiming(out, check);
        writeDetails(out, check, losses);
      });
  }
}

type KeepalivedCheck = Exclude<
  CheckConfiguration,
  { kind: 'NEGOTIATE' | 'SEND_EXPECT' | 'AGENT_CHECK' | 'LOAD' | 'FIXED' | 'FILE_CHECK' }
>;

function writeDetails(out: BlockText, check: KeepalivedCheck, losses: Losses): void {
  switch (check.kind) {
    case 'HTTP_GET':
    case 'SSL_GET':
      writeHttp(out, check, losses);
      break;
    case 'SMTP_CHECK':
      out.line('helo_name', word(check.heloName));
      break;
    case 'DNS_CHECK':
      losses.when(
        check.expect !== undefined,
        `expected answer of ${describeCheck(check)}`,
        'keepalived looks at none',
        check,
      );
      out.line('type', check.type);
      out.line('name', word(check.name));
      break;
    case 'MISC_CHECK':
      out.line('misc_path', quotedCommand(check.command, losses, check));
      out.line('misc_timeout', inSeconds(check.timeoutMs));
      out.flag('misc_dynamic', check.dynamicWeight);
      if (check.user !== undefined) out.line('user', userOf(check.user));
      break;
    case 'UDP_CHECK':
      if (check.payload !== '') out.line('payload', check.payload);
      if (check.requireReply) out.line(check.expect === undefined ? 'require_reply' : `require_reply ${check.expect}`);
      losses.when(
        !check.requireReply && check.expect !== undefined,
        'expected reply',
        'only with require_reply',
        check,
      );
      out.optional('min_reply_length', check.minimumReplyLength);
      out.optional('max_reply_length', check.maximumReplyLength);
      break;
    default:
      break;
  }
}

function writeTarget(
  out: BlockText,
  target: CheckTarget,
  server: { readonly address: string; readonly port: number },
): void {
  if (target.address !== server.address) out.line('connect_ip', target.address);
  if (target.port !== server.port) out.line('connect_port', target.port);
  out.optional('bindto', target.bindAddress);
  out.optional('bind_port', target.bindPort);
  out.optional('bind_if', target.bindInterface);
}

/** Only what the checker would not take by itself, its loop being told. */
function writeTiming(out: BlockText, check: CheckTiming & { readonly kind: CheckConfiguration['kind'] }): void {
  const defaults = defaultsOf(check.kind, check.intervalMs);
  out.line('delay_loop', inSeconds(check.intervalMs));
  if (check.kind !== 'MISC_CHECK' && check.timeoutMs !== 5000) out.line('connect_timeout', inSeconds(check.timeoutMs));
  if (check.retries !== defaults.retries) out.line('retry', check.retries);
  if (check.delayBeforeRetryMs !== defaults.delayBeforeRetryMs)
    out.line('delay_before_retry', inSeconds(check.delayBeforeRetryMs));
  if (check.warmupMs !== defaults.warmupMs) out.line('warmup', inSeconds(check.warmupMs));
}

function writeHttp(out: BlockText, check: HttpCheckConfiguration, losses: Losses): void {
  const { version, serverName, urls, kind } = check;
  const what = describeCheck(check);
  if (version !== '1.0') out.line('http_protocol', version);
  losses.when(check.userAgent !== userAgent, `user agent of ${what}`, `keepalived calls itself ${userAgent}`, check);
  const nameFits = serverName !== undefined && kind === 'SSL_GET' && serverName === urls[0]?.virtualHost;
  losses.when(
    serverName !== undefined && !nameFits,
    `server name of ${what}`,
    'enable_sni sends the first virtual host',
    check,
  );
  out.flag('enable_sni', nameFits);
  for (const url of urls) out.block('url', () => writeUrl(out, url, check, losses));
}

function writeUrl(out: BlockText, url: UrlExpectation, check: HttpCheckConfiguration, losses: Losses): void {
  const { path, method, statusCodes, virtualHost, digest, regex } = url;
  losses.when(method === 'HEAD', `method HEAD of ${describeCheck(check)}`, 'keepalived only has GET', check);
  out.line('path', word(path));
  const codes = statusCodes.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  if (codes.join() !== '200-299') out.line('status_code', ...codes);
  if (virtualHost !== undefined) out.line('virtualhost', word(virtualHost));
  out.optional('digest', digest);
  if (!regex) return;
  out.line('regex', escaped(regex.source));
  out.flag('regex_no_match', regex.negated);
  const options = Array.from(regex.flags).map((letter) => optionOfFlag[letter]);
  const known = options.filter((option) => option !== undefined);
  losses.when(
    known.length < options.length,
    `flags "${regex.flags}" of a regular expression`,
    'no equal in PCRE',
    check,
  );
  if (known.length > 0) out.line('regex_options', ...known);
  out.optional('regex_min_offset', regex.minimumOffset);
  out.optional('regex_max_offset', regex.maximumOffset);
}
