// A server's life in a cluster: what it follows there, and what the leader among the replicas keeps in order.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { type Api, takePart } from '../cluster/index.js';
import type { Config } from '../config.js';
import type { PolicySet } from '../policy/index.js';
import type { HealthCheck } from './express-app.js';
import { keepRegistration, type Registrar } from './registrar.js';
import { type ClientTarget, registrationOf } from './registration.js';

export interface ClusterSideOptions {
  readonly api: Api;
  readonly config: Config;
  readonly log: Logger;
  /** The policies in force; undefined while not everything has been read. */
  policies(): PolicySet | undefined;
  /** PEM files of the authorities the API server has to trust. */
  readonly authorities: readonly string[];
}

export interface ClusterSide {
  checks(): readonly HealthCheck[];
  /** The policies changed: the registration may have to. */
  changed(): void;
  close(): Promise<void>;
}

const LEASE = 15_000;
const RENEW = 5_000;
const LOOK = 30_000;

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

function targetOf(config: Config, namespace: string, name: string): ClientTarget {
  const url = config['cluster.url'];
  return url === undefined
    ? { kind: 'service', namespace, name, port: config['cluster.servicePort'] }
    : { kind: 'url', url };
}

/** Takes part in the election and, where configured, keeps the registration. */
export async function openClusterSide(options: ClusterSideOptions): Promise<ClusterSide> {
  const { api, config, log } = options;
  const [namespace = 'warder', service = 'warder'] = config['cluster.service'].split('/');
  const pems = await Promise.all(options.authorities.map((file) => readFile(file, 'utf8')));
  const election = takePart({
    api,
    namespace,
    name: 'warder-leader',
    identity: `${hostname()}-${process.pid}`,
    duration: LEASE,
    renewEvery: RENEW,
    monotonic: performance.now.bind(performance),
    now: Date.now,
    wait,
    onChange: (leads) => {
      log.info({ leads }, leads ? 'this replica leads' : 'this replica follows');
      if (leads) void registrar?.look();
    },
    onProblem: (message) => log.warn({ reason: message }, 'the election has trouble'),
  });
  const registrar: Registrar | undefined = config['cluster.register']
    ? keepRegistration({
        api,
        leads: () => election.leads,
        log,
        interval: LOOK,
        wanted() {
          const set = options.policies();
          return set === undefined
            ? undefined
            : registrationOf(set, {
                name: service,
                target: targetOf(config, namespace, service),
                caBundle: pems.length === 0 ? undefined : pems.join('\n'),
                excludedNamespaces: [...new Set([...config.excludedNamespaces, namespace])],
                timeoutSeconds: config['cluster.timeoutSeconds'],
              });
        },
      })
    : undefined;
  return {
    checks: () => [
      {
        name: 'leader',
        ok: true,
        advisory: true,
        detail: election.leads ? 'this replica leads' : 'this replica follows',
      },
    ],
    changed: () => void registrar?.look(),
    async close() {
      registrar?.close();
      await election.close();
    },
  };
}
