// Kubernetes' named string formats and what each says of a string that does not have it. Source of truth: k8s.io/apiserver
// pkg/cel/library/format.go, apimachinery pkg/util/validation (messages), kube-openapi pkg/validation/strfmt.
import { parseRequestUri } from './go-url.js';
import { UrlProblem } from './go-url-escape.js';

export interface NamedFormat {
  readonly name: string;
  /** What is wrong with a string; nothing where it has the format. */
  readonly problems: (text: string) => readonly string[];
  /** The length of the pattern it is taken to be, for costs. */
  readonly patternSize: number;
}

/** A pattern with the sentence that explains it. */
interface Rule {
  readonly pattern: RegExp;
  readonly source: string;
  readonly sentence: string;
  readonly examples: readonly string[];
}

function rule(source: string, sentence: string, ...examples: string[]): Rule {
  return { pattern: new RegExp(`^${source}$`), source, sentence, examples };
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const DNS1123_LABEL = rule(
  LABEL,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);
const DNS1123_SUBDOMAIN = rule(
  `${LABEL}(\\.${LABEL})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const DNS1035_LABEL = rule(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);
const QUALIFIED_NAME = rule(
  NAME,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE = rule(
  `(${NAME})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyValue',
  'my_value',
  '12345',
);

function explain({ sentence, source, examples }: Rule): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${sentence} (e.g. ${shown}regex used for validation is '${source}')`;
}

/** Bytes are counted, but the older rules speak of characters. */
type Unit = 'characters' | 'bytes';

function tooLong(text: string, limit: number, unit: Unit): string[] {
  return Buffer.byteLength(text, 'utf8') > limit ? [`must be no more than ${limit} ${unit}`] : [];
}

/** What is wrong with a DNS-1123 label, as for a namespace's name. */
export function dns1123LabelProblems(text: string): readonly string[] {
  const problems = tooLong(text, 63, 'characters');
  if (DNS1123_LABEL.pattern.test(text)) return problems;
  const dots = DNS1123_SUBDOMAIN.pattern.test(text);
  return [...problems, dots ? 'must not contain dots' : explain(DNS1123_LABEL)];
}

function matching(required: Rule, limit: number, unit: Unit): (text: string) => readonly string[] {
  return (text) => [
    ...tooLong(text, limit, unit),
    ...(required.pattern.test(text) ? [] : [explain(required)]),
  ];
}

/** What is wrong with a DNS-1123 subdomain, as for a service account's name. */
export const dns1123SubdomainProblems = matching(DNS1123_SUBDOMAIN, 253, 'characters');
const prefixProblems = matching(DNS1123_SUBDOMAIN, 253, 'bytes');
const dns1035LabelProblems = matching(DNS1035_LABEL, 63, 'characters');

/** A prefix of a name may end in a dash, as something follows it. Upstream puts a letter for the dash and the byte before it. */
function asPrefix(problems: (text: string) => readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    if (text.length < 2 || !text.endsWith('-')) return problems(text);
    const inCharacter = text.charCodeAt(text.length - 2) > 0x7f;
    return problems(inCharacter ? text.slice(0, -1) : `${text.slice(0, -2)}a`);
  };
}

function qualifiedNameProblems(text: string): readonly string[] {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return [
      `a valid label key ${explain(QUALIFIED_NAME)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...prefixProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else problems.push(...tooLong(name, 63, 'bytes').map((problem) => `name part ${problem}`));
  if (!QUALIFIED_NAME.pattern.test(name)) problems.push(`name part ${explain(QUALIFIED_NAME)}`);
  return problems;
}

/** A format without much to say. */
function plain(message: string, holds: (text: string) => boolean): (text: string) => readonly string[] {
  return (text) => (holds(text) ? [] : [message]);
}

function uriProblems(text: string): readonly string[] {
  const parsed = parseRequestUri(text);
  return parsed instanceof UrlProblem ? [parsed.message] : [];
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
// The dot before the fraction is any character, as upstream.
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:.[0-9]+)?(?:z|[+-]\d{2}:\d{2})$/;

function isDate(text: string): boolean {
  const [year, month, day] = DATE.exec(text)?.slice(1).map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  const [hours, minutes, seconds] =
    TIME.exec(time ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return false;
  return isDate(date) && hours <= 23 && minutes <= 59 && seconds <= 59;
}

const DATE_TIME_SIZE = 71;

/** By the name they have in `format.named`. */
export const NAMED_FORMATS: ReadonlyMap<string, NamedFormat> = new Map(
  Object.entries({
    dns1123Label: { name: 'DNS1123Label', problems: dns1123LabelProblems, patternSize: 30 },
    dns1123Subdomain: { name: 'DNS1123Subdomain', problems: dns1123SubdomainProblems, patternSize: 60 },
    dns1035Label: { name: 'DNS1035Label', problems: dns1035LabelProblems, patternSize: 30 },
    qualifiedName: { name: 'QualifiedName', problems: qualifiedNameProblems, patternSize: 60 },
    dns1123LabelPrefix: {
      name: 'DNS1123LabelPrefix',
      problems: asPrefix(dns1123LabelProblems),
      patternSize: 30,
    },
    dns1123SubdomainPrefix: {
      name: 'DNS1123SubdomainPrefix',
      problems: asPrefix(dns1123SubdomainProblems),
      patternSize: 60,
    },
    dns1035LabelPrefix: {
      name: 'DNS1035LabelPrefix',
      problems: asPrefix(dns1035LabelProblems),
      patternSize: 30,
    },
    labelValue: { name: 'LabelValue', problems: matching(LABEL_VALUE, 63, 'bytes'), patternSize: 40 },
    uri: { name: 'URI', problems: uriProblems, patternSize: 1103 },
    uuid: {
      name: 'uuid',
      problems: plain('does not match the UUID format', (text) => UUID.test(text)),
      patternSize: 70,
    },
    byte: { name: 'byte', problems: plain('invalid base64', (text) => BASE64.test(text)), patternSize: 84 },
    date: { name: 'date', problems: plain('invalid date', isDate), patternSize: DATE_TIME_SIZE },
    datetime: {
      name: 'datetime',
      problems: plain('invalid datetime', isDateTime),
      patternSize: DATE_TIME_SIZE,
    },
  }),
);
