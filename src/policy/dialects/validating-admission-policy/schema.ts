// ValidatingAdmissionPolicy and its binding as people write them. Source of truth: k8s.io/api/admissionregistration/v1
// types.go, and the checks of pkg/apis/admissionregistration/validation.
import { z } from 'zod';
import { labelSelectorSchema } from '../warder/schema.js';

const text = z.string().min(1, 'must not be empty');
const texts = z.array(text);

const ruleSchema = z.strictObject({
  apiGroups: z.array(z.string()).min(1),
  apiVersions: texts.min(1),
  operations: z.array(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'])).min(1),
  resources: texts.min(1),
  resourceNames: texts.optional(),
  scope: z.enum(['Cluster', 'Namespaced', '*']).optional(),
});

export const matchResourcesSchema = z.strictObject({
  resourceRules: z.array(ruleSchema).optional(),
  excludeResourceRules: z.array(ruleSchema).optional(),
  namespaceSelector: labelSelectorSchema.optional(),
  objectSelector: labelSelectorSchema.optional(),
  matchPolicy: z.enum(['Exact', 'Equivalent']).optional(),
});

export const namedExpressionSchema = z.strictObject({ name: text, expression: text });

export const validationSchema = z.strictObject({
  expression: text,
  message: z.string().optional(),
  messageExpression: z.string().optional(),
  reason: z.string().optional(),
});

const metadata = z.looseObject({
  name: text,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export const policySchema = z.looseObject({
  metadata,
  spec: z
    .strictObject({
      paramKind: z.strictObject({ apiVersion: text, kind: text }).optional(),
      matchConstraints: matchResourcesSchema,
      matchConditions: z.array(namedExpressionSchema).max(64, 'there may be at most 64').optional(),
      variables: z.array(namedExpressionSchema).optional(),
      validations: z.array(validationSchema).optional(),
      auditAnnotations: z.array(z.strictObject({ key: text, valueExpression: text })).optional(),
      failurePolicy: z.enum(['Fail', 'Ignore']).optional(),
    })
    .refine(
      ({ validations = [], auditAnnotations = [] }) => validations.length + auditAnnotations.length > 0,
      {
        path: ['validations'],
        message: 'needs validations or auditAnnotations',
      },
    )
    .refine(({ matchConstraints }) => (matchConstraints.resourceRules ?? []).length > 0, {
      path: ['matchConstraints', 'resourceRules'],
      message: 'needs at least one rule: without one the policy matches nothing',
    }),
});

export const bindingSchema = z.looseObject({
  metadata,
  spec: z.strictObject({
    policyName: text,
    validationActions: z.array(z.enum(['Deny', 'Warn', 'Audit'])).min(1),
    matchResources: matchResourcesSchema.optional(),
    paramRef: z
      .strictObject({
        name: text.optional(),
        namespace: text.optional(),
        selector: labelSelectorSchema.optional(),
        parameterNotFoundAction: z.enum(['Allow', 'Deny']).optional(),
      })
      .refine(({ name, selector }) => (name === undefined) !== (selector === undefined), {
        message: 'needs either a name or a selector',
      })
      .optional(),
  }),
});

export type MatchResourcesDocument = z.infer<typeof matchResourcesSchema>;
export type PolicyDocument = z.infer<typeof policySchema>;
export type BindingDocument = z.infer<typeof bindingSchema>;
