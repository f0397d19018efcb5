import {
  type AddressSpace,
  AttributeIds,
  type BaseNode,
  DataType,
  type ISessionContext,
  LocalizedText,
  type RaiseEventData,
  type StatusCode,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAVariable,
  type Variant,
  VariantArrayType,
} from "node-opcua";
import type { Logger } from "pino";

/** What a PLC does for each part would fill the log. */
const EACH_PART = /\.(AckSequence|NextPartId|NextProductId|Acknowledge|SetNextPart|Trigger|GetResultById|GetResults)$/;
const DONE_SEVERITY = 100;
const REFUSED_SEVERITY = 500;

/** The event of a call: its type, a subtype of AuditUpdateMethodEventType, and the fields that the type has beside those of all. */
export interface CallKind {
  readonly type: string;
  fields(inputs: readonly Variant[]): RaiseEventData;
}

const ANY_CALL: CallKind = { type: "AuditUpdateMethodEventType", fields: () => ({}) };

/** Says who wrote or called what, with which result: as standard audit events at the Server object, and in the log. */
export class Audit {
  readonly #addressSpace: AddressSpace;
  readonly #log: Logger;

  constructor(addressSpace: AddressSpace, log: Logger) {
    this.#addressSpace = addressSpace;
    this.#log = log;
  }

  /** A client wrote a variable, or tried to. */
  write(context: ISessionContext, variable: UAVariable, before: Variant, value: Variant, status: StatusCode): void {
    const node = nameOf(variable);
    this.#tell({ user: userOf(context), node, before: before.value, value: value.value }, "written", status);
    this.#raise("AuditWriteUpdateEventType", context, variable, `${node} written`, status, {
      attributeId: { dataType: DataType.UInt32, value: AttributeIds.Value },
      indexRange: { dataType: DataType.String, value: "" },
      oldValue: before,
      newValue: value,
    });
  }

  /** A client called a method, or tried to. */
  call(context: ISessionContext, method: UAMethod, inputs: Variant[], status: StatusCode, kind = ANY_CALL): void {
    const node = nameOf(method);
    this.#tell({ user: userOf(context), node, inputs: inputs.map((input) => input.value) }, "called", status);
    this.#raise(kind.type, context, method, `${node} called`, status, {
      methodId: { dataType: DataType.NodeId, value: method.nodeId },
      inputArguments: { dataType: DataType.Variant, arrayType: VariantArrayType.Array, value: inputs },
      ...kind.fields(inputs),
    });
  }

  #tell(what: Readonly<Record<string, unknown>> & { node: string }, done: string, status: StatusCode): void {
    const message = `audit: ${status.isGood() ? done : `not ${done}`}`;
    const level = !status.isGood() ? "warn" : EACH_PART.test(what.node) ? "debug" : "info";
    this.#log[level]({ ...what, status: status.name }, message);
  }

  #raise(
    type: string,
    context: ISessionContext,
    node: BaseNode,
    text: string,
    status: StatusCode,
    fields: RaiseEventData,
  ): void {
    const good = status.isGood();
    this.#addressSpace.rootFolder.objects.server.raiseEvent(type, {
      sourceNode: { dataType: DataType.NodeId, value: node.nodeId },
      sourceName: { dataType: DataType.String, value: nameOf(node) },
      message: { dataType: DataType.LocalizedText, value: new LocalizedText({ text: `${text}: ${status.name}` }) },
      severity: { dataType: DataType.UInt16, value: good ? DONE_SEVERITY : REFUSED_SEVERITY },
      actionTimeStamp: { dataType: DataType.DateTime, value: new Date() },
      status: { dataType: DataType.Boolean, value: good },
      serverId: { dataType: DataType.String, value: "" },
      clientAuditEntryId: { dataType: DataType.String, value: context.getAuditEntryId?.() ?? "" },
      clientUserId: { dataType: DataType.String, value: userOf(context) },
      ...fields,
    });
  }
}

/** The user's name; "anonymous" in a laboratory. */
export function userOf(context: ISessionContext): string {
  return context.getUserName?.() ?? "";
}

function nameOf(node: BaseNode): string {
  return String(node.nodeId.value);
}

type Execute = (
  object: UAObject | null,
  inputs: Variant[],
  context: ISessionContext,
) => Promise<{ statusCode?: StatusCode }>;

/** Audits every call of a method, those included that its role permissions refuse. */
export function auditCalls(method: UAMethod, audit: Audit, kind?: CallKind): void {
  const node = method as unknown as { execute: Execute };
  const execute = node.execute.bind(method);
  node.execute = async (object, inputs, context) => {
    const result = await execute(object, inputs, context);
    audit.call(context, method, inputs, result.statusCode ?? StatusCodes.Good, kind);
    return result;
  };
}
