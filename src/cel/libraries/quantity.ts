// Quantities: `quantity('1Gi').isGreaterThan(quantity('500Mi'))` and its like. Source of truth: k8s.io/apiserver
// pkg/cel/library/quantity.go; costs in cost.go.
import { defineLibrary, fn, type Library, overload, receiver } from '../library.js';
import { BOOL, DOUBLE, INT, opaqueType, STRING } from '../types.js';
import {
  type CelError,
  type CelInt,
  CelOpaque,
  type CelValue,
  celError,
  makeDouble,
  makeInt,
} from '../values.js';
import { codePointLength } from './code-points.js';
import { printQuantity } from './quantity-text.js';
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  QuantityProblem,
  quantityFloat,
  quantityInteger,
  quantitySign,
  type ResourceQuantity,
  subtractQuantities,
} from './resource-quantity.js';

export class CelQuantity extends CelOpaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: ResourceQuantity;

  constructor(quantity: ResourceQuantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && compareQuantities(this.quantity, other.quantity) === 0;
  }

  override toString(): string {
    return printQuantity(this.quantity);
  }
}

const QUANTITY = opaqueType<CelQuantity>('kubernetes.Quantity');

function readQuantity(text: string): CelQuantity | CelError {
  const parsed = parseQuantity(text);
  return parsed instanceof QuantityProblem ? celError(parsed.message) : new CelQuantity(parsed);
}

const compare = (one: CelQuantity, other: CelQuantity) => compareQuantities(one.quantity, other.quantity);

function asInteger({ quantity }: CelQuantity): CelInt | CelError {
  const value = quantityInteger(quantity);
  return value === undefined ? celError('cannot convert value to integer') : makeInt(value);
}

type Arithmetic = (one: ResourceQuantity, other: ResourceQuantity) => ResourceQuantity;

const withQuantity = (compute: Arithmetic) => (one: CelQuantity, other: CelQuantity) =>
  new CelQuantity(compute(one.quantity, other.quantity));
const withInt = (compute: Arithmetic) => (one: CelQuantity, other: CelInt) =>
  new CelQuantity(
    compute(one.quantity, { digits: BigInt(other), scale: 0, wide: false, format: 'DecimalExponent' }),
  );

const PARSED = {
  cost: ([text]: readonly CelValue[]) =>
    Math.ceil((typeof text === 'string' ? codePointLength(text) : 1) * 0.1),
};

export const quantityLibrary: Library = defineLibrary({
  name: 'kubernetes.quantity',
  functions: [
    fn('quantity', overload('string_to_quantity', [STRING], QUANTITY, readQuantity, PARSED)),
    fn(
      'isQuantity',
      overload(
        'is_quantity_string',
        [STRING],
        BOOL,
        (text) => !(parseQuantity(text) instanceof QuantityProblem),
        PARSED,
      ),
    ),
    fn(
      'sign',
      overload('quantity_sign', [QUANTITY], INT, ({ quantity }) => quantitySign(quantity)),
    ),
    fn(
      'isGreaterThan',
      receiver(
        'quantity_is_greater_than',
        [QUANTITY, QUANTITY],
        BOOL,
        (one, other) => compare(one, other) > 0,
      ),
    ),
    fn(
      'isLessThan',
      receiver('quantity_is_less_than', [QUANTITY, QUANTITY], BOOL, (one, other) => compare(one, other) < 0),
    ),
    fn('compareTo', receiver('quantity_compare_to', [QUANTITY, QUANTITY], INT, compare)),
    fn(
      'asApproximateFloat',
      receiver('quantity_get_float', [QUANTITY], DOUBLE, ({ quantity }) =>
        makeDouble(quantityFloat(quantity)),
      ),
    ),
    fn('asInteger', receiver('quantity_get_int', [QUANTITY], INT, asInteger)),
    fn(
      'isInteger',
      receiver(
        'quantity_is_integer',
        [QUANTITY],
        BOOL,
        ({ quantity }) => quantityInteger(quantity) !== undefined,
      ),
    ),
    fn(
      'add',
      receiver('quantity_add', [QUANTITY, QUANTITY], QUANTITY, withQuantity(addQuantities)),
      receiver('quantity_add_int', [QUANTITY, INT], QUANTITY, withInt(addQuantities)),
    ),
    fn(
      'sub',
      receiver('quantity_sub', [QUANTITY, QUANTITY], QUANTITY, withQuantity(subtractQuantities)),
      receiver('quantity_sub_int', [QUANTITY, INT], QUANTITY, withInt(subtractQuantities)),
    ),
  ],
});
