// The cluster a command looks at, and everything in it where all of it is needed.
import type { Command } from 'commander';
import { clusterSource, type ListableResource, PAGE_SIZE } from '../audit/index.js';
import { type Api, createApi, readKubeConfig } from '../cluster/index.js';
import type { JsonObject } from '../kubernetes/index.js';
import { CommandError, EXIT } from './io.js';

export interface ClusterOptions {
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  readonly rate: string;
}

/** Adds the options that say which cluster. */
export const withCluster = (command: Command): Command =>
  command
    .option('--cluster', 'the cluster of the kubeconfig, or of the Pod this runs in')
    .option('--kubeconfig <file>', 'kubeconfig in place of the default one')
    .option('--kube-context <name>', 'context of the kubeconfig')
    .option('--rate <number>', 'requests a second to the API server at most', '50');

/** A client for the cluster; a CommandError where no configuration says which. */
export async function openApi({ kubeconfig: file, kubeContext: context }: ClusterOptions): Promise<Api> {
  try {
    return createApi(
      await readKubeConfig({
        ...(file === undefined ? {} : { file }),
        ...(context === undefined ? {} : { context }),
      }),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cluster: ${message}`, EXIT.unreachable);
  }
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** How a cluster is asked: in small pages, not too often, again where it may pass. */
export function manners(api: Api, options: ClusterOptions) {
  const rate = Number(options.rate);
  if (!(rate > 0))
    throw new CommandError(`--rate must be a number of requests a second, found ${options.rate}`);
  return { api, limit: PAGE_SIZE, interval: 1000 / rate, attempts: 6, wait };
}

/** Kinds that come and go by the thousand and say nothing about what was meant. */
const NOISE = new Set([
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'componentstatuses',
]);

export interface Gathered {
  readonly objects: readonly JsonObject[];
  /** `plural[.group]` of every kind that was listed to its end. */
  readonly listed: readonly string[];
  /** What could not be read. */
  readonly failures: readonly string[];
}

/** Every object of the cluster, in memory. */
export async function gather(options: ClusterOptions): Promise<Gathered> {
  const api = await openApi(options);
  const listed: string[] = [];
  const key = ({ group, resource }: ListableResource): string =>
    group === '' ? resource : `${resource}.${group}`;
  const source = clusterSource({
    ...manners(api, options),
    wants: (resource) => !NOISE.has(key(resource)) && !resource.group.endsWith('metrics.k8s.io'),
    lookups: [],
    onDone: (resource) => listed.push(resource),
  });
  const objects: JsonObject[] = [];
  const failures: string[] = [];
  try {
    for await (const page of source.pages()) {
      for (const { object } of page.objects) objects.push(object);
      for (const { what, message } of page.failures) failures.push(`${what}: ${message}`);
    }
  } finally {
    api.close();
  }
  return { objects, listed, failures };
}
