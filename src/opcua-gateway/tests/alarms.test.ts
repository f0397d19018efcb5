import { AttributeIds, DataType, resolveNodeId, type VariantOptions } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { type Event, Plc } from "./plc.ts";

const FIELDS = ["SourceName", "Message", "Severity", "ActiveState.Id", "AckedState.Id", "Retain", "ClientUserId"];
/** For a busy machine. */
const WAIT = { timeout: 10_000 };
const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;
let alarms: Event[];

beforeAll(async () => {
  server.judge("A");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
  alarms = await plc.fieldsOf("OffNormalAlarmType", ...FIELDS);
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

const told = (event: Event | undefined) => [
  event?.SourceName,
  String((event?.Message as { text: string } | undefined)?.text),
  event?.["ActiveState.Id"],
  event?.["AckedState.Id"],
  event?.Retain,
];

/** On a busy machine the server may be silent for a moment, which the line's own alarm tells. */
const of = (source: string) => alarms.filter((event) => event.SourceName === source);

function acknowledge(alarm: string, event: Event | undefined): Promise<string> {
  return plc.session
    .acknowledgeCondition(resolveNodeId(plc.nodeId(alarm)), event?.EventId as Buffer, "seen")
    .then((code) => code.name);
}

test("station_NotReady_RaisesAnAlarmThatIsAcknowledgedAndCleared", async () => {
  server.states.set("A", { ready: false, fault: "model riad-1 is broken" });
  await vi.waitFor(() => expect(of("A")).toHaveLength(1), WAIT);
  expect(told(of("A")[0])).toEqual(["A", "model riad-1 is broken", true, false, true]);
  expect(of("A")[0]?.Severity).toBe(700);

  expect(await acknowledge("A.NotReady", of("A")[0])).toBe("Good");
  await vi.waitFor(() => expect(of("A")).toHaveLength(2), WAIT);
  expect(told(of("A")[1])).toEqual(["A", "model riad-1 is broken", true, true, true]);
  expect(of("A")[1]?.ClientUserId).toBe("anonymous");
  expect(await acknowledge("A.NotReady", of("A")[1])).toBe("BadConditionBranchAlreadyAcked");
  expect(await acknowledge("A.NotReady", { EventId: Buffer.from("unknown") })).toBe("BadEventIdUnknown");

  server.states.set("A", {});
  await vi.waitFor(() => expect(of("A")).toHaveLength(3), WAIT);
  expect(told(of("A")[2])).toEqual(["A", "The station judges", false, true, false]);
});

test("log_Damaged_RaisesAnAlarmOfTheLine", async () => {
  server.logDamage = "The inspection log is damaged";
  await vi.waitFor(() => expect(of("AnomalyLine").some((event) => event.Severity === 800)).toBe(true), WAIT);
  const damaged = () => of("AnomalyLine").filter((event) => event.Severity === 800);
  expect(told(damaged()[0])).toEqual(["AnomalyLine", "The inspection log is damaged", true, false, true]);

  server.logDamage = "";
  await vi.waitFor(() => expect(damaged()).toHaveLength(2), WAIT);
  expect(damaged()[1]?.["ActiveState.Id"]).toBe(false);
});

test("station_WellAgainBeforeAnybodySaw_StaysToBeAcknowledged", async () => {
  alarms.length = 0;
  server.states.set("A", { ready: false, fault: "first" });
  await vi.waitFor(() => expect(of("A")).toHaveLength(1), WAIT);
  server.states.set("A", { ready: false, fault: "second" });
  await vi.waitFor(() => expect(of("A")).toHaveLength(2), WAIT);
  server.states.set("A", {});
  await vi.waitFor(() => expect(of("A")).toHaveLength(3), WAIT);
  expect(told(of("A")[2])).toEqual(["A", "The station judges", false, false, true]);
  expect(await acknowledge("A.NotReady", of("A")[1])).toBe("Good");
  await vi.waitFor(() => expect(of("A")).toHaveLength(4), WAIT);
  expect(told(of("A")[3])).toEqual(["A", "The station judges", false, true, false]);
});

test("conditionRefresh_ClientThatComesLate_IsToldWhatIsWrong", async () => {
  server.states.set("A", { ready: false, fault: "broken for long" });
  await plc.until("A.Fault", (value) => value.value.value === "broken for long");
  const late = await plc.fieldsOf("OffNormalAlarmType", ...FIELDS);
  const inputArguments = [{ dataType: DataType.UInt32, value: plc.lastSubscription }];
  const refreshed = await plc.session.call({ objectId: "i=2782", methodId: "i=3875", inputArguments });
  expect(refreshed.statusCode.name).toBe("Good");
  const [seen] = await vi.waitFor(() => {
    const found = late.filter((event) => event.SourceName === "A");
    expect(found).toHaveLength(1);
    return found;
  }, WAIT);
  expect(told(seen)).toEqual(["A", "broken for long", true, false, true]);
  expect(await acknowledge("A.NotReady", seen)).toBe("Good");
  server.states.set("A", {});
  await vi.waitFor(
    () => expect(told(of("A").at(-1)).slice(1)).toEqual(["The station judges", false, true, false]),
    WAIT,
  );
});

test("disable_Called_ChangesNothing", async () => {
  const request = { objectId: plc.nodeId("A.NotReady"), methodId: "i=9028", inputArguments: [] };
  expect((await plc.session.call(request)).statusCode.name).toBe("BadNotSupported");
});

test("station_Stopped_IsNoAlarm", async () => {
  alarms.length = 0;
  server.states.set("A", { ready: false, fault: "Station A is stopped; start it.", mode: 2 });
  await plc.until("A.Mode", (value) => value.value.value === 2);
  server.states.set("A", {});
  await plc.until("A.Mode", (value) => value.value.value === 1);
  expect(of("A")).toEqual([]);
});

test("server_Gone_RaisesTheLinesAlarmUntilItIsBack", async () => {
  alarms.length = 0;
  server.kill();
  await vi.waitFor(() => expect(of("AnomalyLine").length).toBeGreaterThanOrEqual(1), WAIT);
  expect(told(of("AnomalyLine")[0])).toEqual([
    "AnomalyLine",
    expect.stringMatching(/^The server is not connected/),
    true,
    false,
    true,
  ]);
  expect(of("AnomalyLine")[0]?.Severity).toBe(900);
  await server.start();
  await vi.waitFor(() => expect(of("AnomalyLine").length).toBeGreaterThanOrEqual(2), WAIT);
  expect(told(of("AnomalyLine")[1])).toEqual(["AnomalyLine", "The server is connected", false, false, true]);
});

test("drift_ComesAndGoes_RaisesAndClearsAnAlarmOfItsOwn", async () => {
  server.states.set("A", {});
  alarms.length = 0;
  server.states.set("A", { drift: "The frames are darker. Look at the lamp." });
  await vi.waitFor(() => expect(of("A")).toHaveLength(1), WAIT);
  expect(told(of("A")[0])).toEqual(["A", "The frames are darker. Look at the lamp.", true, false, true]);
  expect(of("A")[0]?.Severity).toBe(500);
  expect(await acknowledge("A.Drift", of("A")[0])).toBe("Good");
  server.states.set("A", {});
  await vi.waitFor(() => expect(told(of("A").at(-1))?.[2]).toBe(false), WAIT);
});

const SHELVING = ["SuppressedOrShelved", "ShelvingState.CurrentState"];
const seconds = (count: number) => [{ dataType: DataType.Double, value: count * 1000 }];

/** Calls a method of an alarm's shelving, by the nodes of the instance. */
function shelve(method: string, inputArguments: VariantOptions[] = [], by = plc): Promise<string> {
  const objectId = by.nodeId("A.Drift-ShelvingState");
  const request = { objectId, methodId: `${objectId}-${method}`, inputArguments };
  return by.session.call(request).then(({ statusCode }) => statusCode.name);
}

const shelvedEvents = (events: readonly Event[]) =>
  events
    .filter((event) => event.SourceName === "A")
    .map((event) => [
      event["ActiveState.Id"],
      event.SuppressedOrShelved,
      (event["ShelvingState.CurrentState"] as { text: string } | null)?.text,
    ]);

test("timedShelve_Called_KeepsTheAlarmOutOfSightForThatTimeOrUntilUnshelve", async () => {
  const events = await plc.fieldsOf("OffNormalAlarmType", ...FIELDS, ...SHELVING);
  const [shelved, time] = ["A.Drift-SuppressedOrShelved", "A.Drift-ShelvingState-UnshelveTime"];
  expect((await plc.read(time))[0]?.statusCode.name).toBe("BadConditionNotShelved");
  expect(await shelve("TimedShelve", seconds(600))).toBe("Good");
  expect(await plc.values(shelved, "A.Drift-MaxTimeShelved")).toEqual([true, 8 * 3600 * 1000]);
  const [left] = (await plc.values(time)) as [number];
  expect(left).toBeGreaterThan(500_000);
  expect(left).toBeLessThanOrEqual(600_000);
  expect(await shelve("TimedShelve", seconds(600))).toBe("BadConditionAlreadyShelved");

  server.states.set("A", { drift: "The frames are darker." });
  await vi.waitFor(() => expect(events.at(-1)?.["ActiveState.Id"]).toBe(true), WAIT);
  expect(await shelve("Unshelve")).toBe("Good");
  expect(await shelve("Unshelve")).toBe("BadConditionNotShelved");
  expect(await plc.values(shelved)).toEqual([false]);
  server.states.set("A", {});
  await vi.waitFor(() => expect(events.at(-1)?.["ActiveState.Id"]).toBe(false), WAIT);
  expect(shelvedEvents(events)).toEqual([
    [false, true, "TimedShelved"],
    [true, true, "TimedShelved"],
    [true, false, "Unshelved"],
    [false, false, "Unshelved"],
  ]);

  // And by itself, once the time is over.
  expect(await shelve("TimedShelve", [{ dataType: DataType.Double, value: 1 }])).toBe("Good");
  await vi.waitFor(async () => expect(await plc.values(shelved)).toEqual([false]), WAIT);
});

test.each([
  ["0", 0],
  ["less", -1],
  ["no number", Number.NaN],
  ["for ever", Number.POSITIVE_INFINITY],
  ["more than a shift", 8 * 3600 * 1000 + 1],
])("timedShelve_For%s_IsRefused", async (_what, value) => {
  expect(await shelve("TimedShelve", [{ dataType: DataType.Double, value }])).toBe("BadShelvingTimeOutOfRange");
  expect(await plc.values("A.Drift-SuppressedOrShelved")).toEqual([false]);
});

test("oneShotShelve_AlarmComesAndGoes_IsOverWithIt", async () => {
  const events = await plc.fieldsOf("OffNormalAlarmType", ...FIELDS, ...SHELVING);
  expect(await shelve("OneShotShelve")).toBe("Good");
  expect(await shelve("OneShotShelve")).toBe("BadConditionAlreadyShelved");
  server.states.set("A", { drift: "The frames are darker." });
  await vi.waitFor(() => expect(events.at(-1)?.["ActiveState.Id"]).toBe(true), WAIT);
  server.states.set("A", {});
  await vi.waitFor(() => expect(events.at(-1)?.SuppressedOrShelved).toBe(false), WAIT);
  expect(shelvedEvents(events)).toEqual([
    [false, true, "OneShotShelved"],
    [true, true, "OneShotShelved"],
    [false, true, "OneShotShelved"],
    [false, false, "Unshelved"],
  ]);
});

test("shelve_ByTheAlarmAndTheMethodsOfTheType_WorksToo", async () => {
  const call = (methodId: string, inputArguments: VariantOptions[] = []) =>
    plc.session
      .call({ objectId: plc.nodeId("A.Drift"), methodId, inputArguments })
      .then(({ statusCode }) => statusCode.name);
  const [timed, unshelve, oneShot] = ["i=2949", "i=2947", "i=2948"];
  expect(await call(timed, seconds(60))).toBe("Good");
  expect(await call(oneShot)).toBe("Good");
  expect(await call(unshelve)).toBe("Good");
  expect(await call("i=11489"), "another method").toBe("BadMethodInvalid");
});

test("confirm_WhereItIsAsked_IsWhatKeepsAnAlarmAfterTheAcknowledgement", async () => {
  const other = await start({ ...(await laboratory(server.port)), confirmAlarms: true });
  const panel = await Plc.connect(other.endpoint);
  await panel.until("A.Sequence", (value) => value.statusCode.isGood());
  const events = await panel.fieldsOf("OffNormalAlarmType", ...FIELDS, "ConfirmedState.Id", "Comment");
  const audits = await panel.fieldsOf("AuditConditionConfirmEventType", "Status", "ConditionEventId", "Comment.Text");
  const ofA = () => events.filter((event) => event.SourceName === "A");
  const state = (event: Event | undefined) => [
    ...["ActiveState.Id", "AckedState.Id", "ConfirmedState.Id", "Retain"].map((field) => event?.[field]),
  ];
  const answer = (methodId: string, event: Event | undefined, comment: string) =>
    panel.session
      .call({
        objectId: panel.nodeId("A.Drift"),
        methodId,
        inputArguments: [
          { dataType: DataType.ByteString, value: event?.EventId },
          { dataType: DataType.LocalizedText, value: { text: comment } },
        ],
      })
      .then(({ statusCode }) => statusCode.name);
  const [acknowledge, confirm] = ["i=9111", "i=9113"];

  server.states.set("A", { drift: "The frames are darker." });
  await vi.waitFor(() => expect(ofA()).toHaveLength(1), WAIT);
  expect(await answer(confirm, ofA()[0], "too early")).toBe("BadConditionBranchAlreadyConfirmed");
  expect(await answer(acknowledge, ofA()[0], "seen")).toBe("Good");
  server.states.set("A", {});
  await vi.waitFor(() => expect(ofA()).toHaveLength(3), WAIT);
  expect(await answer(confirm, { EventId: Buffer.from("unknown") }, "")).toBe("BadEventIdUnknown");
  // By the event of the acknowledgement, though the alarm has gone since.
  expect(await answer(confirm, ofA()[1], "lamp changed")).toBe("Good");
  await vi.waitFor(() => expect(ofA()).toHaveLength(4), WAIT);
  expect(await answer(confirm, ofA()[3], "")).toBe("BadConditionBranchAlreadyConfirmed");
  expect(ofA().map(state)).toEqual([
    [true, false, true, true],
    [true, true, false, true],
    [false, true, false, true],
    [false, true, true, false],
  ]);
  expect(ofA()[3]?.Comment).toMatchObject({ text: "lamp changed" });
  await vi.waitFor(() => expect(audits.map(({ Status }) => Status)).toEqual([false, false, true, false]), WAIT);
  expect(audits[2]?.ConditionEventId).toEqual(ofA()[1]?.EventId);
  await panel.disconnect();
  await other.stop();
});

test("confirm_WhereItIsNotAsked_IsNotThere", async () => {
  const nodes = ["A.Drift-ConfirmedState", "A.Drift-Confirm"].map((name) => plc.nodeId(name));
  const read = await plc.session.read(nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.BrowseName })));
  expect(read.map(({ statusCode }) => statusCode.name)).toEqual(["BadNodeIdUnknown", "BadNodeIdUnknown"]);
});
