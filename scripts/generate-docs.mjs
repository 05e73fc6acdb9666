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

const pages = { 'docs/commands.md': await commandsPage(), 'docs/configuration.md': configurationPage() };
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
