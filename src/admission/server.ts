// The HTTPS server: the review route in front, Express behind, limits for slow and many clients, a graceful stop.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { governanceSettings } from '../breakglass/index.js';
import type { Api } from '../cluster/index.js';
import type { Config } from '../config.js';
import type { EngineSettings } from '../engine/index.js';
import { createUlidGenerator } from '../kubernetes/index.js';
import {
  type Certificate,
  type CertificateFiles,
  ensureSelfSigned,
  RENEW_BEFORE,
  readCertificate,
} from './certificate.js';
import { type ClusterObjects, openClusterObjects } from './cluster-objects.js';
import { openClusterSide } from './cluster-side.js';
import type { HealthCheck } from './express-app.js';
import { type Governance, openGovernance } from './governance.js';
import { createMetrics, type Metrics } from './metrics.js';
import { openPolicySource, type PolicySource } from './policy-source.js';
import { createReviewHandler, type ReviewHandler } from './review-handler.js';
import { watchFiles } from './watch-files.js';

export interface ServerDependencies {
  readonly config: Config;
  readonly engine: EngineSettings;
  /** Policy files and folders, the bundled ones already filled in. */
  readonly policies: readonly string[];
  /** Whether of a file only what belongs to the default set is taken. */
  defaultSetOnly(file: string): boolean;
  readonly log: Logger;
  readonly version: string;
  readonly now: () => number;
  /** The cluster this runs in; undefined: none is asked. */
  readonly api?: Api | undefined;
}

export interface RunningServer {
  readonly port: number;
  readonly governance: Governance;
  readonly policies: PolicySource;
  readonly metrics: Metrics;
  /** The CA file clients of a self-signed certificate need; undefined for certificates that were given. */
  readonly ca: string | undefined;
  /** Stops: no new requests, those under way are answered, at the latest after the drain time. */
  stop(): Promise<void>;
}

const DAY = 86_400_000;

/** The certificate's files, made first where none are given. */
async function certificateFiles(
  config: Config,
  now: () => number,
): Promise<{ files: CertificateFiles; ca: string | undefined }> {
  const { 'tls.certificate': certificate, 'tls.key': key } = config;
  if (certificate !== undefined && key !== undefined) return { files: { certificate, key }, ca: undefined };
  await ensureSelfSigned(config['tls.folder'], config['tls.names'], now());
  const { selfSignedFiles } = await import('./certificate.js');
  const files = selfSignedFiles(config['tls.folder']);
  return { files, ca: files.ca };
}

function healthChecks(policies: PolicySource, certificate: Certificate, now: number): readonly HealthCheck[] {
  const { set, problems } = policies;
  const left = certificate.expires - now;
  const expiry = new Date(certificate.expires).toISOString();
  return [
    {
      name: 'policies',
      ok: problems.length === 0,
      advisory: set.policies.length > 0,
      detail:
        problems.length === 0
          ? `${set.policies.length} policies, ${set.digest}`
          : `${problems.length} problems in the policy files; ${set.policies.length} policies of ${set.digest} are in force`,
    },
    { name: 'certificate', ok: left > 0, detail: left > 0 ? `expires ${expiry}` : `expired ${expiry}` },
    {
      name: 'certificate-renewal',
      ok: left > 14 * DAY,
      advisory: true,
      detail:
        left > 14 * DAY
          ? `${Math.floor(left / DAY)} days left`
          : `only ${Math.max(0, Math.floor(left / DAY))} days left: renew it`,
    },
  ];
}

/** Nothing is judged before everything in the cluster has been read once: an exception or a policy may be what is missing. */
const clusterChecks = (cluster: ClusterObjects | undefined): readonly HealthCheck[] =>
  cluster === undefined
    ? []
    : [
        {
          name: 'cluster',
          ok: cluster.synced,
          detail: cluster.synced
            ? `${cluster.policies().length} policies, ${cluster.exceptions().length} exceptions, ${cluster.emergencies().length} emergencies, ${cluster.namespaces().length} namespaces`
            : 'not everything has been read yet',
        },
      ];

async function createHttps(
  { config, log }: ServerDependencies,
  certificate: Certificate,
  route: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const clientCa = config['tls.clientCa'];
  const server = createServer(
    {
      cert: certificate.certificate,
      key: certificate.key,
      minVersion: config['tls.minVersion'],
      // Probes of the kubelet show no certificate, so the handshake lets everybody in and the review route asks.
      ...(clientCa === undefined
        ? {}
        : { ca: await readFile(clientCa), requestCert: true, rejectUnauthorized: false }),
      headersTimeout: config['limits.headersTimeout'],
      requestTimeout: config['limits.requestTimeout'],
      keepAliveTimeout: config['limits.idleTimeout'],
      handshakeTimeout: config['limits.headersTimeout'],
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16_384,
      noDelay: true,
    },
    route,
  );
  server.maxConnections = config['limits.connections'];
  server.on('tlsClientError', (error, socket) => {
    log.debug({ reason: error.message }, 'a TLS handshake failed');
    socket.destroy(); // nothing can be said on it, and a client that says nothing would keep it for ever
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    log.debug({ reason: error.code ?? error.message }, 'a client broke the protocol');
    if (!socket.writable) return;
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  return server;
}

function listen(server: Server, { config }: ServerDependencies): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config['listen.port'], config['listen.host'], () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port); // it listens on a port, not a pipe
    });
  });
}

/** Serves `/validate` itself and hands the rest to Express, which is only loaded when first needed. */
function createRouter(reviews: ReviewHandler, metrics: Metrics, checks: () => readonly HealthCheck[]) {
  let app: Promise<(request: IncomingMessage, response: ServerResponse) => void> | undefined;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? '';
    if (url === '/validate' || url.startsWith('/validate?')) {
      reviews(request, response);
      return;
    }
    app ??= import('./express-app.js').then(({ createApp }) => createApp({ metrics, checks }));
    void app.then((handle) => handle(request, response));
  };
}

/** Closes what is idle at once and the rest when it is done or the time is up. */
function closeServer(server: Server, reviews: ReviewHandler, drain: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), drain);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    void reviews.drain().then(() => setTimeout(() => server.closeIdleConnections(), 50));
  });
}

/** Starts everything; resolves when the server listens. Throws where it cannot: no certificate, port taken, no policies. */
export async function startServer(dependencies: ServerDependencies): Promise<RunningServer> {
  const { config, engine, log, now } = dependencies;
  const metrics = createMetrics(dependencies.version);
  const { context, parameters } = config;
  const settings = governanceSettings(config);
  let opened = false;
  const cluster =
    dependencies.api === undefined || !config['cluster.watch']
      ? undefined
      : openClusterObjects({
          api: dependencies.api,
          nativePolicies: config['cluster.nativePolicies'],
          onChange(part) {
            if (!opened) return; // all of it is taken below
            if (part === 'exemptions') governance.refresh();
            else policies.refresh(part);
            if (part === 'policies') side?.changed();
          },
          onProblem: (message) => log.warn({ reason: message }, 'the cluster could not be followed'),
        });
  const [policies, { files, ca }, governance] = await Promise.all([
    openPolicySource(
      {
        policies: dependencies.policies,
        defaultSetOnly: dependencies.defaultSetOnly,
        context,
        parameters,
        risks: settings.risks,
        cluster,
      },
      metrics,
      log,
      now,
    ),
    certificateFiles(config, now),
    openGovernance({ config, settings, metrics, log, version: dependencies.version, now, cluster }),
  ]);
  let certificate = await readCertificate(files);
  metrics.certificateExpires(certificate.expires);
  const reviews = createReviewHandler({
    settings: {
      engine,
      bodyBytes: config['limits.bodyBytes'],
      concurrency: config['limits.concurrency'],
      evaluation: config['limits.evaluation'],
      failureMode: config.failureMode,
      logAllowed: governance.logsAllowed,
      clientNames: config['tls.clientCa'] === undefined ? undefined : config['tls.clientNames'],
    },
    policies,
    metrics,
    log,
    now,
    nextId: createUlidGenerator(),
    governance,
  });
  const router = createRouter(reviews, metrics, () => [
    ...healthChecks(policies, certificate, now()),
    ...governance.checks(),
    ...clusterChecks(cluster),
    ...(side?.checks() ?? []),
  ]);
  const side =
    dependencies.api === undefined
      ? undefined
      : await openClusterSide({
          api: dependencies.api,
          config,
          log,
          policies: () => (cluster === undefined || cluster.synced ? policies.set : undefined),
          authorities: [...config['cluster.caFiles'], ...(ca === undefined ? [] : [ca])],
        });
  opened = true;
  if (cluster !== undefined) {
    policies.refresh('policies');
    governance.refresh();
  }
  const server = await createHttps(dependencies, certificate, router);
  const port = await listen(server, dependencies);
  const reloadCertificate = async (): Promise<void> => {
    try {
      certificate = await readCertificate(files);
      server.setSecureContext({
        cert: certificate.certificate,
        key: certificate.key,
        minVersion: config['tls.minVersion'],
      });
      metrics.certificateExpires(certificate.expires);
      metrics.reload('certificate', true);
      log.info({ expires: new Date(certificate.expires).toISOString() }, 'certificate reloaded');
    } catch (error) {
      metrics.reload('certificate', false);
      log.error({ err: error }, 'the new certificate is not usable, the old one stays');
    }
  };
  policies.follow(config.reloadInterval);
  governance.follow(config.reloadInterval);
  const certificateWatcher = watchFiles(
    [files.certificate, files.key],
    config.reloadInterval,
    () => void reloadCertificate(),
  );
  const renewal = setInterval(() => {
    if (ca !== undefined && certificate.expires - now() < RENEW_BEFORE) {
      void ensureSelfSigned(config['tls.folder'], config['tls.names'], now());
    }
  }, DAY / 2);
  renewal.unref();
  return {
    port,
    governance,
    policies,
    metrics,
    ca,
    async stop() {
      policies.close();
      cluster?.close();
      certificateWatcher.close();
      clearInterval(renewal);
      await closeServer(server, reviews, config.drain);
      await side?.close();
      await governance.close();
    },
  };
}
