import {
  DataType,
  DataValue,
  HistoryData,
  type NodeId,
  ObjectIds,
  type ReadProcessedDetails,
  StatusCode,
  StatusCodes,
  Variant,
} from "node-opcua";
import { type HistoryInterval, type Spread, toDate, toTimestamp } from "../contract.ts";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal } from "../statusCodes.ts";
import { TAGS, type TagName } from "../tags.ts";
import { durationsOf, type Intervals } from "./durations.ts";
import type { Answer } from "./historyService.ts";
import type { HistorizedTag } from "./values.ts";

/** What the server sums up. */
const SPREADS: Partial<Record<TagName, (interval: HistoryInterval) => Spread>> = {
  Score: ({ score }) => score,
  Threshold: ({ threshold }) => threshold,
  Margin: ({ margin }) => margin,
  ProcessingMs: ({ totalMs }) => totalMs,
};

const CALCULATED = StatusCode.makeStatusCode(StatusCodes.Good, "HistorianCalculated");
const MAX_INTERVALS = 10_000;

type Aggregate = (spread: Spread, tag: TagName) => Variant;

const number = (dataType: DataType, value: number) => new Variant({ dataType, value });

/** Those over the values of an interval, by the number of their node. */
const OVER_VALUES: ReadonlyMap<number, Aggregate> = new Map<number, Aggregate>([
  [ObjectIds.AggregateFunction_Average, ({ average }) => number(DataType.Double, average)],
  [ObjectIds.AggregateFunction_Minimum, ({ minimum }, tag) => number(TAGS[tag].type, minimum)],
  [ObjectIds.AggregateFunction_Maximum, ({ maximum }, tag) => number(TAGS[tag].type, maximum)],
  [ObjectIds.AggregateFunction_Count, ({ count }) => number(DataType.UInt32, Number(count))],
]);

/** Those over the time that a value held. */
const OVER_TIME: ReadonlyMap<number, (value: number) => boolean> = new Map([
  [ObjectIds.AggregateFunction_DurationInStateZero, (value: number) => value === 0],
  [ObjectIds.AggregateFunction_DurationInStateNonZero, (value: number) => value !== 0],
]);
const NO_STATES: ReadonlySet<DataType> = new Set([DataType.String, DataType.DateTime, DataType.ExtensionObject]);

/** The aggregates of OPC 10000-13 that are calculated. */
export const AGGREGATES: readonly number[] = [...OVER_VALUES.keys(), ...OVER_TIME.keys()];

/** What an aggregate gives for each interval; undefined where there are no data. */
type Calculation = (server: ServerCommands, intervals: Intervals) => Promise<(Variant | undefined)[]>;

/** An aggregate of a variable for each interval. Scores and margins are those of judged parts; Count is of every variable. */
export async function readProcessed(
  server: ServerCommands,
  variable: HistorizedTag,
  { startTime, endTime, processingInterval }: ReadProcessedDetails,
  aggregateType: NodeId,
): Promise<Answer> {
  const id = aggregateType.namespace === 0 ? Number(aggregateType.value) : -1;
  const calculate = overValues(variable, id) ?? overTime(variable, id);
  if (calculate === undefined) {
    throw new Refusal(StatusCodes.BadAggregateNotSupported, `${variable.tag} has no such aggregate.`);
  }
  const from = startTime?.getTime() ?? 0;
  const length = (endTime?.getTime() ?? 0) - from;
  const step = processingInterval > 0 ? Math.max(1, Math.round(processingInterval)) : length;
  if (!(length > 0)) {
    throw new Refusal(StatusCodes.BadInvalidTimestampArgument, "The end must be later than the start.");
  }
  if (length / step > MAX_INTERVALS) {
    throw new Refusal(StatusCodes.BadInvalidArgument, `At most ${MAX_INTERVALS} intervals.`);
  }
  const values = await calculate(server, { from, until: from + length, step });
  const dataValues = values.map((value, index) => {
    const start = new Date(from + index * step);
    return new DataValue({
      ...(value === undefined ? {} : { value }),
      statusCode: value === undefined ? StatusCodes.BadNoData : CALCULATED,
      sourceTimestamp: start,
      serverTimestamp: start,
    });
  });
  return { data: new HistoryData({ dataValues }) };
}

function overValues({ station, tag }: HistorizedTag, id: number): Calculation | undefined {
  const isCount = id === ObjectIds.AggregateFunction_Count;
  const aggregate = OVER_VALUES.get(id);
  const spreadOf =
    SPREADS[tag] ?? (isCount ? ({ inspected }: HistoryInterval) => ({ count: inspected }) as Spread : undefined);
  if (aggregate === undefined || spreadOf === undefined) {
    return undefined;
  }
  return async (server, { from, until, step }) => {
    const intervals = await server.summarizeHistory({
      station,
      fromTime: toTimestamp(new Date(from)),
      untilTime: toTimestamp(new Date(until)),
      interval: { seconds: Math.floor(step / 1000), nanos: (step % 1000) * 1_000_000 },
    });
    const found = new Map(intervals.map((interval) => [toDate(interval.startTime).getTime(), spreadOf(interval)]));
    return Array.from({ length: Math.ceil((until - from) / step) }, (_, index) => {
      const spread = found.get(from + index * step);
      const isKnown = isCount || (spread !== undefined && spread.count !== "0");
      return isKnown ? aggregate(spread ?? ({ count: "0" } as Spread), tag) : undefined;
    });
  };
}

function overTime(variable: HistorizedTag, id: number): Calculation | undefined {
  const isIn = NO_STATES.has(TAGS[variable.tag].type) ? undefined : OVER_TIME.get(id);
  return (
    isIn &&
    (async (server, intervals) =>
      (await durationsOf(server, variable, intervals, isIn)).map((duration) =>
        duration === undefined ? undefined : number(DataType.Double, duration),
      ))
  );
}
