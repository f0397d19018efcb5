import { DataType, type ExtensionObject, VariantArrayType, type VariantOptions } from "node-opcua";
import { NO_TIME, VERDICTS } from "./contract.ts";

/** A variable of a station: its name after the station's, its data type, and what it means. */
export interface Tag {
  readonly type: DataType;
  readonly text: string;
  /** Part of the verdict: without value until the station's first one. */
  readonly verdict?: true;
  readonly array?: true;
  /** Operators write it. */
  readonly writable?: true;
  /** The words for 0, 1, 2, …; shown beside the number. */
  readonly words?: readonly string[];
  /** Its unit, and the range that is usual beside a threshold. */
  readonly unit?: Unit;
  readonly range?: (threshold: number) => Range;
}

/** A unit of the UNECE's recommendation 20: its code, its symbol, its name. */
export interface Unit {
  readonly code: string;
  readonly symbol: string;
  readonly name: string;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

const ONE: Unit = { code: "C62", symbol: "1", name: "one" };
const MILLISECOND: Unit = { code: "C26", symbol: "ms", name: "millisecond" };

/** The words for reasons and modes, as VERDICTS has those for evaluations. */
export const REASONS = [
  "None",
  "WithinThreshold",
  "AboveThreshold",
  "DeadlineExceeded",
  "Overloaded",
  "InvalidFrame",
].concat(["NoRecipe", "ModelFailed", "Stopping", "Cancelled", "StationStopped", "PartNotFound", "ClipNotFull"]);
export const MODES = ["Unknown", "Continuous", "Stopped"];

/** Scores have no scale of their own but the threshold, which stands in the middle; without one, 0..1. */
const aroundThreshold = (threshold: number): Range => ({ low: 0, high: 2 * threshold || 1 });
const aroundZero = (threshold: number): Range => ({ low: -threshold || -1, high: threshold || 1 });
/** Up to the deadline that recipes have by default. */
const withinDeadline = (): Range => ({ low: 0, high: 1_000 });

/** What the History arrays hold. */
export const HISTORY_LENGTH = 16;

const verdict = true;
const array = true;
const writable = true;

/** All variables of a station in the order in which they are set: Sequence last, so that who sees it sees the rest. */
export const TAGS = {
  PartId: {
    type: DataType.String,
    verdict,
    text: "Identity of the part as the camera or the PLC gave it; may be empty",
  },
  ProductId: { type: DataType.String, verdict, text: "The part's product, which chose the recipe; may be empty" },
  Pass: { type: DataType.Boolean, verdict, text: "True only where Evaluation is 1 (Ok)" },
  Evaluation: {
    type: DataType.Int32,
    verdict,
    words: VERDICTS,
    text: "0 Undefined, 1 Ok, 2 NotOk, 3 NotDecidable (OPC 40001-101)",
  },
  Score: {
    type: DataType.Float,
    verdict,
    unit: ONE,
    range: aroundThreshold,
    text: "Anomaly score, higher is more anomalous",
  },
  Threshold: { type: DataType.Float, verdict, unit: ONE, range: aroundThreshold, text: "NotOk above it" },
  Margin: { type: DataType.Float, verdict, unit: ONE, range: aroundZero, text: "Threshold - Score" },
  ReasonCode: {
    type: DataType.Int32,
    verdict,
    words: REASONS,
    text: "Why the verdict is what it is, see the list of codes",
  },
  ReasonText: { type: DataType.String, verdict, text: "Why, in words" },
  ModelVersion: { type: DataType.String, verdict, text: "Version of the model that judged" },
  RecipeRevision: { type: DataType.UInt32, verdict, text: "Revision of the recipe that judged; 0 = none" },
  CaptureTime: {
    type: DataType.DateTime,
    verdict,
    text: "When the camera exposed the frame (UTC, ms); Uncertain where its clock is wrong",
  },
  ProcessingMs: {
    type: DataType.Float,
    verdict,
    unit: MILLISECOND,
    range: withinDeadline,
    text: "From the frame's arrival at the server to the verdict, ms",
  },
  "History.Sequence": { type: DataType.UInt32, verdict, array, text: "Sequence of the last 16 parts, oldest first" },
  "History.PartId": { type: DataType.String, verdict, array, text: "PartId of the last 16 parts" },
  "History.Evaluation": { type: DataType.Int32, verdict, array, text: "Evaluation of the last 16 parts" },
  "History.Score": { type: DataType.Float, verdict, array, text: "Score of the last 16 parts" },
  "History.CaptureTime": { type: DataType.DateTime, verdict, array, text: "CaptureTime of the last 16 parts" },
  Record: {
    type: DataType.String,
    verdict,
    array,
    text: "All of the part in one value: LogSequence, PartId, ProductId, Evaluation, Score, Threshold, ReasonCode, ReasonText, ModelVersion, RecipeRevision, CaptureTime, CompletionTime, ProcessingMs",
  },
  Part: {
    type: DataType.ExtensionObject,
    verdict,
    text: "All of the part in one typed value (PartDataType), for clients that read structures",
  },
  Ready: { type: DataType.Boolean, text: "Frames are judged" },
  Fault: { type: DataType.String, text: "Why it is not ready; empty when it is" },
  Mode: { type: DataType.Int32, words: MODES, text: "1 continuous, 2 stopped" },
  SelectedProductId: { type: DataType.String, text: "Product of parts that name none; empty: the default recipe" },
  NextPartId: {
    type: DataType.String,
    writable,
    text: "Identity of the part that comes next; empty once a frame has used it",
  },
  NextProductId: { type: DataType.String, writable, text: "Its product; empty: the selected one" },
  Heartbeat: { type: DataType.UInt32, text: "Rises with each status of the server, every 500 ms; wraps" },
  "Counters.Inspected": { type: DataType.UInt32, text: "Parts since ResetTime; wraps" },
  "Counters.Ok": { type: DataType.UInt32, text: "Of these, Ok" },
  "Counters.NotOk": { type: DataType.UInt32, text: "Of these, NotOk" },
  "Counters.NotDecidable": { type: DataType.UInt32, text: "Of these, NotDecidable" },
  "Counters.Missed": {
    type: DataType.UInt32,
    text: "Sequence numbers that never reached this gateway since it started, or since Reset",
  },
  "Counters.ResetTime": { type: DataType.DateTime, text: "Since when is counted: Reset, or the server's start (UTC)" },
  AckSequence: { type: DataType.UInt32, writable, text: "Sequence of the last part that the PLC has taken" },
  Overrun: {
    type: DataType.UInt32,
    text: "Parts that were replaced by the next before the PLC acknowledged them; wraps",
  },
  Sequence: { type: DataType.UInt32, verdict, text: "The station's number of this part modulo 2^32; set last" },
} as const satisfies Record<string, Tag>;

export type TagName = keyof typeof TAGS;

const names = Object.keys(TAGS) as TagName[];
const isVerdict = (name: TagName) => "verdict" in TAGS[name];
/** Tags that an inspection sets, in the order of setting. */
export const VERDICT_TAGS = names.filter(isVerdict);
/** Tags that the line's status sets. */
export const STATE_TAGS = names.filter((name) => !isVerdict(name));

/** Tags whose history is the server's log. */
export const HISTORIZED_TAGS = VERDICT_TAGS.filter((name) => !name.startsWith("History."));

const MAX_TEXT = 254;

/** At most 254 UTF-16 units, what a PLC's default WSTRING holds; never half a surrogate pair. */
export function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT).replace(/[\uD800-\uDBFF]$/, "");
}

/** The lowest 32 bits: PLCs have no 64-bit unsigned number everywhere. */
export function toUInt32(value: bigint | string): number {
  return Number(BigInt.asUintN(32, BigInt(value)));
}

type Arrays = readonly string[] | readonly Date[] | Int32Array | Uint32Array | Float32Array;
export type Value = string | number | boolean | Date | Arrays | ExtensionObject | null;

/** What a tag reads before it has a value. */
export function initialValue(tag: TagName): Value {
  const { type, array: isArray }: Tag = TAGS[tag];
  switch (type) {
    case DataType.String:
      return isArray ? [] : "";
    case DataType.DateTime:
      return isArray ? [] : NO_TIME;
    case DataType.Boolean:
      return false;
    case DataType.Int32:
      return isArray ? new Int32Array() : 0;
    case DataType.UInt32:
      return isArray ? new Uint32Array() : 0;
    case DataType.ExtensionObject:
      return null;
    default:
      return isArray ? new Float32Array() : 0;
  }
}

/** A tag's value as OPC UA carries it. */
export function variantOf(tag: TagName, value: Value): VariantOptions {
  const { type, array: isArray }: Tag = TAGS[tag];
  return { dataType: type, arrayType: isArray ? VariantArrayType.Array : VariantArrayType.Scalar, value };
}
