// From source to something that runs: parse, check, compile, with everything known about the expression afterwards.
import type { Activation, Budget } from './activation.js';
import type { Expr } from './ast.js';
import { type CheckedExpr, type CheckResult, check, resolveUnchecked } from './checker.js';
import { compileCode } from './compiler/compile.js';
import { type Environment, LOCAL_SLOTS } from './environment.js';
import { parse } from './parser.js';
import { type VariableReference, variableReferences } from './references.js';
import { type Problem, problemAt } from './source.js';
import type { CelType } from './types.js';
import type { CelError, CelValue } from './values.js';

export interface Program {
  readonly source: string;
  readonly environment: Environment;
  readonly ast: Expr;
  readonly checked: CheckedExpr;
  readonly resultType: CelType;
  /** Whether the result is JSON throughout whenever its JSON variables are (see `VariableDeclaration.json`). */
  readonly resultIsJson: boolean;
  /** The result, where it does not depend on any variable. */
  readonly constant: CelValue | undefined;
  /** The variables it reads, and the paths below them as far as they are written out. */
  readonly references: readonly VariableReference[];
  /**
   * Evaluates. The activation must come from this program's environment or one extended from it. Never throws: a
   * failure, a cost limit or the deadline is an error value. What it cost is added to the budget.
   */
  evaluate(activation: Activation, budget: Budget): CelValue | CelError;
}

export type CompileResult =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface CompileOptions {
  /**
   * The types the result may have, exactly, as Kubernetes demands (`must evaluate to bool`). A dynamic result is only
   * allowed where `DYN` is among them.
   */
  readonly expectedTypes?: readonly CelType[];
  /** Leaves out the type check; see `resolveUnchecked`. */
  readonly unchecked?: boolean;
}

/** Compiles an expression, or says everything that is wrong with it. Never throws, whatever the source. */
export function compile(
  environment: Environment,
  source: string,
  options: CompileOptions = {},
): CompileResult {
  const { macros, options: settings } = environment;
  const parsed = parse(source, { macros, limits: settings.limits, optionalSyntax: settings.optionalSyntax });
  if (!parsed.ok) return parsed;
  const checking: CheckResult = options.unchecked
    ? { ok: true, checked: resolveUnchecked(environment, source, parsed.expr) }
    : check(environment, source, parsed.expr);
  if (!checking.ok) return checking;
  const { checked } = checking;
  const fail = (message: string): CompileResult => ({ ok: false, problems: [problemAt(source, 0, message)] });
  const expected = options.expectedTypes;
  if (expected !== undefined && !expected.some((type) => type.toString() === checked.type.toString())) {
    const wanted = expected.length === 1 ? String(expected[0]) : `one of [${expected.join(' ')}]`;
    return fail(`must evaluate to ${wanted}`);
  }
  const code = compileCode(checked);
  if (code === undefined) return fail(`more than ${LOCAL_SLOTS} nested comprehension variables`);
  const { run, cost } = code;
  let references: readonly VariableReference[] | undefined;
  const program: Program = {
    source,
    environment,
    ast: checked.expr,
    checked,
    resultType: checked.type,
    resultIsJson: code.json ?? false,
    constant: code.constant,
    get references() {
      references ??= variableReferences(checked);
      return references;
    },
    evaluate: (activation, budget) => activation.evaluate(run, cost, budget),
  };
  return { ok: true, program };
}
