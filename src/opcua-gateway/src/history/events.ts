import {
  type AddressSpace,
  type ExtensionObject,
  extractEventFields,
  FilterContextOnAddressSpace,
  type ISessionContext,
  type ReadEventDetails,
  StatusCodes,
  type UADataType,
  type UAEventType,
  type UAObject,
} from "node-opcua";
import { type Inspection, toDate } from "../contract.ts";
import { readWhereClause } from "../filters/whereClause.ts";
import { inspectionEvent } from "../inspectionEvent.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal } from "../statusCodes.ts";
import type { Answer } from "./historyService.ts";
import { readPage, type Stretch, stretchOf } from "./stretch.ts";

/** A station whose events have history. */
export interface HistorizedStation {
  readonly station: string;
  readonly object: UAObject;
  readonly eventType: UAEventType;
}

/** A station's inspection events as they were, those that a filter lets through. */
export async function readEvents(
  server: ServerCommands,
  { station, object, eventType }: HistorizedStation,
  { startTime, endTime, numValuesPerNode, filter }: ReadEventDetails,
  context: ISessionContext,
): Promise<Answer> {
  const addressSpace = object.addressSpace as AddressSpace;
  const where = readWhereClause(addressSpace, filter?.whereClause ?? null);
  if ("faults" in where || !filter?.selectClauses?.length) {
    throw new Refusal(StatusCodes.BadEventFilterInvalid, "The filter selects nothing, or cannot be evaluated.");
  }
  const selected = filter.selectClauses;
  const type = addressSpace.findDataType("HistoryEvent");
  const historyEvent = (fields: Record<string, unknown>): ExtensionObject =>
    addressSpace.constructExtensionObject(type as UADataType, fields);
  const stretch = stretchOf({ startTime, endTime, numValuesPerNode });
  const fieldsOf = (inspection: Inspection) => {
    const event = inspectionEvent(eventType, object, inspection, toDate(inspection.completionTime));
    return where.passes(new FilterContextOnAddressSpace(context, event))
      ? [{ eventFields: extractEventFields(context, selected, event) }]
      : [];
  };
  return page(stretch, "", 0);

  /** Where a filter lets few through, an answer may have few or no events, and a continuation point all the same. */
  async function page({ atOnce, inAll, ...range }: Stretch, token: string, read: number): Promise<Answer> {
    const { inspections, nextPageToken } = await readPage(server, station, range, atOnce, token);
    const events = inspections.flatMap(fieldsOf).slice(0, inAll - read);
    const so = read + events.length;
    const data = historyEvent({ events });
    return nextPageToken !== "" && so < inAll
      ? { data, rest: () => page({ atOnce, inAll, ...range }, nextPageToken, so) }
      : { data, isEmpty: events.length === 0 };
  }
}
