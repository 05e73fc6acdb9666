// The name of a resource as policies, exceptions and the risk table write it: plural[.group][/subresource], no version.
import type { Review } from './review.js';

/** `deployments.apps`, `pods/exec`: what a request is matched by, whatever API version it came through. */
export function resourceNameOf({ resource, subResource }: Pick<Review, 'resource' | 'subResource'>): string {
  const group = resource.group === '' ? '' : `.${resource.group}`;
  return `${resource.resource}${group}${subResource === '' ? '' : `/${subResource}`}`;
}
