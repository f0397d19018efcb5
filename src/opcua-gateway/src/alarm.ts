import {
  ConditionInfo,
  type ISessionContext,
  LocalizedText,
  type Namespace,
  NodeId,
  type StatusCode,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAShelvedStateMachineEx,
  type Variant,
} from "node-opcua";
import { describeParts } from "./alarmTexts.ts";
import { type Audit, auditCalls, type CallKind } from "./audit.ts";
import { permissions } from "./roles.ts";
import { LONGEST_SHELVING_MS, Shelving } from "./shelving.ts";

/** What an alarm is of. */
export interface AlarmKind {
  readonly name: string;
  readonly text: string;
  /** How urgent it is, 1..1000. */
  readonly severity: number;
  /** The variable that shows the same, if one does. */
  readonly input?: NodeId;
}

/** What all alarms of a line have in common. */
export interface AlarmRules {
  readonly audit: Audit;
  /** Whether somebody has to confirm, after the acknowledgement, that something was done about it. */
  readonly mustBeConfirmed: boolean;
}

/**
 * An OPC UA alarm (OffNormalAlarmType) that says in words what is wrong with its source. It keeps one state and no branches:
 * a fault that comes and goes while nobody acknowledges must not fill the memory.
 */
export class Alarm {
  readonly #alarm: ReturnType<Namespace["instantiateOffNormalAlarm"]>;
  readonly #severity: number;
  readonly #mustBeConfirmed: boolean;
  readonly #shelving: Shelving;
  /** Events of the last activation and of its acknowledgement: a client may answer by them even when newer events followed. */
  #answerable: (Buffer | null)[] = [];
  #text = "Normal";

  /** The source must be a notifier. */
  constructor(namespace: Namespace, source: UAObject, kind: AlarmKind, { audit, mustBeConfirmed }: AlarmRules) {
    const { name, text, severity, input = NodeId.nullNodeId } = kind;
    const owner = String(source.nodeId.value);
    this.#severity = severity;
    this.#mustBeConfirmed = mustBeConfirmed;
    this.#alarm = namespace.instantiateOffNormalAlarm({
      nodeId: `s=${owner}.${name}`,
      browseName: name,
      description: text,
      componentOf: source,
      // node-opcua takes sources by HasEventSource only, and would then raise each event twice at a notifier.
      conditionSource: null,
      conditionOf: source,
      conditionName: `${owner}.${name}`,
      // As a node id, so that node-opcua does not set the state by itself: the reason comes with it here.
      inputNode: input,
      normalState: NodeId.nullNodeId,
      optionals: ["ShelvingState", ...(mustBeConfirmed ? ["ConfirmedState", "Confirm"] : [])],
      maxTimeShelved: LONGEST_SHELVING_MS,
    });
    this.#alarm.sourceNode.setValueFromSource({ dataType: "NodeId", value: source.nodeId });
    this.#alarm.sourceName.setValueFromSource({ dataType: "String", value: owner });
    if (mustBeConfirmed) {
      this.#alarm.currentBranch().setConfirmedState(true);
    }
    this.#shelving = new Shelving(this.#alarm.shelvingState as UAShelvedStateMachineEx, audit, () =>
      this.#tell(this.#text),
    );
    describeParts(this.#alarm);
    this.#restrict(audit);
  }

  get isActive(): boolean {
    return this.#alarm.activeState.getValue();
  }

  /** Something is wrong; told once until it is another fault. */
  raise(text: string): void {
    if (this.isActive && text === this.#text) {
      return;
    }
    const branch = this.#alarm.currentBranch();
    branch.setActiveState(true);
    branch.setAckedState(false);
    branch.setConfirmedStateIfExists(true);
    this.#tell(text);
    this.#answerable = [branch.getEventId()];
  }

  /** All is well again. Who has not acknowledged still finds it. */
  clear(text: string): void {
    if (this.isActive) {
      this.#alarm.currentBranch().setActiveState(false);
      this.#tell(text);
      this.#shelving.inactive();
    }
  }

  /** Tells the state as it is now: an alarm is kept while it is active, or somebody has still to acknowledge or confirm it. */
  #tell(message: string): void {
    this.#text = message;
    const branch = this.#alarm.currentBranch();
    const isAnswered = branch.getAckedState() && this.#isConfirmed();
    const retain = this.isActive || !isAnswered;
    const severity = this.#severity;
    this.#alarm.raiseNewCondition(new ConditionInfo({ message, severity, quality: StatusCodes.Good, retain }));
  }

  #isConfirmed(): boolean {
    return !this.#mustBeConfirmed || this.#alarm.currentBranch().getConfirmedState();
  }

  #acknowledge(): StatusCode {
    const branch = this.#alarm.currentBranch();
    if (branch.getAckedState()) {
      return StatusCodes.BadConditionBranchAlreadyAcked;
    }
    branch.setAckedState(true);
    branch.setConfirmedStateIfExists(false);
    return StatusCodes.Good;
  }

  #confirm(): StatusCode {
    if (this.#isConfirmed()) {
      return StatusCodes.BadConditionBranchAlreadyConfirmed;
    }
    this.#alarm.currentBranch().setConfirmedState(true);
    return StatusCodes.Good;
  }

  /** Somebody answers to an event; `answer` changes the state or says why not. */
  #answered(inputs: readonly Variant[], context: ISessionContext, answer: () => StatusCode): StatusCode {
    const [eventId, comment] = inputs.map((input) => input.value) as [Buffer | null, LocalizedText | null];
    const branch = this.#alarm.currentBranch();
    const known = [branch.getEventId(), ...this.#answerable].some(
      (id) => id !== null && eventId !== null && id.equals(eventId),
    );
    const status = known ? answer() : StatusCodes.BadEventIdUnknown;
    if (status.isGood()) {
      branch.setComment(comment ?? new LocalizedText({ text: "" }));
      this.#alarm.clientUserId?.setValueFromSource({ dataType: "String", value: context.getUserName?.() ?? "" });
      this.#tell(this.#text);
      this.#answerable = [...this.#answerable.slice(0, 1), branch.getEventId()];
    }
    return status;
  }

  /** Operators acknowledge, confirm and comment; nobody switches an alarm off. Every attempt is audited. */
  #restrict(audit: Audit): void {
    const { acknowledge, confirm, addComment, enable, disable } = this.#alarm;
    const answers: [UAMethod | undefined, string, () => StatusCode][] = [
      [acknowledge, "AuditConditionAcknowledgeEventType", () => this.#acknowledge()],
      [confirm, "AuditConditionConfirmEventType", () => this.#confirm()],
    ];
    for (const [method, type, answer] of answers) {
      method?.bindMethod(async (inputs: Variant[], context: ISessionContext) => ({
        statusCode: this.#answered(inputs, context, answer),
      }));
      restrict(method, audit, { type, fields: eventAndComment });
    }
    enable.bindMethod(alwaysAnswer(StatusCodes.BadConditionAlreadyEnabled));
    disable.bindMethod(alwaysAnswer(StatusCodes.BadNotSupported));
    for (const method of [addComment, enable, disable]) {
      restrict(method, audit);
    }
  }
}

function restrict(method: UAMethod | undefined, audit: Audit, kind?: CallKind): void {
  if (method !== undefined) {
    method.setRolePermissions(permissions("Operator", "Call"));
    auditCalls(method, audit, kind);
  }
}

const eventAndComment = ([conditionEventId, comment]: readonly Variant[]) => ({
  ...(conditionEventId === undefined ? {} : { conditionEventId }),
  ...(comment === undefined ? {} : { comment }),
});

/** A method that does nothing but say so. node-opcua tells the form of a method by its two parameters. */
function alwaysAnswer(statusCode: StatusCode) {
  return async (_inputs: Variant[], _context: ISessionContext) => ({ statusCode });
}
