import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseKeepalived } from './parse.ts';
import { writeKeepalived } from './write.ts';

const file = 'track_file load {\n file "/run/a load"\n weight 2 reverse\n init_file 3 overwrite\n}\n';
const service = (lines: string) =>
  `virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 10.0.0.2 80 {\n${lines}\n }\n}\n`;
const instance = (name: string) =>
  `vrrp_instance VI {\n interface eth0\n virtual_router_id 1\n track_file {\n ${name}\n }\n virtual_ipaddress {\n 10.0.0.9/24\n }\n}\n`;
const read = (text: string) => {
  const { configuration, problems } = parseKeepalived(text, 'k.conf');
  expect(problems.map(formatProblem)).toEqual([]);
  if (!configuration) throw new Error('it cannot be read');
  return configuration;
};
const said = (text: string) => parseKeepalived(text, 'k.conf').problems.map(formatProblem);

describe('FILE_CHECK', () => {
  const common = { kind: 'FILE_CHECK', name: 'load', path: '/run/a load', initial: { value: 3, overwrite: true } };

  it('has the weight of its file, or one of its own, 0 as well', () => {
    const own = (words: string) =>
      read(file + service(` FILE_CHECK {\n track_file load\n ${words}\n }`)).virtualServers[0]?.realServers[0]?.checks;
    expect(own('')).toMatchObject([{ ...common, weight: 2, reverse: true }]);
    expect(own('weight -70000')).toMatchObject([{ ...common, weight: -70_000, reverse: false }]);
    expect(own('weight 0 reverse')).toMatchObject([{ ...common, weight: 0, reverse: true }]);
  });

  it('says what is wrong with it', () => {
    expect(said(file + service(' FILE_CHECK {\n track_file laod\n }'))).toEqual([
      'k.conf:12:13: error: there is no track_file "laod"; did you mean "load"?',
    ]);
    expect(said(service(' FILE_CHECK {\n }'))).toEqual([
      'k.conf:6:2: error: FILE_CHECK without a file (expected track_file NAME)',
    ]);
    expect(said(file + service(' FILE_CHECK {\n track_file load\n delay_loop 3\n }'))[0]).toContain('"delay_loop"');
  });

  it('takes its file with it, unless an instance tracks that one too; both are written again', () => {
    const checked = service(' FILE_CHECK {\n track_file load\n }');
    const alone = read(file + checked);
    expect(alone.vrrp).toBeUndefined();
    const both = read(file + instance('load') + checked);
    expect(both.vrrp?.files).toHaveLength(1);
    for (const model of [alone, both]) {
      const { text, losses } = writeKeepalived(model);
      expect(losses).toEqual([]);
      expect(text.match(/^track_file load/gm)).toHaveLength(1);
      expect(read(text)).toEqual(model);
    }
  });
});
