// Which cluster, and as whom: a kubeconfig, or the service account of a Pod. Loaded only when a cluster is asked for.
import type { KubeConfig } from '@kubernetes/client-node';

/** The configuration of a context; the current one, or the Pod's own, where none is named. Throws where there is none. */
export async function readKubeConfig(options: {
  readonly file?: string;
  readonly context?: string;
}): Promise<KubeConfig> {
  const { KubeConfig: Loader } = await import('@kubernetes/client-node');
  const config = new Loader();
  if (options.file === undefined) config.loadFromDefault();
  else config.loadFromFile(options.file);
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null)
      throw new TypeError(`the kubeconfig has no context ${options.context}`);
    config.setCurrentContext(options.context);
  }
  return config;
}
