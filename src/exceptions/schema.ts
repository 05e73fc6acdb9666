// The documents people write about exceptions (warder.dev/v1): PolicyException, KeySet, Revocation. DESIGN section 4.
import { z } from 'zod';
import { parseTime } from '../kubernetes/index.js';
import { labelSelectorSchema } from '../policy/index.js';

const text = z.string().min(1, 'must not be empty').max(1024, 'must be at most 1024 characters');
const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS subdomain: lower case letters, digits, - and .');

/** An RFC 3339 time; milliseconds since the epoch once read. */
export const timeSchema = z.string().transform((value, context) => {
  const time = parseTime(value);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'is not a time; write it as 2026-12-15T00:00:00Z' });
  return z.NEVER;
});

const policyReference = z.strictObject({
  name: text.meta({
    description: 'Name of the policy, or its id where several dialects have one of the name.',
  }),
  rules: z.array(text).min(1).optional().meta({ description: 'Its rules; all of them where none is named.' }),
});

const EVERYTHING = /^[*?]*$/;
const names = z
  .array(text.refine((glob) => !EVERYTHING.test(glob), 'would cover everything: name what is meant'))
  .min(1)
  .max(64);

/** What a grant covers. Every part given must fit; API versions do not count. */
export const scopeSchema = z
  .strictObject({
    resources: z
      .array(text)
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'plural[.group][/subresource], of any API version; any where none is named.' }),
    namespaces: names
      .optional()
      .meta({ description: 'Names, with * and ?. Needed for whatever lives in a namespace.' }),
    names: names
      .optional()
      .meta({ description: 'Names of objects, with * and ?. Needed for cluster-scoped ones.' }),
    selector: labelSelectorSchema
      .optional()
      .meta({ description: 'Labels of the object. Narrows the scope, never widens it.' }),
    images: names
      .optional()
      .meta({ description: 'Images of the containers that are excepted, with * and ?.' }),
  })
  .refine((scope) => scope.namespaces !== undefined || scope.names !== undefined, {
    message: 'needs namespaces, or names for cluster-scoped objects',
  });

export const exceptionSpecSchema = z.strictObject({
  policies: z.array(policyReference).min(1).max(64),
  scope: scopeSchema,
  reason: text,
  ticket: text.optional(),
  requestedBy: text.meta({ description: 'User name of who asks for it; never the approver.' }),
  approvedBy: text.optional().meta({ description: 'User name of who approved it; not in force without.' }),
  approvedAs: z
    .string()
    .regex(/^(group|user):./, 'must be group:NAME or user:NAME')
    .optional()
    .meta({ description: 'By which right: an entry of the approvers of every policy named.' }),
  approvedAt: timeSchema.optional(),
  signature: z.string().max(8192).optional().meta({
    description: 'The approval as a compact JWS by a key of the approver: `warder exception sign`.',
  }),
  starts: timeSchema.optional(),
  expires: timeSchema,
  revoked: z.strictObject({ by: text, at: timeSchema, reason: text }).optional(),
});

const metadata = z.looseObject({
  name,
  namespace: z
    .never(
      'is not allowed: an exception is cluster-scoped and states its namespaces in spec.scope.namespaces',
    )
    .optional(),
});

export const exceptionSchema = z.strictObject({
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('PolicyException'),
  metadata,
  spec: exceptionSpecSchema,
});

export const keySetSchema = z.strictObject({
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('KeySet'),
  metadata: z.looseObject({ name }),
  spec: z.strictObject({
    keys: z.array(
      z.strictObject({
        id: text.meta({ description: 'Unique among all keys; grants name it as `kid`.' }),
        user: text.meta({ description: 'User name of whose key it is.' }),
        groups: z.array(text).default([]),
        publicKey: z.string().meta({ description: 'PEM, Ed25519.' }),
        from: timeSchema.optional(),
        until: timeSchema
          .optional()
          .meta({ description: 'What was signed before stays valid; nothing signed later is.' }),
      }),
    ),
  }),
});

export const revocationSchema = z.strictObject({
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('Revocation'),
  metadata: z.looseObject({ name }),
  spec: z
    .strictObject({
      grant: text.optional().meta({ description: 'Id of a grant, or name of a PolicyException.' }),
      key: text.optional().meta({ description: 'Id of a key; everything it signed is void.' }),
      by: text,
      at: timeSchema,
      reason: text,
    })
    .refine(
      ({ grant, key }) => (grant === undefined) !== (key === undefined),
      'revokes either a grant or a key',
    ),
});

export type ExceptionDocument = z.infer<typeof exceptionSchema>;
export type ExceptionSpec = ExceptionDocument['spec'];
export type ScopeDocument = z.infer<typeof scopeSchema>;
export type KeySetDocument = z.infer<typeof keySetSchema>;
export type RevocationDocument = z.infer<typeof revocationSchema>;
