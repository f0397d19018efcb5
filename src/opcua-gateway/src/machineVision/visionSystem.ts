import {
  type CallMethodResultOptions,
  DataType,
  type ExtensionObject,
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
  type UAVariable,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { type Audit, auditCalls } from "../audit.ts";
import type { Inspection } from "../contract.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { toFailure } from "../statusCodes.ts";
import { clip } from "../tags.ts";
import { RecentResults } from "./recentResults.ts";
import { bind, ERRORS, type FetchInspection, idOf, int32, ResultMethods, uint32 } from "./resultMethods.ts";
import { child, type EventName, eventTypes, instantiate, move, refuse, transition } from "./visionNodes.ts";
import { jobIdOf, type ResultMaker, recipeIdOf } from "./visionResult.ts";
import { type AutomaticState, automaticPath, type MainState, type VisionStatus, visionStateOf } from "./visionState.ts";

/** What a vision system has the server do, and who hears of it. Absent where nobody calls: in an export. */
export interface VisionActions {
  readonly server: Pick<ServerCommands, "start" | "stop">;
  readonly audit: Audit;
}

/** Methods of the standard that this line does not carry out. */
const REFUSED = ["Halt", "Reset"];
const UNSCHEDULED_DOWNTIME = 5;
const REFUSED_AUTOMATIC = ["Abort", "StartSingleJob"];

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

  constructor(
    namespace: Namespace,
    folder: UAObject,
    name: string,
    maker: ResultMaker,
    fetch: FetchInspection,
    actions?: VisionActions,
  ) {
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
    if (actions !== undefined) {
      this.#bindJob(actions);
    }
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

  /** A job that runs until it is stopped: the station judges every frame, or none. */
  #bindJob({ server, audit }: VisionActions): void {
    const bindAction = (name: string, from: AutomaticState, act: (inputs: Variant[]) => Promise<Variant[]>) => {
      const method = this.#automatic.getMethodByName(name) as UAMethod;
      method.bindMethod(async (inputs: Variant[], _: ISessionContext): Promise<CallMethodResultOptions> => {
        if (this.#state?.automatic !== from) {
          return { statusCode: StatusCodes.BadInvalidState };
        }
        try {
          return { statusCode: StatusCodes.Good, outputArguments: await act(inputs) };
        } catch (error) {
          return { ...toFailure(error) } as CallMethodResultOptions;
        }
      });
      auditCalls(method, audit);
    };
    bindAction("StartContinuous", "Ready", async (inputs) => {
      const jobId = this.#structure(this.#maker.jobId(jobIdOf(this.#name)));
      // A measurement, part, recipe or product for the whole job is nothing that the line knows.
      if (inputs.some((input) => idOf(input) !== undefined)) {
        return [jobId, int32(ERRORS.unknownArgument)];
      }
      this.status(await server.start(this.#name));
      return [jobId, int32(ERRORS.none)];
    });
    bindAction("Stop", "ContinuousExecution", async () => {
      this.status(await server.stop(this.#name));
      return [int32(ERRORS.none)];
    });
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
