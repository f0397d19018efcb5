import { DataType } from "node-opcua";
import { type Inspection, OK, toDate } from "./contract.ts";
import { clip, TAGS, toUInt32 } from "./tags.ts";

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

/** What they mean. */
export const TEXTS: Readonly<Record<keyof typeof FIELDS, string>> = {
  Station: "Name of the station",
  Sequence: "The station's number of this part modulo 2^32",
  LogSequence: "The station's number of this part, which does not wrap",
  PartId: TAGS.PartId.text,
  ProductId: TAGS.ProductId.text,
  Pass: TAGS.Pass.text,
  Evaluation: TAGS.Evaluation.text,
  Score: TAGS.Score.text,
  Threshold: TAGS.Threshold.text,
  ReasonCode: TAGS.ReasonCode.text,
  ReasonText: TAGS.ReasonText.text,
  ModelVersion: TAGS.ModelVersion.text,
  RecipeRevision: TAGS.RecipeRevision.text,
  CaptureTime: TAGS.CaptureTime.text,
  CompletionTime: "When the verdict was there (UTC)",
  ProcessingMs: TAGS.ProcessingMs.text,
};

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
