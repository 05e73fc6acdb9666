// The one-way layering of src/, as the README and CONTRIBUTING describe it.
const below = (from, ...allowed) => ({
  name: `${from}-depends-only-on-lower-layers`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...allowed].join('|')})(/|$)` },
});
const core = ['cel', 'jsonpath', 'kubernetes'];
const engine = [...core, 'policy', 'engine'];
const middle = [...engine, 'exceptions', 'breakglass', 'record', 'findings'];
module.exports = {
  forbidden: [
    below('cel'),
    below('jsonpath'),
    below('kubernetes'),
    below('cluster', ...core),
    below('policy', ...core),
    below('engine', ...core, 'policy'),
    below('exceptions', ...engine),
    below('breakglass', ...engine, 'exceptions'),
    below('record', ...engine),
    below('findings', ...core, 'policy'),
    below('fixtures', ...engine, 'files.ts'),
    below('report', ...middle, 'fixtures'),
    below('admission', ...middle, 'cluster', 'config.ts', 'files.ts'),
    below('audit', ...middle, 'cluster', 'config.ts', 'files.ts'),
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-the-cli-imports-the-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^src' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
