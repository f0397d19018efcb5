import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StatusCodes } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const server = new FakeServer();
let gateway: Gateway & { lines: { msg: string }[] };
let plc: Plc;

beforeAll(async () => {
  server.addStation("empty");
  for (let part = 0; part < 20; part++) {
    server.judge("old");
  }
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await vi.waitFor(() => expect(gateway.lines.some((line) => line.msg === "server connected")).toBe(true));
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

test("station_BeforeFirstVerdict_VerdictWaitsAndStateIsGood", async () => {
  const [pass, sequence, history, ready, heartbeat] = await plc.read(
    ...["Pass", "Sequence", "History.Score", "Ready", "Heartbeat"].map((tag) => `empty.${tag}`),
  );
  expect(pass?.statusCode).toBe(StatusCodes.BadWaitingForInitialData);
  expect(sequence?.statusCode).toBe(StatusCodes.BadWaitingForInitialData);
  expect(history?.statusCode).toBe(StatusCodes.BadWaitingForInitialData);
  expect(ready?.statusCode).toBe(StatusCodes.Good);
  expect(ready?.value.value).toBe(true);
  expect(heartbeat?.value.value).toBeGreaterThan(0);
});

test("freshStart_WithHistory_FillsValuesAndHistory", async () => {
  await plc.until("old.Sequence", (value) => value.value.value === 20 && value.statusCode.isGood());
  const [sequences, partIds, evaluations] = await plc.values(
    "old.History.Sequence",
    "old.History.PartId",
    "old.History.Evaluation",
  );
  const last16 = Array.from({ length: 16 }, (_, index) => index + 5);
  expect([...(sequences as Uint32Array)]).toEqual(last16);
  expect(partIds).toEqual(last16.map((n) => `P${n}`));
  expect([...(evaluations as Int32Array)]).toEqual(last16.map((n) => (n % 3) + 1));
  expect(await plc.values("old.Counters.Inspected", "old.Counters.Ok")).toEqual([20, 6]);
});

test("part_CaptureTimeOfAWrongClock_IsUncertainAlone", async () => {
  server.addStation("clock");
  for (const [part, captureTimeUncertain, expected] of [
    [1, true, StatusCodes.UncertainSensorNotAccurate],
    [2, false, StatusCodes.Good],
  ] as const) {
    server.judge("clock", { captureTimeUncertain });
    await plc.until("clock.Sequence", (value) => value.value.value === part && value.statusCode.isGood());
    const [captured, pass] = await plc.read("clock.CaptureTime", "clock.Pass");
    expect(captured?.statusCode).toBe(expected);
    expect(captured?.value.value).toBeInstanceOf(Date);
    expect(pass?.statusCode).toBe(StatusCodes.Good);
  }
});

test("part_Judged_SetsValuesAndRaisesOneEvent", async () => {
  const atServer = await plc.events();
  const atStation = await plc.events(plc.nodeId("old"));
  const atLine = await plc.events(plc.nodeId("AnomalyLine"));
  const atOther = await plc.events(plc.nodeId("empty"));
  server.judge("old", {
    verdict: 2,
    reasonCode: 2,
    reasonText: "x".repeat(300),
    score: 0.75,
    partId: "late",
    productId: "flange",
  });
  await vi.waitFor(() => expect([atServer, atStation, atLine].map((events) => events.length)).toEqual([1, 1, 1]));
  expect(atOther).toEqual([]);
  expect(atStation[0]).toMatchObject({
    SourceName: "old",
    Station: "old",
    Sequence: 21,
    LogSequence: [0, 21],
    PartId: "late",
    ProductId: "flange",
    Pass: false,
    Evaluation: 2,
    Score: 0.75,
    Threshold: 0.5,
    ReasonCode: 2,
    ReasonText: "x".repeat(254),
    ModelVersion: "riad-0123456789ab",
    RecipeRevision: 3,
    CaptureTime: new Date(1_700_000_021_123),
    CompletionTime: new Date(1_700_000_021_150),
    ProcessingMs: 27,
    Severity: 500,
  });
  const tags = ["Sequence", "PartId", "Pass", "Evaluation", "Score", "Margin", "RecipeRevision", "CaptureTime"];
  const values = await plc.values(...tags.map((tag) => `old.${tag}`));
  expect(values).toEqual([21, "late", false, 2, 0.75, -0.25, 3, new Date(1_700_000_021_123)]);
});

test("texts_LongerThanAPlcsStrings_AreCutToTheLengthOfTheGuideAndNeverInACharacter", async () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../docs/plc-guide.md"), "utf8");
  const [, most] = /^\| `PartId`, `ProductId` .*WString\[(\d+)\]/m.exec(guide) ?? [];
  // A character of two units stands on the limit.
  server.judge("old", {
    partId: `${"p".repeat(253)}\u{1F600}`,
    reasonText: "r".repeat(300),
    productId: "q".repeat(254),
  });
  await plc.until("old.ProductId", (value) => value.value.value.startsWith("q"));
  const texts = (await plc.values("old.PartId", "old.ReasonText", "old.ProductId")) as string[];
  expect(texts.map(({ length }) => length)).toEqual([253, 254, 254]);
  expect(Number(most)).toBe(254);
});

test("verdicts_EachKind_PassAndSeverityFollow", async () => {
  const events = await plc.events();
  for (const verdict of [0, 1, 2, 3]) {
    server.judge("old", { verdict });
  }
  await vi.waitFor(() => expect(events).toHaveLength(4));
  expect(events.map((event) => event.Pass)).toEqual([false, true, false, false]);
  expect(events.map((event) => event.Severity)).toEqual([700, 100, 500, 700]);
});

test("sequence_Above32Bits_WrapsInTagsAndIsWholeInEvent", async () => {
  const events = await plc.events();
  server.judge("wide", { sequence: "1" });
  server.judge("wide", { sequence: "4294967298" });
  await vi.waitFor(() => expect(events).toHaveLength(2));
  expect(events[1]).toMatchObject({ Sequence: 2, LogSequence: [1, 2] });
  expect(await plc.values("wide.Sequence")).toEqual([2]);
});

test("station_AppearsLater_GetsNodesAndEventsLive", async () => {
  const events = await plc.events();
  server.judge("new");
  await vi.waitFor(() => expect(events.map((event) => [event.Station, event.Sequence])).toEqual([["new", 1]]));
  await plc.until("new.Sequence", (value) => value.statusCode.isGood() && value.value.value === 1);
});

test("gap_InSequence_IsLoggedAndCounted", async () => {
  server.judge("gap");
  server.judge("gap", { sequence: "5" });
  await plc.until("gap.Counters.Missed", (value) => value.value.value === 3);
  expect(gateway.lines).toContainEqual(expect.objectContaining({ level: 50, station: "gap", missed: "3" }));
});

test("station_NameTakenByAVariable_IsRefusedAndLogged", async () => {
  server.judge("old.Score");
  await vi.waitFor(() =>
    expect(gateway.lines).toContainEqual(expect.objectContaining({ level: 50, station: "old.Score" })),
  );
  await plc.until("old.Heartbeat", (value) => value.statusCode.isGood());
});

test("part_SentTwice_RaisesOneEvent", async () => {
  const events = await plc.events();
  server.send(server.judge("twice"));
  server.judge("twice");
  await vi.waitFor(() => expect(events.map((event) => event.Sequence)).toEqual([1, 2]));
});
