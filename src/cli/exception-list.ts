// `warder exception list` and `verify`: the register of exceptions, and whether each holds.
import type { Command } from 'commander';
import { type Grant, inactivity, refuseByPolicy, stateAt, verifyGrant } from '../exceptions/index.js';
import { formatTime, roughDuration } from '../kubernetes/index.js';
import type { CompiledPolicy, PolicySet } from '../policy/index.js';
import { exceptionsOf } from '../record/index.js';
import { alignColumns, count, createStyle, type Style } from '../report/index.js';
import { examples, type Run } from './command.js';
import {
  exceptionsOption,
  type GovernanceOptions,
  type OfflineGovernance,
  readGovernance,
} from './governance.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, outputOption, policiesOption } from './options.js';
import { readRecords } from './records.js';

interface ListOptions extends GovernanceOptions {
  readonly policies: readonly string[];
  readonly now?: string;
  readonly record?: string;
  readonly output: 'text' | 'json';
}

/** How often an exception was used, by what became of it. */
interface Use {
  readonly excepted: number;
  readonly unneeded: number;
  readonly refused: number;
}

const NO_USE: Use = { excepted: 0, unneeded: 0, refused: 0 };

async function usesOf(record: string | undefined): Promise<ReadonlyMap<string, Use>> {
  const uses = new Map<string, Use>();
  if (record === undefined) return uses;
  for await (const { record: found } of readRecords([record])) {
    for (const { id, result } of found === undefined ? [] : exceptionsOf(found.value)) {
      const use = uses.get(id) ?? NO_USE;
      if (result === 'excepted' || result === 'unneeded' || result === 'refused')
        uses.set(id, { ...use, [result]: use[result] + 1 });
    }
  }
  return uses;
}

const policiesOf = (grant: Grant, set: PolicySet): readonly CompiledPolicy[] =>
  set.policies.filter((policy) =>
    grant.policies.some(({ name }) => name === policy.name || name === policy.id),
  );

/** Why an exception does not hold, whatever the request; empty where it does. */
function faultsOf(
  grant: Grant,
  set: PolicySet,
  { settings, state }: OfflineGovernance,
  now: number,
): readonly string[] {
  const faults = [inactivity(grant, now)?.message, grant.approval.ok ? undefined : grant.approval.message];
  const { approval } = grant;
  if (approval.ok && state.register.people.same(approval.by, grant.requestedBy))
    faults.push(`${approval.by} approved what they asked for themselves`);
  for (const policy of policiesOf(grant, set))
    faults.push(refuseByPolicy(grant, policy, settings.exceptions)?.message);
  for (const { name } of grant.policies)
    if (!set.policies.some((policy) => policy.name === name || policy.id === name))
      faults.push(`no policy ${name} is in force here`);
  return [...new Set(faults.filter((fault) => fault !== undefined))];
}

/** One line of the register. */
interface Entry {
  readonly name: string;
  readonly state: string;
  readonly expires: string;
  readonly left: number;
  readonly owners: readonly string[];
  readonly policies: readonly string[];
  readonly scope: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly ticket: string;
  readonly use: Use;
  readonly faults: readonly string[];
  readonly source: string;
}

function stateOf(grant: Grant, now: number, warnBefore: number): string {
  const state = stateAt(grant, now);
  if (!grant.approval.ok) return 'unapproved';
  return state === 'active' && grant.expires - now <= warnBefore ? 'expiring' : state;
}

const scopeOf = ({ scope }: Grant): string =>
  [
    scope.namespaces.join(','),
    scope.names.join(','),
    scope.resources.length === 0 ? '' : `(${scope.resources.join(',')})`,
  ]
    .filter((part) => part !== '')
    .join('/')
    .replace('/(', ' (');

function entryOf(grant: Grant, set: PolicySet, governance: OfflineGovernance, now: number, use: Use): Entry {
  const { approval } = grant;
  return {
    name: grant.id,
    state: stateOf(grant, now, governance.settings.exceptions.warnBefore),
    expires: formatTime(grant.expires),
    left: grant.expires - now,
    owners: [...new Set(policiesOf(grant, set).map(({ description }) => description.owner))].filter(
      (owner) => owner !== '',
    ),
    policies: grant.policies.flatMap(({ name, rules }) =>
      rules.length === 0 ? [name] : rules.map((rule) => `${name}/${rule}`),
    ),
    scope: scopeOf(grant),
    requestedBy: grant.requestedBy,
    approvedBy: approval.ok ? approval.by : '',
    reason: grant.reason,
    ticket: grant.ticket,
    use,
    faults: faultsOf(grant, set, governance, now),
    source: grant.source,
  };
}

function colour(state: string, style: Style): string {
  if (state === 'active') return style.green(state);
  return state === 'expiring' || state === 'pending' ? style.yellow(state) : style.red(state);
}

const showUse = ({ excepted, unneeded, refused }: Use): string =>
  [
    `${excepted} used`,
    unneeded === 0 ? '' : `${unneeded} unneeded`,
    refused === 0 ? '' : `${refused} refused`,
  ]
    .filter((part) => part !== '')
    .join(', ');

function rowOf(entry: Entry, style: Style, withUse: boolean): readonly string[] {
  const when = entry.left > 0 ? `in ${roughDuration(entry.left)}` : `${roughDuration(entry.left)} ago`;
  return [
    entry.name,
    colour(entry.state, style),
    `${entry.expires.slice(0, 10)} (${when})`,
    entry.scope,
    entry.policies.join(' '),
    entry.requestedBy,
    entry.approvedBy === '' ? '-' : entry.approvedBy,
    entry.owners.join(' ') || '-',
    ...(withUse ? [showUse(entry.use)] : []),
    style.dim(entry.ticket === '' ? entry.reason : `${entry.reason} (${entry.ticket})`),
  ];
}

async function entries(options: ListOptions, io: Io): Promise<readonly Entry[]> {
  const governance = await readGovernance(options, io);
  const { config, settings, state } = governance;
  const set = await requirePolicies(options.policies, config.parameters, io, settings.risks);
  const now = timeOf(options.now, io);
  const uses = await usesOf(options.record);
  return state.register.grants
    .map((grant) => entryOf(grant, set, governance, now, uses.get(grant.id) ?? NO_USE))
    .sort((a, b) => a.left - b.left);
}

async function list(options: ListOptions, io: Io): Promise<ExitCode> {
  const all = await entries(options, io);
  if (options.output === 'json') {
    await io.write(`${JSON.stringify(all, null, 2)}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const withUse = options.record !== undefined;
  const head = ['NAME', 'STATE', 'EXPIRES', 'SCOPE', 'RULES', 'REQUESTED BY', 'APPROVED BY', 'OWNER'];
  const heads = [...head, ...(withUse ? ['USE'] : []), 'REASON'].map(style.bold);
  await io.write(
    `${alignColumns([heads, ...all.map((entry) => rowOf(entry, style, withUse))]).join('\n')}\n\n`,
  );
  const active = all.filter(({ state }) => state === 'active' || state === 'expiring').length;
  await io.write(`${count(all.length, 'exception')}, ${active} in force\n`);
  return EXIT.ok;
}

interface VerifyOptions extends ListOptions {
  readonly grant?: string;
}

async function verify(options: VerifyOptions, io: Io): Promise<ExitCode> {
  const style = createStyle(io.colours);
  let wrong = 0;
  const tell = async (name: string, faults: readonly string[], good: string): Promise<void> => {
    if (faults.length > 0) wrong++;
    const text =
      faults.length === 0
        ? `${style.green('holds')}  ${name}: ${good}`
        : `${style.red('does not hold')}  ${name}: ${faults.join('; ')}`;
    await io.write(`${text}\n`);
  };
  if (options.grant !== undefined) {
    const governance = await readGovernance(options, io);
    const { config, settings, state } = governance;
    const set = await requirePolicies(options.policies, config.parameters, io, settings.risks);
    const now = timeOf(options.now, io);
    const verified = verifyGrant(options.grant.trim(), state.register.ring, config['exceptions.audience']);
    if (!verified.ok) await tell('grant', [verified.refusal.message], '');
    else {
      const { grant } = verified;
      const good = `${scopeOf(grant)} until ${formatTime(grant.expires)}, ${grant.policies.map(({ name }) => name).join(', ')}`;
      await tell(grant.id, faultsOf(grant, set, governance, now), good);
    }
  } else {
    for (const { name, faults, scope, expires, approvedBy } of await entries(options, io))
      await tell(name, faults, `${scope} until ${expires}, approved by ${approvedBy}`);
  }
  return wrong > 0 ? EXIT.denied : EXIT.ok;
}

export function registerList(parent: Command, io: Io, run: Run): void {
  parent
    .command('list')
    .summary('the register of exceptions, those that end first on top')
    .addOption(exceptionsOption())
    .addOption(policiesOption())
    .option('--record <folder>', 'decision log, to say how each was used')
    .addOption(configOption())
    .addOption(nowOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText('after', examples('warder exception list --exceptions exceptions/ --record .warder'))
    .action((options: ListOptions) => run(() => list(options, io)));
  parent
    .command('verify')
    .summary('whether exceptions or a grant hold, and why not')
    .addOption(exceptionsOption())
    .option('--grant <token>', 'a grant in place of the exceptions of the files')
    .addOption(policiesOption())
    .addOption(configOption())
    .addOption(nowOption())
    .addHelpText(
      'after',
      examples(
        'warder exception verify --exceptions exceptions/',
        'warder exception verify --exceptions keys/ --grant "$(cat grant.jws)"',
      ),
    )
    .action((options: VerifyOptions) => run(() => verify({ ...options, output: 'text' }, io)));
}
