// `warder review`: judges AdmissionReview documents, one decision a line.
import { type Decision, judge, ruleResults } from '../engine/index.js';
import { listFiles, readFiles, readLinesOf } from '../files.js';
import { createUlidGenerator, decodeReview, parseJsonText } from '../kubernetes/index.js';
import { createStyle, type Style } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { readContext, requirePolicies, timeOf } from './load.js';
import {
  configOption,
  contextOption,
  nowOption,
  outputOption,
  type PolicyOptions,
  policiesOption,
} from './options.js';
import { openRecording } from './recording.js';
import { engineSettings } from './settings.js';

interface ReviewOptions extends PolicyOptions {
  readonly output?: 'json' | 'text';
  readonly exceptions: readonly string[];
  readonly record?: string;
}

/** A document and where it stands. */
interface Input {
  readonly file: string;
  readonly line: number;
  readonly value: unknown;
  readonly problem?: string;
}

/** Documents one by one; NDJSON is read line by line, whatever its size. */
async function* inputsOf(paths: readonly string[]): AsyncGenerator<Input> {
  const { files, problems } = await listFiles(paths);
  for (const { position, message } of problems)
    yield { file: position.file, line: 1, value: undefined, problem: message };
  for (const file of files) {
    if (/\.(ndjson|jsonl)$/.test(file) || file === '-') yield* linesOf(file);
    else {
      for await (const { documents, problems: wrong } of readFiles([file])) {
        for (const { position, message } of wrong)
          yield { file, line: position.line, value: undefined, problem: message };
        for (const { line, value } of documents) yield { file, line, value };
      }
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<Input> {
  const name = file === '-' ? '<stdin>' : file;
  for await (const { line, text } of readLinesOf(file)) {
    if (text.trim() === '') continue;
    const parsed = parseJsonText(text);
    if (parsed.ok) yield { file: name, line, value: parsed.value };
    else yield { file: name, line, value: undefined, problem: parsed.problem.message };
  }
}

/** The documented line: what a program reads. */
function jsonLine(decision: Decision): string {
  const { review, allowed, warnings, auditAnnotations } = decision;
  return `${JSON.stringify({ uid: review.uid, allowed, results: ruleResults(decision), warnings, auditAnnotations })}\n`;
}

/** What the user of the API server would have seen. */
function textBlock(decision: Decision, style: Style): string {
  const { review, allowed, denial, warnings } = decision;
  const place =
    review.namespace === '' || review.resource.resource === 'namespaces'
      ? review.name
      : `${review.namespace}/${review.name}`;
  const head = `${allowed ? style.green('allowed') : style.red('denied ')} ${review.operation} ${review.kind.kind} ${place} ${style.dim(`by ${review.userInfo.username}`)}`;
  const lines = [head, ...warnings.map((warning) => style.yellow(`  warning: ${warning}`))];
  if (denial !== undefined)
    lines.push(...denial.message.split('\n').map((line) => (line === '' ? '' : `  ${line}`)));
  return `${lines.join('\n')}\n`;
}

async function review(paths: readonly string[], options: ReviewOptions, io: Io): Promise<ExitCode> {
  const { config, settings: governance, exemptions } = await readGovernance(options, io);
  const settings = engineSettings(config);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const context = await readContext(options.context);
  const output = options.output ?? (io.isTerminal ? 'text' : 'json');
  const style = createStyle(io.colours);
  const nextId = createUlidGenerator();
  const recording =
    options.record === undefined
      ? undefined
      : await openRecording(options.record, config, governance, () => timeOf(options.now, io), io);
  const totals = { judged: 0, denied: 0, wrong: 0 };
  for await (const { file, line, value, problem } of inputsOf(paths.length === 0 ? ['-'] : paths)) {
    const decoded = problem === undefined ? decodeReview(value) : ({ ok: false, message: problem } as const);
    if (!decoded.ok) {
      totals.wrong++;
      io.warn(`${file}:${line}: ${decoded.message}`);
      continue;
    }
    const now = timeOf(options.now, io);
    const started = performance.now();
    const decision = judge({
      review: decoded.review,
      policies,
      context,
      settings,
      now,
      decisionId: nextId(now),
      deadline: undefined,
      exemptions,
    });
    await recording?.record(decision, now, (performance.now() - started) / 1000);
    totals.judged++;
    if (!decision.allowed) totals.denied++;
    await io.write(output === 'json' ? jsonLine(decision) : textBlock(decision, style));
  }
  await recording?.close();
  if (output === 'text') await io.write(`\n${totals.judged} reviewed, ${totals.denied} denied\n`);
  if (totals.wrong > 0) return EXIT.usage;
  return totals.denied > 0 ? EXIT.denied : EXIT.ok;
}

export const reviewCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('review')
      .summary('judge AdmissionReview documents, one decision a line')
      .description(
        'Judges AdmissionReview documents (JSON, YAML or NDJSON) as the webhook would. Reads standard input where no file is given.',
      )
      .argument('[files...]', 'files or folders; - for standard input')
      .addOption(policiesOption())
      .addOption(contextOption())
      .addOption(exceptionsOption())
      .option('--record <folder>', 'write the decisions to a decision log')
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(['text', 'json'], '').default(undefined, 'text on a terminal, json in a pipe'))
      .addHelpText(
        'after',
        examples('warder review request.json', 'warder review --output json recorded/*.ndjson | jq .allowed'),
      )
      .action((files: string[], options: ReviewOptions) => run(() => review(files, options, io)));
  },
};
