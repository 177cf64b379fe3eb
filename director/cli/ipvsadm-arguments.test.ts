import { describe, expect, it } from 'vitest';
import { parseArguments } from './ipvsadm-arguments.ts';

const listing = { type: 'list', what: 'table', numeric: false, exact: false, service: undefined };

describe('the ipvsadm command line', () => {
  it.each([
    ['lists with names when nothing is said', [], listing],
    ['lists', ['-L'], listing],
    ['lists with numbers', ['-L', '-n'], { ...listing, numeric: true }],
    ['reads letters that stand together', ['-Lcn'], { ...listing, what: 'connections', numeric: true }],
    [
      'knows the long words',
      ['--list', '--numeric', '--stats', '--exact'],
      { ...listing, numeric: true, exact: true, what: 'stats' },
    ],
    ['accepts --nosort', ['-l', '--rate', '--nosort'], { ...listing, what: 'rate' }],
    [
      'selects a service',
      ['-L', '-u', '192.168.1.200:53'],
      { ...listing, service: { protocol: 'UDP', address: '192.168.1.200', port: 53 } },
    ],
    ['helps', ['-h'], { type: 'help' }],
  ])('%s', (_, argv, expected) => {
    expect(parseArguments(argv)).toEqual(expected);
  });

  it.each([
    ['changing the table', ['-A', '-t', '10.0.0.1:80', '-s', 'rr'], /-A is not available yet/],
    ['listings that are not there yet', ['-L', '--daemon'], /--daemon is not available yet/],
    ['unknown options', ['-L', '--fast'], /Unknown option '--fast'/],
    ['unknown commands', ['fast'], /Unknown command 'fast'/],
    [
      'service addresses that are none',
      ['-L', '-t', 'web'],
      /illegal virtual server address\[:port\] specified: 'web'/,
    ],
  ])('refuses %s with a sentence', (_, argv, message) => {
    const command = parseArguments(argv);
    expect(command).toMatchObject({ type: 'refuse', message: expect.stringMatching(message) as string });
  });
});
