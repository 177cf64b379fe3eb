import { describe, expect, it } from 'vitest';
import { ftp } from './ftp.ts';
import { imap, nntp, pop3, smtpCheck, smtpNegotiate } from './mail.ts';
import { agentResult, sendExpect, simpleTcp } from './plain.ts';
import { play, type Line } from './scripted-peer.ts';

const nobody = { login: '', password: '' };
const ana = { login: 'ana', password: 's"x' };

describe('SMTP', () => {
  const well: Line[] = ['220-a\r\n220 b\r\n', /^HELO me\r\n$/, '250 ok\r\n', /^QUIT\r\n$/, '221 bye\r\n'];
  it('greets, says HELO and QUIT, in whatever pieces', () => {
    for (const cut of [1, 3, Infinity]) expect(play(smtpCheck('me'), well, cut).result?.ok).toBe(true);
  });
  it.each([
    ['a bad greeting', ['554 no\r\n'], '"554 no" came for the greeting'],
    ['no greeting', ['closed'], 'the server closed the connection before the greeting'],
    ['noise', ['hello\r\n'], '"hello" came for the greeting'],
    ['a bad HELO', ['220 a\r\n', '550 who\r\n'], '"550 who" came for HELO'],
  ] as const)('%s', (_, script, reason) => {
    expect(play(smtpCheck('me'), script).result).toEqual({ ok: false, reason });
  });
  it('ldirectord falls back to HELO', () => {
    const script = ['220 a\r\n', /EHLO/, '500 what\r\n', /HELO/, '250 ok\r\n'];
    expect(play(smtpNegotiate('me'), script).result?.ok).toBe(true);
  });
});

describe('POP3, IMAP, NNTP', () => {
  it('POP3 logs in when there is a name', () => {
    expect(play(pop3(nobody), ['+OK\r\n']).result?.ok).toBe(true);
    expect(play(pop3(ana), ['+OK\r\n', /USER ana/, '+OK\r\n', /PASS s"x/, '+OK\r\n']).result?.ok).toBe(true);
    expect(play(pop3(ana), ['+OK\r\n', '+OK\r\n', '-ERR no\r\n']).result).toEqual({
      ok: false,
      reason: '"-ERR no" came for PASS',
    });
  });
  it('IMAP passes over what comes before the answer', () => {
    const script = ['* OK hi\r\n', /^a1 LOGIN "ana" "s\\"x"\r\n$/, '* CAPABILITY IMAP4\r\na1 OK\r\n'];
    expect(play(imap(ana), script).result?.ok).toBe(true);
    expect(play(imap(ana), ['* OK hi\r\n', 'a1 NO wrong\r\n']).result?.ok).toBe(false);
    expect(play(imap(nobody), ['* BYE\r\n']).result?.ok).toBe(false);
  });
  it('NNTP wants a 2', () => {
    expect(play(nntp(), ['200 hi\r\n']).result?.ok).toBe(true);
    expect(play(nntp(), ['400 full\r\n']).result?.ok).toBe(false);
  });
});

describe('FTP', () => {
  const request = { file: '/status', receive: 'well', ...ana };
  const login: Line[] = [
    '220 hi\r\n',
    /USER ana/,
    '331 go on\r\n',
    /PASS/,
    '230 in\r\n',
    /CWD/,
    '250 ok\r\n',
    /TYPE I/,
    '200 ok\r\n',
  ];
  const data = (say: string): Line => ({ on: 'side', say });

  it('EPSV, and the content', () => {
    const script = [
      ...login,
      '229 Entering (|||4000|)\r\n',
      /RETR \/status/,
      '150 here\r\n',
      data('all well'),
      data('closed'),
      '226 done\r\n',
      /QUIT/,
      '221\r\n',
    ];
    expect(play(ftp(request), script)).toMatchObject({ result: { ok: true, reason: '/status has "all well"' } });
  });
  it('PASV where EPSV is unknown', () => {
    const script = [
      ...login,
      '500 what\r\n',
      '227 (10,0,0,1,15,160)\r\n',
      '150 here\r\n',
      data('ill'),
      data('closed'),
      '226 done\r\n',
    ];
    expect(play(ftp(request), script).result).toEqual({
      ok: false,
      reason: '/status has "ill", which does not match well',
    });
  });
  it('a login is enough without a file', () => {
    const script = ['220 hi\r\n', '230 in\r\n', '221 bye\r\n'];
    expect(play(ftp({ ...request, file: '', receive: '' }), script).result?.ok).toBe(true);
    expect(play(ftp(request), ['220 hi\r\n', '331\r\n', '530 no\r\n']).result?.ok).toBe(false);
  });
});

describe('send and expect', () => {
  const expectation = (expect_: string, useRegex = false) => ({ expect: expect_, useRegex });
  it.each([
    ['the beginning, in pieces', expectation('OK'), ['O', 'K then'], true],
    ['something else', expectation('OK'), ['NO'], false],
    ['an expression', expectation('^a.c$', true), ['ab', 'c'], true],
    ['anything', expectation('*'), ['x'], true],
    ['nothing', expectation('*'), ['closed'], false],
  ] as const)('%s', (_, what, script, ok) => {
    expect(play(sendExpect('ask', what), script).result?.ok).toBe(ok);
  });
  it('a connection is enough when nothing is expected', () => {
    expect(play(sendExpect('', expectation('')), []).result).toEqual({ ok: true, reason: 'connected' });
  });
  it('simpletcp closes its side and looks at lines', () => {
    const { result, sent } = play(simpleTcp('a\\nb', '^yes$'), ['no\nye', 's\n']);
    expect(sent).toEqual(['half-close', 'a\nb']);
    expect(result?.ok).toBe(true);
    expect(play(simpleTcp('a', '^yes$'), ['no\n', 'closed']).result?.ok).toBe(false);
  });
});

describe('an agent', () => {
  it.each([
    ['up', { up: true }, undefined],
    ['down # disk is full', { up: false }, undefined],
    ['stopped', { up: false }, undefined],
    ['drain', { mode: 'drain' }, undefined],
    ['maint', { mode: 'maintenance' }, undefined],
    ['ready,up 75%\r', { up: true, mode: 'ready' }, 0.75],
    ['0%', {}, 0],
    ['maxconn:30 up', { up: true }, undefined],
  ] as const)('%s', (line, agent, share) => {
    expect(agentResult(line)).toMatchObject({
      ok: true,
      agent,
      ...(share === undefined ? {} : { weight: { type: 'share', share } }),
    });
  });
  it('words that mean nothing are a failure', () => {
    expect(agentResult('hello').ok).toBe(false);
    expect(agentResult('').ok).toBe(false);
  });
});
