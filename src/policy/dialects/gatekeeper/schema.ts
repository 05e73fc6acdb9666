// ConstraintTemplate and constraints as people write them. Source of truth: frameworks/constraint apis/templates/v1 and
// gatekeeper pkg/mutation/match, pkg/drivers/k8scel/schema.
import { z } from 'zod';
import { namedExpressionSchema } from '../validating-admission-policy/schema.js';
import { labelSelectorSchema } from '../warder/schema.js';

const text = z.string().min(1, 'must not be empty');
const texts = z.array(z.string());
const metadata = z.looseObject({
  name: text,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export const ENGINE = 'K8sNativeValidation';

/** The source of a template in CEL. */
export const sourceSchema = z.strictObject({
  failurePolicy: z.enum(['Fail', 'Ignore']).optional(),
  matchConditions: z.array(namedExpressionSchema).optional(),
  variables: z.array(namedExpressionSchema).optional(),
  validations: z
    .array(
      z.strictObject({
        expression: text,
        message: z.string().optional(),
        messageExpression: z.string().optional(),
      }),
    )
    .min(1),
  generateVAP: z.boolean().optional(),
  resourceOperations: texts.optional(),
});

export const templateSchema = z.looseObject({
  metadata,
  spec: z.looseObject({
    crd: z.looseObject({
      spec: z.looseObject({
        names: z.looseObject({ kind: text }),
        validation: z.looseObject({ openAPIV3Schema: z.unknown().optional() }).optional(),
      }),
    }),
    targets: z
      .array(
        z.looseObject({
          target: text,
          rego: z.string().optional(),
          code: z.array(z.looseObject({ engine: text, source: z.unknown() })).optional(),
        }),
      )
      .min(1),
  }),
});

export const matchSchema = z.strictObject({
  kinds: z.array(z.strictObject({ apiGroups: texts.optional(), kinds: texts.optional() })).optional(),
  scope: z.enum(['*', 'Cluster', 'Namespaced']).optional(),
  namespaces: texts.optional(),
  excludedNamespaces: texts.optional(),
  labelSelector: labelSelectorSchema.optional(),
  namespaceSelector: labelSelectorSchema.optional(),
  name: z.string().optional(),
  source: z.enum(['All', 'Generated', 'Original', '']).optional(),
});

export const constraintSchema = z.looseObject({
  kind: text,
  metadata,
  spec: z
    .looseObject({
      enforcementAction: z.string().optional(),
      scopedEnforcementActions: z
        .array(
          z.looseObject({
            action: text,
            enforcementPoints: z.array(z.looseObject({ name: text })).optional(),
          }),
        )
        .optional(),
      match: matchSchema.optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

export type TemplateDocument = z.infer<typeof templateSchema>;
export type SourceDocument = z.infer<typeof sourceSchema>;
export type MatchDocument = z.infer<typeof matchSchema>;
export type ConstraintDocument = z.infer<typeof constraintSchema>;
