import { type Inspection, OK, type StationStatus, toDate } from "./contract.ts";
import { clip, type TagName, toUInt32, type Value } from "./tags.ts";

export type Values = Partial<Record<TagName, Value>>;

/** What each tag says of an inspection. */
const OF_PART = {
  PartId: ({ partId }) => clip(partId),
  ProductId: ({ productId }) => clip(productId),
  Pass: ({ verdict }) => verdict === OK,
  Evaluation: ({ verdict }) => verdict,
  Score: ({ score }) => score,
  Threshold: ({ threshold }) => threshold,
  Margin: ({ threshold, score }) => threshold - score,
  ReasonCode: ({ reasonCode }) => reasonCode,
  ReasonText: ({ reasonText }) => clip(reasonText),
  ModelVersion: ({ modelVersion }) => clip(modelVersion),
  RecipeRevision: ({ recipeRevision }) => recipeRevision,
  CaptureTime: ({ captureTime }) => toDate(captureTime),
  ProcessingMs: ({ timings }) => timings?.totalMs ?? 0,
  Record: (inspection) => recordOf(inspection),
  Sequence: ({ sequence }) => toUInt32(sequence),
} as const satisfies Partial<Record<TagName, (inspection: Inspection) => Value>>;

export type PartTag = keyof typeof OF_PART;
export const PART_TAGS = Object.keys(OF_PART) as PartTag[];

/** What a tag says of an inspection. */
export function partValue(tag: PartTag, inspection: Inspection): Value {
  return OF_PART[tag](inspection);
}

/** What an inspection sets, History and Part aside. */
export function partValues(inspection: Inspection): Values {
  return Object.fromEntries(PART_TAGS.map((tag) => [tag, OF_PART[tag](inspection)]));
}

/** All of a part as text, for clients that take one value per part: numbers with a decimal point, times in ISO 8601. */
function recordOf(inspection: Inspection): string[] {
  return [
    inspection.sequence,
    clip(inspection.partId),
    clip(inspection.productId),
    String(inspection.verdict),
    decimal(inspection.score),
    decimal(inspection.threshold),
    String(inspection.reasonCode),
    clip(inspection.reasonText),
    clip(inspection.modelVersion),
    String(inspection.recipeRevision),
    toDate(inspection.captureTime).toISOString(),
    toDate(inspection.completionTime).toISOString(),
    decimal(inspection.timings?.totalMs ?? 0),
  ];
}

/** Nine digits tell any two 32-bit numbers apart. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** The last parts, oldest first. */
export function historyValues(history: readonly Inspection[]): Values {
  return {
    "History.Sequence": Uint32Array.from(history, (entry) => toUInt32(entry.sequence)),
    "History.PartId": history.map((entry) => clip(entry.partId)),
    "History.Evaluation": Int32Array.from(history, (entry) => entry.verdict),
    "History.Score": Float32Array.from(history, (entry) => entry.score),
    "History.CaptureTime": history.map((entry) => toDate(entry.captureTime)),
  };
}

/** What a status sets. */
export function stateValues(status: StationStatus, heartbeat: number, missed: bigint): Values {
  return {
    Ready: status.ready,
    Fault: clip(status.fault),
    Mode: status.mode,
    SelectedProductId: clip(status.productId),
    NextPartId: status.nextPart?.partId ?? "",
    NextProductId: status.nextPart?.productId ?? "",
    Heartbeat: heartbeat,
    "Counters.Inspected": toUInt32(status.counters?.inspected ?? "0"),
    "Counters.Ok": toUInt32(status.counters?.ok ?? "0"),
    "Counters.NotOk": toUInt32(status.counters?.notOk ?? "0"),
    "Counters.NotDecidable": toUInt32(status.counters?.notDecidable ?? "0"),
    "Counters.Missed": toUInt32(missed),
    "Counters.ResetTime": toDate(status.countersSince),
  };
}
