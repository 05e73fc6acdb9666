// Writes the reference pages that follow from the code: docs/commands.md and docs/configuration.md. With --check it writes
// nothing and fails where a page is not current. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { settingsTable } = await import('../dist/cli/config.js');
const { createProgram } = await import('../dist/cli/main.js');

/** Commands that do something, in the order of the help, each with the words that lead to it. */
function leaves(command, path) {
  const children = command.commands.filter((child) => child.name() !== 'help');
  const own = path.length > 0 && (children.length === 0 || command.registeredArguments.length > 0);
  return [
    ...(own ? [{ path, command }] : []),
    ...children.flatMap((child) => leaves(child, [...path, child.name()])),
  ];
}

function helpOf(command) {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}

async function commandsPage() {
  process.stdout.columns = 110;
  const program = await createProgram(
    { write: async () => undefined, warn: () => undefined },
    () => undefined,
  );
  const all = leaves(program, []);
  const contents = all.map(
    ({ path, command }) => `| [\`${path.join(' ')}\`](#${path.join('-')}) | ${command.summary()} |`,
  );
  const sections = all.map(
    ({ path, command }) => `## ${path.join(' ')}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`,
  );
  return `# Commands

In the repository: \`npm run -s warder -- <command>\`; installed: \`warder <command>\`. Exit codes: 0 nothing denied, 1 something denied
or failed, 2 bad usage or input, 3 could not reach what it needed. Results go to standard output, everything else to standard error.
This page is made from the help of the commands by \`npm run docs\`.

| command | does |
|---|---|
${contents.join('\n')}

${sections.join('\n')}`;
}

const configurationPage = () => `# Configuration

Settings come from, in this order: defaults, a file (\`--config warder.yaml\`), the environment, flags. In a file the dots of a name
may be nesting: \`limits: { bodyBytes: 1048576 }\`. In the environment a list is comma-separated or JSON. Lengths of time are written
\`500ms\`, \`10s\`, \`5m\`, \`12h\`, \`30d\`. Everything that is wrong is listed at once, each with the file and position or the variable it
came from, and nothing starts. \`warder config\` prints what is in effect and where each value came from. This page is made by
\`npm run docs\`.

${settingsTable()}`;

/** What the policies read, for a role that may read nothing else. */
function auditRules(policies) {
  const byGroup = new Map([
    ['', new Set(['namespaces'])],
    ['apiextensions.k8s.io', new Set(['customresourcedefinitions'])],
  ]);
  for (const { match } of policies)
    for (const { rules } of match.any)
      for (const { groups, resources } of rules)
        for (const group of groups) {
          const known = byGroup.get(group) ?? new Set();
          for (const resource of resources) if (!resource.includes('/')) known.add(resource);
          byGroup.set(group, known);
        }
  return [...byGroup]
    .filter(([, resources]) => resources.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].sort(), verbs: ['list'] }));
}

async function chartFiles() {
  const { readPolicies, DEFAULT_POLICIES } = await import('../dist/cli/load.js');
  const { registrationOf } = await import('../dist/admission/registration.js');
  const { toYaml } = await import('../dist/cli/yaml-output.js');
  const { customResourceDefinition, POLICY_DEFINITION } = await import('../dist/policy/index.js');
  const { EXCEPTION_DEFINITION } = await import('../dist/exceptions/index.js');
  const { BREAK_GLASS_DEFINITION } = await import('../dist/breakglass/index.js');
  const { set } = await readPolicies(DEFAULT_POLICIES, {});
  const registration = registrationOf(set, {
    name: 'warder',
    target: { kind: 'service', namespace: 'warder', name: 'warder', port: 443 },
    caBundle: undefined,
    excludedNamespaces: [],
    timeoutSeconds: 10,
  });
  const made = '# Made by `npm run docs` from the bundled policies; edits are lost.\n';
  const files = {
    'files/registration.yaml': made + (await toYaml(registration)),
    'files/audit-rules.yaml': made + (await toYaml(auditRules(set.policies))),
  };
  for (const definition of [POLICY_DEFINITION, EXCEPTION_DEFINITION, BREAK_GLASS_DEFINITION])
    files[`crds/${definition.plural}.yaml`] = await toYaml(customResourceDefinition(definition));
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`charts/warder/${name}`, text]));
}

const columns = (text) => text.replaceAll('|', '\\|');

/** A chart's values with the comment above each, as far as two levels. */
function chartPage() {
  const rows = [];
  let [parent, comment] = ['', ''];
  for (const line of readFileSync(join(root, 'charts/warder/values.yaml'), 'utf8').split('\n')) {
    const [, note] = /^\s*# -- (.*)$/.exec(line) ?? [];
    const [, indent, key, value] = /^( {0,4})([A-Za-z]\w*):\s*(.*)$/.exec(line) ?? [];
    if (note !== undefined) comment = note;
    if (key === undefined) continue;
    if (indent === '') parent = key;
    const name = indent === '' ? key : indent.length === 2 ? `${parent}.${key}` : undefined;
    if (name !== undefined && (value !== '' || comment !== ''))
      rows.push(`| \`${name}\` | ${value === '' ? '' : `\`${columns(value)}\``} | ${columns(comment)} |`);
    comment = '';
  }
  return `# The chart

\`\`\`sh
helm install warder charts/warder --namespace warder --create-namespace --set config.mode=audit
helm -n warder test warder
\`\`\`

Two replicas of the webhook, which may read Warder's own kinds and namespaces, a CronJob that sweeps the cluster with the right to list what the policies read, and
nothing else. [Operations](../../docs/operations.md) has installing, upgrading, getting out of a lockout, and a runbook for each alert.

| value | default | meaning |
|---|---|---|
${rows.join('\n')}

Definitions of Warder's kinds are in \`crds/\`, which Helm installs and never changes: on an upgrade apply them yourself with
\`kubectl apply --server-side -f charts/warder/crds\`. The rules of the registration follow from the bundled default set; with policies
of your own that read other kinds, set \`registration.create=false\` and register with \`warder manifests webhook\`.
`;
}

const pages = {
  'charts/warder/README.md': chartPage(),
  ...(await chartFiles()),
  'docs/commands.md': await commandsPage(),
  'docs/configuration.md': configurationPage(),
};
const stale = [];
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, name);
  let found = '';
  try {
    found = readFileSync(file, 'utf8');
  } catch {
    // not there yet
  }
  if (found === text) continue;
  stale.push(name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
}
for (const name of stale)
  console.log(`${name} ${process.argv.includes('--check') ? 'is not current: npm run docs' : 'written'}`);
process.exitCode = process.argv.includes('--check') && stale.length > 0 ? 1 : 0;
