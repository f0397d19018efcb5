import { DataType, type Variant, VariantArrayType } from "node-opcua";

/** A value in the form in which values of its kind compare: whole numbers exactly, whatever their width. */
type Plain =
  | { readonly kind: "number"; readonly value: number | bigint }
  | { readonly kind: "text" | "time" | "other"; readonly value: string | number };

/** -1, 0 or 1, by the conversions of OPC 10000-4, 7.7.3; undefined where the two do not compare. Identities and bytes know no order: 0 or NaN. */
export function compare(one: Variant, other: Variant): number | undefined {
  const [left, right] = [plain(one), plain(other)];
  if (left === undefined || right === undefined) {
    return undefined;
  }
  if (left.kind === right.kind) {
    return left.kind === "other" ? (left.value === right.value ? 0 : Number.NaN) : order(left.value, right.value);
  }
  // A text beside a number is taken as a number, if it is one.
  const [a, b] = [numeric(left), numeric(right)];
  return a === undefined || b === undefined ? undefined : order(a, b);
}

/** True or false, of a Boolean, or of a number that is not 0; null where it is neither. */
export function truth(value: Variant): boolean | null {
  const known = plain(value);
  return known?.kind === "number" ? known.value !== 0 && known.value !== 0n : null;
}

/** The text of a value that is one; null where it is none. */
export function textOf(value: Variant): string | null {
  const known = plain(value);
  return known?.kind === "text" ? String(known.value) : null;
}

/** Whether a value is absent: no such field, or nothing in it. */
export function isNull({ dataType, value }: Variant): boolean {
  return dataType === DataType.Null || value === null || value === undefined;
}

function order(one: string | number | bigint, other: string | number | bigint): number | undefined {
  return one < other ? -1 : one > other ? 1 : one >= other ? 0 : undefined;
}

function numeric({ kind, value }: Plain): number | bigint | undefined {
  if (kind === "number") {
    return value;
  }
  if (kind !== "text" || typeof value !== "string" || value.trim() === "") {
    return undefined;
  }
  const number = Number(value);
  return Number.isNaN(number) ? undefined : /^\s*-?\d+\s*$/.test(value) ? BigInt(value.trim()) : number;
}

function plain(variant: Variant): Plain | undefined {
  if (variant.arrayType !== VariantArrayType.Scalar || isNull(variant)) {
    return undefined;
  }
  const { value } = variant;
  switch (variant.dataType) {
    case DataType.Boolean:
      return { kind: "number", value: value ? 1n : 0n };
    case DataType.SByte:
    case DataType.Byte:
    case DataType.Int16:
    case DataType.UInt16:
    case DataType.Int32:
    case DataType.UInt32:
      return { kind: "number", value: BigInt(value) };
    // node-opcua holds 64 bits as [high, low], or as a bigint
    case DataType.Int64:
      return { kind: "number", value: BigInt.asIntN(64, wide(value)) };
    case DataType.UInt64:
      return { kind: "number", value: BigInt.asUintN(64, wide(value)) };
    case DataType.Float:
    case DataType.Double:
      return { kind: "number", value };
    case DataType.StatusCode:
      return { kind: "number", value: BigInt(value.value) };
    case DataType.DateTime:
      return { kind: "time", value: value.getTime() };
    case DataType.String:
    case DataType.XmlElement:
      return { kind: "text", value };
    case DataType.LocalizedText:
      return { kind: "text", value: value.text ?? "" };
    case DataType.QualifiedName:
      return { kind: "text", value: value.name ?? "" };
    case DataType.Guid:
      return { kind: "other", value: `guid ${String(value).toLowerCase()}` };
    case DataType.ByteString:
      return { kind: "other", value: `bytes ${value.toString("hex")}` };
    case DataType.NodeId:
    case DataType.ExpandedNodeId:
      return { kind: "other", value: `node ${value.toString()}` };
    default:
      return undefined;
  }
}

function wide(value: bigint | number | readonly [number, number]): bigint {
  return typeof value === "object" ? (BigInt(value[0]) << 32n) | BigInt(value[1] >>> 0) : BigInt(value);
}
