// Every setting of Warder: meaning, default, environment variable, check. Nothing else reads the environment.
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { governanceShape } from './config-governance.js';
import { duration, flag, optionalText, positive, text, texts } from './config-values.js';
import { DEFAULT_CONTROL_PLANE_USERS, DEFAULT_EXCLUDED_NAMESPACES } from './engine/index.js';
import { formatFieldPath, type JsonValue, type TextPosition } from './kubernetes/index.js';
import { nearestName } from './policy/index.js';

const port = z.number().int().min(0).max(65_535);

/** Settings by their path. The description is what `docs/configuration.md` and `warder config` say. */
const shape = {
  policies: texts
    .min(1)
    .optional()
    .describe(
      'Policy files and folders. `bundled` is the default set of the bundled policies, which is what is taken where none is given; `bundled/PACK` a whole pack.',
    ),
  context: texts
    .default([])
    .describe('Files of objects that policies may look up: namespaces, parameters, others.'),
  parameters: z
    .record(z.string(), z.record(z.string(), z.json()))
    .default({})
    .describe('Values of policy parameters, by policy name and parameter name.'),
  excludedNamespaces: texts
    .default([...DEFAULT_EXCLUDED_NAMESPACES])
    .describe(
      'Namespaces (globs) whose requests are allowed unevaluated, so that a policy cannot lock the cluster out.',
    ),
  controlPlaneUsers: texts
    .default([...DEFAULT_CONTROL_PLANE_USERS])
    .describe('Users (globs) of the control plane: their requests are evaluated and recorded, never denied.'),
  mode: z
    .enum(['enforce', 'warn', 'audit'])
    .default('enforce')
    .describe(
      '`enforce` does what policies say; `warn` turns every denial into a warning; `audit` only records.',
    ),
  failureMode: z
    .enum(['deny', 'allow'])
    .default('deny')
    .describe('What becomes of a review that cannot be judged: an internal fault, or no time left.'),
  webhookName: text
    .default('validate.warder.dev')
    .describe('Name of the webhook in its registration, for log and metrics.'),
  'listen.host': text.default('0.0.0.0').describe('Address the server listens on.'),
  'listen.port': port.default(8443).describe('Port the server listens on.'),
  'tls.certificate': optionalText.describe(
    'Certificate file (PEM); a self-signed one is made in `tls.folder` where none is given.',
  ),
  'tls.key': optionalText.describe('Private key file (PEM).'),
  'tls.folder': text.default('certs').describe('Where the self-signed certificate is kept.'),
  'tls.names': texts
    .default(['localhost', '127.0.0.1', '::1', 'warder.warder.svc', 'warder.warder.svc.cluster.local'])
    .describe('Names and addresses a self-signed certificate is made for.'),
  'tls.minVersion': z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .default('TLSv1.3')
    .describe('Oldest TLS version accepted.'),
  'tls.clientCa': optionalText.describe(
    'CA file (PEM) that clients must be signed by; any client is let in where none is given.',
  ),
  'tls.clientNames': texts
    .default([])
    .describe('Common names that client certificates may have; any signed by the CA where empty.'),
  'limits.bodyBytes': positive.default(8 * 1024 * 1024).describe('Largest review accepted, in bytes.'),
  'limits.concurrency': positive.default(Math.max(64, availableParallelism() * 64)).meta({
    description: 'Reviews read or judged at once; more are answered 503 at once.',
    fallback: '64 a processor',
  }),
  'limits.connections': positive.default(2_000).describe('Open connections; more are closed at once.'),
  'limits.headersTimeout': duration.default(10_000).describe('Time a client has to send its request head.'),
  'limits.requestTimeout': duration.default(15_000).describe('Time a client has to send a whole request.'),
  'limits.idleTimeout': duration.default(120_000).describe('Time an idle connection stays open.'),
  'limits.evaluation': duration
    .default(8_000)
    .describe('Longest evaluation, whatever time the API server gives.'),
  'cluster.watch': flag
    .default(false)
    .describe(
      'Whether Policy, PolicyException and BreakGlass objects and the labels of namespaces are taken from the cluster.',
    ),
  'cluster.nativePolicies': flag
    .default(false)
    .describe(
      'Whether ValidatingAdmissionPolicies of the cluster are judged here too; the API server does so itself.',
    ),
  'cluster.register': flag
    .default(false)
    .describe(
      'Whether the leader keeps the ValidatingWebhookConfiguration as the policies in force need it.',
    ),
  'cluster.service': text
    .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'must be NAMESPACE/NAME')
    .default('warder/warder')
    .describe('Service of the webhook, NAMESPACE/NAME; its namespace holds the lease of the leader.'),
  'cluster.url': text
    .regex(/^https:\/\//, 'must begin with https://')
    .optional()
    .describe(
      'Address the API server reaches the webhook at, in place of the Service; for a server outside the cluster.',
    ),
  'cluster.servicePort': port.default(443).describe('Port of the Service.'),
  'cluster.timeoutSeconds': z
    .number()
    .int()
    .min(1)
    .max(30)
    .default(10)
    .describe('How long the API server waits for an answer, in seconds.'),
  'cluster.caFiles': texts
    .default([])
    .describe(
      'PEM files of the authorities that signed the certificate, for the registration; those of a self-signed one are known.',
    ),
  'cluster.kubeconfig': optionalText.describe(
    "kubeconfig in place of the default one, or of the Pod's own account.",
  ),
  drain: duration.default(20_000).describe('Time in-flight requests have to finish when the server stops.'),
  reloadInterval: duration
    .default(5_000)
    .describe('How often files are looked at where the system does not report changes.'),
  'log.level': z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level logged.'),
  'log.allowed': z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether a line is logged for each allowed request, as for each denied one. `auto`: unless a decision log is kept, which has them all.',
    ),
  ...governanceShape,
} as const;

const schema = z.strictObject(shape);

/** Every setting with its value. Durations are milliseconds. */
export type Config = z.infer<typeof schema>;
export type SettingName = keyof typeof shape;

export const SETTING_NAMES = Object.keys(shape) as SettingName[];

/** The environment variable of a setting: `listen.port` is `WARDER_LISTEN_PORT`. */
export function environmentName(setting: string): string {
  return `WARDER_${setting
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

/** What is said of a setting in documentation. */
export function describeSetting(name: SettingName): {
  readonly description: string;
  readonly fallback: unknown;
} {
  const setting: z.ZodType = shape[name];
  const fallback =
    setting.meta()?.fallback ?? (setting instanceof z.ZodDefault ? setting.def.defaultValue : undefined);
  return { description: setting.description ?? '', fallback: showSetting(name, fallback) };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A value as it would be written in a file: lengths of time with the largest unit that is exact. */
export function showSetting(name: SettingName, value: unknown): unknown {
  if (innerType(shape[name]) !== duration || typeof value !== 'number') return value;
  const [unit, size] = UNITS.find(([, size]) => value % size === 0) ?? ['ms', 1];
  return `${value / size}${unit}`;
}

export type ConfigSource = 'default' | 'file' | 'environment' | 'flag';

/** A configuration file as it was read. */
export interface ConfigFile {
  readonly file: string;
  readonly value: JsonValue;
  positionOf(path: readonly (string | number)[]): TextPosition;
}

export interface ConfigInput {
  readonly file?: ConfigFile | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings given as flags, by their path. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
}

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly sources: Readonly<Record<SettingName, ConfigSource>>;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

const isSetting = (name: string): name is SettingName => Object.hasOwn(shape, name);

/** Nested objects of a file as setting paths; `parameters` is a setting itself and is not entered. */
function flatten(
  value: JsonValue,
  prefix: readonly string[],
  into: Map<string, readonly string[]>,
  values: Map<string, unknown>,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const path = [...prefix, key];
    const name = path.join('.');
    const enters = !isSetting(name) && SETTING_NAMES.some((known) => known.startsWith(`${name}.`));
    if (enters)
      flatten(inner as JsonValue, path, into, values); // of JSON
    else {
      into.set(name, path);
      values.set(name, inner);
    }
  }
}

function unknownSetting(name: string, place: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `${place}: there is no setting ${name}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** The text of an environment variable as the type its setting has. Lists are comma-separated, or JSON. */
function fromEnvironment(name: SettingName, value: string): unknown {
  const type = innerType(shape[name]);
  if (type instanceof z.ZodNumber)
    return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  if (type instanceof z.ZodBoolean) return value === 'true' ? true : value === 'false' ? false : value;
  if (type instanceof z.ZodArray && !value.trim().startsWith('['))
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  if (type instanceof z.ZodArray || type instanceof z.ZodRecord) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value;
}

function innerType(type: z.ZodType): unknown {
  let at: unknown = type;
  while (at instanceof z.ZodDefault || at instanceof z.ZodOptional) at = at.unwrap();
  return at;
}

/** Whether a value may be shown: settings hold paths and names, and parameters what a policy declares. */
function showValue(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

/**
 * Settings from defaults, then the file, then the environment, then flags. Every problem is listed at once, each with
 * where the value came from.
 */
export function resolveConfig({ file, environment, flags }: ConfigInput): ConfigResult {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  const places: Record<string, string> = {};
  const set = (name: SettingName, value: unknown, source: ConfigSource, place: string): void => {
    values[name] = value;
    sources[name] = source;
    places[name] = place;
  };
  if (file !== undefined) readFileSettings(file, set, problems);
  const known = new Map(SETTING_NAMES.map((name) => [environmentName(name), name]));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('WARDER_') || value === undefined || value === '') continue;
    const name = known.get(variable);
    if (name === undefined) problems.push(unknownSetting(variable, 'environment', [...known.keys()]));
    else set(name, fromEnvironment(name, value), 'environment', `environment variable ${variable}`);
  }
  for (const [name, value] of Object.entries(flags)) {
    if (value !== undefined && isSetting(name)) set(name, value, 'flag', `flag for ${name}`);
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const [name = '', ...rest] = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
      const inside = rest.length === 0 ? '' : ` at ${formatFieldPath(rest)}`;
      problems.push(
        `${places[name] ?? name}: ${name}${inside}: ${issue.message}, found ${showValue(values[name])}`,
      );
    }
  }
  const pair = (values['tls.certificate'] !== undefined) !== (values['tls.key'] !== undefined);
  if (pair) problems.push('tls.certificate and tls.key are given together or not at all');
  if (problems.length > 0 || !parsed.success) return { ok: false, problems };
  const all = Object.fromEntries(SETTING_NAMES.map((name) => [name, sources[name] ?? 'default']));
  return { ok: true, config: parsed.data, sources: all as Record<SettingName, ConfigSource> }; // every name is there
}

function readFileSettings(
  file: ConfigFile,
  set: (name: SettingName, value: unknown, source: ConfigSource, place: string) => void,
  problems: string[],
): void {
  if (typeof file.value !== 'object' || file.value === null || Array.isArray(file.value)) {
    problems.push(`${file.file}:1:1: must be an object of settings`);
    return;
  }
  const paths = new Map<string, readonly string[]>();
  const found = new Map<string, unknown>();
  flatten(file.value, [], paths, found);
  for (const [name, value] of found) {
    const { line, column } = file.positionOf(paths.get(name) ?? []);
    const place = `${file.file}:${line}:${column}`;
    if (isSetting(name)) set(name, value, 'file', place);
    else problems.push(unknownSetting(name, place, SETTING_NAMES));
  }
}
