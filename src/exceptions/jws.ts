// Compact JWS (RFC 7515) with Ed25519 (RFC 8037), and nothing else: the algorithm is not the sender's to choose.
import { type KeyObject, sign, verify } from 'node:crypto';
import { isJsonObject, type JsonObject, parseJsonText } from '../kubernetes/index.js';
import type { Refusal } from './grant.js';

const ALGORITHM = 'EdDSA';
const MAX_LENGTH = 8192;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a payload; `typ` says what it is for, so that one kind of signature never passes as another. */
export function signJws(typ: string, keyId: string, payload: JsonObject, privateKey: KeyObject): string {
  const signed = `${encode({ alg: ALGORITHM, typ, kid: keyId })}.${encode(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

export type JwsResult =
  | { readonly ok: true; readonly keyId: string; readonly payload: JsonObject }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (code: Refusal['code'], message: string): JwsResult => ({
  ok: false,
  refusal: { code, message },
});

/** The bytes of a part; undefined where it is no base64url, or another spelling of the same bytes. */
function decode(part: string): Buffer | undefined {
  if (!BASE64URL.test(part)) return undefined;
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function decodeObject(part: string): JsonObject | undefined {
  const bytes = decode(part);
  const parsed = bytes === undefined ? undefined : parseJsonText(bytes.toString('utf8'));
  return parsed?.ok === true && isJsonObject(parsed.value) ? parsed.value : undefined;
}

/** What is wrong with a header; undefined where it is one of ours. */
function refuseHeader(header: JsonObject, typ: string): JwsResult | undefined {
  if (header.alg !== ALGORITHM)
    return refuse(
      'signature',
      `is signed with ${shown(header.alg)}, only ${ALGORITHM} (Ed25519) is accepted`,
    );
  if (header.typ !== typ) return refuse('malformed', `is a ${shown(header.typ)}, expected a ${typ}`);
  const unknown = Object.keys(header).find((key) => !['alg', 'typ', 'kid'].includes(key));
  return unknown === undefined
    ? undefined
    : refuse('malformed', `has a header ${shown(unknown)} nobody here knows`);
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, 40).replace(/[^ -~]/g, '?') : 'no text';

/** Verifies a token and gives its payload. `keyOf` finds the public key of a key id, or says why there is none. */
export function verifyJws(
  token: string,
  typ: string,
  keyOf: (keyId: string) => KeyObject | Refusal,
): JwsResult {
  if (token.length > MAX_LENGTH) return refuse('malformed', `is longer than ${MAX_LENGTH} characters`);
  const parts = token.split('.');
  const [head = '', body = '', mark = ''] = parts;
  const header = parts.length === 3 ? decodeObject(head) : undefined;
  if (header === undefined) return refuse('malformed', 'is no compact JWS');
  const wrong = refuseHeader(header, typ);
  if (wrong !== undefined) return wrong;
  const keyId = typeof header.kid === 'string' ? header.kid : '';
  const key = keyOf(keyId);
  if ('code' in key) return { ok: false, refusal: key };
  const signature = decode(mark);
  if (signature === undefined || !verify(null, Buffer.from(`${head}.${body}`), key, signature))
    return refuse('signature', `is not what the key ${shown(keyId)} signed`);
  const payload = decodeObject(body);
  return payload === undefined ? refuse('malformed', 'holds no JSON object') : { ok: true, keyId, payload };
}
