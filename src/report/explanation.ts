// Why policies did or did not apply to one object, and what each of their parts came to, for a terminal.
import type { PolicyExplanation, RuleExplanation } from '../engine/index.js';
import { formatFieldPath } from '../kubernetes/index.js';
import type { Trace, TracedPart } from '../policy/index.js';
import { count, type Style } from './style.js';

export interface ExplanationOptions {
  readonly style: Style;
  /** Every part of every expression with its value, also where it holds. */
  readonly trace: boolean;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function partLines({ source, value, children }: TracedPart, indent: string, style: Style): readonly string[] {
  const own = `${indent}${oneLine(source)} ${style.dim('→')} ${value}`;
  return [own, ...children.flatMap((child) => partLines(child, `${indent}  `, style))];
}

function resultWord({ result }: Trace, style: Style): string {
  if (result === 'true') return style.green('true');
  return result === 'false' ? style.red('false') : style.yellow('error');
}

const MAX_SOURCE = 140;

/** `require: … → false`, then what decided; every part where they are asked for, and long patterns in full only then. */
function traceLines(
  trace: Trace,
  head: string,
  { style, trace: withParts }: ExplanationOptions,
): readonly string[] {
  const indent = ' '.repeat(head.length - head.trimStart().length);
  const item = trace.item === undefined ? '' : `${style.cyan(formatFieldPath(trace.item))} `;
  const source = oneLine(trace.source);
  const shown = withParts || source.length <= MAX_SOURCE ? source : `${source.slice(0, MAX_SOURCE)}…`;
  const lines = [`${head}${item}${trace.label}: ${shown} ${style.dim('→')} ${resultWord(trace, style)}`];
  lines.push(...trace.because.map((reason) => `${indent}    ${oneLine(reason)}`));
  if (withParts) lines.push(...trace.parts.flatMap((part) => partLines(part, `${indent}      `, style)));
  return lines;
}

const MARKS: Readonly<Record<RuleExplanation['result'], string>> = {
  pass: '✓',
  fail: '✗',
  error: '!',
  skip: '–',
};

function marked(result: RuleExplanation['result'], style: Style): string {
  const mark = MARKS[result];
  if (result === 'pass') return style.green(mark);
  return result === 'skip' ? style.dim(mark) : style.red(mark);
}

function ruleLines(rule: RuleExplanation, options: ExplanationOptions): readonly string[] {
  const lines = [`  ${marked(rule.result, options.style)} rule ${rule.name}: ${rule.result}`];
  lines.push(...rule.messages.map((message) => `      ${oneLine(message)}`));
  if (rule.traces.length === 0) lines.push('      its path selects nothing here');
  return [...lines, ...rule.traces.flatMap((trace) => traceLines(trace, '      ', options))];
}

const worst = (rules: readonly RuleExplanation[]): RuleExplanation['result'] =>
  (['fail', 'error', 'pass'] as const).find((result) => rules.some((rule) => rule.result === result)) ??
  'skip';

function policyLines(explanation: PolicyExplanation, options: ExplanationOptions): readonly string[] {
  const { policy, applies, reasons, conditions, rules } = explanation;
  const { style } = options;
  const actions = [...new Set(policy.bindings.flatMap((binding) => binding.actions))].join(', ');
  const source = style.dim(`${policy.source.file}:${policy.source.line}`);
  if (!applies) {
    const why = reasons.map((reason) => `    ${oneLine(reason)}`);
    const lines = conditions.flatMap((trace) => traceLines(trace, '    condition ', options));
    return [`${style.dim('–')} ${style.bold(policy.name)} does not apply  ${source}`, ...why, ...lines];
  }
  return [
    `${marked(worst(rules), style)} ${style.bold(policy.name)} (${actions})  ${source}`,
    ...conditions.flatMap((trace) => traceLines(trace, '  condition ', options)),
    ...rules.flatMap((rule) => ruleLines(rule, options)),
  ];
}

/** The explanations of one review under its title; `unmatched` more are only counted. */
export function renderExplanation(
  title: string,
  explanations: readonly PolicyExplanation[],
  unmatched: number,
  options: ExplanationOptions,
): string {
  const blocks = explanations.map((explanation) => policyLines(explanation, options).join('\n'));
  const rest =
    unmatched === 0
      ? []
      : [
          options.style.dim(
            `${count(unmatched, 'more policy', 'more policies')} not about this kind of request (--all says why)`,
          ),
        ];
  return `${[options.style.bold(title), ...blocks, ...rest].join('\n\n')}\n`;
}
