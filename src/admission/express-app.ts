// Everything but the review route: health, metrics, and a clear word for any other path.
import express, { type Express } from 'express';
import type { Metrics } from './metrics.js';

/** One thing that must hold for the server to be ready, or a detail worth showing. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** Not ok, but the server still serves: shown, and does not fail readiness. */
  readonly advisory?: boolean;
  readonly detail: string;
}

export interface AppDependencies {
  readonly metrics: Metrics;
  readonly checks: () => readonly HealthCheck[];
}

/** `[+]name ok: detail` lines, as Kubernetes' own health endpoints print them. */
function report(checks: readonly HealthCheck[]): string {
  const sign = ({ ok, advisory }: HealthCheck): string => (ok ? '+' : advisory === true ? '!' : '-');
  return `${checks.map((check) => `[${sign(check)}]${check.name} ${check.ok ? 'ok' : 'not ok'}: ${check.detail}`).join('\n')}\n`;
}

export function createApp({ metrics, checks }: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get(['/livez', '/healthz'], (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', (request, response) => {
    const all = checks();
    const ready = all.every(({ ok, advisory }) => ok || advisory === true);
    const verbose = request.query.verbose !== undefined || !ready;
    response
      .status(ready ? 200 : 503)
      .type('text/plain')
      .send(verbose ? report(all) : 'ok\n');
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.use((request, response) => {
    response.status(404).json({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 404,
      reason: 'NotFound',
      message: `there is nothing at ${request.path.slice(0, 200)}; reviews go to /validate, health is at /livez and /readyz, metrics at /metrics`,
    });
  });
  return app;
}
