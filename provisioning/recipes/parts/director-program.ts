import { installedProgram } from '../../../director/index.ts';
import type { InitSystem, RecipeStep, Upload } from '../recipe.ts';

/** Where a machine's copy arrives before it is installed. */
export const uploadedProgram = '/tmp/relevo-director';

/** A namespace sees the bundle and a Node to run it, below /opt/relevo; a machine of its own gets the single executable. */
export function programUploads(init: InitSystem): Upload[] {
  return init === 'none' ? [] : [{ asset: 'director', path: uploadedProgram }];
}

export function programSteps(init: InitSystem): RecipeStep[] {
  if (init === 'none') {
    return [
      {
        kind: 'file',
        title: `Write ${installedProgram}`,
        path: installedProgram,
        content: '#!/bin/sh\nexec /opt/relevo/node /opt/relevo/lib/director.cjs "$@"\n',
        mode: '755',
      },
    ];
  }
  return [
    {
      kind: 'command',
      title: `Install ${installedProgram}`,
      // Moved into place: a director that runs keeps the file that it was started from.
      unless: `[ ! -e ${uploadedProgram} ] && [ -x ${installedProgram} ]`,
      run: `if cmp -s ${uploadedProgram} ${installedProgram}; then
  rm ${uploadedProgram}
else
  install -m 755 ${uploadedProgram} ${installedProgram}.new
  mv ${installedProgram}.new ${installedProgram}
  rm ${uploadedProgram}
  mark_changed
fi`,
    },
  ];
}
