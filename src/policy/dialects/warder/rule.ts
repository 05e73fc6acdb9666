// One rule of a Policy, compiled: select the items, ask `when`, check what is required, say what is wrong.
import { compilePath, type SelectedNode, type Selector } from '../../../jsonpath/index.js';
import { type FieldPath, formatFieldPath, type JsonValue } from '../../../kubernetes/index.js';
import {
  type CompiledRule,
  PASS,
  type RuleFailure,
  type RuleOutcome,
  type Scope,
  type Severity,
  type Trace,
} from '../../compiled.js';
import type { BooleanExpression, Interpolation, PolicyExpressions } from '../../expressions.js';
import { compileFieldCheck } from './field-check.js';
import { fixPhrase } from './fix.js';
import { OPERATOR_NAMES, type OperatorName, type RequireDocument, type RuleDocument } from './schema.js';

/** Says what is wrong, with the place inside the rule. */
export type Report = (path: FieldPath, message: string) => undefined;

/** What one item broke; null where it passes. */
type Requirement = (
  scope: Scope,
  item: JsonValue | null,
  path: FieldPath,
) => RuleBreak | { readonly error: string } | null;

/** Where and how the requirement is broken, before there is a message. */
interface RuleBreak {
  readonly path: FieldPath | undefined;
  readonly found: JsonValue | undefined;
  readonly expected: string;
  readonly details?: readonly string[];
}

/** The operator a requirement uses and its value, a `{param: name}` put in. */
function operatorOf(
  require: RequireDocument,
  parameters: Readonly<Record<string, JsonValue>>,
  report: Report,
): { readonly name: OperatorName; readonly value: JsonValue } | undefined {
  const name = OPERATOR_NAMES.find((candidate) => require[candidate] !== undefined) as OperatorName; // the schema saw one
  const written = require[name] as JsonValue; // the schema admits JSON only
  if (typeof written !== 'object' || written === null || !('param' in written))
    return { name, value: written };
  const parameter = String(written.param);
  if (Object.hasOwn(parameters, parameter)) return { name, value: parameters[parameter] as JsonValue }; // own key
  const known = Object.keys(parameters).join(', ') || 'none';
  return report(
    ['require', name, 'param'],
    `the policy declares no parameter ${parameter}; it declares: ${known}`,
  );
}

/** A path inside the document's rule, compiled; what is wrong with it is reported at its field. */
function pathOf(text: string, field: FieldPath, report: Report): Selector | undefined {
  const compiled = compilePath(text);
  return compiled.ok ? compiled.selector : report(field, compiled.problem.message);
}

/** `path` with an operator: every node selected must satisfy it; a path that can name one field only, also unset. */
function fieldRequirement(
  require: RequireDocument,
  parameters: Readonly<Record<string, JsonValue>>,
  report: Report,
): Requirement | undefined {
  const selector = pathOf(require.path as string, ['require', 'path'], report); // the schema: path or cel
  const operator = operatorOf(require, parameters, report);
  if (selector === undefined || operator === undefined) return undefined;
  const compiled = compileFieldCheck(operator.name, operator.value);
  if (!compiled.ok) return report(['require', operator.name], compiled.message);
  const { test } = compiled.check;
  const expected = require.expected ?? compiled.check.expected;
  const broken = (base: FieldPath, path: FieldPath, found: JsonValue | undefined): RuleBreak => ({
    path: [...base, ...path],
    found,
    expected,
  });
  if (selector.singular) {
    const own = selector.path;
    return (_scope, item, base) => {
      const found = selector.get(item);
      return test(found) ? null : broken(base, own, found);
    };
  }
  const wantsOne = operator.name === 'exists';
  return (_scope, item, base) => {
    const nodes = selector.nodes(item);
    if (nodes.length === 0) return wantsOne ? broken(base, [], undefined) : null;
    const bad = nodes.find((node) => !test(node.value));
    return bad === undefined ? null : broken(base, bad.path, bad.value);
  };
}

/** `cel`: the expression must be true; an explanation says which part is not. */
function expressionRequirement(
  require: RequireDocument,
  expressions: PolicyExpressions,
  report: Report,
): Requirement | undefined {
  const compiled = expressions.boolean(require.cel as string); // the schema: path or cel
  if (!compiled.ok) return report(['require', 'cel'], compiled.message);
  const { expression } = compiled;
  return (scope, item, base) => {
    const holds = expression.evaluate(scope, item, base);
    if (holds === true) return null;
    if (holds !== false) return holds;
    const explained = expression.explain(scope, item, base);
    return {
      path: explained.path ?? (base.length > 0 ? base : undefined),
      found: explained.path === undefined && item !== null && base.length > 0 ? item : explained.found,
      expected: require.expected ?? explained.expected,
      details: explained.details,
    };
  };
}

interface RuleParts {
  readonly when: BooleanExpression | undefined;
  readonly requirement: Requirement;
  readonly message: Interpolation;
  readonly fix: string;
}

type ItemOutcome = 'pass' | 'skip' | RuleFailure | { readonly error: string };

/** Judges one item, or the whole object where the rule has no `each`. */
function judgeItem(parts: RuleParts, scope: Scope, item: JsonValue | null, path: FieldPath): ItemOutcome {
  if (parts.when !== undefined) {
    const applies = parts.when.evaluate(scope, item, path);
    if (applies === false) return 'skip';
    if (applies !== true) return applies;
  }
  const broken = parts.requirement(scope, item, path);
  if (broken === null) return 'pass';
  if ('error' in broken) return broken;
  return {
    path: broken.path === undefined ? undefined : [...scope.objectPath, ...broken.path],
    found: broken.found,
    expected: broken.expected,
    message: parts.message(scope, item, path),
    fix: parts.fix,
    details: broken.details ?? [],
  };
}

const NOT_APPLICABLE: RuleOutcome = Object.freeze({ kind: 'skip', reason: '`when` does not hold' });
const WHOLE_OBJECT: FieldPath = Object.freeze([]);

function judgeWhole(parts: RuleParts, scope: Scope): RuleOutcome {
  const outcome = judgeItem(parts, scope, scope.object, WHOLE_OBJECT);
  if (outcome === 'pass') return PASS;
  if (outcome === 'skip') return NOT_APPLICABLE;
  return 'error' in outcome
    ? { kind: 'error', message: outcome.error }
    : { kind: 'fail', failures: [outcome] };
}

/** What a path selects from the object, found once for all rules that ask. */
function selected(each: Selector, scope: Scope): readonly SelectedNode[] {
  const known = scope.selections.get(each);
  if (known !== undefined) return known;
  const nodes = each.nodes(scope.object);
  scope.selections.set(each, nodes);
  return nodes;
}

/** All items are judged and all failures kept; an error counts only where nothing failed. */
function judgeEach(parts: RuleParts, each: Selector, scope: Scope): RuleOutcome {
  let failures: RuleFailure[] | undefined;
  let error: string | undefined;
  for (const { value, path } of selected(each, scope)) {
    const outcome = judgeItem(parts, scope, value, path);
    if (typeof outcome === 'string') continue;
    if ('error' in outcome) error ??= outcome.error;
    else {
      failures ??= [];
      failures.push(outcome);
    }
  }
  if (failures !== undefined) return { kind: 'fail', failures };
  return error === undefined ? PASS : { kind: 'error', message: error };
}

/** The requirement as the policy writes it, on one line. */
const requirementText = ({ path, cel, expected: _, ...operators }: RequireDocument): string =>
  cel?.trim() ??
  `${path} ${Object.entries(operators).map(([name, value]) => `${name} ${JSON.stringify(value)}`)}`;

/** What a field check came to. */
function traceCheck(
  { require }: RuleDocument,
  parts: RuleParts,
  scope: Scope,
  item: JsonValue | null,
  path: FieldPath,
): Trace {
  const broken = parts.requirement(scope, item, path);
  const base = {
    label: 'require',
    item: undefined,
    source: requirementText(require),
    parts: [],
  };
  if (broken === null) return { ...base, result: 'true', because: [] };
  if ('error' in broken) return { ...base, result: 'error', because: [broken.error] };
  const { path: at = [], found, expected } = broken;
  const shown = found === undefined ? 'unset' : JSON.stringify(found).slice(0, 200);
  const wanted = expected === '' ? '' : `, expected ${expected}`;
  return {
    ...base,
    result: 'false',
    because: [`${formatFieldPath([...scope.objectPath, ...at])} is ${shown}${wanted}`],
  };
}

/** What `when` and `require` came to, for each item. */
function traceRule(
  rule: RuleDocument,
  parts: RuleParts,
  each: Selector | undefined,
  required: BooleanExpression | undefined,
  scope: Scope,
): readonly Trace[] {
  const items = each === undefined ? [{ value: scope.object, path: WHOLE_OBJECT }] : selected(each, scope);
  return items.flatMap(({ value, path }) => {
    const item = each === undefined ? undefined : [...scope.objectPath, ...path];
    const when = parts.when?.trace(scope, value, path);
    const asked = when === undefined ? [] : [{ ...when, label: 'when', item }];
    if (when !== undefined && when.result !== 'true') return asked;
    const require =
      required === undefined
        ? traceCheck(rule, parts, scope, value, path)
        : required.trace(scope, value, path);
    return [...asked, { ...require, label: 'require', item }];
  });
}

/** What decides whether a rule passes, as text: two rules with the same pass the same objects. */
function shapeOf(
  { each, when, require }: RuleDocument,
  parameters: Readonly<Record<string, JsonValue>>,
  expressions: PolicyExpressions,
): string | undefined {
  const usesExpressions = when !== undefined || require.cel !== undefined;
  if (usesExpressions && !expressions.selfContained) return undefined;
  return JSON.stringify([each, when, require, parameters]);
}

/** Compiles a rule; undefined where something in it was reported. */
export function compileRule(
  rule: RuleDocument,
  defaultSeverity: Severity,
  parameters: Readonly<Record<string, JsonValue>>,
  expressions: PolicyExpressions,
  report: Report,
): CompiledRule | undefined {
  const each = rule.each === undefined ? undefined : pathOf(rule.each, ['each'], report);
  const when = rule.when === undefined ? undefined : expressions.boolean(rule.when);
  if (when !== undefined && !when.ok) report(['when'], when.message);
  const requirement =
    rule.require.cel === undefined
      ? fieldRequirement(rule.require, parameters, report)
      : expressionRequirement(rule.require, expressions, report);
  const message = expressions.interpolation(rule.message);
  if (!message.ok) return report(['message'], message.message);
  if (requirement === undefined || (when !== undefined && !when.ok)) return undefined;
  if (rule.each !== undefined && each === undefined) return undefined;
  const required = rule.require.cel === undefined ? undefined : expressions.boolean(rule.require.cel);
  const parts: RuleParts = {
    when: when?.expression,
    requirement,
    message: message.interpolation,
    fix: fixPhrase(rule.fix, rule.require),
  };
  return {
    name: rule.name,
    severity: rule.severity ?? defaultSeverity,
    reason: 'Forbidden',
    shape: shapeOf(rule, parameters, expressions),
    evaluate:
      each === undefined ? (scope) => judgeWhole(parts, scope) : (scope) => judgeEach(parts, each, scope),
    trace: (scope) =>
      traceRule(rule, parts, each, required?.ok === true ? required.expression : undefined, scope),
  };
}
