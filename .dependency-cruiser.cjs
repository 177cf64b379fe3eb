// The walls of DESIGN.md, as rules: each row of its table is one `forbidden` entry here.
const outside = (room, allowed) => ({
  name: `${room.name}-imports`,
  severity: 'error',
  comment: room.comment,
  from: { path: room.path, pathNot: room.pathNot ?? '\\.test\\.tsx?$' },
  to: { path: '^(testbeds|director|provisioning|electron|renderer|test|bench)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    outside({ name: 'testbeds', path: '^testbeds/', comment: 'Testbeds are data and pure functions.' }, '^testbeds/'),
    outside({ name: 'director', path: '^director/', comment: 'The director stands alone.' }, '^director/'),
    outside(
      {
        name: 'director-engine',
        path: '^director/engine/',
        comment: 'Engines know neither sockets nor files nor the shell.',
      },
      '^director/(engine|api)/',
    ),
    outside(
      { name: 'director-config', path: '^director/config/', comment: 'Parsers know the engine model only.' },
      '^director/(engine|config|api)/',
    ),
    outside(
      { name: 'contract', path: '^provisioning/contract/', comment: 'The RPC contract is types and schemas.' },
      '^(provisioning/contract/|testbeds/|director/index\\.ts$)',
    ),
    outside(
      { name: 'provisioning', path: '^provisioning/', comment: 'The lab engine.' },
      '^(provisioning/|testbeds/|director/index\\.ts$)',
    ),
    outside(
      { name: 'electron', path: '^electron/', comment: 'The shell knows the contract and how to find the engine.' },
      '^(electron/|provisioning/contract/|provisioning/discovery/)',
    ),
    outside(
      { name: 'renderer', path: '^renderer/', comment: 'The window speaks RPC only.' },
      '^(renderer/|provisioning/contract/|testbeds/|director/index\\.ts$)',
    ),
    {
      name: 'pure-rooms-have-no-platform',
      severity: 'error',
      from: {
        path: '^(testbeds|director/engine|director/config|director/api|provisioning/contract|renderer)/',
        pathNot: '(\\.test\\.tsx?|testbeds/load\\.ts|renderer/vite\\.config\\.ts)$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'namespaces-behind-their-provider',
      severity: 'error',
      comment: 'What Linux alone has is reached through the provider, so that the rest runs on every system.',
      from: {
        path: '^(testbeds|provisioning|electron|renderer)/',
        pathNot: '^provisioning/providers/|\\.test\\.tsx?$',
      },
      to: { path: '^provisioning/providers/namespaces/' },
    },
    {
      name: 'execa-behind-one-wrapper',
      severity: 'error',
      from: { pathNot: '^(provisioning/process/|test/|bench/|scripts/)' },
      to: { path: 'node_modules/execa/' },
    },
    {
      name: 'ssh2-behind-one-wrapper',
      severity: 'error',
      from: { pathNot: '^(provisioning/ssh/|test/)' },
      to: { path: 'node_modules/ssh2/' },
    },
    {
      name: 'koffi-in-director-io',
      severity: 'error',
      from: { pathNot: '^(director/io/|test/|bench/)' },
      to: { path: 'node_modules/koffi/' },
    },
    {
      name: 'electron-in-electron',
      severity: 'error',
      from: { pathNot: '^electron/' },
      to: { path: 'node_modules/electron/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
