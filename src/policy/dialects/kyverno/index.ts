// Kyverno's policies in CEL: ValidatingPolicy and NamespacedValidatingPolicy. Source of truth: kyverno/api policies.kyverno.io,
// kyverno/kyverno pkg/cel/policies/vpol.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { extendEnvironment, type Program, validatingAdmissionEnvironment } from '../../../cel/index.js';
import { type FieldPath, formatFieldPath } from '../../../kubernetes/index.js';
import type { Action, CompiledPolicy, MatchConstraints, ResourceRule } from '../../compiled.js';
import type { Problem } from '../../problem.js';
import { checkSchema } from '../../schema-problems.js';
import { createFrame } from '../cel-validation/frame.js';
import { compileConditions, compileValidations, type Report } from '../cel-validation/rules.js';
import type { CompileResult, Dialect, PolicyDocumentSource } from '../dialect.js';
import { problemAt } from '../dialect.js';
import { describe } from '../validating-admission-policy/index.js';
import { compileMatchResources } from '../validating-admission-policy/match.js';
import {
  matchResourcesSchema,
  namedExpressionSchema,
  validationSchema,
} from '../validating-admission-policy/schema.js';
import { KYVERNO_VARIABLES, kyvernoLibrary, kyvernoValues, unreachableIn } from './libraries.js';

const GROUP = 'policies.kyverno.io/';
const KINDS = ['ValidatingPolicy', 'NamespacedValidatingPolicy'];

const switchSchema = z.strictObject({ enabled: z.boolean().optional() });
const policySchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.strictObject({
    matchConstraints: matchResourcesSchema.optional(),
    matchConditions: z.array(namedExpressionSchema).optional(),
    variables: z.array(namedExpressionSchema).optional(),
    validations: z.array(validationSchema).min(1),
    auditAnnotations: z.array(z.looseObject({})).optional(),
    failurePolicy: z.enum(['Fail', 'Ignore']).optional(),
    validationActions: z.array(z.enum(['Deny', 'Warn', 'Audit'])).optional(),
    webhookConfiguration: z.looseObject({}).optional(),
    evaluation: z
      .strictObject({
        mode: z.enum(['Kubernetes', 'JSON']).optional(),
        admission: switchSchema.optional(),
        background: switchSchema.optional(),
      })
      .optional(),
    autogen: z
      .looseObject({
        podControllers: z.looseObject({ controllers: z.array(z.string()).optional() }).optional(),
      })
      .optional(),
  }),
});

type PolicyDocument = z.infer<typeof policySchema>;

const ACTIONS: Readonly<Record<'Deny' | 'Warn' | 'Audit', Action>> = {
  Deny: 'deny',
  Warn: 'warn',
  Audit: 'audit',
};

/** Kinds that make pods, by the names autogen knows them by. */
const CONTROLLERS: Readonly<Record<string, string>> = {
  daemonsets: 'apps',
  deployments: 'apps',
  replicasets: 'apps',
  statefulsets: 'apps',
  jobs: 'batch',
  cronjobs: 'batch',
};

/** The controllers rules are generated for: those asked for, of a policy that is about pods and nothing else. */
function autogenOf({ spec }: PolicyDocument): readonly string[] {
  const { namespaceSelector: _, objectSelector, resourceRules = [] } = spec.matchConstraints ?? {};
  const isAboutPods =
    resourceRules.length > 0 &&
    resourceRules.every(
      ({ resources, resourceNames = [] }) =>
        resources.length === 1 && resources[0] === 'pods' && resourceNames.length === 0,
    );
  if (!isAboutPods || objectSelector !== undefined) return [];
  const wanted = spec.autogen?.podControllers?.controllers ?? Object.keys(CONTROLLERS);
  return wanted.filter((name) => Object.hasOwn(CONTROLLERS, name));
}

/** The constraints with what is generated for controllers, and the policy's own namespace where it has one. */
function matchOf(document: PolicyDocument, controllers: readonly string[]): MatchConstraints {
  const match = compileMatchResources(document.spec.matchConstraints ?? {});
  const namespaces = document.metadata.namespace === undefined ? [] : [document.metadata.namespace];
  return {
    ...match,
    any: match.any.map((entry) => ({
      ...entry,
      namespaces,
      rules: [
        ...entry.rules,
        ...entry.rules.flatMap((rule) =>
          controllers.map(
            (name): ResourceRule => ({
              ...rule,
              groups: [CONTROLLERS[name] ?? ''],
              versions: ['*'],
              resources: [name],
            }),
          ),
        ),
      ],
    })),
  };
}

const reads = (programs: readonly Program[], variable: string, first: string): boolean =>
  programs.some((program) =>
    program.references.some(
      ({ variable: name, path }) => name === variable && (path.length === 0 || path[0] === first),
    ),
  );

/** What the policy asks that needs the network; each is reported by name. */
function reportUnreachable({ spec }: PolicyDocument, report: Report): boolean {
  const places = (['matchConditions', 'variables', 'validations'] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ expression }, index) => ({
      at: ['spec', list, index, 'expression'],
      expression,
    })),
  );
  const found = places.flatMap(({ at, expression }) => {
    const name = unreachableIn(expression);
    return name === undefined ? [] : [{ at, name }];
  });
  for (const { at, name } of found) report(at, `${name} needs the network, which policies here do not reach`);
  return found.length > 0;
}

function compilePolicy(
  source: PolicyDocumentSource,
  document: PolicyDocument,
  report: Report,
): CompiledPolicy {
  const { metadata, spec } = document;
  if (spec.evaluation?.mode === 'JSON')
    report(['spec', 'evaluation', 'mode'], 'JSON is not supported: only Kubernetes objects are judged');
  const base = extendEnvironment(validatingAdmissionEnvironment({ params: false }), {
    libraries: [kyvernoLibrary],
    variables: [...KYVERNO_VARIABLES],
  });
  const { frame, problems } = createFrame(base, spec.variables ?? [], false, kyvernoValues);
  for (const { index, message } of problems) report(['spec', 'variables', index, 'expression'], message);
  const description = describe(metadata.name, metadata.annotations);
  const controllers = autogenOf(document);
  const conditions = compileConditions(
    spec.matchConditions ?? [],
    frame,
    ['spec', 'matchConditions'],
    report,
  );
  const options = {
    severity: description.severity,
    nameOf: (index: number) => `validation-${index}`,
    shape: 'kyverno',
  };
  const rules = compileValidations(spec.validations, frame, ['spec', 'validations'], options, report);
  const inAdmission = spec.evaluation?.admission?.enabled ?? true;
  const actions = (spec.validationActions ?? ['Deny']).map((action) => ACTIONS[action]);
  return {
    id: `${source.kind}/${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`,
    name: metadata.name,
    dialect: 'kyverno',
    source: { file: source.file, ...source.positionOf([]) },
    description,
    match: matchOf(document, controllers),
    subject: controllers.length > 0 ? 'pod' : 'object',
    conditions,
    rules,
    bindings: [
      {
        name: '',
        match: undefined,
        params: undefined,
        stages: [],
        actions: inAdmission ? actions : ['audit'],
      },
    ],
    judgesDeleting: true,
    failurePolicy: spec.failurePolicy ?? 'Fail',
    exceptions: { allowed: true, maxDuration: undefined, approvers: [] },
    reads: {
      requester: reads(frame.programs, 'request', 'userInfo'),
      oldObject: frame.programs.some(({ references }) =>
        references.some(({ variable }) => variable === 'oldObject'),
      ),
    },
    document: source.value,
    fingerprint: createHash('sha256').update(JSON.stringify(source.value)).digest('hex'),
  };
}

function compileDocument(source: PolicyDocumentSource): CompileResult {
  const checked = checkSchema(policySchema, source);
  if (!checked.ok) return { policies: [], problems: checked.problems };
  const problems: Problem[] = [];
  const report: Report = (path: FieldPath, message) =>
    void problems.push(problemAt(source, path, formatFieldPath(path), message));
  if (reportUnreachable(checked.value, report)) return { policies: [], problems };
  const policy = compilePolicy(source, checked.value, report);
  return { policies: problems.length === 0 ? [policy] : [], problems };
}

export const kyvernoDialect: Dialect = {
  name: 'kyverno',
  documents: `${GROUP}v1 ${KINDS.join(', ')}`,
  claims: (apiVersion, kind) => apiVersion.startsWith(GROUP) && KINDS.includes(kind),
  compile(documents) {
    const results = documents.map(compileDocument);
    return {
      policies: results.flatMap((result) => result.policies),
      problems: results.flatMap((result) => result.problems),
    };
  },
};
