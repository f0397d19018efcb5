import {
  type AddressSpace,
  type ContentFilter,
  type ContentFilterElement,
  ContentFilterElementResult,
  checkSelectClause,
  DataType,
  ElementOperand,
  type FilterContext,
  FilterOperator,
  LiteralOperand,
  NodeClass,
  type NodeId,
  resolveOperand,
  SimpleAttributeOperand,
  type StatusCode,
  StatusCodes,
  Variant,
} from "node-opcua";
import { compare, isNull, textOf, truth } from "./compare.ts";
import { like } from "./like.ts";

/** What an element is for an event: true, false, or null where the standard says so. */
type Outcome = boolean | null;
/** Gives the operand's value for an event. `outcomes` holds those of the elements behind. */
type Operand = (context: FilterContext, outcomes: readonly Outcome[]) => Variant;
type Operator = (operands: readonly Variant[], context: FilterContext) => Outcome;

const MANY = Number.POSITIVE_INFINITY;
const is = (test: (order: number) => boolean): Operator => {
  return ([one, other]) => one !== undefined && other !== undefined && test(compare(one, other) ?? Number.NaN);
};

/** The operators that are evaluated, with the least and the most operands. */
const OPERATORS: Readonly<Partial<Record<FilterOperator, readonly [number, number, Operator]>>> = {
  [FilterOperator.Equals]: [2, 2, is((order) => order === 0)],
  [FilterOperator.GreaterThan]: [2, 2, is((order) => order > 0)],
  [FilterOperator.LessThan]: [2, 2, is((order) => order < 0)],
  [FilterOperator.GreaterThanOrEqual]: [2, 2, is((order) => order >= 0)],
  [FilterOperator.LessThanOrEqual]: [2, 2, is((order) => order <= 0)],
  [FilterOperator.IsNull]: [1, 1, ([value]) => value === undefined || isNull(value)],
  [FilterOperator.Like]: [2, 2, ([value, pattern]) => isLike(value, pattern)],
  [FilterOperator.Not]: [1, 1, ([value]) => not(truthOf(value))],
  [FilterOperator.Between]: [3, 3, ([value, low, high]) => isBetween(value, low, high)],
  [FilterOperator.InList]: [2, MANY, ([value, ...list]) => list.some((other) => isEqual(value, other))],
  [FilterOperator.And]: [2, 2, ([one, other]) => not(or(not(truthOf(one)), not(truthOf(other))))],
  [FilterOperator.Or]: [2, 2, ([one, other]) => or(truthOf(one), truthOf(other))],
  [FilterOperator.OfType]: [1, 1, ([type], context) => context.isSubtypeOf(typeOf(context), type?.value as NodeId)],
};

/** The operators of the standard that need no evaluation here: InView, RelatedTo, Cast, BitwiseAnd, BitwiseOr. */
const LAST_OPERATOR = FilterOperator.BitwiseOr;

/** A where clause that can be evaluated, or what is wrong with each of its elements. */
export type WhereClause =
  | { readonly passes: (context: FilterContext) => boolean }
  | { readonly faults: ContentFilterElementResult[] };

/** Reads the where clause of an event filter. */
export function readWhereClause(addressSpace: AddressSpace, filter: ContentFilter | null): WhereClause {
  const elements = filter?.elements ?? [];
  const results = elements.map((element, index) => check(addressSpace, element, index, elements.length));
  if (results.some(({ statusCode }) => statusCode.isNotGood())) {
    return { faults: results };
  }
  const steps = elements.map((element) => {
    const operator = OPERATORS[element.filterOperator]?.[2] as Operator;
    return { operator, operands: (element.filterOperands ?? []).map((operand) => operandOf(operand)) };
  });
  return {
    passes(context) {
      // From the last to the first, each once: elements refer to later ones only.
      const outcomes: Outcome[] = [];
      for (let index = steps.length - 1; index >= 0; index--) {
        const { operator, operands } = steps[index] as (typeof steps)[number];
        outcomes[index] = operator(
          operands.map((operand) => operand(context, outcomes)),
          context,
        );
      }
      return steps.length === 0 || outcomes[0] === true;
    },
  };
}

function check(
  addressSpace: AddressSpace,
  { filterOperator, filterOperands }: ContentFilterElement,
  index: number,
  count: number,
): ContentFilterElementResult {
  const operands = filterOperands ?? [];
  const [least, most] = OPERATORS[filterOperator] ?? [];
  const isOfType = filterOperator === FilterOperator.OfType;
  const operandStatusCodes = operands.map((operand) => {
    return isOfType ? checkType(addressSpace, operand) : checkOperand(addressSpace, operand, index, count);
  });
  const statusCode =
    least === undefined || most === undefined
      ? filterOperator >= 0 && filterOperator <= LAST_OPERATOR
        ? StatusCodes.BadFilterOperatorUnsupported
        : StatusCodes.BadFilterOperatorInvalid
      : operands.length < least || operands.length > most
        ? StatusCodes.BadFilterOperandCountMismatch
        : operandStatusCodes.some((status) => status.isNotGood())
          ? StatusCodes.BadFilterOperandInvalid
          : StatusCodes.Good;
  return new ContentFilterElementResult({ statusCode, operandStatusCodes, operandDiagnosticInfos: [] });
}

function checkOperand(addressSpace: AddressSpace, operand: unknown, index: number, count: number): StatusCode {
  if (operand instanceof LiteralOperand) {
    return StatusCodes.Good;
  }
  if (operand instanceof ElementOperand) {
    return operand.index > index && operand.index < count ? StatusCodes.Good : StatusCodes.BadFilterOperandInvalid;
  }
  if (operand instanceof SimpleAttributeOperand) {
    const base = addressSpace.findEventType("BaseEventType");
    return base === null ? StatusCodes.BadFilterOperandInvalid : checkSelectClause(base, operand);
  }
  return StatusCodes.BadFilterOperandInvalid;
}

function checkType(addressSpace: AddressSpace, operand: unknown): StatusCode {
  const isNode = operand instanceof LiteralOperand && operand.value.dataType === DataType.NodeId;
  const node = isNode ? addressSpace.findNode(operand.value.value) : null;
  return node?.nodeClass === NodeClass.ObjectType ? StatusCodes.Good : StatusCodes.BadFilterOperandInvalid;
}

function operandOf(operand: unknown): Operand {
  if (operand instanceof LiteralOperand) {
    return () => operand.value;
  }
  if (operand instanceof ElementOperand) {
    return (_context, outcomes) => {
      const value = outcomes[operand.index] ?? null;
      return value === null ? new Variant() : new Variant({ dataType: DataType.Boolean, value });
    };
  }
  return (context) => resolveOperand(context, operand as SimpleAttributeOperand);
}

function typeOf(context: FilterContext): NodeId {
  const source = context.eventSource;
  return (context.getNodeClass(source) === NodeClass.Object ? context.getTypeDefinition(source) : null) ?? source;
}

function isEqual(one: Variant | undefined, other: Variant): boolean {
  return one !== undefined && compare(one, other) === 0;
}

function isBetween(value?: Variant, low?: Variant, high?: Variant): boolean {
  const [fromLow, fromHigh] = [value && low && compare(value, low), value && high && compare(value, high)];
  return (fromLow ?? Number.NaN) >= 0 && (fromHigh ?? Number.NaN) <= 0;
}

function isLike(value?: Variant, pattern?: Variant): boolean {
  const [text, form] = [value ? textOf(value) : null, pattern ? textOf(pattern) : null];
  return text !== null && form !== null && like(text, form);
}

function truthOf(value: Variant | undefined): Outcome {
  return value === undefined ? null : truth(value);
}

function not(value: Outcome): Outcome {
  return value === null ? null : !value;
}

function or(one: Outcome, other: Outcome): Outcome {
  return one === true || other === true ? true : one === null || other === null ? null : false;
}
