import { expect, test } from 'vitest';
import { machineStates, parseVagrantOutput, progressMessage, reportedError } from './machine-readable.ts';

// Printed by Vagrant 2.3.4 with vagrant-libvirt 0.11.2.
const status = `1795294769,nas,metadata,provider,libvirt
1795294819,nas,provider-name,libvirt
1795294819,nas,state,running
1795294819,nas,state-human-long,The Libvirt domain is running. To stop this machine%!(VAGRANT_COMMA) you can run\\n\`vagrant halt\`.
1795294820,web1,state,not_created
1795294821,,ui,info,Current machine states:\\n\\nnas                       running (libvirt)
`;

test('status is read machine by machine, in order', () => {
  expect([...machineStates(parseVagrantOutput(status))]).toEqual([
    ['nas', 'running'],
    ['web1', 'not_created'],
  ]);
});

test('commas and line ends within a text come back', () => {
  const long = parseVagrantOutput(status).find(({ type }) => type === 'state-human-long');
  expect(long?.data).toEqual(['The Libvirt domain is running. To stop this machine, you can run\n`vagrant halt`.']);
});

test('what is no record is left out: warnings of Ruby, empty lines', () => {
  expect(parseVagrantOutput('/usr/lib/ruby/x.rb:12: warning: deprecated, really\n\n')).toEqual([]);
});

test.each([
  ['1,web1,ui,info,==> web1: Starting domain.', 'Starting domain.'],
  ['1,web1,ui,detail,    web1: SSH address: 192.168.121.31:22', 'SSH address: 192.168.121.31:22'],
  ['1,web1,ui,output,\\rProgress: 3%\\rProgress: 99%', 'Progress: 99%'],
  ['1,web1,ui,error,It broke', undefined],
  ['1,web1,state,running', undefined],
  ['1,web1,ui,info,==> web1: ', undefined],
])('progress is told in one line: %s', (line, message) => {
  expect(parseVagrantOutput(line).map(progressMessage)).toEqual([message]);
});

test('why a command failed is what Vagrant says at its end, or else its error texts', () => {
  const locked =
    '1,,error-exit,Vagrant::Errors::MachineLocked,Vagrant attempted to execute the capability%!(VAGRANT_COMMA) but it is locked.\\n';
  expect(reportedError(parseVagrantOutput(locked))).toEqual({
    kind: 'Vagrant::Errors::MachineLocked',
    message: 'Vagrant attempted to execute the capability, but it is locked.',
  });
  expect(reportedError(parseVagrantOutput('1,web1,ui,error,No such box\\nTry another'))).toEqual({
    kind: '',
    message: 'No such box\nTry another',
  });
  expect(reportedError(parseVagrantOutput(status))).toBeUndefined();
});
