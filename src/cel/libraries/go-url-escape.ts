// Percent-encoding as Go's net/url has it, on bytes (a string of one character a byte). Source of truth: Go's
// net/url/url.go and gen_encoding_table.go.
import { goQuoteBytes } from './go-text.js';

/** The part of a URL whose rules apply. */
export type UrlPart = 'path' | 'host' | 'zone' | 'userPassword' | 'query' | 'fragment';

/** What went wrong, in Go's words. */
export class UrlProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const UNRESERVED = /[A-Za-z0-9\-_.~]/;
const HOST_ALLOWED = `!$&'()*+,;=:[]<>"`;

/** The reserved characters that stay as they are. */
const ALLOWED: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  host: HOST_ALLOWED,
  zone: HOST_ALLOWED,
  userPassword: '$&+,;=',
  query: '',
  fragment: '$&+,/:;=?@!()*',
};

function mustEscape(byte: string, part: UrlPart): boolean {
  return !UNRESERVED.test(byte) && !ALLOWED[part].includes(byte);
}

/** The bytes with whatever the part does not allow as `%XX`. */
export function escapeUrl(bytes: string, part: UrlPart): string {
  let escaped = '';
  for (const byte of bytes) {
    escaped += mustEscape(byte, part)
      ? `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      : byte;
  }
  return escaped;
}

const invalidEscape = (text: string) => new UrlProblem(`invalid URL escape ${goQuoteBytes(text)}`);

/** The bytes with every `%XX` decoded, in a query `+` as well; a problem where an escape is wrong or not allowed here. */
export function unescapeUrl(bytes: string, part: UrlPart): string | UrlProblem {
  const inHost = part === 'host' || part === 'zone';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.charAt(at);
    if (byte === '%') {
      const written = bytes.slice(at, at + 3);
      if (!/^%[0-9a-fA-F]{2}$/.test(written)) return invalidEscape(written);
      const value = Number.parseInt(written.slice(1), 16);
      // A host may only escape what is not ASCII, and the percent sign before a zone.
      if (part === 'host' && value < 0x80 && written !== '%25') return invalidEscape(written);
      if (
        part === 'zone' &&
        written !== '%25' &&
        value !== 0x20 &&
        mustEscape(String.fromCharCode(value), 'host')
      )
        return invalidEscape(written);
      at += 2;
    } else if (inHost && byte < '\x80' && mustEscape(byte, part)) {
      return new UrlProblem(`invalid character ${goQuoteBytes(byte)} in host name`);
    }
  }
  const plus = part === 'query' ? bytes.replaceAll('+', ' ') : bytes;
  return plus.replace(/%([0-9a-fA-F]{2})/g, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Whether bytes may stand in a path or fragment as they are. */
export function isEncoded(bytes: string, part: 'path' | 'fragment'): boolean {
  return Array.from(bytes).every((byte) => `!$&'()*+,;=:@[]%`.includes(byte) || !mustEscape(byte, part));
}
