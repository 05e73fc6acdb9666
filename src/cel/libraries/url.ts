// URLs: `url('https://example.com').getHost()` and its like. Source of truth: k8s.io/apiserver pkg/cel/library/urls.go;
// costs in cost.go.
import { defineLibrary, type FunctionDeclaration, fn, type Library, overload, receiver } from '../library.js';
import { makeMap } from '../maps.js';
import { BOOL, listType, mapType, opaqueType, STRING } from '../types.js';
import { type CelError, CelOpaque, type CelValue, celError } from '../values.js';
import { codePointLength } from './code-points.js';
import { fromByteText } from './go-text.js';
import {
  escapedPath,
  type GoUrl,
  parseRequestUri,
  parseUrl,
  printUrl,
  queryValues,
  splitHostPort,
} from './go-url.js';
import { UrlProblem } from './go-url-escape.js';

export class CelUrl extends CelOpaque {
  readonly typeName = 'kubernetes.URL';
  readonly url: GoUrl;

  constructor(url: GoUrl) {
    super();
    this.url = url;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelUrl && this.toString() === other.toString();
  }

  override toString(): string {
    return fromByteText(printUrl(this.url));
  }
}

const URL_TYPE = opaqueType<CelUrl>('kubernetes.URL');

/** Must be absolute, or a path from the root; only then is its fragment told apart. */
function readUrl(text: string): CelUrl | CelError {
  const absolute = parseRequestUri(text);
  const parsed = absolute instanceof UrlProblem ? absolute : parseUrl(text);
  return parsed instanceof UrlProblem
    ? celError(`URL parse error during conversion from string: ${parsed.message}`)
    : new CelUrl(parsed);
}

function part(name: string, id: string, read: (url: GoUrl) => string): FunctionDeclaration {
  return fn(
    name,
    receiver(id, [URL_TYPE], STRING, ({ url }) => fromByteText(read(url))),
  );
}

export const urlLibrary: Library = defineLibrary({
  name: 'kubernetes.urls',
  functions: [
    fn(
      'url',
      overload('string_to_url', [STRING], URL_TYPE, readUrl, {
        cost: ([text]: readonly CelValue[]) =>
          Math.ceil((typeof text === 'string' ? codePointLength(text) : 1) * 0.1),
      }),
    ),
    fn(
      'isURL',
      overload('is_url_string', [STRING], BOOL, (text) => !(parseRequestUri(text) instanceof UrlProblem)),
    ),
    part('getScheme', 'url_get_scheme', (url) => url.scheme),
    part('getHost', 'url_get_host', (url) => url.host),
    part('getHostname', 'url_get_hostname', (url) => splitHostPort(url).hostname),
    part('getPort', 'url_get_port', (url) => splitHostPort(url).port),
    part('getEscapedPath', 'url_get_escaped_path', escapedPath),
    fn(
      'getQuery',
      receiver('url_get_query', [URL_TYPE], mapType(STRING, listType(STRING)), ({ url }) =>
        makeMap(queryValues(url)),
      ),
    ),
  ],
});
