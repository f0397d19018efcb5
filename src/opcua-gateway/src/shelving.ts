import {
  CallMethodRequest,
  DataType,
  DataValue,
  type ISessionContext,
  MethodIds,
  type NodeId,
  type OPCUAServer,
  type StatusCode,
  StatusCodes,
  type UAObject,
  type UAShelvedStateMachineEx,
  type Variant,
} from "node-opcua";
import { type Audit, auditCalls } from "./audit.ts";
import { permissions } from "./roles.ts";

/** A shift: who comes after it sees the alarm again. */
export const LONGEST_SHELVING_MS = 8 * 60 * 60 * 1000;

type State = "Unshelved" | "TimedShelved" | "OneShotShelved";

/**
 * Keeps an alarm out of sight for a time (OPC 10000-9, 5.8.17): for a given one, or until the alarm is inactive again, and never for longer than a shift.
 * Nothing of it outlives the gateway. In the place of node-opcua's own methods, which throw on times near 0 and do not end a one-shot shelving.
 */
export class Shelving {
  readonly #machine: UAShelvedStateMachineEx;
  readonly #changed: () => void;
  #state: State = "Unshelved";
  #until = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `changed` is called after each change of the state. */
  constructor(machine: UAShelvedStateMachineEx, audit: Audit, changed: () => void) {
    this.#machine = machine;
    this.#changed = changed;
    machine.setState("Unshelved");
    this.#bind(audit);
  }

  /** The alarm is inactive again. */
  inactive(): void {
    if (this.#state === "OneShotShelved") {
      this.#set("Unshelved");
    }
  }

  #timed(time: number): StatusCode {
    if (!(time > 0 && time <= LONGEST_SHELVING_MS)) {
      return StatusCodes.BadShelvingTimeOutOfRange;
    }
    return this.#shelve("TimedShelved", time);
  }

  #shelve(state: State, time: number): StatusCode {
    if (this.#state === state) {
      return StatusCodes.BadConditionAlreadyShelved;
    }
    this.#set(state, time);
    return StatusCodes.Good;
  }

  #unshelve(): StatusCode {
    if (this.#state === "Unshelved") {
      return StatusCodes.BadConditionNotShelved;
    }
    this.#set("Unshelved");
    return StatusCodes.Good;
  }

  #set(state: State, time = 0): void {
    if (this.#timer === undefined) {
      this.#machine.addressSpace.registerShutdownTask(() => clearTimeout(this.#timer));
    }
    clearTimeout(this.#timer);
    this.#state = state;
    if (state !== "Unshelved") {
      this.#until = Date.now() + time;
      this.#timer = setTimeout(() => this.#set("Unshelved"), time);
      this.#timer.unref();
    }
    this.#machine.setState(state);
    this.#changed();
  }

  #bind(audit: Audit): void {
    const { timedShelve, oneShotShelve, unshelve } = this.#machine;
    const acts: [typeof unshelve, (inputs: readonly Variant[]) => StatusCode][] = [
      [timedShelve, ([time]) => this.#timed(Number(time?.value))],
      [oneShotShelve, () => this.#shelve("OneShotShelved", LONGEST_SHELVING_MS)],
      [unshelve, () => this.#unshelve()],
    ];
    for (const [method, act] of acts) {
      method.setRolePermissions(permissions("Operator", "Call"));
      // node-opcua tells the form of a method by its two parameters.
      method.bindMethod(async (inputs: Variant[], _context: ISessionContext) => ({ statusCode: act(inputs) }));
      auditCalls(method, audit, {
        type: "AuditConditionShelvingEventType",
        fields: ([time]) => (time === undefined ? {} : { shelvingTime: time }),
      });
    }
    this.#machine.unshelveTime.bindVariable({ timestamped_get: () => this.#unshelveTime() }, true);
  }

  #unshelveTime(): DataValue {
    const isShelved = this.#state !== "Unshelved";
    return new DataValue({
      statusCode: isShelved ? StatusCodes.Good : StatusCodes.BadConditionNotShelved,
      value: { dataType: DataType.Double, value: isShelved ? Math.max(0, this.#until - Date.now()) : 0 },
      sourceTimestamp: new Date(),
    });
  }
}

const OF_THE_TYPE: readonly unknown[] = [
  MethodIds.ShelvedStateMachineType_TimedShelve,
  MethodIds.ShelvedStateMachineType_OneShotShelve,
  MethodIds.ShelvedStateMachineType_Unshelve,
];

type CallMethod = (context: ISessionContext, request: CallMethodRequest) => Promise<unknown>;

/** Lets clients name the alarm as the object of the methods of its shelving (OPC 10000-9, 5.8.17.4 to 5.8.17.6), which node-opcua refuses. */
export function shelveByAlarm(server: OPCUAServer): void {
  const { addressSpace } = server.engine;
  const accessor = server.engine.addressSpaceAccessor as unknown as { callMethod: CallMethod };
  const call = accessor.callMethod.bind(accessor);
  accessor.callMethod = (context, request) => {
    const object = addressSpace?.findNode(request.objectId) as (UAObject & { shelvingState?: UAObject }) | null;
    const shelving = object?.shelvingState;
    return call(
      context,
      shelving !== undefined && isOf(shelving, request.methodId)
        ? new CallMethodRequest({ ...request, objectId: shelving.nodeId })
        : request,
    );
  };
}

function isOf(shelving: UAObject, method: NodeId): boolean {
  const isOfTheType = method.namespace === 0 && OF_THE_TYPE.includes(method.value);
  return isOfTheType || shelving.getMethodById(method) !== null;
}
