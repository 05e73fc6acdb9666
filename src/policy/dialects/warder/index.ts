// Warder's own dialect: `Policy` documents of warder.dev/v1, each compiled on its own.
import { createHash } from 'node:crypto';
import { type FieldPath, formatFieldPath, type JsonValue } from '../../../kubernetes/index.js';
import type { CompiledCondition, CompiledPolicy, CompiledRule } from '../../compiled.js';
import { type PolicyExpressions, policyExpressions } from '../../expressions.js';
import { type ParameterDeclaration, resolveParameters } from '../../parameters.js';
import type { Problem } from '../../problem.js';
import { checkSchema } from '../../schema-problems.js';
import type { CompileResult, Dialect, LoadOptions, PolicyDocumentSource } from '../dialect.js';
import { problemAt } from '../dialect.js';
import { compileDescription, compileStages, compileTerms } from './description.js';
import { compileMatch } from './match.js';
import { checkResources } from './resource-names.js';
import { compileRule, type Report } from './rule.js';
import { type PolicyDocument, policySchema } from './schema.js';

type Parameters = Readonly<Record<string, JsonValue>>;

function compileConditions(
  document: PolicyDocument,
  expressions: PolicyExpressions,
  report: Report,
): readonly CompiledCondition[] {
  return (document.spec.conditions ?? []).flatMap(({ name, expression }, index) => {
    const compiled = expressions.condition(name, expression);
    if (compiled.ok) return [compiled.condition];
    report(['spec', 'conditions', index, 'expression'], compiled.message);
    return [];
  });
}

function compileRules(
  document: PolicyDocument,
  expressions: PolicyExpressions,
  parameters: Parameters,
  report: Report,
): readonly CompiledRule[] {
  const { rules, severity } = document.spec;
  const names = new Set<string>();
  return rules.flatMap((rule, index) => {
    const at: FieldPath = ['spec', 'rules', index];
    if (names.has(rule.name)) report([...at, 'name'], `there is already a rule ${rule.name}`);
    names.add(rule.name);
    const reportInRule: Report = (path, message) => report([...at, ...path], message);
    return compileRule(rule, severity, parameters, expressions, reportInRule) ?? [];
  });
}

/** Values of the parameters the policy declares; what was given wrongly is reported as configuration. */
function resolveFor(document: PolicyDocument, options: LoadOptions, report: Report): Parameters {
  const { name } = document.metadata;
  const given = Object.hasOwn(options.parameters, name) ? (options.parameters[name] ?? {}) : {};
  // The schema admits JSON only, but says so as unknown.
  const declared = (document.spec.parameters ?? {}) as Readonly<Record<string, ParameterDeclaration>>;
  const resolved = resolveParameters(declared, given);
  for (const problem of resolved.problems) {
    const at: FieldPath = ['spec', 'parameters', problem.name];
    if (problem.in === 'declaration') report([...at, 'default'], problem.message);
    else report(at, `the configuration's value of parameters.${name}.${problem.name}: ${problem.message}`);
  }
  return resolved.values;
}

function compilePolicy(
  source: PolicyDocumentSource,
  document: PolicyDocument,
  options: LoadOptions,
  report: Report,
): CompiledPolicy {
  const { metadata, spec } = document;
  const parameters = resolveFor(document, options, report);
  const { expressions, problems } = policyExpressions(spec.variables ?? [], parameters, options.risks);
  for (const { index, message } of problems) report(['spec', 'variables', index, 'expression'], message);
  checkResources(document, report);
  const stages = compileStages(document, report);
  const rules = compileRules(document, expressions, parameters, report);
  const conditions = compileConditions(document, expressions, report);
  return {
    id: `warder/${metadata.name}`,
    name: metadata.name,
    dialect: 'warder',
    source: { file: source.file, ...source.positionOf([]) },
    description: compileDescription(document, report),
    match: compileMatch(spec),
    subject: spec.podTemplates ? 'pod' : 'object',
    conditions,
    rules,
    bindings: [{ name: '', match: undefined, params: undefined, stages, actions: [spec.action] }],
    judgesDeleting: false,
    failurePolicy: spec.failurePolicy,
    exceptions: compileTerms(document, report),
    reads: expressions.reads(),
    document: source.value,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([source.value, parameters]))
      .digest('hex'),
  };
}

/** A policy with any problem is refused whole: half a policy would look like protection. */
function compileDocument(source: PolicyDocumentSource, options: LoadOptions): CompileResult {
  const checked = checkSchema(policySchema, source);
  if (!checked.ok) return { policies: [], problems: checked.problems };
  const problems: Problem[] = [];
  const report: Report = (path, message) => {
    problems.push(problemAt(source, path, formatFieldPath(path), message));
    return undefined;
  };
  const policy = compilePolicy(source, checked.value, options, report);
  return { policies: problems.length === 0 ? [policy] : [], problems };
}

export const warderDialect: Dialect = {
  name: 'warder',
  documents: 'warder.dev/v1 Policy',
  claims: (apiVersion, kind) => apiVersion.startsWith('warder.dev/') && kind === 'Policy',
  compile(documents, options) {
    const results = documents.map((source) => compileDocument(source, options));
    return {
      policies: results.flatMap((result) => result.policies),
      problems: results.flatMap((result) => result.problems),
    };
  },
};
