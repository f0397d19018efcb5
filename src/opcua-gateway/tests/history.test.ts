import {
  AttributeIds,
  constructEventFilter,
  type DataValue,
  HistoryReadRequest,
  type HistoryReadResult,
  HistoryReadValueId,
  NumericRange,
  ObjectIds,
  ReadAtTimeDetails,
  ReadEventDetails,
  ReadProcessedDetails,
  ReadRawModifiedDetails,
  resolveNodeId,
  TimestampsToReturn,
} from "node-opcua";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { HISTORIZED_TAGS } from "../src/tags.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { type Event, Plc } from "./plc.ts";

const PARTS = 2_500;
const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

/** Completion of a part as the fake server has it. */
const at = (sequence: number) => new Date((1_700_000_000 + sequence) * 1000 + 150);
const none = new Date(Date.UTC(1601, 0, 1));

beforeAll(async () => {
  for (let part = 1; part <= PARTS; part++) {
    server.judge("A");
  }
  server.addStation("empty");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
});

beforeEach(() => {
  server.histories.length = 0;
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

type Details = ReadRawModifiedDetails | ReadAtTimeDetails | ReadProcessedDetails | ReadEventDetails;

async function read(details: Details, tags: string[], point?: Buffer, release = false): Promise<HistoryReadResult[]> {
  const request = new HistoryReadRequest({
    historyReadDetails: details,
    timestampsToReturn: TimestampsToReturn.Source,
    releaseContinuationPoints: release,
    nodesToRead: tags.map(
      (tag) =>
        new HistoryReadValueId({
          nodeId: resolveNodeId(plc.nodeId(tag)),
          ...(point ? { continuationPoint: point } : {}),
        }),
    ),
  });
  const session = plc.session as unknown as {
    historyRead(request: HistoryReadRequest): Promise<{ results: HistoryReadResult[] }>;
  };
  return (await session.historyRead(request)).results;
}

function raw(startTime: Date, endTime: Date, numValuesPerNode = 0, returnBounds = false): ReadRawModifiedDetails {
  return new ReadRawModifiedDetails({ startTime, endTime, numValuesPerNode, returnBounds, isReadModified: false });
}

const valuesIn = (result: HistoryReadResult | undefined) =>
  (result?.historyData as unknown as { dataValues: DataValue[] } | null)?.dataValues ?? [];
const numbersIn = (result: HistoryReadResult | undefined) => valuesIn(result).map(({ value }) => value?.value);

test("raw_BetweenTwoTimes_FirstIsInLastIsNot", async () => {
  const [result] = await read(raw(at(5), at(9)), ["A.Sequence"]);
  expect(numbersIn(result)).toEqual([5, 6, 7, 8]);
  expect(valuesIn(result).map(({ sourceTimestamp }) => sourceTimestamp)).toEqual([5, 6, 7, 8].map(at));
  expect(result?.continuationPoint).toBeFalsy();
});

test("raw_EmptyIndexRange_IsNone", async () => {
  // As asyncio sends it: a text of no characters, where other clients send no text.
  const nodeId = resolveNodeId(plc.nodeId("A.Sequence"));
  const empty = new NumericRange();
  empty.toEncodeableString = () => "";
  const request = new HistoryReadRequest({
    historyReadDetails: raw(at(5), at(7)),
    timestampsToReturn: TimestampsToReturn.Source,
    nodesToRead: [new HistoryReadValueId({ nodeId, indexRange: empty })],
  });
  const session = plc.session as unknown as {
    historyRead(request: HistoryReadRequest): Promise<{ results: HistoryReadResult[] }>;
  };
  expect(numbersIn((await session.historyRead(request)).results[0])).toEqual([5, 6]);
  const value = await plc.session.read({ nodeId, attributeId: AttributeIds.Value, indexRange: empty });
  expect([value.statusCode.name, value.value.value]).toEqual(["Good", PARTS]);
});

test("raw_LaterTimeFirst_IsReadBackwards", async () => {
  const [result] = await read(raw(at(9), at(5)), ["A.Sequence"]);
  expect(numbersIn(result)).toEqual([9, 8, 7, 6]);
});

test.each([
  [at(5), none, 3, [5, 6, 7]],
  [none, at(5), 3, [5, 4, 3]],
  [at(5), at(5), 0, [5]],
  [at(PARTS), none, 10, [PARTS]],
])("raw_From%s_To%s_%i", async (startTime, endTime, most, expected) => {
  const [result] = await read(raw(startTime, endTime, most), ["A.Sequence"]);
  expect(numbersIn(result)).toEqual(expected);
  expect(result?.continuationPoint).toBeFalsy();
});

test.each([
  [at(5), none, 0],
  [none, at(5), 0],
  [none, none, 7],
])("raw_From%s_To%s_%i_IsNotEnough", async (startTime, endTime, most) => {
  const [result] = await read(raw(startTime, endTime, most), ["A.Sequence"]);
  expect(result?.statusCode.name).toBe("BadHistoryOperationInvalid");
});

test("raw_All_ComesByContinuationPointsEachOnceInOrder", async () => {
  const seen: number[] = [];
  let [result] = await read(raw(at(0), at(PARTS + 1)), ["A.Sequence"]);
  seen.push(...numbersIn(result));
  while (result?.continuationPoint?.length) {
    [result] = await read(raw(none, none), ["A.Sequence"], result.continuationPoint);
    seen.push(...numbersIn(result));
  }
  expect(seen).toEqual(Array.from({ length: PARTS }, (_, index) => index + 1));
  expect(server.histories.length).toBe(3);
});

test("continuationPoint_UsedTwiceReleasedOrInvented_IsInvalid", async () => {
  const details = raw(at(1), at(9), 2);
  const [first] = await read(details, ["A.Sequence"]);
  const point = first?.continuationPoint as Buffer;
  expect(numbersIn((await read(details, ["A.Sequence"], point))[0])).toEqual([3, 4]);
  const [again] = await read(details, ["A.Sequence"], point);
  expect(again?.statusCode.name).toBe("BadContinuationPointInvalid");
  const [second] = await read(details, ["A.Sequence"]);
  const [released] = await read(details, ["A.Sequence"], second?.continuationPoint as Buffer, true);
  expect([released?.statusCode.name, valuesIn(released)]).toEqual(["Good", []]);
  const [gone] = await read(details, ["A.Sequence"], second?.continuationPoint as Buffer);
  expect(gone?.statusCode.name).toBe("BadContinuationPointInvalid");
});

test("raw_WithBounds_HasTheNeighboursOrSaysThatThereAreNone", async () => {
  const between = new Date(at(5).getTime() + 500);
  const [inside] = await read(raw(between, new Date(between.getTime() + 2000), 0, true), ["A.Sequence"]);
  expect(numbersIn(inside)).toEqual([5, 6, 7, 8]);
  const [before] = await read(raw(new Date(at(1).getTime() - 5000), at(2), 0, true), ["A.Sequence"]);
  expect(valuesIn(before).map(({ statusCode }) => statusCode.name)).toEqual(["BadBoundNotFound", "Good", "Good"]);
  const [backwards] = await read(raw(new Date(between.getTime() + 1000), between, 0, true), ["A.Sequence"]);
  expect(numbersIn(backwards)).toEqual([7, 6, 5]);
});

test("raw_EveryTagOfAPart_IsOneReadOfTheLog", async () => {
  const tags = HISTORIZED_TAGS.map((tag) => `A.${tag}`);
  const results = await read(raw(at(7), none, 1), tags);
  const live = await plc.read(...tags);
  for (const [index, result] of results.entries()) {
    expect([tags[index], valuesIn(result)[0]?.value?.dataType]).toEqual([tags[index], live[index]?.value.dataType]);
  }
  expect(numbersIn(results[HISTORIZED_TAGS.indexOf("Score")])).toEqual([1.75]);
  expect(numbersIn(results[HISTORIZED_TAGS.indexOf("PartId")])).toEqual(["P7"]);
  expect(server.histories.length).toBe(1);
});

test("liveValue_HasTheTimestampOfItsHistory", async () => {
  const [live] = await plc.session.read([{ nodeId: plc.nodeId("A.Score"), attributeId: AttributeIds.Value }]);
  expect(live?.sourceTimestamp).toEqual(at(PARTS));
});

test("atTimes_IsThePartUntilThen", async () => {
  const times = [at(3), new Date(at(3).getTime() + 400), new Date(at(1).getTime() - 1)];
  const [result] = await read(new ReadAtTimeDetails({ reqTimes: times, useSimpleBounds: true }), ["A.Sequence"]);
  expect(numbersIn(result)).toEqual([3, 3, null]);
  expect(valuesIn(result).map(({ statusCode }) => (statusCode.value & 0xffff0003) >>> 0)).toEqual([0, 2, 0x809b0000]);
});

test.each([
  ["Average", "Score", [0.5, 1.25, 1.75]],
  ["Minimum", "Score", [0.25, 1, 1.75]],
  ["Maximum", "Score", [0.75, 1.5, 1.75]],
  ["Count", "Score", [2, 2, 1]],
  ["Count", "PartId", [3, 3, 1]],
  ["Maximum", "ProcessingMs", [27, 27, 27]],
])("processed_%s_Of%s", async (name, tag, expected) => {
  const aggregate = ObjectIds[`AggregateFunction_${name}` as keyof typeof ObjectIds];
  const details = new ReadProcessedDetails({
    startTime: at(1),
    endTime: at(8),
    processingInterval: 3000,
    aggregateType: [resolveNodeId(`i=${aggregate}`)],
  });
  const [result] = await read(details, [`A.${tag}`]);
  // Parts 2, 5, 8, … are NotDecidable, and have no score.
  expect([name, tag, numbersIn(result)]).toEqual([name, tag, expected]);
});

test("processed_Durations_AreOfTheTimeThatEachValueHeld", async () => {
  // A part a second; Pass holds at every third of them (its Evaluation is 1).
  const durations = async (id: number, start: Date, end: Date, processingInterval: number, tag = "A.Pass") => {
    const aggregateType = [resolveNodeId(`i=${id}`)];
    const details = new ReadProcessedDetails({ startTime: start, endTime: end, processingInterval, aggregateType });
    return (await read(details, [tag]))[0];
  };
  const { AggregateFunction_DurationInStateZero: zero, AggregateFunction_DurationInStateNonZero: other } = ObjectIds;
  const early = new Date(at(3).getTime() - 400);
  const passed = await durations(other, early, new Date(early.getTime() + 9_000), 3_000);
  expect(numbersIn(passed)).toEqual([1_000, 1_000, 1_000]);
  expect(valuesIn(passed)[0]?.sourceTimestamp).toEqual(early);
  // 400 ms of part 2 before part 3 passes, 600 ms of part 4 after it, and a second of parts 4 and 5.
  expect(numbersIn(await durations(zero, early, new Date(early.getTime() + 3_000), 1_000))).toEqual([400, 600, 1_000]);
  // Nothing is known before the first part, and the last holds until now.
  const whole = await durations(zero, at(-1), at(2), 1_000);
  const unknown = valuesIn(whole).filter(({ statusCode }) => statusCode.name === "BadNoData");
  expect([unknown.length, numbersIn(whole)[2]]).toEqual([2, 1_000]);
  const [held] = numbersIn(await durations(other, at(PARTS), new Date(Date.now() + 60_000), 0));
  const [not] = numbersIn(await durations(zero, at(PARTS), new Date(Date.now() + 60_000), 0));
  expect(Math.abs(Number(held) + Number(not) - (Date.now() - at(PARTS).getTime()))).toBeLessThan(20_000);
  expect((await durations(zero, early, at(9), 1_000, "A.PartId"))?.statusCode.name).toBe("BadAggregateNotSupported");
});

test("processed_NoParts_IsNoDataAndACountOf0", async () => {
  const processed = (id: number) =>
    new ReadProcessedDetails({
      startTime: at(PARTS + 100),
      endTime: at(PARTS + 102),
      processingInterval: 1000,
      aggregateType: [resolveNodeId(`i=${id}`)],
    });
  const [average] = await read(processed(ObjectIds.AggregateFunction_Average), ["A.Score"]);
  expect(valuesIn(average).map(({ statusCode }) => statusCode.name)).toEqual(["BadNoData", "BadNoData"]);
  const [count] = await read(processed(ObjectIds.AggregateFunction_Count), ["A.Score"]);
  expect(numbersIn(count)).toEqual([0, 0]);
  const [other] = await read(processed(ObjectIds.AggregateFunction_Delta), ["A.Score"]);
  expect(other?.statusCode.name).toBe("BadAggregateNotSupported");
  const [text] = await read(processed(ObjectIds.AggregateFunction_Average), ["A.PartId"]);
  expect(text?.statusCode.name).toBe("BadAggregateNotSupported");
});

test("events_OfAStation_AreThoseThatWereRaised", async () => {
  const raised = await plc.fieldsOf("BaseEventType", "Message", "Time", "SourceName");
  const { sequence } = server.judge("A");
  const isOfThePart = ({ Message }: Event) => (Message as { text: string }).text.startsWith(`A ${sequence} `);
  await expect.poll(() => raised.find(isOfThePart)).toBeDefined();
  const filter = constructEventFilter(["EventId", "Message", "Time", "SourceName"]);
  const startTime = at(Number(sequence));
  const details = new ReadEventDetails({ startTime, endTime: none, numValuesPerNode: 5, filter });
  const [result] = await read(details, ["A"]);
  const { events } = (result as HistoryReadResult).historyData as unknown as {
    events: { eventFields: { value: unknown }[] }[];
  };
  const [EventId, Message, Time, SourceName] = events[0]?.eventFields.map(({ value }) => value) ?? [];
  expect({ EventId, Message, Time, SourceName }).toEqual(raised.find(isOfThePart));
  expect(events).toHaveLength(1);
});

test("nodesWithoutHistory_AreRefused", async () => {
  const details = raw(at(1), at(2));
  const results = await read(details, ["A.Heartbeat", "A.History.Score", "A", "nothing"]);
  expect(results.map(({ statusCode }) => statusCode.name)).toEqual(Array(4).fill("BadHistoryOperationUnsupported"));
  const [empty] = await read(details, ["empty.Score"]);
  expect([empty?.statusCode.name, numbersIn(empty)]).toEqual(["GoodNoData", []]);
});

test("nodes_WithHistory_SaySo", async () => {
  const [score, heartbeat, station] = await plc.session.read([
    { nodeId: plc.nodeId("A.Score"), attributeId: AttributeIds.AccessLevel },
    { nodeId: plc.nodeId("A.Heartbeat"), attributeId: AttributeIds.AccessLevel },
    { nodeId: plc.nodeId("A"), attributeId: AttributeIds.EventNotifier },
  ]);
  expect([score, heartbeat, station].map((value) => value?.value.value)).toEqual([5, 1, 5]);
  const historizing = { nodeId: plc.nodeId("A.Score"), attributeId: AttributeIds.Historizing };
  expect((await plc.session.read(historizing)).value.value).toBe(true);
});
