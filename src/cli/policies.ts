// `warder policies list|lint|docs`: what is loaded, what is wrong with it, and its reference pages.

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { showDuration } from '../engine/index.js';
import { type CompiledPolicy, formatProblem, type Problem } from '../policy/index.js';
import { alignColumns, count, createStyle } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { readPolicies } from './load.js';
import { configOption, outputOption, type PolicyOptions, policiesOption } from './options.js';
import { registerDocs } from './policies-docs.js';
import { matchedResources } from './policy-words.js';
import { readSettings } from './settings.js';

interface ListOptions extends PolicyOptions {
  readonly output: 'text' | 'json';
}

const actionsOf = (policy: CompiledPolicy): string =>
  policy.bindings.length === 0
    ? 'none (no binding)'
    : [...new Set(policy.bindings.flatMap(({ actions }) => actions))].join(', ');

function exceptionsOf({ exceptions }: CompiledPolicy): string {
  if (!exceptions.allowed) return 'none';
  const limit = exceptions.maxDuration === undefined ? '' : ` ${showDuration(exceptions.maxDuration)}`;
  return exceptions.approvers.length === 0 ? `allowed${limit}` : `approved${limit}`;
}

async function list(options: ListOptions, io: Io): Promise<ExitCode> {
  const { parameters } = await readSettings(options.config, io);
  const { set, problems } = await readPolicies(options.policies, parameters);
  if (options.output === 'json') {
    const data = set.policies.map((policy) => ({
      name: policy.name,
      dialect: policy.dialect,
      title: policy.description.title,
      severity: policy.description.severity,
      actions: [...new Set(policy.bindings.flatMap(({ actions }) => actions))],
      resources: matchedResources(policy),
      rules: policy.rules.map(({ name, severity }) => ({ name, severity })),
      exceptions: policy.exceptions,
      file: policy.source.file,
      line: policy.source.line,
    }));
    await io.write(`${JSON.stringify({ digest: set.digest, policies: data }, null, 2)}\n`);
  } else {
    const style = createStyle(io.colours);
    const head = ['POLICY', 'DIALECT', 'ACTION', 'SEVERITY', 'RULES', 'MATCHES', 'EXCEPTIONS'].map(
      style.bold,
    );
    const rows = set.policies.map((policy) => [
      policy.name,
      policy.dialect,
      actionsOf(policy),
      policy.description.severity,
      String(policy.rules.length),
      matchedResources(policy).join(', '),
      exceptionsOf(policy),
    ]);
    await io.write(
      `${alignColumns([head, ...rows]).join('\n')}\n\n${count(set.policies.length, 'policy', 'policies')}, digest ${set.digest}\n`,
    );
  }
  for (const problem of problems) io.warn(formatProblem(problem));
  return problems.some(({ level }) => level === 'error') ? EXIT.usage : EXIT.ok;
}

/** What a reviewer would ask for that the schema cannot demand. */
function advice(policy: CompiledPolicy): readonly Problem[] {
  const problem = (field: string, message: string): Problem => ({
    level: 'warning',
    position: policy.source,
    field,
    message,
  });
  const found: Problem[] = [];
  if (policy.bindings.length === 0) found.push(problem('', 'has no binding, so it is not enforced'));
  if (policy.rules.length === 0) found.push(problem('spec', 'has no rule, so it can find nothing'));
  if (policy.dialect !== 'warder') return found;
  const { owner, review, references, category } = policy.description;
  if (owner === '') found.push(problem('spec.owner', 'nobody owns it: name a team'));
  if (review === undefined) found.push(problem('spec.review', 'says not when it was last reviewed'));
  if (references.length === 0) found.push(problem('spec.references', 'names no source for its demand'));
  if (category === '') found.push(problem('spec.category', 'has no category, which reports group by'));
  const fixture = policy.source.file.replace(/\.ya?ml$/, '.test.yaml');
  if (!existsSync(fixture)) found.push(problem('', `has no fixtures beside it (${fixture})`));
  return found;
}

/** Fields of a policy that say something about it, or what is done, but not what it judges. */
const PROSE: readonly string[] = [
  ...['title', 'description', 'category', 'severity', 'references', 'owner', 'version', 'review'],
  ...['action', 'stages', 'exceptions'],
];

/** Policies that judge the same objects by the same rules to the letter. */
function duplicates(policies: readonly CompiledPolicy[]): readonly Problem[] {
  const seen = new Map<string, CompiledPolicy>();
  return policies.flatMap((policy) => {
    const spec = Object.entries(policy.document.spec ?? {});
    const judging = policy.dialect === 'warder' ? spec.filter(([name]) => !PROSE.includes(name)) : spec;
    const key = JSON.stringify([policy.dialect, judging]);
    const other = seen.get(key);
    seen.set(key, other ?? policy);
    if (other === undefined) return [];
    return [
      {
        level: 'warning',
        position: policy.source,
        field: '',
        message: `judges the same as ${other.name} (${other.source.file})`,
      } as const,
    ];
  });
}

async function lint(options: ListOptions, io: Io): Promise<ExitCode> {
  const { parameters } = await readSettings(options.config, io);
  const { set, problems } = await readPolicies(options.policies, parameters);
  const all = [...problems, ...set.policies.flatMap(advice), ...duplicates(set.policies)];
  const errors = all.filter(({ level }) => level === 'error').length;
  if (options.output === 'json')
    await io.write(`${JSON.stringify({ policies: set.policies.length, problems: all }, null, 2)}\n`);
  else {
    const warnings = all.length - errors;
    const lines = all.map(formatProblem);
    await io.write(
      `${[...lines, `${count(set.policies.length, 'policy', 'policies')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`].join('\n')}\n`,
    );
  }
  return errors > 0 ? EXIT.usage : EXIT.ok;
}

function registerList(parent: Command, io: Io, run: Parameters<CommandModule['register']>[2]): void {
  parent
    .command('list')
    .summary('every policy, what it matches and what it does')
    .addOption(policiesOption())
    .addOption(configOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      examples('warder policies list', 'warder policies list --policies my-policies/ --output json'),
    )
    .action((options: ListOptions) => run(() => list(options, io)));
}

export const policiesCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('policies').summary('list, lint and document policies');
    registerList(parent, io, run);
    parent
      .command('lint')
      .summary('everything wrong with policies, and what a reviewer would ask for')
      .addOption(policiesOption())
      .addOption(configOption())
      .addOption(outputOption(['text', 'json'], 'text'))
      .addHelpText('after', examples('warder policies lint --policies my-policies/'))
      .action((options: ListOptions) => run(() => lint(options, io)));
    registerDocs(parent, io, run);
  },
};
