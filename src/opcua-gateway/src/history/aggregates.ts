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

/** The aggregates of OPC 10000-13 that are calculated, by the number of their node. */
export const AGGREGATES: ReadonlyMap<number, Aggregate> = new Map<number, Aggregate>([
  [ObjectIds.AggregateFunction_Average, ({ average }) => number(DataType.Double, average)],
  [ObjectIds.AggregateFunction_Minimum, ({ minimum }, tag) => number(TAGS[tag].type, minimum)],
  [ObjectIds.AggregateFunction_Maximum, ({ maximum }, tag) => number(TAGS[tag].type, maximum)],
  [ObjectIds.AggregateFunction_Count, ({ count }) => number(DataType.UInt32, Number(count))],
]);

/** An aggregate of a variable for each interval. Scores and margins are those of judged parts; Count is of every variable. */
export async function readProcessed(
  server: ServerCommands,
  { station, tag }: HistorizedTag,
  { startTime, endTime, processingInterval }: ReadProcessedDetails,
  aggregateType: NodeId,
): Promise<Answer> {
  const isCount = aggregateType.namespace === 0 && aggregateType.value === ObjectIds.AggregateFunction_Count;
  const aggregate = aggregateType.namespace === 0 ? AGGREGATES.get(Number(aggregateType.value)) : undefined;
  const spreadOf =
    SPREADS[tag] ?? (isCount ? ({ inspected }: HistoryInterval) => ({ count: inspected }) as Spread : undefined);
  if (aggregate === undefined || spreadOf === undefined) {
    throw new Refusal(StatusCodes.BadAggregateNotSupported, `${tag} has no such aggregate.`);
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
  const intervals = await server.summarizeHistory({
    station,
    fromTime: toTimestamp(new Date(from)),
    untilTime: toTimestamp(new Date(from + length)),
    interval: { seconds: Math.floor(step / 1000), nanos: (step % 1000) * 1_000_000 },
  });
  const found = new Map(intervals.map((interval) => [toDate(interval.startTime).getTime(), spreadOf(interval)]));
  const dataValues: DataValue[] = [];
  for (let start = from; start < from + length; start += step) {
    const spread = found.get(start);
    const isKnown = isCount || (spread !== undefined && spread.count !== "0");
    dataValues.push(
      new DataValue({
        ...(isKnown ? { value: aggregate(spread ?? ({ count: "0" } as Spread), tag) } : {}),
        statusCode: isKnown ? CALCULATED : StatusCodes.BadNoData,
        sourceTimestamp: new Date(start),
        serverTimestamp: new Date(start),
      }),
    );
  }
  return { data: new HistoryData({ dataValues }) };
}
