// The BreakGlass document (warder.dev/v1): an emergency, who opened it, for what, for how long, and what became of each change.
import { z } from 'zod';
import { timeSchema } from '../exceptions/index.js';
import { parseSettingDuration } from '../kubernetes/index.js';

const text = z.string().min(1, 'must not be empty').max(1024, 'must be at most 1024 characters');
const globs = z.array(text).min(1).max(64);

const durationSchema = z.string().transform((value, context) => {
  const parsed = parseSettingDuration(value);
  if (parsed.ok && parsed.milliseconds > 0) return parsed.milliseconds;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 30m or 4h' });
  return z.NEVER;
});

/** Where an emergency is. Unlike an exception it may be everywhere: time bounds it, and every change is reviewed. */
const scopeSchema = z
  .strictObject({
    resources: globs
      .optional()
      .meta({ description: 'plural[.group][/subresource], globs; any where none is named.' }),
    namespaces: globs
      .optional()
      .meta({ description: 'Names, with * and ?. Needed for whatever lives in a namespace.' }),
    names: globs
      .optional()
      .meta({ description: 'Names of objects, with * and ?. Needed for cluster-scoped ones.' }),
  })
  .refine((scope) => scope.namespaces !== undefined || scope.names !== undefined, {
    message: 'needs namespaces, or names for cluster-scoped objects',
  });

export const VERDICTS = ['adopt', 'rollback'] as const;

export const resolutionSchema = z.strictObject({
  item: text.meta({ description: 'Id of the review item: the decision that let the change pass.' }),
  verdict: z.enum(VERDICTS),
  by: text,
  at: timeSchema,
  note: text.optional(),
  signature: z
    .string()
    .max(8192)
    .optional()
    .meta({ description: 'By a key of a reviewer; needed in files.' }),
});

export const breakGlassSchema = z.strictObject({
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('BreakGlass'),
  metadata: z.looseObject({
    name: z
      .string()
      .max(253)
      .regex(
        /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
        'must be a DNS subdomain: lower case letters, digits, - and .',
      ),
    namespace: z
      .never('is not allowed: an emergency is cluster-scoped and states its namespaces in spec.scope')
      .optional(),
  }),
  spec: z.strictObject({
    reason: text,
    incident: text,
    openedBy: text.meta({
      description: 'User name of the emergency identity that opens it, and alone may act in it.',
    }),
    openedAt: timeSchema,
    duration: durationSchema,
    scope: scopeSchema,
    closedAt: timeSchema.optional().meta({ description: 'Ends it sooner.' }),
    signature: z.string().max(8192).optional().meta({
      description: 'By a key of the emergency identity; needed in files, where nobody says who wrote them.',
    }),
    reviews: z.array(resolutionSchema).max(1000).optional(),
  }),
});

export type BreakGlassDocument = z.infer<typeof breakGlassSchema>;
export type BreakGlassSpec = BreakGlassDocument['spec'];
export type Verdict = (typeof VERDICTS)[number];
