// Comparing sizes: plain numbers, Kubernetes quantities (500m, 1Gi) and durations (30s, 1h30m).
import {
  compareQuantities,
  type JsonValue,
  parseGoDuration,
  parseQuantity,
  type Quantity,
} from '../kubernetes/index.js';

/** A bound that values can be compared with. */
export interface Magnitude {
  /** Negative, zero or positive as `value` is less than, equal to or greater than the bound; undefined: not comparable. */
  compareTo(value: JsonValue): number | undefined;
}

/** Clusters use few different quantities, over and over; parsing one costs ten times a lookup. */
const REMEMBERED = new Map<string, Quantity | undefined>();
const MAX_REMEMBERED = 4096;

function quantityOf(value: JsonValue): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (REMEMBERED.has(text)) return REMEMBERED.get(text);
  const parsed = parseQuantity(text);
  const quantity = parsed.ok ? parsed.quantity : undefined;
  if (REMEMBERED.size >= MAX_REMEMBERED) REMEMBERED.clear();
  if (text.length <= 64) REMEMBERED.set(text, quantity);
  return quantity;
}

function durationOf(value: JsonValue): bigint | undefined {
  if (typeof value !== 'string') return undefined;
  const parsed = parseGoDuration(value);
  return parsed.ok ? parsed.nanoseconds : undefined;
}

function compareBig(a: bigint, b: bigint): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/**
 * Compiles a bound. `5m` is both a quantity and a duration; values decide: what reads as a quantity is compared
 * as one, else what reads as a duration is. Undefined where the bound is neither.
 */
export function compileMagnitude(bound: JsonValue): Magnitude | undefined {
  const quantity = quantityOf(bound);
  const duration = durationOf(bound);
  if (quantity === undefined && duration === undefined) return undefined;
  return {
    compareTo(value) {
      if (typeof value === 'number' && typeof bound === 'number') return value - bound;
      const asQuantity = quantity === undefined ? undefined : quantityOf(value);
      if (quantity !== undefined && asQuantity !== undefined) return compareQuantities(asQuantity, quantity);
      const asDuration = duration === undefined ? undefined : durationOf(value);
      return duration === undefined || asDuration === undefined
        ? undefined
        : compareBig(asDuration, duration);
    },
  };
}
