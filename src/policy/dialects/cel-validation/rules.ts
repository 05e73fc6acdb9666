// `matchConditions` and `validations` of a Kubernetes dialect as conditions and rules, with the API server's messages. Source of
// truth: k8s.io/apiserver pkg/admission/plugin/policy/validating/validator.go.
import { BOOL, CelError, DYN, type Program, STRING } from '../../../cel/index.js';
import type { FieldPath } from '../../../kubernetes/index.js';
import {
  type CompiledCondition,
  type CompiledRule,
  PASS,
  type RuleOutcome,
  type Scope,
  type Severity,
} from '../../compiled.js';
import type { Frame, NamedExpression } from './frame.js';

export interface ValidationDocument {
  readonly expression: string;
  readonly message?: string | undefined;
  readonly messageExpression?: string | undefined;
  readonly reason?: string | undefined;
}

/** Says what is wrong, with the place inside the document. */
export type Report = (path: FieldPath, message: string) => void;

/** Longest message an expression may make (celconfig.MaxEvaluatedMessageExpressionSizeBytes). */
const MAX_MESSAGE_BYTES = 5 * 1024;

const BOOLEAN = [BOOL, DYN];
const TEXT = [STRING, DYN];

/** As the API server words what an evaluation ended in. */
const errorOf = (expression: string, error: CelError): string =>
  `expression '${expression.trim()}' resulted in error: ${error.message}`;

function condition({ name, expression }: NamedExpression, program: Program, frame: Frame): CompiledCondition {
  return {
    name,
    evaluate(scope) {
      const { activation, conditions } = frame.evaluation(scope);
      const value = program.evaluate(activation, conditions);
      if (value instanceof CelError) return { error: errorOf(expression, value) };
      return value === true;
    },
    trace: (scope) => frame.trace(program, expression, name, scope),
  };
}

/** Compiles match conditions; all must hold. */
export function compileConditions(
  documents: readonly NamedExpression[],
  frame: Frame,
  at: FieldPath,
  report: Report,
): readonly CompiledCondition[] {
  return documents.flatMap((document, index) => {
    const compiled = frame.compile(document.expression, BOOLEAN);
    if (compiled.ok) return [condition(document, compiled.program, frame)];
    report([...at, index, 'expression'], compiled.message);
    return [];
  });
}

/** What a message expression gives; empty where it fails, is no text, is blank, too long or has several lines. */
function evaluatedMessage(program: Program | undefined, frame: Frame, scope: Scope): string {
  if (program === undefined) return '';
  const { activation, budget } = frame.evaluation(scope);
  const value = program.evaluate(activation, budget);
  if (typeof value !== 'string') return '';
  const message = value.trim();
  return Buffer.byteLength(message) > MAX_MESSAGE_BYTES || message.includes('\n') ? '' : message;
}

function judge(
  document: ValidationDocument,
  program: Program,
  messageProgram: Program | undefined,
  frame: Frame,
  scope: Scope,
): RuleOutcome {
  const { activation, budget } = frame.evaluation(scope);
  const value = program.evaluate(activation, budget);
  if (value === true) return PASS;
  if (value instanceof CelError) return { kind: 'error', message: errorOf(document.expression, value) };
  const message =
    evaluatedMessage(messageProgram, frame, scope) ||
    document.message?.trim() ||
    `failed expression: ${document.expression.trim()}`;
  const { path, found, expected, details } = frame.explain(program, scope);
  const failure = {
    path: path === undefined ? undefined : [...scope.objectPath, ...path],
    ...{ found, expected, message, details },
    fix: '',
  };
  return { kind: 'fail', failures: [failure] };
}

/** How rules of a dialect are named and judged. */
export interface RuleOptions {
  readonly severity: Severity;
  readonly nameOf: (index: number) => string;
  /** Tells the shapes of one environment from those of another. */
  readonly shape: string;
}

/** Compiles validations; each becomes a rule. */
export function compileValidations(
  documents: readonly ValidationDocument[],
  frame: Frame,
  at: FieldPath,
  options: RuleOptions,
  report: Report,
): readonly CompiledRule[] {
  return documents.flatMap((document, index): readonly CompiledRule[] => {
    const compiled = frame.compile(document.expression, BOOLEAN);
    if (!compiled.ok) report([...at, index, 'expression'], compiled.message);
    const { messageExpression } = document;
    const message = messageExpression === undefined ? undefined : frame.compile(messageExpression, TEXT);
    if (message?.ok === false) report([...at, index, 'messageExpression'], message.message);
    if (!compiled.ok) return [];
    const { program } = compiled;
    const messageProgram = message?.ok === true ? message.program : undefined;
    return [
      {
        name: options.nameOf(index),
        severity: options.severity,
        reason: document.reason ?? 'Invalid',
        shape: frame.selfContained ? `${options.shape} ${document.expression}` : undefined,
        evaluate: (scope) => judge(document, program, messageProgram, frame, scope),
        trace: (scope) => [frame.trace(program, document.expression, 'expression', scope)],
      },
    ];
  });
}
