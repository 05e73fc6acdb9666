// What looks like a secret: names of fields that hold one, and texts in the form of known tokens. Every expression here
// is linear: no nested or overlapping repetition.

/** Names whose value is a secret wherever they stand. */
const SENSITIVE_NAME =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|client[-_.]?secret|credentials?|auth(?:orization)?[-_.]?(?:header|token)?|connection[-_.]?string|dsn|bearer)(?:$|[^a-z])/i;

/** Names that contain such a word but hold a reference, a flag or a place, not the secret itself. */
const REFERENCE_NAME =
  /(?:name|names|ref|refs|path|file|dir|mount|mountpath|url|uri|endpoint|issuer|type|kind|policy|length|ttl|expiry|expiration|expirationseconds|enabled|id|audience|version|algorithm|automountserviceaccounttoken|imagepullsecrets|secretname)$/i;

const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');

const MAX_NAME = 256;

/** Whether a field or variable of this name holds a secret: `DB_PASSWORD`, `apiKey`, but not `secretName`. */
export function isSensitiveName(name: string): boolean {
  if (name.length > MAX_NAME) return false;
  return SENSITIVE_NAME.test(words(name)) && !REFERENCE_NAME.test(name);
}

interface TokenForm {
  readonly kind: string;
  readonly pattern: RegExp;
}

/** Known token formats; the first group, where there is one, is the secret part of the match. */
const TOKEN_FORMS: readonly TokenForm[] = [
  {
    kind: 'private key',
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----END))*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g },
  { kind: 'GitLab token', pattern: /\bgl(?:pat|dt|ptt|rt|cbt|ft|soat|agent|oas|imt)-[A-Za-z0-9_-]{20,255}/g },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { kind: 'Slack webhook', pattern: /hooks\.slack\.com\/(?:services|workflows)\/([A-Za-z0-9/_-]{20,255})/g },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { kind: 'Google OAuth token', pattern: /\bya29\.[A-Za-z0-9_-]{20,1024}/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'PyPI token', pattern: /\bpypi-[A-Za-z0-9_-]{50,1024}/g },
  { kind: 'API key', pattern: /\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,255}/g },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/g },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,128}\b/g },
  { kind: 'DigitalOcean token', pattern: /\bdo[oprt]_v1_[a-f0-9]{64}\b/g },
  { kind: 'Vault token', pattern: /\bhv[sbr]\.[A-Za-z0-9_-]{24,512}/g },
  { kind: 'age key', pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  { kind: 'JWT', pattern: /\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,4096}/g },
  { kind: 'URL password', pattern: /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@'"]{0,128}:([^\s/@'"]{1,256})@/gi },
  {
    kind: 'password',
    pattern:
      /\b(?:password|passwd|pwd|secret|token|api[-_]?key)["']?\s{0,4}[:=]\s{0,4}["']?([^\s"',;&]{4,256})/gi,
  },
  { kind: 'authorization', pattern: /\b(?:bearer|basic)\s{1,4}([A-Za-z0-9+/_.=-]{16,4096})/gi },
];

/** A placeholder stands for a secret kept elsewhere: $(NAME), ${NAME}, {{ value }}, <name>, ***. */
const PLACEHOLDER = /^(?:\$[({]|\{\{|<[^>]{0,100}>|\*{3,}|\[redacted)/;

/** A part of a text that is a secret. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** Texts longer than this are searched only so far; what is beyond is never shown either (see redact.ts). */
export const MAX_SEARCHED = 65_536;

/** Whether a run of characters is random rather than language: long, mixed, and spread over its alphabet. */
export function looksRandom(text: string): boolean {
  if (text.length < 32 || text.length > 512 || !/^[A-Za-z0-9+/_=-]+$/.test(text)) return false;
  if (/^[a-f0-9]+$/.test(text) || !/\d/.test(text) || !/[A-Z]/.test(text) || !/[a-z]/.test(text))
    return false;
  if (/^[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+){2,}$/.test(text) && longestRun(text) < 20) return false;
  return entropy(text) > 4.3;
}

function longestRun(text: string): number {
  return Math.max(...text.split(/[-_/]/).map((part) => part.length));
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Every secret found in a text, in order and without overlap. */
export function findSecrets(text: string): readonly SecretSpan[] {
  if (text.length < 8) return [];
  const searched = text.slice(0, MAX_SEARCHED);
  const spans: SecretSpan[] = [];
  for (const { kind, pattern } of TOKEN_FORMS) {
    for (const match of searched.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      if (PLACEHOLDER.test(secret)) continue;
      const start = match.index + (match[1] === undefined ? 0 : match[0].lastIndexOf(secret));
      spans.push({ start, end: start + secret.length, kind });
    }
  }
  if (spans.length === 0 && looksRandom(text)) return [{ start: 0, end: text.length, kind: 'key' }];
  return merged(spans);
}

function merged(spans: readonly SecretSpan[]): readonly SecretSpan[] {
  const result: SecretSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push(span);
    else if (span.end > last.end) result[result.length - 1] = { ...last, end: span.end };
  }
  return result;
}

/** Whether any part of a text is a secret. */
export function looksLikeCredential(text: string): boolean {
  return findSecrets(text).length > 0;
}
