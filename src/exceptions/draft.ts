// A complete PolicyException from what was denied: a decision, a record of one, or the text a user saw.
import { formatTime, type JsonObject } from '../kubernetes/index.js';
import type { PolicyReference } from './grant.js';

/** What was denied, as much as is known. */
export interface Denied {
  readonly policies: readonly PolicyReference[];
  /** `plural[.group][/subresource]`; empty where only the kind is known. */
  readonly resource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly user: string;
}

/** Rules as `policy/rule` gathered by policy, in order. */
export function referencesOf(labels: Iterable<string>): readonly PolicyReference[] {
  const byPolicy = new Map<string, Set<string>>();
  for (const label of labels) {
    const slash = label.lastIndexOf('/');
    const [policy, rule] = [label.slice(0, slash), label.slice(slash + 1)];
    byPolicy.set(policy, (byPolicy.get(policy) ?? new Set()).add(rule));
  }
  return [...byPolicy].map(([name, rules]) => ({ name, rules: [...rules] }));
}

export interface DraftOptions {
  readonly denied: Denied;
  readonly name: string;
  readonly reason: string;
  readonly ticket: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** A name for an exception: the object's and the first policy's, as a DNS label. */
export function draftName({ name, policies }: Denied): string {
  const text = `${name}-${policies[0]?.name ?? 'exception'}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return text.slice(0, 63).replace(/^-+|-+$/g, '');
}

/** The document, unapproved: who asks is who was denied. */
export function draftException({ denied, name, reason, ticket, expires }: DraftOptions): JsonObject {
  const { policies, resource, namespace, name: object, user } = denied;
  return {
    apiVersion: 'warder.dev/v1',
    kind: 'PolicyException',
    metadata: { name },
    spec: {
      policies: policies.map(({ name: policy, rules }) => ({
        name: policy,
        ...(rules.length === 0 ? {} : { rules }),
      })),
      scope: {
        ...(resource === '' ? {} : { resources: [resource] }),
        ...(namespace === '' ? {} : { namespaces: [namespace] }),
        names: [object],
      },
      reason,
      ...(ticket === '' ? {} : { ticket }),
      requestedBy: user,
      expires: formatTime(expires),
    },
  };
}

const HEAD =
  /(?:denied the request: )?([A-Z][A-Za-z0-9]*) ([^\s/]+\/)?(\S+)(?: \([a-z]+\))? breaks \d+ rules?/;
const RULE = /^\s*✗ (\S+)\/([^\s/]+) \([a-z]+\): /;

/** A denial as kubectl printed it; undefined where the text is none. The kind stands in place of the resource. */
export function parseDenial(
  text: string,
): (Omit<Denied, 'resource'> & { readonly kind: string }) | undefined {
  const lines = text.split('\n', 2_000);
  const head = lines.map((line) => HEAD.exec(line.slice(0, 2_000))).find((found) => found !== null);
  const labels = lines.flatMap((line) => {
    const [, policy, rule] = RULE.exec(line.slice(0, 500)) ?? [];
    return policy === undefined || rule === undefined ? [] : [`${policy}/${rule}`];
  });
  const [, kind, place = '', name] = head ?? [];
  if (kind === undefined || name === undefined || labels.length === 0) return undefined;
  return { kind, namespace: place.slice(0, -1), name, policies: referencesOf(labels), user: '' };
}
