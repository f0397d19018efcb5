import { StatusCodes } from "node-opcua";
import { type Inspection, toDate } from "../contract.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal } from "../statusCodes.ts";
import { MAX_RETURNED, readPage } from "./stretch.ts";
import type { HistorizedTag } from "./values.ts";

/** Parts that one answer may have to look at; more make a client wait for longer than it does. */
const MAX_PARTS = 100_000;

/** Intervals of one length, in milliseconds. */
export interface Intervals {
  readonly from: number;
  readonly until: number;
  readonly step: number;
}

/**
 * How long a variable was in a state in each interval, in milliseconds: each value holds until the next part's, the newest until now. Undefined where
 * nothing is known of an interval (OPC 10000-13, 5.4.3.21, with simple bounds).
 */
export async function durationsOf(
  server: ServerCommands,
  { station, value }: HistorizedTag,
  { from, until, step }: Intervals,
  isIn: (value: number) => boolean,
): Promise<(number | undefined)[]> {
  const durations = Array.from({ length: Math.ceil((until - from) / step) }, (): number | undefined => undefined);
  const end = Math.min(until, Date.now());
  let since = from;
  let last: Inspection | undefined;
  const holdsUntil = (time: number) => {
    for (let at = since; last !== undefined && at < time; ) {
      const index = Math.floor((at - from) / step);
      const next = Math.min(time, from + (index + 1) * step);
      durations[index] = (durations[index] ?? 0) + (isIn(Number(value(last))) ? next - at : 0);
      at = next;
    }
    since = time;
  };

  const before = await readPage(server, station, { from: undefined, until: new Date(from), newestFirst: true }, 1);
  last = before.inspections[0];
  const range = { from: new Date(from), until: new Date(until), newestFirst: false };
  let token = "";
  for (let parts = 0; parts === 0 || token !== ""; parts += MAX_RETURNED) {
    if (parts >= MAX_PARTS) {
      throw new Refusal(StatusCodes.BadResponseTooLarge, `Durations of at most ${MAX_PARTS} parts at a time.`);
    }
    const page = await readPage(server, station, range, MAX_RETURNED, token);
    for (const inspection of page.inspections) {
      holdsUntil(Math.min(toDate(inspection.completionTime).getTime(), end));
      last = inspection;
    }
    token = page.nextPageToken;
  }
  holdsUntil(end);
  return durations;
}
