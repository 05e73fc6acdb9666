// URLs as Go's net/url package reads and writes them, error messages included. Everything here is bytes, as strings of one
// character a byte. Source of truth: Go's net/url/url.go.
import { IpProblem, parseAddress } from './go-ip.js';
import { fromByteText, goQuoteBytes, toByteText } from './go-text.js';
import { escapeUrl, isEncoded, UrlProblem, unescapeUrl } from './go-url-escape.js';

export interface UrlUser {
  readonly name: string;
  readonly password: string | undefined;
}

export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: UrlUser | undefined;
  readonly host: string;
  /** Decoded. */
  readonly path: string;
  /** As it was written, where that is not the default encoding of `path`. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly forceQuery: boolean;
  readonly omitHost: boolean;
  readonly fragment: string;
  readonly rawFragment: string;
}

const EMPTY: GoUrl = {
  scheme: '',
  opaque: '',
  user: undefined,
  host: '',
  path: '',
  rawPath: '',
  rawQuery: '',
  forceQuery: false,
  omitHost: false,
  fragment: '',
  rawFragment: '',
};

/** The text before a separator and after it; all of it where there is none. */
function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function parseFailure(text: string, problem: UrlProblem): UrlProblem {
  return new UrlProblem(`parse ${goQuoteBytes(text)}: ${problem.message}`);
}

/** `url.ParseRequestURI`: an absolute URL or path, a fragment not told apart. */
export function parseRequestUri(text: string): GoUrl | UrlProblem {
  const bytes = toByteText(text);
  const parsed = parse(bytes, true);
  return parsed instanceof UrlProblem ? parseFailure(bytes, parsed) : parsed;
}

/** `url.Parse`: any URL, fragment included. */
export function parseUrl(text: string): GoUrl | UrlProblem {
  const bytes = toByteText(text);
  const [rest, fragment] = cut(bytes, '#');
  const parsed = parse(rest, false);
  if (parsed instanceof UrlProblem) return parseFailure(rest, parsed);
  if (fragment === '') return parsed;
  const decoded = unescapeUrl(fragment, 'fragment');
  if (decoded instanceof UrlProblem) return parseFailure(bytes, decoded);
  const rawFragment = escapeUrl(decoded, 'fragment') === fragment ? '' : fragment;
  return { ...parsed, fragment: decoded, rawFragment };
}

function parse(bytes: string, request: boolean): GoUrl | UrlProblem {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses exactly these.
  if (/[\x00-\x1f\x7f]/.test(bytes)) return new UrlProblem('net/url: invalid control character in URL');
  if (bytes === '' && request) return new UrlProblem('empty url');
  if (bytes === '*') return { ...EMPTY, path: '*' };
  if (bytes.startsWith(':')) return new UrlProblem('missing protocol scheme');
  const schemeText = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(bytes)?.[1] ?? '';
  const scheme = schemeText.toLowerCase();
  const afterScheme = schemeText === '' ? bytes : bytes.slice(schemeText.length + 1);
  const forceQuery = afterScheme.indexOf('?') === afterScheme.length - 1 && afterScheme.endsWith('?');
  const [beforeQuery, rawQuery] = cut(afterScheme, '?');
  let rest = beforeQuery;
  const found = { ...EMPTY, scheme, forceQuery, rawQuery };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...found, opaque: rest };
    if (request) return new UrlProblem('invalid URI for request');
    if (cut(rest, '/')[0].includes(':'))
      return new UrlProblem('first path segment in URL cannot contain colon');
  }
  let authority: { user: UrlUser | undefined; host: string } = { user: undefined, host: '' };
  let omitHost = false;
  if ((scheme !== '' || (!request && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const [written] = cut(rest.slice(2), '/');
    const parsed = parseAuthority(scheme, written);
    if (parsed instanceof UrlProblem) return parsed;
    authority = parsed;
    rest = rest.slice(2 + written.length);
  } else if (scheme !== '' && rest.startsWith('/')) {
    omitHost = true;
  }
  const path = unescapeUrl(rest, 'path');
  if (path instanceof UrlProblem) return path;
  const rawPath = escapeUrl(path, 'path') === rest ? '' : rest;
  return { ...found, ...authority, omitHost, path, rawPath };
}

const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

function parseAuthority(
  scheme: string,
  authority: string,
): { user: UrlUser | undefined; host: string } | UrlProblem {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (host instanceof UrlProblem) return host;
  if (at < 0) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!USERINFO.test(info)) return new UrlProblem('net/url: invalid userinfo');
  const [nameText, passwordText] = cut(info, ':');
  const name = unescapeUrl(nameText, 'userPassword');
  if (name instanceof UrlProblem) return name;
  const password = info.includes(':') ? unescapeUrl(passwordText, 'userPassword') : undefined;
  return password instanceof UrlProblem ? password : { user: { name, password }, host };
}

function invalidPort(port: string): UrlProblem | undefined {
  return /^(?::\d*)?$/.test(port)
    ? undefined
    : new UrlProblem(`invalid port ${goQuoteBytes(port)} after host`);
}

function parseHost(scheme: string, host: string): string | UrlProblem {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return new UrlProblem('invalid IP-literal');
  if (bracket === 0) return parseBracketed(host);
  const firstColon = host.indexOf(':');
  if (firstColon >= 0) {
    // Only databases are allowed several hosts and so several colons.
    const colon = scheme === 'http' || scheme === 'https' ? firstColon : host.lastIndexOf(':');
    const problem = invalidPort(host.slice(colon));
    if (problem !== undefined) return problem;
  }
  return unescapeUrl(host, 'host');
}

/** `[fe80::1%25en0]:80` */
function parseBracketed(host: string): string | UrlProblem {
  const close = host.lastIndexOf(']');
  if (close < 0) return new UrlProblem("missing ']' in host");
  const port = host.slice(close + 1);
  const problem = invalidPort(port);
  if (problem !== undefined) return problem;
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const name = unescapeUrl(zone < 0 ? inner : inner.slice(0, zone), 'host');
  if (name instanceof UrlProblem) return name;
  const zoneName = zone < 0 ? '' : unescapeUrl(inner.slice(zone), 'zone');
  if (zoneName instanceof UrlProblem) return zoneName;
  const address = parseAddress(fromByteText(name + zoneName));
  if (address instanceof IpProblem) return new UrlProblem(`invalid host: ${address.message}`);
  if (address.bytes.length === 4) return new UrlProblem('invalid IP-literal');
  return `[${name}${zoneName}]${port}`;
}

/** The path as it was written, where that is a valid encoding of it, else in the default encoding. */
export function escapedPath({ path, rawPath }: GoUrl): string {
  if (rawPath !== '' && isEncoded(rawPath, 'path')) return rawPath;
  return path === '*' ? '*' : escapeUrl(path, 'path');
}

/** The host and port apart: brackets off, the port only where it is a number. */
export function splitHostPort({ host }: GoUrl): { hostname: string; port: string } {
  const colon = host.lastIndexOf(':');
  const valid = colon >= 0 && /^:\d*$/.test(host.slice(colon));
  const name = valid ? host.slice(0, colon) : host;
  const bracketed = name.startsWith('[') && name.endsWith(']');
  return { hostname: bracketed ? name.slice(1, -1) : name, port: valid ? host.slice(colon + 1) : '' };
}

/** The values of a query by name; what cannot be decoded is left out. More than 10,000 of them are none. */
export function queryValues({ rawQuery }: GoUrl): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const settings = rawQuery.split('&');
  if (settings.length > 10_000) return values;
  for (const setting of settings) {
    if (setting === '' || setting.includes(';')) continue;
    const [keyText, valueText] = cut(setting, '=');
    const key = unescapeUrl(keyText, 'query');
    const value = unescapeUrl(valueText, 'query');
    if (key instanceof UrlProblem || value instanceof UrlProblem) continue;
    const name = fromByteText(key);
    const known = values.get(name);
    if (known === undefined) values.set(name, [fromByteText(value)]);
    else known.push(fromByteText(value));
  }
  return values;
}

function printUser({ name, password }: UrlUser): string {
  const secret = password === undefined ? '' : `:${escapeUrl(password, 'userPassword')}`;
  return `${escapeUrl(name, 'userPassword')}${secret}@`;
}

/** The URL put together again. */
export function printUrl(url: GoUrl): string {
  const { scheme, opaque, user, host, path, omitHost } = url;
  let text = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    text += opaque;
  } else {
    const shown =
      (scheme !== '' || host !== '' || user !== undefined) &&
      !(omitHost && host === '' && user === undefined);
    if (shown) {
      if (host !== '' || path !== '' || user !== undefined) text += '//';
      if (user !== undefined) text += printUser(user);
      text += escapeUrl(host, 'host');
    }
    const written = escapedPath(url);
    if (written !== '' && !written.startsWith('/') && host !== '') text += '/';
    if (text === '' && cut(written, '/')[0].includes(':')) text += './';
    text += written;
  }
  if (url.forceQuery || url.rawQuery !== '') text += `?${url.rawQuery}`;
  if (url.fragment !== '') {
    const { rawFragment } = url;
    const valid = rawFragment !== '' && isEncoded(rawFragment, 'fragment');
    text += `#${valid ? rawFragment : escapeUrl(url.fragment, 'fragment')}`;
  }
  return text;
}
