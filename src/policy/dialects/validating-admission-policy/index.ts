// Kubernetes' own policies, with the semantics of 1.36: ValidatingAdmissionPolicy and ValidatingAdmissionPolicyBinding.
import { createHash } from 'node:crypto';
import {
  CelError,
  DYN,
  NULL,
  type Program,
  STRING,
  validatingAdmissionEnvironment,
} from '../../../cel/index.js';
import { type FieldPath, formatFieldPath } from '../../../kubernetes/index.js';
import type {
  Action,
  CompiledAuditAnnotation,
  CompiledBinding,
  CompiledPolicy,
  PolicyDescription,
  Severity,
} from '../../compiled.js';
import { SEVERITIES } from '../../compiled.js';
import type { Problem } from '../../problem.js';
import { checkSchema } from '../../schema-problems.js';
import { createFrame, type Frame } from '../cel-validation/frame.js';
import { compileConditions, compileValidations, type Report } from '../cel-validation/rules.js';
import type { CompileResult, Dialect, LoadOptions, PolicyDocumentSource } from '../dialect.js';
import { problemAt } from '../dialect.js';
import { compileMatchResources } from './match.js';
import { compileParams } from './params.js';
import { type BindingDocument, bindingSchema, type PolicyDocument, policySchema } from './schema.js';

const GROUP = 'admissionregistration.k8s.io/';
const POLICY = 'ValidatingAdmissionPolicy';
const BINDING = 'ValidatingAdmissionPolicyBinding';

const ACTIONS: Readonly<Record<BindingDocument['spec']['validationActions'][number], Action>> = {
  Deny: 'deny',
  Warn: 'warn',
  Audit: 'audit',
};

/** A binding with the document it was read from. */
interface ReadBinding {
  readonly source: PolicyDocumentSource;
  readonly document: BindingDocument;
}

/** Annotations by which people describe a policy of a format that has no fields for it. */
export function describe(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): PolicyDescription {
  const of = (...keys: readonly string[]): string =>
    keys.map((key) => annotations[key]).find((value) => value !== undefined) ?? '';
  const severity = of('warder.dev/severity', 'policies.kyverno.io/severity').toLowerCase();
  return {
    title: of('warder.dev/title', 'policies.kyverno.io/title') || name,
    description: of('warder.dev/description', 'policies.kyverno.io/description', 'description'),
    category: of('warder.dev/category', 'policies.kyverno.io/category'),
    severity: SEVERITIES.find((known) => known === severity) ?? ('medium' satisfies Severity),
    references: [of('warder.dev/references', 'controlUrl')].filter((reference) => reference !== ''),
    owner: of('warder.dev/owner'),
    version: '',
    review: undefined,
  };
}

function annotationsOf(
  documents: PolicyDocument['spec']['auditAnnotations'],
  frame: Frame,
  report: Report,
): readonly CompiledAuditAnnotation[] {
  return (documents ?? []).flatMap(({ key, valueExpression }, index) => {
    const compiled = frame.compile(valueExpression, [STRING, NULL, DYN]);
    if (!compiled.ok) {
      report(['spec', 'auditAnnotations', index, 'valueExpression'], compiled.message);
      return [];
    }
    const { program } = compiled;
    return [
      {
        key,
        evaluate(scope) {
          const { activation, budget } = frame.evaluation(scope);
          const value = program.evaluate(activation, budget);
          // null leaves it out, as the API server has it; so does an error, which its rules tell of.
          return value instanceof CelError || typeof value !== 'string' ? undefined : value;
        },
      } satisfies CompiledAuditAnnotation,
    ];
  });
}

/** The binding that offline commands give a policy that has none, so that it can be looked at all the same. */
const UNBOUND: CompiledBinding = {
  name: '(none)',
  match: undefined,
  params: undefined,
  stages: [],
  actions: ['deny'],
};

function compileBinding({ document }: ReadBinding, policy: PolicyDocument): CompiledBinding {
  const { metadata, spec } = document;
  return {
    name: metadata.name,
    match: spec.matchResources === undefined ? undefined : compileMatchResources(spec.matchResources),
    params: compileParams(policy.spec.paramKind, spec.paramRef),
    stages: [],
    actions: spec.validationActions.map((action) => ACTIONS[action]),
  };
}

const reads = (programs: readonly Program[], variable: string, first?: string): boolean =>
  programs.some((program) =>
    program.references.some(
      ({ variable: name, path }) =>
        name === variable && (first === undefined || path.length === 0 || path[0] === first),
    ),
  );

function compilePolicy(
  source: PolicyDocumentSource,
  document: PolicyDocument,
  bindings: readonly ReadBinding[],
  options: LoadOptions,
  report: Report,
): CompiledPolicy {
  const { metadata, spec } = document;
  const hasParams = spec.paramKind !== undefined;
  const base = validatingAdmissionEnvironment({ params: hasParams });
  const { frame, problems } = createFrame(base, spec.variables ?? [], hasParams);
  for (const { index, message } of problems) report(['spec', 'variables', index, 'expression'], message);
  const description = describe(metadata.name, metadata.annotations);
  const conditions = compileConditions(
    spec.matchConditions ?? [],
    frame,
    ['spec', 'matchConditions'],
    report,
  );
  const rules = compileValidations(
    spec.validations ?? [],
    frame,
    ['spec', 'validations'],
    {
      severity: description.severity,
      nameOf: (index) => `validation-${index}`,
      shape: POLICY,
    },
    report,
  );
  const compiled = bindings.map((binding) => compileBinding(binding, document));
  const unbound = compiled.length === 0 && options.evaluateUnbound === true;
  return {
    id: `${POLICY}/${metadata.name}`,
    name: metadata.name,
    dialect: 'validating-admission-policy',
    source: { file: source.file, ...source.positionOf([]) },
    description,
    match: compileMatchResources(spec.matchConstraints),
    subject: 'object',
    conditions,
    rules,
    bindings: unbound ? [UNBOUND] : compiled,
    auditAnnotations: annotationsOf(spec.auditAnnotations, frame, report),
    judgesDeleting: true,
    failurePolicy: spec.failurePolicy ?? 'Fail',
    exceptions: { allowed: true, maxDuration: undefined, approvers: [] },
    reads: {
      requester: reads(frame.programs, 'request', 'userInfo') || reads(frame.programs, 'authorizer'),
      oldObject: reads(frame.programs, 'oldObject') || reads(frame.programs, 'request', 'oldObject'),
    },
    document: source.value,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([source.value, bindings.map((binding) => binding.source.value)]))
      .digest('hex'),
  };
}

/** Bindings by the policy they name; what is wrong with them is reported. */
function readBindings(
  documents: readonly PolicyDocumentSource[],
  problems: Problem[],
): ReadonlyMap<string, readonly ReadBinding[]> {
  const byPolicy = new Map<string, ReadBinding[]>();
  for (const source of documents) {
    const checked = checkSchema(bindingSchema, source);
    if (!checked.ok) {
      problems.push(...checked.problems);
      continue;
    }
    const { policyName } = checked.value.spec;
    byPolicy.set(policyName, [...(byPolicy.get(policyName) ?? []), { source, document: checked.value }]);
  }
  return byPolicy;
}

function unboundProblem(source: PolicyDocumentSource, name: string, options: LoadOptions): Problem {
  const message =
    options.evaluateUnbound === true
      ? `${name} has no ${BINDING}: a cluster would not enforce it; it is judged here as if bound with Deny`
      : `${name} has no ${BINDING}: it is not enforced`;
  return problemAt(source, ['metadata', 'name'], 'metadata.name', message, 'warning');
}

function compileDocument(
  source: PolicyDocumentSource,
  byPolicy: ReadonlyMap<string, readonly ReadBinding[]>,
  names: Set<string>,
  options: LoadOptions,
): CompileResult {
  const checked = checkSchema(policySchema, source);
  if (!checked.ok) return { policies: [], problems: checked.problems };
  const { name } = checked.value.metadata;
  names.add(name);
  const problems: Problem[] = [];
  const report: Report = (path: FieldPath, message) =>
    void problems.push(problemAt(source, path, formatFieldPath(path), message));
  const bindings = byPolicy.get(name) ?? [];
  const policy = compilePolicy(source, checked.value, bindings, options, report);
  if (problems.length > 0) return { policies: [], problems };
  return {
    policies: [policy],
    problems: bindings.length === 0 ? [unboundProblem(source, name, options)] : [],
  };
}

export const validatingAdmissionPolicyDialect: Dialect = {
  name: 'validating-admission-policy',
  documents: `${GROUP}v1 ${POLICY}, ${BINDING}`,
  claims: (apiVersion, kind) => apiVersion.startsWith(GROUP) && (kind === POLICY || kind === BINDING),
  compile(documents, options) {
    const problems: Problem[] = [];
    const byPolicy = readBindings(
      documents.filter(({ kind }) => kind === BINDING),
      problems,
    );
    const names = new Set<string>();
    const results = documents
      .filter(({ kind }) => kind === POLICY)
      .map((source) => compileDocument(source, byPolicy, names, options));
    for (const [name, bindings] of byPolicy) {
      if (names.has(name)) continue;
      for (const { source } of bindings)
        problems.push(
          problemAt(
            source,
            ['spec', 'policyName'],
            'spec.policyName',
            `there is no ${POLICY} ${name}: this binding binds nothing`,
            'warning',
          ),
        );
    }
    return {
      policies: results.flatMap((result) => result.policies),
      problems: [...problems, ...results.flatMap((result) => result.problems)],
    };
  },
};
