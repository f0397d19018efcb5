import {
  DataType,
  type ExtensionObject,
  type IAddressSpace,
  type ISessionContext,
  type Namespace,
  promoteToStateMachine,
  type RaiseEventData,
  type StatusCode,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAObjectType,
  type UAStateMachineEx,
  type UATransition,
  type UAVariable,
  Variant,
  VariantArrayType,
} from "node-opcua";
import type { Inspection } from "../contract.ts";
import { clip } from "../tags.ts";
import { RecentResults } from "./recentResults.ts";
import { bind, ERRORS, type FetchInspection, idOf, int32, ResultMethods, uint32 } from "./resultMethods.ts";
import { jobIdOf, MACHINE_VISION, type ResultMaker, recipeIdOf } from "./visionResult.ts";
import { type AutomaticState, automaticPath, type MainState, type VisionStatus, visionStateOf } from "./visionState.ts";

/** Parts of VisionSystemType that are there beside the mandatory ones. */
const OPTIONALS = [
  "SystemState",
  "RecipeManagement",
  "ResultManagement",
  "VisionStateMachine.AutomaticModeStateMachine",
];
/** Methods of the standard that this line does not carry out. */
const REFUSED = ["Halt", "Reset"];
const UNSCHEDULED_DOWNTIME = 5;
const REFUSED_AUTOMATIC = ["Abort", "StartContinuous", "StartSingleJob", "Stop"];

/** One station as a VisionSystemType of OPC 40100-1: state machines, results, the active recipe. */
export class VisionSystem {
  readonly #object: UAObject;
  readonly #name: string;
  readonly #main: UAStateMachineEx;
  readonly #automatic: UAStateMachineEx;
  readonly #systemState: UAVariable;
  readonly #recent = new RecentResults();
  readonly #maker: ResultMaker;
  readonly #types: Record<EventName, UAObjectType>;
  readonly #watched: readonly UAObject[];
  #state: { main: MainState; automatic?: AutomaticState } | undefined;
  #recipeRevision = 0;
  #shownSystemState = "";

  constructor(namespace: Namespace, folder: UAObject, name: string, maker: ResultMaker, fetch: FetchInspection) {
    const addressSpace = namespace.addressSpace;
    this.#name = name;
    this.#maker = maker;
    this.#object = instantiate(namespace, folder, name);
    this.#types = eventTypes(addressSpace);
    this.#watched = [this.#object, folder, addressSpace.rootFolder.objects.server];
    this.#main = promoteToStateMachine(child(this.#object, "VisionStateMachine"));
    this.#automatic = promoteToStateMachine(child(this.#main, "AutomaticModeStateMachine"));
    this.#systemState = this.#object.getComponentByName("SystemState") as UAVariable;
    new ResultMethods(name, this.#recent, fetch, maker).bind(child(this.#object, "ResultManagement"));
    this.#bindRecipes(child(this.#object, "RecipeManagement"));
    refuse(this.#main, REFUSED);
    refuse(this.#automatic, REFUSED_AUTOMATIC);
    this.lost();
  }

  /** Takes in an inspection; one that is news becomes an event. */
  inspection(inspection: Inspection, isNew: boolean): void {
    this.#recent.add(inspection);
    // Making the event's structures costs more than the rest of the gateway: only where somebody listens.
    if (isNew && this.#watched.some((node) => node.listenerCount("event") > 0)) {
      this.#object.raiseEvent(this.#types.ResultReadyEventType, this.#maker.eventFields(inspection));
    }
  }

  /** Follows the station's state. */
  status(status: VisionStatus): void {
    const { main, automatic, system } = visionStateOf(status);
    this.#announceRecipe(status.recipeRevision ?? 0);
    this.#go(main, automatic, clip(status.fault));
    this.#showSystemState(system, status.fault, StatusCodes.Good);
  }

  /** The server is gone: nothing is known of the state. */
  lost(): void {
    const now = new Date();
    const bad = this.#state === undefined ? StatusCodes.BadWaitingForInitialData : StatusCodes.BadNoCommunication;
    for (const machine of [this.#main, this.#automatic]) {
      const { currentState } = machine;
      currentState.setValueFromSource({ dataType: DataType.LocalizedText, value: { text: "" } }, bad, now);
    }
    this.#showSystemState(UNSCHEDULED_DOWNTIME, "", bad);
    this.#state = undefined;
  }

  /** Forgets the results: the server's log is another one. */
  reset(): void {
    this.#recent.clear();
    this.lost();
  }

  #announceRecipe(revision: number): void {
    if (revision !== this.#recipeRevision && revision !== 0 && this.#recipeRevision !== 0) {
      const internalId = this.#structure(this.#maker.recipeId(recipeIdOf(this.#name, revision)));
      this.#raise("RecipePreparedEventType", `${this.#name}: recipe ${revision} is active`, { internalId });
    }
    this.#recipeRevision = revision;
  }

  /** Goes to a state by the standard's automatic transitions, with the events that they have as effects. */
  #go(main: MainState, automatic: AutomaticState | undefined, reason: string): void {
    const before = this.#state;
    if (before?.main !== main) {
      move(this.#main, before === undefined ? ["Preoperational", main] : [main]);
      if (main === "Error") {
        this.#raise("ErrorEventType", `${this.#name}: ${reason}`, transition(before?.main, main), 800);
      } else if (before?.main === "Error") {
        this.#raise("ErrorResolvedEventType", `${this.#name}: no error any more`, transition(before.main, main));
      }
    }
    const jobId = this.#structure(this.#maker.jobId(jobIdOf(this.#name)));
    if (automatic === undefined) {
      this.#automatic.setState(null);
    } else if (before?.automatic !== automatic) {
      const path =
        before?.automatic === undefined
          ? ["Initialized", ...automaticPath("Initialized", automatic)]
          : automaticPath(before.automatic, automatic);
      move(this.#automatic, path);
      if (automatic === "ContinuousExecution") {
        this.#raise("JobStartedEventType", `${this.#name}: judges every frame`, { jobId });
      } else if (before?.automatic === "ContinuousExecution" && automatic === "Ready") {
        this.#raise("ReadyEventType", `${this.#name}: ready, judges nothing`, { jobId });
      }
    }
    this.#state = automatic === undefined ? { main } : { main, automatic };
  }

  #showSystemState(state: number, text: string, status: StatusCode): void {
    const key = `${state} ${text} ${status.name}`;
    if (key !== this.#shownSystemState) {
      this.#shownSystemState = key;
      const value = this.#maker.systemState(state, clip(text));
      this.#systemState.setValueFromSource({ dataType: DataType.ExtensionObject, value }, status);
    }
  }

  #structure(value: ExtensionObject): Variant {
    return new Variant({ dataType: DataType.ExtensionObject, value });
  }

  #raise(type: EventName, message: string, fields: RaiseEventData, severity = 200): void {
    const data: RaiseEventData = {
      ...fields,
      message: new Variant({ dataType: DataType.LocalizedText, value: { text: clip(message) } }),
      severity: new Variant({ dataType: DataType.UInt16, value: severity }),
    };
    this.#object.raiseEvent(this.#types[type], data);
  }

  /** The line has one recipe a station, the active one: it is listed, and preparing it changes nothing. */
  #bindRecipes(management: UAObject): void {
    const active = () => (this.#recipeRevision === 0 ? undefined : recipeIdOf(this.#name, this.#recipeRevision));
    bind(management, "GetRecipeListFiltered", async ([externalId, productId]) => {
      const id = idOf(externalId) === undefined && idOf(productId) === undefined ? active() : undefined;
      const list = id === undefined ? [] : [this.#maker.recipeId(id)];
      return [
        new Variant({ dataType: DataType.Boolean, value: true }),
        uint32(list.length),
        uint32(0),
        new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: list }),
        int32(ERRORS.none),
      ];
    });
    bind(management, "PrepareRecipe", async ([, internalId]) => {
      const isActive = active() !== undefined && idOf(internalId) === active();
      const id: ExtensionObject = this.#maker.recipeId(isActive ? (active() ?? "") : "");
      return [
        new Variant({ dataType: DataType.ExtensionObject, value: id }),
        new Variant({ dataType: DataType.Boolean, value: isActive }),
        int32(isActive ? ERRORS.none : ERRORS.unknownResult),
      ];
    });
    refuse(management, ["UnprepareRecipe"]);
  }
}

const EVENTS = [
  "ResultReadyEventType",
  "RecipePreparedEventType",
  "JobStartedEventType",
  "ReadyEventType",
  "ErrorEventType",
  "ErrorResolvedEventType",
] as const;
type EventName = (typeof EVENTS)[number];

function eventTypes(addressSpace: IAddressSpace): Record<EventName, UAObjectType> {
  const index = addressSpace.getNamespaceIndex(MACHINE_VISION);
  const types = EVENTS.map((name) => [name, addressSpace.findEventType(name, index)]);
  return Object.fromEntries(types) as Record<EventName, UAObjectType>;
}

/** Fields that a TransitionEventType has. */
function transition(from: MainState = "Preoperational", to: MainState): RaiseEventData {
  const text = (value: string) => new Variant({ dataType: DataType.LocalizedText, value: { text: value } });
  return { fromState: text(from), toState: text(to), transition: text(`${from}To${to}Auto`) };
}

/** No station's name has a slash, so that no station's node ids can meet these. */
export function visionNodeId(station: string): string {
  return `s=MachineVision/${station}/`;
}

function instantiate(namespace: Namespace, folder: UAObject, name: string): UAObject {
  const addressSpace = namespace.addressSpace;
  const type = addressSpace.findObjectType("VisionSystemType", addressSpace.getNamespaceIndex(MACHINE_VISION));
  if (type === null) {
    throw new Error("VisionSystemType is not in the address space");
  }
  return type.instantiate({
    namespace,
    nodeId: visionNodeId(name),
    browseName: name,
    organizedBy: folder,
    notifierOf: folder,
    eventNotifier: 1,
    optionals: OPTIONALS,
  });
}

function child(object: UAObject, name: string): UAObject {
  const found = object.getComponentByName(name);
  if (found === null) {
    throw new Error(`${object.browseName.toString()} has no ${name}`);
  }
  return found as UAObject;
}

/** Steps through states by the transitions that need no method call. */
function move(machine: UAStateMachineEx, states: readonly string[]): void {
  const automatic = (transitions: UATransition[]) =>
    transitions.find(({ browseName }) => browseName.name?.endsWith("Auto")) ?? transitions[0] ?? null;
  for (const state of states) {
    machine.setState(state, automatic as never);
  }
}

/** Methods that are mandatory in the standard and not carried out here. */
function refuse(object: UAObject, names: readonly string[]): void {
  for (const name of names) {
    const method = object.getMethodByName(name) as UAMethod;
    method.bindMethod(async (_: Variant[], __: ISessionContext) => ({ statusCode: StatusCodes.BadNotSupported }));
  }
}
