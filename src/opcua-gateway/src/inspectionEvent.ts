import {
  DataType,
  LocalizedText,
  type Namespace,
  type RaiseEventData,
  type UAEventType,
  type UAObject,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { type Inspection, toDate, VERDICTS } from "./contract.ts";
import { clip, toUInt32 } from "./tags.ts";

const FIELDS = {
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

/** Severity by verdict: Undefined, Ok, NotOk, NotDecidable. */
const SEVERITIES = [700, 100, 500, 700] as const;

/** The type of the event that each inspection raises, `s=InspectionEventType`. */
export function addInspectionEventType(namespace: Namespace): UAEventType {
  const eventType = namespace.addObjectType({
    nodeId: "s=InspectionEventType",
    browseName: "InspectionEventType",
    subtypeOf: "BaseEventType",
    isAbstract: false,
  });
  for (const [browseName, dataType] of Object.entries(FIELDS)) {
    namespace.addVariable({
      nodeId: `s=InspectionEventType.${browseName}`,
      browseName,
      propertyOf: eventType,
      dataType,
      modellingRule: "Mandatory",
    });
  }
  return eventType;
}

/** Raises an inspection's event on its station; it shows at the line's folder and at the Server object, too. */
export function raiseInspectionEvent(eventType: UAEventType, station: UAObject, inspection: Inspection): void {
  const { verdict, score, threshold, sequence } = inspection;
  const partId = clip(inspection.partId);
  const reasonText = clip(inspection.reasonText);
  const completionTime = toDate(inspection.completionTime);
  const wide = BigInt(sequence);
  const values: Record<keyof typeof FIELDS, unknown> = {
    Station: inspection.station,
    Sequence: toUInt32(sequence),
    // node-opcua holds 64 bits as [high, low]
    LogSequence: [toUInt32(wide >> 32n), toUInt32(wide)],
    PartId: partId,
    ProductId: clip(inspection.productId),
    Pass: verdict === 1,
    Evaluation: verdict,
    Score: score,
    Threshold: threshold,
    ReasonCode: inspection.reasonCode,
    ReasonText: reasonText,
    ModelVersion: clip(inspection.modelVersion),
    RecipeRevision: inspection.recipeRevision,
    CaptureTime: toDate(inspection.captureTime),
    CompletionTime: completionTime,
    ProcessingMs: inspection.timings?.totalMs ?? 0,
  };
  const text = `${inspection.station} ${sequence} ${partId}: ${VERDICTS[verdict] ?? verdict}, ${reasonText}`;
  const fields: RaiseEventData = {
    message: new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text: clip(text) }) }),
    severity: new Variant({ dataType: DataType.UInt16, value: SEVERITIES[verdict] ?? 700 }),
    time: new Variant({ dataType: DataType.DateTime, value: completionTime }),
  };
  for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    const field = name[0]?.toLowerCase() + name.slice(1);
    fields[field] = new Variant({ dataType: FIELDS[name], arrayType: VariantArrayType.Scalar, value: values[name] });
  }
  station.raiseEvent(eventType, fields);
}
