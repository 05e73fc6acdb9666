// Gatekeeper's policies whose source is CEL: ConstraintTemplate with K8sNativeValidation, and the constraints of its kinds.
import { createHash } from 'node:crypto';
import { validatingAdmissionEnvironment } from '../../../cel/index.js';
import {
  type FieldPath,
  formatFieldPath,
  type JsonObject,
  type JsonValue,
} from '../../../kubernetes/index.js';
import type { Action, CompiledPolicy } from '../../compiled.js';
import type { Problem } from '../../problem.js';
import { checkSchema } from '../../schema-problems.js';
import { createFrame, type NamedExpression } from '../cel-validation/frame.js';
import { compileConditions, compileValidations } from '../cel-validation/rules.js';
import type { CompileResult, Dialect, LoadOptions, PolicyDocumentSource } from '../dialect.js';
import { problemAt } from '../dialect.js';
import { describe } from '../validating-admission-policy/index.js';
import { compileMatch } from './match.js';
import { checkParameters } from './parameters.js';
import {
  type ConstraintDocument,
  constraintSchema,
  ENGINE,
  type SourceDocument,
  sourceSchema,
  type TemplateDocument,
  templateSchema,
} from './schema.js';

const TEMPLATES = 'templates.gatekeeper.sh/';
const CONSTRAINTS = 'constraints.gatekeeper.sh/';

/** What Gatekeeper puts before a template's own variables (pkg/drivers/k8scel/schema/schema.go). */
const BOUND: readonly NamedExpression[] = [
  {
    name: 'anyObject',
    expression:
      'has(request.operation) && request.operation == "DELETE" && object == null ? oldObject : object',
  },
  {
    name: 'params',
    expression: '!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters',
  },
];

/** A template that can be run. */
interface Template {
  readonly source: PolicyDocumentSource;
  readonly document: TemplateDocument;
  readonly code: SourceDocument;
  readonly kind: string;
  /** Where its code stands in the document. */
  readonly at: FieldPath;
}

const ACTIONS: Readonly<Record<string, Action>> = { deny: 'deny', warn: 'warn', dryrun: 'audit' };
const WEBHOOK = 'validation.gatekeeper.sh';

/** The actions of a constraint at the webhook; one that is scoped to other places only is recorded. */
function actionsOf(spec: ConstraintDocument['spec']): readonly Action[] | undefined {
  const action = spec?.enforcementAction ?? 'deny';
  if (action !== 'scoped') {
    const known = ACTIONS[action];
    return known === undefined ? undefined : [known];
  }
  const scoped = (spec?.scopedEnforcementActions ?? []).filter(({ enforcementPoints = [] }) =>
    enforcementPoints.some(({ name }) => name === WEBHOOK || name === '*'),
  );
  const actions = scoped.map((one) => ACTIONS[one.action]);
  if (actions.includes(undefined)) return undefined;
  return actions.length === 0 ? ['audit'] : (actions as readonly Action[]); // none is undefined
}

/** The template's CEL source; what stands in the way is reported. */
function readTemplate(source: PolicyDocumentSource, problems: Problem[]): Template | undefined {
  const checked = checkSchema(templateSchema, source);
  if (!checked.ok) {
    problems.push(...checked.problems);
    return undefined;
  }
  const document = checked.value;
  const { kind } = document.spec.crd.spec.names;
  for (const [index, target] of document.spec.targets.entries()) {
    const place = (target.code ?? []).findIndex(({ engine }) => engine === ENGINE);
    if (place < 0) continue;
    const at: FieldPath = ['spec', 'targets', index, 'code', place, 'source'];
    const value = target.code?.[place]?.source as JsonValue; // a part of a JSON document
    const inner = {
      file: source.file,
      value,
      positionOf: (path: FieldPath) => source.positionOf([...at, ...path]),
    };
    const code = checkSchema(sourceSchema, inner);
    if (code.ok) return { source, document, code: code.value, kind, at };
    problems.push(
      ...code.problems.map((problem) => ({ ...problem, field: `${formatFieldPath(at)}.${problem.field}` })),
    );
    return undefined;
  }
  const { name } = document.metadata;
  problems.push(
    problemAt(
      source,
      ['spec', 'targets', 0],
      'spec.targets',
      `${name} is written in Rego only, which Warder does not run: templates with a source of engine ${ENGINE} (CEL) run unmodified`,
    ),
  );
  return undefined;
}

function compileConstraint(
  source: PolicyDocumentSource,
  document: ConstraintDocument,
  template: Template,
  actions: readonly Action[],
  report: (path: FieldPath, message: string) => void,
  reportTemplate: (path: FieldPath, message: string) => void,
): CompiledPolicy {
  const { code } = template;
  const variables = [...BOUND, ...(code.variables ?? [])];
  const { frame, problems } = createFrame(validatingAdmissionEnvironment({ params: true }), variables, true);
  for (const { index, message } of problems)
    reportTemplate([...template.at, 'variables', index - BOUND.length, 'expression'], message);
  const match = document.spec?.match ?? {};
  if (match.name?.includes('*') === true && match.name !== '*')
    report(['spec', 'match', 'name'], 'holds a wildcard, which is not supported here: name the object');
  const annotations = template.document.metadata.annotations ?? {};
  const described = describe(document.metadata.name, annotations);
  const constraint = source.value;
  const name = `${template.kind}/${document.metadata.name}`;
  return {
    id: `gatekeeper/${name}`,
    name: document.metadata.name,
    dialect: 'gatekeeper',
    source: { file: source.file, ...source.positionOf([]) },
    description: { ...described, title: annotations['metadata.gatekeeper.sh/title'] ?? described.title },
    match: compileMatch(match),
    subject: 'object',
    conditions: compileConditions(
      code.matchConditions ?? [],
      frame,
      [...template.at, 'matchConditions'],
      reportTemplate,
    ),
    rules: compileValidations(
      code.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
      frame,
      [...template.at, 'validations'],
      { severity: described.severity, nameOf: (index) => `validation-${index}`, shape: 'gatekeeper' },
      reportTemplate,
    ),
    bindings: [
      {
        name: '',
        match: undefined,
        params: { resolve: () => ({ kind: 'found', params: [constraint] }) },
        stages: [],
        actions,
      },
    ],
    judgesDeleting: true,
    failurePolicy: code.failurePolicy ?? 'Fail',
    exceptions: { allowed: true, maxDuration: undefined, approvers: [] },
    reads: { requester: false, oldObject: false },
    document: constraint,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([constraint, template.source.value]))
      .digest('hex'),
  };
}

function compileDocument(
  source: PolicyDocumentSource,
  templates: ReadonlyMap<string, Template>,
  refused: ReadonlySet<string>,
): CompileResult {
  const checked = checkSchema(constraintSchema, source);
  if (!checked.ok) return { policies: [], problems: checked.problems };
  const document = checked.value;
  const template = templates.get(source.kind);
  if (template === undefined) {
    // What is wrong with the template is told there.
    if (refused.has(source.kind)) return { policies: [], problems: [] };
    const message = `there is no ConstraintTemplate of kind ${source.kind}`;
    return { policies: [], problems: [problemAt(source, ['kind'], 'kind', message)] };
  }
  const problems: Problem[] = [];
  const report = (path: FieldPath, message: string): void =>
    void problems.push(problemAt(source, path, formatFieldPath(path), message));
  const reportTemplate = (path: FieldPath, message: string): void =>
    void problems.push(problemAt(template.source, path, formatFieldPath(path), message));
  const actions = actionsOf(document.spec);
  if (actions === undefined)
    report(['spec', 'enforcementAction'], 'must be deny, warn, dryrun or scoped with such actions');
  const schema = template.document.spec.crd.spec.validation?.openAPIV3Schema as JsonValue | undefined; // JSON
  const parameters = (document.spec?.parameters ?? {}) as JsonObject; // JSON
  checkParameters(parameters, schema, ['spec', 'parameters'], report);
  const policy = compileConstraint(source, document, template, actions ?? ['deny'], report, reportTemplate);
  return { policies: problems.length === 0 ? [policy] : [], problems };
}

/** Problems of a template are found again with each of its constraints: told once. */
function once(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => seen.size !== seen.add(JSON.stringify(problem)).size);
}

function kindOf(source: PolicyDocumentSource): string {
  const checked = checkSchema(templateSchema, source);
  return checked.ok ? checked.value.spec.crd.spec.names.kind : '';
}

export const gatekeeperDialect: Dialect = {
  name: 'gatekeeper',
  documents: `${TEMPLATES}v1 ConstraintTemplate, ${CONSTRAINTS}v1beta1 constraints`,
  claims: (apiVersion, kind) =>
    (apiVersion.startsWith(TEMPLATES) && kind === 'ConstraintTemplate') || apiVersion.startsWith(CONSTRAINTS),
  compile(documents, _options: LoadOptions) {
    const problems: Problem[] = [];
    const templates = new Map<string, Template>();
    const refused = new Set<string>();
    for (const source of documents.filter(({ apiVersion }) => apiVersion.startsWith(TEMPLATES))) {
      const template = readTemplate(source, problems);
      if (template === undefined) refused.add(kindOf(source));
      else templates.set(template.kind, template);
    }
    const constraints = documents.filter(({ apiVersion }) => apiVersion.startsWith(CONSTRAINTS));
    const results = constraints.map((source) => compileDocument(source, templates, refused));
    const used = new Set(constraints.map(({ kind }) => kind));
    for (const { kind, source } of templates.values()) {
      if (used.has(kind)) continue;
      const message = `no constraint of kind ${kind} is given: the template enforces nothing`;
      problems.push(problemAt(source, ['metadata', 'name'], 'metadata.name', message, 'warning'));
    }
    return {
      policies: results.flatMap((result) => result.policies),
      problems: once([...problems, ...results.flatMap((result) => result.problems)]),
    };
  },
};
