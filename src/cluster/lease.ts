// Leader election by a Lease (coordination.k8s.io/v1), as client-go does it: whoever holds it renews it, and another takes it when
// it was not renewed for its duration, judged by that other's own clock since it last saw it change.
import { field, type JsonObject } from '../kubernetes/index.js';
import type { Api } from './api.js';

export interface LeaseOptions {
  readonly api: Api;
  readonly namespace: string;
  readonly name: string;
  /** Of this process, unlike any other's. */
  readonly identity: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly renewEvery: number;
  /** Milliseconds on a clock that never steps back. */
  readonly monotonic: () => number;
  /** Milliseconds since the epoch, for what is written. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  onChange(leads: boolean): void;
  onProblem(message: string): void;
}

export interface Election {
  /** Whether this process leads now: its own last renewal is younger than the duration. */
  readonly leads: boolean;
  /** Gives the lease up, so that another need not wait. */
  close(): Promise<void>;
}

const microTime = (now: number): string => new Date(now).toISOString().replace('Z', '000Z');

/** Takes part in the election until closed. */
export function takePart(options: LeaseOptions): Election {
  const { api, namespace, name, identity, duration, renewEvery, monotonic, now, wait } = options;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  let closed = false;
  let renewed = Number.NEGATIVE_INFINITY;
  let told = false;
  /** What was last seen, and when by our own clock. */
  let seen = '';
  let seenAt = Number.NEGATIVE_INFINITY;

  const leads = (): boolean => !closed && monotonic() - renewed < duration;
  const tell = (): void => {
    if (leads() === told) return;
    told = !told;
    options.onChange(told);
  };

  const body = (before: JsonObject | undefined, holder: string): JsonObject => {
    const spec = field(before, 'spec');
    const mine = field(spec, 'holderIdentity') === identity;
    const transitions = Number(field(spec, 'leaseTransitions') ?? 0);
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace,
        ...(before === undefined
          ? {}
          : { resourceVersion: field(field(before, 'metadata'), 'resourceVersion') ?? '' }),
      },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: holder === '' ? 1 : Math.ceil(duration / 1000),
        acquireTime: mine ? (field(spec, 'acquireTime') ?? microTime(now())) : microTime(now()),
        renewTime: microTime(now()),
        leaseTransitions: mine || before === undefined ? transitions : transitions + 1,
      },
    };
  };

  /** Writes with the version that was read, so that of two who try only one succeeds. */
  const write = async (before: JsonObject | undefined, holder: string): Promise<boolean> => {
    const started = monotonic();
    const answer =
      before === undefined
        ? await api.send({ method: 'POST', path: collection, body: body(before, holder), timeout: duration })
        : await api.send({
            method: 'PUT',
            path: `${collection}/${name}`,
            body: body(before, holder),
            timeout: duration,
          });
    if (answer.ok && holder !== '') renewed = started;
    else if (!answer.ok && answer.status !== 409)
      options.onProblem(`lease ${namespace}/${name}: ${answer.message}`);
    return answer.ok;
  };

  const turn = async (): Promise<void> => {
    const found = await api.send({ method: 'GET', path: `${collection}/${name}`, timeout: duration });
    if (!found.ok) {
      if (found.status === 404) await write(undefined, identity);
      else options.onProblem(`lease ${namespace}/${name}: ${found.message}`);
      return;
    }
    const spec = field(found.body, 'spec');
    const text = JSON.stringify(spec ?? null);
    if (text !== seen) {
      seen = text;
      seenAt = monotonic();
    }
    const holder = field(spec, 'holderIdentity') ?? '';
    const theirs = Number(field(spec, 'leaseDurationSeconds') ?? 0) * 1000;
    if (holder === identity || holder === '' || monotonic() - seenAt > theirs)
      await write(found.body, identity);
  };

  void (async () => {
    while (!closed) {
      await turn();
      tell();
      await wait(renewEvery);
      tell();
    }
  })();

  return {
    get leads() {
      return leads();
    },
    async close() {
      const led = leads();
      closed = true;
      tell();
      if (!led) return;
      const found = await api.send({ method: 'GET', path: `${collection}/${name}`, timeout: renewEvery });
      if (found.ok && field(field(found.body, 'spec'), 'holderIdentity') === identity)
        await write(found.body, '');
    },
  };
}
