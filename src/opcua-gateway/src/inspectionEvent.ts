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
import { type Inspection, VERDICTS } from "./contract.ts";
import { FIELDS, fieldsOf, TEXTS } from "./inspectionFields.ts";
import { lower } from "./part.ts";
import { clip } from "./tags.ts";

/** Severity by verdict: Undefined, Ok, NotOk, NotDecidable. */
const SEVERITIES = [700, 100, 500, 700] as const;

/** The type of the event that each inspection raises, `s=InspectionEventType`. */
export function addInspectionEventType(namespace: Namespace): UAEventType {
  const eventType = namespace.addObjectType({
    nodeId: "s=InspectionEventType",
    browseName: "InspectionEventType",
    subtypeOf: "BaseEventType",
    description: "Raised once for each inspection at its station",
    isAbstract: false,
  });
  for (const [browseName, dataType] of Object.entries(FIELDS)) {
    namespace.addVariable({
      nodeId: `s=InspectionEventType.${browseName}`,
      browseName,
      description: TEXTS[browseName as keyof typeof FIELDS],
      propertyOf: eventType,
      dataType,
      modellingRule: "Mandatory",
    });
  }
  return eventType;
}

/** Raises an inspection's event on its station; it shows at the line's folder and at the Server object, too. */
export function raiseInspectionEvent(eventType: UAEventType, station: UAObject, inspection: Inspection): void {
  const { verdict, sequence } = inspection;
  const values = fieldsOf(inspection);
  const text = `${inspection.station} ${sequence} ${values.PartId}: ${VERDICTS[verdict] ?? verdict}, ${values.ReasonText}`;
  const fields: RaiseEventData = {
    message: new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text: clip(text) }) }),
    severity: new Variant({ dataType: DataType.UInt16, value: SEVERITIES[verdict] ?? 700 }),
    time: new Variant({ dataType: DataType.DateTime, value: values.CompletionTime }),
  };
  for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    fields[lower(name)] = new Variant({
      dataType: FIELDS[name],
      arrayType: VariantArrayType.Scalar,
      value: values[name],
    });
  }
  station.raiseEvent(eventType, fields);
}
