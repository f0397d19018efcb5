import {
  DataValue,
  HistoryData,
  type ReadAtTimeDetails,
  type ReadRawModifiedDetails,
  StatusCode,
  StatusCodes,
  TimestampsToReturn,
  Variant,
} from "node-opcua";
import { type HistoryPage, type Inspection, NO_TIME, toDate } from "../contract.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal } from "../statusCodes.ts";
import { type TagName, type Value, variantOf } from "../tags.ts";
import type { Answer } from "./historyService.ts";
import { next, readPage, type Stretch, stretchOf } from "./stretch.ts";

const INTERPOLATED = StatusCode.makeStatusCode(StatusCodes.Good, "HistorianInterpolated");
const MAX_TIMES = 1_000;

/** A variable with history: whose, which, and what it says of an inspection. */
export interface HistorizedTag {
  readonly station: string;
  readonly tag: TagName;
  readonly value: (inspection: Inspection) => Value;
}

/** Reads a variable's values as they were, page by page. Pages are shared by the variables of one request. */
export class ValueHistory {
  readonly #server: ServerCommands;
  readonly #timestamps: TimestampsToReturn;
  readonly #pages = new Map<string, Promise<HistoryPage>>();

  constructor(server: ServerCommands, timestamps: TimestampsToReturn) {
    this.#server = server;
    this.#timestamps = timestamps;
  }

  async raw(tag: HistorizedTag, details: ReadRawModifiedDetails): Promise<Answer> {
    if (details.isReadModified) {
      throw new Refusal(StatusCodes.BadHistoryOperationUnsupported, "Nothing is ever modified in the log.");
    }
    const stretch = stretchOf(details);
    return this.#page(tag, stretch, details.returnBounds, "", 0);
  }

  /** The value that a variable had at each time: that of the newest part until then. */
  async atTimes(tag: HistorizedTag, { reqTimes }: ReadAtTimeDetails): Promise<Answer> {
    if ((reqTimes?.length ?? 0) > MAX_TIMES) {
      throw new Refusal(StatusCodes.BadTooManyOperations, `At most ${MAX_TIMES} times.`);
    }
    const values: DataValue[] = [];
    for (const asked of reqTimes ?? []) {
      const time = asked ?? NO_TIME;
      const known = await this.#one(tag, { from: undefined, until: next(time), newestFirst: true });
      const isExact = known !== undefined && toDate(known.completionTime).getTime() === time.getTime();
      const status = known === undefined ? StatusCodes.BadNoData : isExact ? StatusCodes.Good : INTERPOLATED;
      values.push(this.#value(tag, known, time, status));
    }
    return { data: new HistoryData({ dataValues: values }) };
  }

  async #page(tag: HistorizedTag, stretch: Stretch, bounds: boolean, token: string, read: number): Promise<Answer> {
    const size = Math.min(stretch.atOnce, stretch.inAll - read);
    const { inspections, nextPageToken } = await this.#shared(tag.station, stretch, size, token);
    const dataValues = inspections.map((one) => this.#value(tag, one, toDate(one.completionTime), StatusCodes.Good));
    if (bounds && token === "" && stretch.start !== undefined) {
      const [first] = inspections;
      if (first === undefined || toDate(first.completionTime).getTime() !== stretch.start.getTime()) {
        dataValues.unshift(await this.#bound(tag, stretch.start, !stretch.newestFirst));
      }
    }
    const so = read + inspections.length;
    if (nextPageToken !== "" && so < stretch.inAll) {
      return {
        data: new HistoryData({ dataValues }),
        rest: (again) => again.values.#page(tag, stretch, bounds, nextPageToken, so),
      };
    }
    if (bounds && stretch.end !== undefined && stretch.start !== undefined) {
      dataValues.push(await this.#bound(tag, stretch.end, stretch.newestFirst));
    }
    return { data: new HistoryData({ dataValues }), isEmpty: dataValues.length === 0 };
  }

  /** The value nearest to a time, before it or behind it. */
  async #bound(tag: HistorizedTag, time: Date, isBefore: boolean): Promise<DataValue> {
    const found = await this.#one(
      tag,
      isBefore
        ? { from: undefined, until: next(time), newestFirst: true }
        : { from: time, until: undefined, newestFirst: false },
    );
    return found === undefined
      ? this.#value(tag, undefined, time, StatusCodes.BadBoundNotFound)
      : this.#value(tag, found, toDate(found.completionTime), StatusCodes.Good);
  }

  async #one({ station }: HistorizedTag, range: Pick<Stretch, "from" | "until" | "newestFirst">) {
    return (await readPage(this.#server, station, range, 1)).inspections[0];
  }

  #shared(station: string, stretch: Stretch, size: number, token: string): Promise<HistoryPage> {
    const key = JSON.stringify([station, stretch.from, stretch.until, stretch.newestFirst, size, token]);
    const page = this.#pages.get(key) ?? readPage(this.#server, station, stretch, size, token);
    this.#pages.set(key, page);
    return page;
  }

  #value({ tag, value }: HistorizedTag, of: Inspection | undefined, time: Date, statusCode: StatusCode): DataValue {
    const source = this.#timestamps !== TimestampsToReturn.Server;
    const server = this.#timestamps !== TimestampsToReturn.Source;
    return new DataValue({
      ...(of === undefined ? {} : { value: new Variant(variantOf(tag, value(of))) }),
      statusCode,
      ...(source ? { sourceTimestamp: time } : {}),
      ...(server ? { serverTimestamp: time } : {}),
    });
  }
}
