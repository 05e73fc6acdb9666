// Keeps the server's own registration in place: as the policies in force need it, and as it was before anybody changed it. It is
// never removed: a webhook that is away for a while is better than one that nobody asks any more.
import type { Logger } from 'pino';
import type { Api } from '../cluster/index.js';
import { field, type JsonObject } from '../kubernetes/index.js';

export interface RegistrarOptions {
  readonly api: Api;
  /** The registration that is needed now; undefined while that is not known: then nothing is touched. */
  wanted(): JsonObject | undefined;
  /** Only the leader writes. */
  leads(): boolean;
  readonly log: Logger;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

export interface Registrar {
  /** Looks now; true where the registration is as wanted. */
  look(): Promise<boolean>;
  close(): void;
}

const versionOf = (object: JsonObject): string =>
  String(field(field(object, 'metadata'), 'resourceVersion') ?? '');

/** Keeps the registration by server-side apply, which changes what is ours and nothing else. */
export function keepRegistration(options: RegistrarOptions): Registrar {
  const { api, log } = options;
  let applied = '';
  let version = '';
  const look = async (): Promise<boolean> => {
    const wanted = options.wanted();
    if (wanted === undefined || !options.leads()) return false;
    const name = String(field(wanted.metadata, 'name'));
    const answer = await api.send({
      method: 'PATCH',
      path: `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}?fieldManager=warder&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: wanted,
    });
    if (!answer.ok) {
      log.error({ registration: name, reason: answer.message }, 'the registration could not be written');
      return false;
    }
    const text = JSON.stringify(wanted);
    const found = versionOf(answer.body);
    if (text !== applied) log.info({ registration: name }, 'registered');
    else if (found !== version)
      log.warn({ registration: name }, 'somebody had changed the registration: it was repaired');
    applied = text;
    version = found;
    return true;
  };
  const timer = setInterval(() => void look(), options.interval);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}
