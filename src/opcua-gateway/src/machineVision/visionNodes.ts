import {
  DataType,
  type IAddressSpace,
  type ISessionContext,
  type Namespace,
  type RaiseEventData,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAObjectType,
  type UAStateMachineEx,
  type UATransition,
  Variant,
} from "node-opcua";
import { passEventsUp } from "../notifiers.ts";
import { MACHINE_VISION } from "./visionResult.ts";
import type { MainState } from "./visionState.ts";

/** Parts of VisionSystemType that are there beside the mandatory ones. */
const OPTIONALS = [
  "SystemState",
  "RecipeManagement",
  "ResultManagement",
  "VisionStateMachine.AutomaticModeStateMachine",
];
const EVENTS = [
  "ResultReadyEventType",
  "RecipePreparedEventType",
  "JobStartedEventType",
  "ReadyEventType",
  "ErrorEventType",
  "ErrorResolvedEventType",
] as const;
/** Event types of the standard that a vision system raises. */
export type EventName = (typeof EVENTS)[number];

/** Their nodes. */
export function eventTypes(addressSpace: IAddressSpace): Record<EventName, UAObjectType> {
  const index = addressSpace.getNamespaceIndex(MACHINE_VISION);
  const types = EVENTS.map((name) => [name, addressSpace.findEventType(name, index)]);
  return Object.fromEntries(types) as Record<EventName, UAObjectType>;
}

/** Fields that a TransitionEventType has. */
export function transition(from: MainState = "Preoperational", to: MainState): RaiseEventData {
  const text = (value: string) => new Variant({ dataType: DataType.LocalizedText, value: { text: value } });
  return { fromState: text(from), toState: text(to), transition: text(`${from}To${to}Auto`) };
}

/** No station's name has a slash, so that no station's node ids can meet these. */
function visionNodeId(station: string): string {
  return `s=MachineVision/${station}/`;
}

/** A station's vision system in the folder. */
export function instantiate(namespace: Namespace, folder: UAObject, name: string): UAObject {
  const addressSpace = namespace.addressSpace;
  const type = addressSpace.findObjectType("VisionSystemType", addressSpace.getNamespaceIndex(MACHINE_VISION));
  if (type === null) {
    throw new Error("VisionSystemType is not in the address space");
  }
  const system = type.instantiate({
    namespace,
    nodeId: visionNodeId(name),
    browseName: name,
    organizedBy: folder,
    eventNotifier: 1,
    optionals: OPTIONALS,
  });
  passEventsUp(system, folder);
  return system;
}

/** A component that must be there. */
export function child(object: UAObject, name: string): UAObject {
  const found = object.getComponentByName(name);
  if (found === null) {
    throw new Error(`${object.browseName.toString()} has no ${name}`);
  }
  return found as UAObject;
}

/** Steps through states by the transitions that need no method call. */
export function move(machine: UAStateMachineEx, states: readonly string[]): void {
  const automatic = (transitions: UATransition[]) =>
    transitions.find(({ browseName }) => browseName.name?.endsWith("Auto")) ?? transitions[0] ?? null;
  for (const state of states) {
    machine.setState(state, automatic as never);
  }
}

/** Methods that are mandatory in the standard and not carried out here. */
export function refuse(object: UAObject, names: readonly string[]): void {
  for (const name of names) {
    const method = object.getMethodByName(name) as UAMethod;
    method.bindMethod(async (_: Variant[], __: ISessionContext) => ({ statusCode: StatusCodes.BadNotSupported }));
  }
}
