// The arrows of DESIGN.md.
const rooms = {
  model: [],
  host: [],
  config: [],
  compile: ['model', 'host'],
  trace: ['model', 'host'],
  store: ['config', 'model'],
  feed: ['model', 'store'],
  identity: ['store', 'config'],
  schedule: ['store', 'model'],
  api: ['model', 'store', 'identity', 'schedule', 'config'],
  driver: ['host', 'config'],
  agent: ['model', 'host', 'compile', 'driver', 'feed', 'trace', 'config'],
  client: [],
  lab: ['config', 'client'],
  server: ['model', 'host', 'compile', 'store', 'identity', 'schedule', 'api', 'feed', 'trace', 'config'],
};
const pure = ['model', 'host', 'compile', 'trace'];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
    {
      name: 'pure-rooms-do-no-io',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'agent-knows-the-feed-by-its-messages',
      severity: 'error',
      from: { path: '^src/agent/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/feed/', pathNot: '^src/feed/messages\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
