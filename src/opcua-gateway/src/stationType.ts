import type { AddressSpace, Namespace, UAEventType, UAObjectType } from "node-opcua";
import { declareMethods } from "./methods.ts";
import { PartMaker } from "./part.ts";
import { addVariables } from "./stationNodes.ts";

/** What all stations are instances of, and what their values of PartDataType are made with. */
export interface StationType {
  readonly type: UAObjectType;
  readonly parts: PartMaker;
}

/** The type `s=Types/StationType`: every variable, group and method that each station has. */
export function addStationType(addressSpace: AddressSpace, namespace: Namespace, events: UAEventType): StationType {
  const parts = new PartMaker(addressSpace);
  const name = "Types/StationType";
  const type = namespace.addObjectType({
    nodeId: `s=${name}`,
    browseName: "StationType",
    subtypeOf: "BaseObjectType",
    description: "A station: the newest part's verdict, its history, state, counters and methods",
    isAbstract: false,
  });
  addVariables(namespace, type, name, parts.dataType, "Mandatory");
  declareMethods(namespace, type, name, parts.dataType);
  type.addReference({ referenceType: "GeneratesEvent", nodeId: events.nodeId });
  return { type, parts };
}
