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
  type Variant,
} from "node-opcua";
import { describeParts } from "./alarmTexts.ts";
import { type Audit, auditCalls } from "./audit.ts";
import { permissions } from "./roles.ts";

/**
 * An OPC UA alarm (OffNormalAlarmType) that says in words what is wrong with its source. It keeps one state and no branches:
 * a fault that comes and goes while nobody acknowledges must not fill the memory.
 */
export class Alarm {
  readonly #alarm: ReturnType<Namespace["instantiateOffNormalAlarm"]>;
  readonly #severity: number;
  /** Event of the last activation: a client may acknowledge by it even when newer events followed. */
  #activation: Buffer | null = null;
  #text = "";

  /** `input` is the variable that shows the same, if one does; the source must be a notifier. */
  constructor(
    namespace: Namespace,
    source: UAObject,
    name: string,
    text: string,
    input: NodeId,
    severity: number,
    audit: Audit,
  ) {
    const owner = String(source.nodeId.value);
    this.#severity = severity;
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
    });
    this.#alarm.sourceNode.setValueFromSource({ dataType: "NodeId", value: source.nodeId });
    this.#alarm.sourceName.setValueFromSource({ dataType: "String", value: owner });
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
    this.#text = text;
    const branch = this.#alarm.currentBranch();
    branch.setActiveState(true);
    branch.setAckedState(false);
    this.#tell(text, true);
    this.#activation = branch.getEventId();
  }

  /** All is well again. Who has not acknowledged still finds it. */
  clear(text: string): void {
    if (this.isActive) {
      const branch = this.#alarm.currentBranch();
      branch.setActiveState(false);
      this.#tell(text, !branch.getAckedState());
    }
  }

  #tell(message: string, retain: boolean): void {
    const severity = this.#severity;
    this.#alarm.raiseNewCondition(new ConditionInfo({ message, severity, quality: StatusCodes.Good, retain }));
  }

  #acknowledge(eventId: Buffer | null, comment: LocalizedText | null, context: ISessionContext): StatusCode {
    const branch = this.#alarm.currentBranch();
    const known = [branch.getEventId(), this.#activation].some(
      (id) => id !== null && eventId !== null && id.equals(eventId),
    );
    if (!known) {
      return StatusCodes.BadEventIdUnknown;
    }
    if (branch.getAckedState()) {
      return StatusCodes.BadConditionBranchAlreadyAcked;
    }
    branch.setAckedState(true);
    branch.setComment(comment ?? new LocalizedText({ text: "" }));
    this.#alarm.clientUserId?.setValueFromSource({ dataType: "String", value: context.getUserName?.() ?? "" });
    this.#tell(branch.getMessage().text ?? "", this.isActive);
    return StatusCodes.Good;
  }

  /** Operators acknowledge and comment; nobody switches an alarm off. Every attempt is audited. */
  #restrict(audit: Audit): void {
    const alarm = this.#alarm;
    for (const method of [alarm.acknowledge, alarm.addComment, alarm.enable, alarm.disable] as UAMethod[]) {
      method.setRolePermissions(permissions("Operator", "Call"));
      auditCalls(method, audit);
    }
    alarm.enable.bindMethod(alwaysAnswer(StatusCodes.BadConditionAlreadyEnabled));
    alarm.disable.bindMethod(alwaysAnswer(StatusCodes.BadNotSupported));
    alarm.acknowledge.bindMethod(async (inputs: Variant[], context: ISessionContext) => {
      const [eventId, comment] = inputs.map((input) => input.value);
      return { statusCode: this.#acknowledge(eventId, comment, context) };
    });
  }
}

/** A method that does nothing but say so. node-opcua tells the form of a method by its two parameters. */
function alwaysAnswer(statusCode: StatusCode) {
  return async (_inputs: Variant[], _context: ISessionContext) => ({ statusCode });
}
