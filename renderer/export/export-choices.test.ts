import { describe, expect, it } from 'vitest';
import { exportProblems, initialChoices, requestOf } from './export-choices.ts';

describe('the choices of an export', () => {
  it('are sound from the beginning, and what the command line would take', () => {
    const choices = initialChoices('tfg');
    expect(exportProblems(choices)).toEqual({});
    expect(requestOf('tfg', choices)).toEqual({
      testbed: 'tfg',
      options: { lab: 'tfg', stack: 'director', provider: 'both', box: 'debian', internet: 'real' },
      overwrite: false,
    });
  });

  it.each([
    [{ lab: 'My lab' }, ['lab']],
    [{ box: '' }, ['box']],
    [{ box: 'a/b/c' }, ['box']],
    [{ directory: 'tfg' }, ['directory']],
    [{ directory: '~/tfg' }, ['directory']],
    [{ lab: '', directory: '.' }, ['lab', 'directory']],
  ])('%j will not do', (change, fields) => {
    expect(Object.keys(exportProblems({ ...initialChoices('tfg'), ...change }))).toEqual(fields);
  });

  it.each(['/home/noa/mi laboratorio', 'C:\\Users\\Noa\\tfg', 'd:/tfg', '\\\\server\\share', '  '])(
    'take the folder %j',
    (directory) => {
      expect(exportProblems({ ...initialChoices('tfg'), directory })).toEqual({});
    },
  );

  it('leave out a folder that was not named', () => {
    expect(requestOf('tfg', { ...initialChoices('tfg'), directory: '  ' })).not.toHaveProperty('directory');
    expect(requestOf('tfg', { ...initialChoices('tfg'), directory: ' /x ' })).toHaveProperty('directory', '/x');
  });
});
