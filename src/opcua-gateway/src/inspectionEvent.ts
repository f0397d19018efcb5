import { createHash } from "node:crypto";
import {
  DataType,
  type EventData,
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

type Construct = (type: UAEventType, fields: RaiseEventData) => EventData;

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
  const notifier = station as unknown as { _bubble_up_event(event: EventData): void };
  notifier._bubble_up_event(inspectionEvent(eventType, station, inspection, new Date()));
}

/** An inspection's event. Its identity is that of the inspection: the same whether it is raised or read from the history. */
export function inspectionEvent(
  eventType: UAEventType,
  station: UAObject,
  inspection: Inspection,
  received: Date,
): EventData {
  const { verdict, sequence } = inspection;
  const values = fieldsOf(inspection);
  const text = `${inspection.station} ${sequence} ${values.PartId}: ${VERDICTS[verdict] ?? verdict}, ${values.ReasonText}`;
  const fields: RaiseEventData = {
    sourceNode: new Variant({ dataType: DataType.NodeId, value: station.nodeId }),
    message: new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text: clip(text) }) }),
    severity: new Variant({ dataType: DataType.UInt16, value: SEVERITIES[verdict] ?? 700 }),
    time: new Variant({ dataType: DataType.DateTime, value: values.CompletionTime }),
    receiveTime: new Variant({ dataType: DataType.DateTime, value: received }),
  };
  for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    fields[lower(name)] = new Variant({
      dataType: FIELDS[name],
      arrayType: VariantArrayType.Scalar,
      value: values[name],
    });
  }
  const addressSpace = station.addressSpace as unknown as { constructEventData: Construct };
  const event = addressSpace.constructEventData(eventType, fields);
  (event as unknown as { eventId: Variant }).eventId.value = eventIdOf(inspection);
  return event;
}

function eventIdOf({ station, sequence, completionTime }: Inspection): Buffer {
  const identity = `${station} ${sequence} ${completionTime?.seconds} ${completionTime?.nanos}`;
  return createHash("sha256").update(identity).digest().subarray(0, 16);
}
