// The `Policy` document (warder.dev/v1) as people write it. DESIGN: every field has one meaning and a default.
import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');
const strings = z.array(text);

const actions = z.enum(['deny', 'warn', 'audit']);
const severities = z.enum(['low', 'medium', 'high', 'critical']);
const operations = z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*']);

/** `30d`, `12h`, `1h30m`; checked when compiled, where the position of a mistake is known. */
const duration = text;
/** An RFC 3339 time. */
const time = text;

export const labelSelectorSchema = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z
      .array(
        z
          .strictObject({
            key: text,
            operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: z.array(z.string()).optional(),
          })
          .superRefine((requirement, context) => {
            const takesValues = requirement.operator === 'In' || requirement.operator === 'NotIn';
            const count = requirement.values?.length ?? 0;
            if (takesValues && count === 0)
              context.addIssue({
                code: 'custom',
                path: ['values'],
                message: `operator ${requirement.operator} needs at least one value`,
              });
            if (!takesValues && count > 0)
              context.addIssue({
                code: 'custom',
                path: ['values'],
                message: `operator ${requirement.operator} takes no values`,
              });
          }),
      )
      .optional(),
  })
  .meta({ description: 'A Kubernetes label selector; an empty one selects everything.' });

const matchFields = {
  resources: strings.min(1).meta({
    description:
      'plural[.group][/subresource]; `*` stands for all: pods, deployments.apps, pods/exec, *.apps',
  }),
  operations: z.array(operations).min(1).optional(),
  namespaces: strings.optional().meta({ description: 'Namespace names; globs with * and ? allowed.' }),
  namespaceSelector: labelSelectorSchema.optional(),
  objectSelector: labelSelectorSchema.optional(),
};

const matchEntry = z.strictObject(matchFields);

const excludeEntry = z
  .strictObject({
    ...matchFields,
    resources: matchFields.resources.optional(),
    names: strings.optional(),
    users: strings.optional(),
    groups: strings.optional(),
    serviceAccounts: strings.optional().meta({ description: '`namespace:name`; globs allowed.' }),
  })
  .refine((entry) => Object.keys(entry).length > 0, 'an empty entry would exclude everything');

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const jsonValue: z.ZodType<unknown> = z.json();
const parameterReference = z
  .strictObject({ param: text })
  .meta({ description: 'Takes the value of a parameter.' });

/** Operators of a field check, each with the values it takes. `requireSchema` allows exactly one of them. */
export const operatorShapes = {
  exists: z.literal(true),
  absent: z.literal(true),
  equals: z.union([scalar, parameterReference, z.array(jsonValue)]),
  notEquals: z.union([scalar, parameterReference, z.array(jsonValue)]),
  in: z.union([z.array(scalar), parameterReference]),
  notIn: z.union([z.array(scalar), parameterReference]),
  matches: z.union([text, parameterReference]),
  notMatches: z.union([text, parameterReference]),
  contains: z.union([scalar, parameterReference]),
  startsWith: z.union([text, z.array(text), parameterReference]),
  endsWith: z.union([text, z.array(text), parameterReference]),
  atLeast: z.union([z.number(), text, parameterReference]),
  atMost: z.union([z.number(), text, parameterReference]),
};

export type OperatorName = keyof typeof operatorShapes;

export const OPERATOR_NAMES = Object.keys(operatorShapes) as OperatorName[];

const optionalOperators = Object.fromEntries(
  Object.entries(operatorShapes).map(([name, shape]) => [name, shape.optional()]),
) as { [Name in OperatorName]: z.ZodOptional<(typeof operatorShapes)[Name]> };

const requireSchema = z
  .strictObject({
    path: text.optional(),
    cel: text.optional(),
    expected: text.optional().meta({ description: 'What the message says was expected, for `cel`.' }),
    ...optionalOperators,
  })
  .superRefine((value, context) => {
    const used = OPERATOR_NAMES.filter((name) => value[name] !== undefined);
    if (value.cel !== undefined) {
      for (const name of used)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: '`cel` stands alone: remove this operator',
        });
      return;
    }
    if (value.path === undefined) {
      context.addIssue({
        code: 'custom',
        path: [],
        message: 'needs either `path` with an operator, or `cel`',
      });
    } else if (used.length !== 1) {
      const found = used.length === 0 ? 'none was found' : `found ${used.join(' and ')}`;
      context.addIssue({
        code: 'custom',
        path: [],
        message: `needs exactly one operator beside \`path\` (${OPERATOR_NAMES.join(', ')}); ${found}`,
      });
    }
  });

const fixSchema = z.union([
  text.meta({ description: 'What to do, in words.' }),
  z.strictObject({
    op: z.enum(['add', 'replace', 'remove']),
    path: text
      .optional()
      .meta({ description: 'From the item (or the object); by default the required path.' }),
    value: jsonValue.optional(),
  }),
]);

const ruleSchema = z.strictObject({
  name: text,
  severity: severities.optional(),
  each: text
    .optional()
    .meta({ description: 'JSONPath; the rule is judged for every node it selects, as `item`.' }),
  when: text.optional().meta({ description: 'CEL; the rule applies only where it is true.' }),
  require: requireSchema,
  message: text,
  fix: fixSchema.optional(),
});

const parameterSchema = z.strictObject({
  type: z.enum(['string', 'number', 'boolean', 'list', 'map']),
  default: jsonValue,
  description: text,
});

const stageSchema = z.strictObject({
  namespaceSelector: labelSelectorSchema.optional(),
  namespaces: strings.optional(),
  action: actions,
  from: time.optional(),
  until: time.optional(),
});

/** The whole document. Unknown fields are refused, so that a misspelt one never means "no such rule". */
export const policySchema = z.strictObject({
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('Policy'),
  metadata: z.looseObject({
    name: text.regex(
      /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
      'must be a DNS subdomain: lower case letters, digits, - and .',
    ),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.strictObject({
    title: text,
    description: text,
    category: text.optional(),
    severity: severities.default('medium'),
    references: strings.optional(),
    owner: text.optional(),
    version: text.optional(),
    review: z.strictObject({ last: text, every: duration }).optional(),
    parameters: z.record(z.string(), parameterSchema).optional(),
    match: z.array(matchEntry).min(1).optional(),
    exclude: z.array(excludeEntry).optional(),
    matchPolicy: z.enum(['Exact', 'Equivalent']).default('Equivalent'),
    podTemplates: z.boolean().default(false),
    conditions: z.array(z.strictObject({ name: text, expression: text })).optional(),
    variables: z.array(z.strictObject({ name: text, expression: text })).optional(),
    action: actions.default('deny'),
    stages: z.array(stageSchema).optional(),
    failurePolicy: z.enum(['Fail', 'Ignore']).default('Fail'),
    rules: z.array(ruleSchema).min(1),
    exceptions: z
      .strictObject({
        allowed: z.boolean().default(true),
        maxDuration: duration.optional(),
        approvers: strings.optional(),
      })
      .optional(),
  }),
});

/** A `Policy` document that has passed the schema. */
export type PolicyDocument = z.infer<typeof policySchema>;
export type RuleDocument = PolicyDocument['spec']['rules'][number];
export type RequireDocument = RuleDocument['require'];
export type MatchDocument = z.infer<typeof matchEntry>;
export type ExcludeDocument = z.infer<typeof excludeEntry>;
export type LabelSelectorDocument = z.infer<typeof labelSelectorSchema>;
export type FixDocument = z.infer<typeof fixSchema>;
