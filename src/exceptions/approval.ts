// Who approved a PolicyException, and how that is known: by a signature over it, by the admission of the object itself, or
// because its file is trusted. See docs/decisions/0010.
import { createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, field, isJsonObject, type JsonObject, type JsonValue } from '../kubernetes/index.js';
import type { Approval, RefusalCode } from './grant.js';
import { signJws, verifyJws } from './jws.js';
import { type KeyRing, refuseSigner } from './key-ring.js';
import type { ExceptionDocument } from './schema.js';
import { refuseAudience } from './token.js';

export const APPROVAL_TYPE = 'warder-approval+jws';

/** Where a document comes from. What the API server stored has passed admission. */
export type Origin = 'file' | 'cluster';

/** What approvals are checked against. */
export interface ApprovalContext {
  readonly ring: KeyRing;
  /** The name grants must be made for; undefined: none has one. */
  readonly audience: string | undefined;
  /** Whether a file that only says who approved it is believed. */
  readonly trustFiles: boolean;
}

/** What a signature is over: name and spec without the parts that come later. */
export function approvalDigest(document: JsonObject): string {
  const spec = field(document, 'spec');
  const {
    signature: _,
    revoked: __,
    reviews: ___,
    closedAt: ____,
    ...signed
  } = isJsonObject(spec) ? spec : {};
  const subject: JsonObject = {
    kind: document.kind ?? null,
    name: field(field(document, 'metadata'), 'name') ?? null,
    spec: signed as JsonObject, // JSON without some keys
  };
  return createHash('sha256').update(canonicalJson(subject)).digest('base64url');
}

const claimsSchema = z.strictObject({
  v: z.literal(1),
  iss: z.string(),
  as: z.string(),
  aud: z.string().optional(),
  iat: z.number().int().positive(),
  digest: z.string(),
});

/** Signs a document as it stands. The signer's name, right and time are part of what is signed. */
export function signDocument(
  document: JsonObject,
  signer: { readonly user: string; readonly as: string; readonly at: number; readonly keyId: string },
  audience: string | undefined,
  privateKey: KeyObject,
): string {
  const claims = {
    v: 1,
    iss: signer.user,
    as: signer.as,
    ...(audience === undefined ? {} : { aud: audience }),
    iat: Math.floor(signer.at / 1000),
    digest: approvalDigest(document),
  };
  return signJws(APPROVAL_TYPE, signer.keyId, claims, privateKey);
}

const refuse = (code: RefusalCode, message: string): Approval => ({ ok: false, code, message });

/** Who signed a document, or why the signature does not count. */
export function verifyDocument(document: JsonObject, signature: string, context: ApprovalContext): Approval {
  const { ring, audience } = context;
  const verified = verifyJws(
    signature,
    APPROVAL_TYPE,
    (id) =>
      ring.find(id)?.publicKey ?? {
        code: 'key',
        message: `is signed by a key nobody here knows: ${id.slice(0, 80)}`,
      },
  );
  if (!verified.ok) return { ok: false, ...verified.refusal };
  const parsed = claimsSchema.safeParse(verified.payload);
  const key = ring.find(verified.keyId);
  if (!parsed.success || key === undefined) return refuse('malformed', 'has a signature of another form');
  const { iss, as, aud, iat, digest } = parsed.data;
  const at = iat * 1000;
  if (iss !== key.user) return refuse('approver', `says ${iss}, but the key ${key.id} is ${key.user}'s`);
  const wrong = refuseSigner(key, at, as) ?? refuseAudience(aud, audience);
  if (wrong !== undefined) return { ok: false, ...wrong };
  if (digest !== approvalDigest(document)) return refuse('signature', 'was changed after it was signed');
  return { ok: true, by: iss, as, at, how: 'signature', key: key.id };
}

function statedApproval(
  { approvedBy, approvedAs, approvedAt }: ExceptionDocument['spec'],
  how: 'admission' | 'file',
): Approval {
  if (approvedBy === undefined) return refuse('unapproved', 'is not approved by anybody yet');
  if (approvedAs === undefined || approvedAt === undefined)
    return refuse(
      'unapproved',
      `does not say by which right and when ${approvedBy} approved it (approvedAs, approvedAt)`,
    );
  return { ok: true, by: approvedBy, as: approvedAs, at: approvedAt, how, key: undefined };
}

/** The approval of a PolicyException: `raw` is the document as it was read, `document` the same one checked. */
export function approvalOf(
  raw: JsonValue,
  document: ExceptionDocument,
  origin: Origin,
  context: ApprovalContext,
): Approval {
  const { spec } = document;
  if (spec.signature !== undefined && isJsonObject(raw)) {
    const approval = verifyDocument(raw, spec.signature, context);
    if (!approval.ok || spec.approvedBy === undefined || spec.approvedBy === approval.by) return approval;
    return refuse('approver', `says ${spec.approvedBy} approved it, but ${approval.by} signed it`);
  }
  if (origin === 'cluster') return statedApproval(spec, 'admission');
  const stated = statedApproval(spec, 'file');
  if (context.trustFiles || !stated.ok) return stated;
  return refuse('unapproved', `says ${stated.by} approved it, but nothing proves it: it is not signed`);
}
