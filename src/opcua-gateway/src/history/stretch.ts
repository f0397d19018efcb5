import { StatusCodes } from "node-opcua";
import { type HistoryPage, NO_TIME, toTimestamp } from "../contract.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal } from "../statusCodes.ts";

/** Most values or events of an answer; what is beyond them comes with a continuation point. */
export const MAX_RETURNED = 1_000;

/** What a client asks for: two of the three (OPC 10000-11, 6.5.3). */
export interface Asked {
  readonly startTime: Date | null;
  readonly endTime: Date | null;
  readonly numValuesPerNode: number;
}

/** A stretch of time: from a time on, until before another one, in the order asked for. */
export interface Stretch {
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
  readonly newestFirst: boolean;
  /** Values of one answer. */
  readonly atOnce: number;
  /** Values in all, where only one time is given. */
  readonly inAll: number;
}

/** What OPC UA means by two of start, end and number: the start is in it and the end is not, whichever is later. */
export function stretchOf({ startTime, endTime, numValuesPerNode }: Asked): Stretch {
  const start = given(startTime);
  const end = given(endTime);
  if ([start !== undefined, end !== undefined, numValuesPerNode > 0].filter(Boolean).length < 2) {
    throw new Refusal(StatusCodes.BadHistoryOperationInvalid, "Two of start, end and number of values are needed.");
  }
  const newestFirst = start === undefined || (end !== undefined && end < start);
  const isOpen = start === undefined || end === undefined;
  const [from, until] = newestFirst
    ? [start === undefined ? undefined : end && next(end), next((start ?? end) as Date)]
    : [start, end && (end.getTime() === start.getTime() ? next(end) : end)];
  const most = numValuesPerNode > 0 ? numValuesPerNode : Number.POSITIVE_INFINITY;
  const inAll = isOpen ? most : Number.POSITIVE_INFINITY;
  return { start, end, from, until, newestFirst, atOnce: Math.min(most, MAX_RETURNED), inAll };
}

/** The page of a stretch behind a token. */
export function readPage(
  server: ServerCommands,
  station: string,
  { from, until, newestFirst }: Pick<Stretch, "from" | "until" | "newestFirst">,
  pageSize: number,
  pageToken = "",
): Promise<HistoryPage> {
  return server.readHistory({
    station,
    ...(from === undefined ? {} : { fromTime: toTimestamp(from) }),
    ...(until === undefined ? {} : { untilTime: toTimestamp(until) }),
    newestFirst,
    pageSize,
    pageToken,
  });
}

/** Undefined for OPC UA's "no time". */
function given(time: Date | null): Date | undefined {
  return time === null || time <= NO_TIME ? undefined : time;
}

/** The least later time. */
export function next(time: Date): Date {
  return new Date(time.getTime() + 1);
}
