import {
  type AddressSpace,
  AttributeIds,
  type ContentFilter,
  checkSelectClauses,
  DataChangeFilter,
  type EventData,
  EventFilter,
  EventFilterResult,
  type ExtensionObject,
  FilterContextOnAddressSpace,
  type ISessionContext,
  MonitoredItem,
  type MonitoredItemCreateRequest,
  MonitoredItemCreateResult,
  MonitoredItemModifyResult,
  type MonitoringParameters,
  NodeId,
  resolveNodeId,
  SessionContext,
  type StatusCode,
  StatusCodes,
  Subscription,
  sameNodeId,
  type TimestampsToReturn,
  type Variant,
} from "node-opcua";
import { readWhereClause, type WhereClause } from "./whereClause.ts";

interface Refusal {
  readonly statusCode: StatusCode;
  readonly filterResult?: EventFilterResult;
}

type Create = (
  this: Subscription,
  addressSpace: AddressSpace,
  timestamps: TimestampsToReturn,
  request: MonitoredItemCreateRequest,
) => { createResult: MonitoredItemCreateResult; monitoredItemCreateRequest: MonitoredItemCreateRequest };
type Modify = (
  this: MonitoredItem,
  timestamps: TimestampsToReturn,
  asked: MonitoringParameters,
) => MonitoredItemModifyResult;
type SetParameters = (this: MonitoredItem, asked: MonitoringParameters) => void;
type TakeEvent = (this: MonitoredItem, event: EventData) => void;

interface ItemInternals {
  modify: Modify;
  _set_parameters: SetParameters;
  _on_opcua_event: TakeEvent;
}

const MAX_DEADBAND_TYPE = 2;
const MAX_TRIGGER = 2;

const REFRESH_BRACKETS = [resolveNodeId("RefreshStartEventType"), resolveNodeId("RefreshEndEventType")];

/** A where clause as it was asked for, and read at the first event. */
interface Clause {
  readonly asked: ContentFilter;
  read?: WhereClause;
}

const clauses = new WeakMap<MonitoredItem, Clause>();

/**
 * Replaces node-opcua's check and evaluation of filters: it lets filters in that end in an assertion at the next value or event, and compares
 * only some of the types. A filter is refused before anything of the item changes.
 */
export function installMonitoringFilters(): void {
  const subscription = Subscription.prototype as unknown as { preCreateMonitoredItem: Create };
  const create = subscription.preCreateMonitoredItem;
  subscription.preCreateMonitoredItem = function (addressSpace, timestamps, request) {
    const { requestedParameters, itemToMonitor } = request;
    const refusal = refuse(addressSpace, requestedParameters.filter, itemToMonitor.attributeId);
    return refusal === undefined
      ? create.call(this, addressSpace, timestamps, request)
      : { createResult: new MonitoredItemCreateResult(refusal), monitoredItemCreateRequest: request };
  };

  const item = MonitoredItem.prototype as unknown as ItemInternals;
  const { modify, _set_parameters: setParameters, _on_opcua_event: takeEvent } = item;
  item.modify = function (timestamps, asked) {
    const addressSpace = this.node?.addressSpace as AddressSpace | undefined;
    const refusal = addressSpace && refuse(addressSpace, asked.filter, this.itemToMonitor.attributeId);
    return refusal === undefined ? modify.call(this, timestamps, asked) : new MonitoredItemModifyResult(refusal);
  };
  item._set_parameters = function (asked) {
    setParameters.call(this, asked);
    clauses.delete(this);
    if (this.filter instanceof EventFilter && this.filter.whereClause.elements?.length) {
      clauses.set(this, { asked: this.filter.whereClause });
      // What is left for node-opcua to evaluate.
      this.filter = new EventFilter({ selectClauses: this.filter.selectClauses });
    }
  };
  item._on_opcua_event = function (event) {
    if (isRefreshBracket(event) || isWanted(clauses.get(this), event)) {
      takeEvent.call(this, event);
    }
  };
}

/** Why a filter cannot be used on an attribute; undefined where it can. */
function refuse(
  addressSpace: AddressSpace,
  filter: ExtensionObject | null,
  attributeId: AttributeIds,
): Refusal | undefined {
  const isEvents = attributeId === AttributeIds.EventNotifier;
  if (filter instanceof EventFilter) {
    return isEvents ? refuseEvents(addressSpace, filter) : { statusCode: StatusCodes.BadFilterNotAllowed };
  }
  if (isEvents) {
    return { statusCode: filter === null ? StatusCodes.BadEventFilterInvalid : StatusCodes.BadFilterNotAllowed };
  }
  if (filter === null) {
    return undefined;
  }
  if (!(filter instanceof DataChangeFilter)) {
    return { statusCode: StatusCodes.BadMonitoredItemFilterUnsupported };
  }
  const { trigger, deadbandType, deadbandValue } = filter;
  if (attributeId !== AttributeIds.Value) {
    return { statusCode: StatusCodes.BadFilterNotAllowed };
  }
  if (!(trigger >= 0 && trigger <= MAX_TRIGGER && deadbandType >= 0 && deadbandType <= MAX_DEADBAND_TYPE)) {
    return { statusCode: StatusCodes.BadMonitoredItemFilterInvalid };
  }
  const isDeadband = deadbandType === 0 || (deadbandValue >= 0 && Number.isFinite(deadbandValue));
  return isDeadband ? undefined : { statusCode: StatusCodes.BadDeadbandFilterInvalid };
}

function refuseEvents(addressSpace: AddressSpace, { selectClauses, whereClause }: EventFilter): Refusal | undefined {
  const clause = readWhereClause(addressSpace, whereClause);
  if (!("faults" in clause)) {
    return undefined;
  }
  const base = addressSpace.findEventType("BaseEventType");
  const selectClauseResults = base === null ? [] : checkSelectClauses(base, selectClauses ?? []);
  const filterResult = new EventFilterResult({
    selectClauseResults,
    whereClauseResult: { elementResults: clause.faults },
  });
  return { statusCode: StatusCodes.BadEventFilterInvalid, filterResult };
}

function isWanted(clause: Clause | undefined, event: EventData): boolean {
  const source = event.getEventDataSource();
  if (clause === undefined || source === undefined) {
    return true;
  }
  clause.read ??= readWhereClause(source.addressSpace as AddressSpace, clause.asked);
  return (
    "passes" in clause.read &&
    clause.read.passes(new FilterContextOnAddressSpace(SessionContext.defaultContext as ISessionContext, event))
  );
}

/** RefreshStart and RefreshEnd belong to whoever asked for the refresh, whatever the filter says (OPC 10000-9, 4.5). */
function isRefreshBracket(event: EventData): boolean {
  const type = (event as unknown as { eventType?: Variant }).eventType?.value;
  return type instanceof NodeId && REFRESH_BRACKETS.some((bracket) => sameNodeId(bracket, type));
}
