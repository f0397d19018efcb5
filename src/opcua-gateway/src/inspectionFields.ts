import { DataType } from "node-opcua";
import { type Inspection, OK, toDate } from "./contract.ts";
import { clip, toUInt32 } from "./tags.ts";

/** What events and results say of an inspection. */
export const FIELDS = {
  Station: DataType.String,
  Sequence: DataType.UInt32,
  LogSequence: DataType.UInt64,
  PartId: DataType.String,
  ProductId: DataType.String,
  Pass: DataType.Boolean,
  Evaluation: DataType.Int32,
  Score: DataType.Float,
  Threshold: DataType.Float,
  ReasonCode: DataType.Int32,
  ReasonText: DataType.String,
  ModelVersion: DataType.String,
  RecipeRevision: DataType.UInt32,
  CaptureTime: DataType.DateTime,
  CompletionTime: DataType.DateTime,
  ProcessingMs: DataType.Float,
} as const;

/** Their values. */
export function fieldsOf(inspection: Inspection): Record<keyof typeof FIELDS, unknown> {
  const wide = BigInt(inspection.sequence);
  return {
    Station: inspection.station,
    Sequence: toUInt32(wide),
    // node-opcua holds 64 bits as [high, low]
    LogSequence: [toUInt32(wide >> 32n), toUInt32(wide)],
    PartId: clip(inspection.partId),
    ProductId: clip(inspection.productId),
    Pass: inspection.verdict === OK,
    Evaluation: inspection.verdict,
    Score: inspection.score,
    Threshold: inspection.threshold,
    ReasonCode: inspection.reasonCode,
    ReasonText: clip(inspection.reasonText),
    ModelVersion: clip(inspection.modelVersion),
    RecipeRevision: inspection.recipeRevision,
    CaptureTime: toDate(inspection.captureTime),
    CompletionTime: toDate(inspection.completionTime),
    ProcessingMs: inspection.timings?.totalMs ?? 0,
  };
}
