import { status } from "@grpc/grpc-js";
import { DataType, StatusCodes } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

const uint32 = (value: number) => ({ dataType: DataType.UInt32, value });
const text = (value: string) => ({ dataType: DataType.String, value });

beforeAll(async () => {
  for (const station of ["A", "B", "C"]) {
    server.judge(station);
  }
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("C.Sequence", (value) => value.statusCode.isGood());
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

test("status_OfTheServer_SetsModeProductAndResetTime", async () => {
  expect(await plc.values("A.Mode", "A.SelectedProductId", "A.NextPartId", "A.Counters.ResetTime")).toEqual([
    1,
    "",
    "",
    new Date(1_700_000_000_000),
  ]);
});

test("ackSequence_PartsReplacedBefore_CountAsOverrun", async () => {
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.value.value === 2);
  expect(await plc.values("A.AckSequence", "A.Overrun")).toEqual([0, 0]);
  expect(await plc.write("A.AckSequence", DataType.UInt32, 2)).toBe("Good");
  server.judge("A");
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.value.value === 4);
  expect(await plc.values("A.AckSequence", "A.Overrun")).toEqual([2, 1]);
  expect(await plc.call("A", "Acknowledge", uint32(4))).toEqual(["Good"]);
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.value.value === 5);
  expect(await plc.values("A.AckSequence", "A.Overrun")).toEqual([4, 1]);
});

test("ackSequence_ThatCannotBe_IsRefusedAndStays", async () => {
  expect(await plc.write("B.AckSequence", DataType.UInt32, 77)).toBe("BadOutOfRange");
  expect(await plc.write("B.AckSequence", DataType.Int32, 1)).toBe("BadTypeMismatch");
  expect(await plc.call("B", "Acknowledge", uint32(77))).toEqual(["BadOutOfRange"]);
  expect(await plc.write("B.Pass", DataType.Boolean, true)).toBe("BadNotWritable");
  expect(await plc.values("B.AckSequence")).toEqual([0]);
});

test("record_OfAPart_HasAllOfItInOneValue", async () => {
  const records = await plc.changes("C.Record");
  // On a busy machine the server may be silent for a moment: Bad, and the same record again.
  const sequences = () => [...new Set(records.map((record) => Number(record.value.value[0])))];
  await vi.waitFor(() => expect(sequences()).toEqual([1]), { timeout: 10_000 });
  for (let part = 0; part < 200; part++) {
    server.judge("C", { productId: "flange" });
  }
  await vi.waitFor(() => expect(sequences()).toHaveLength(201), { timeout: 10_000 });
  expect(sequences()).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
  expect(records.at(-1)?.value.value).toEqual(
    ["201", "P201", "flange", "1", "50.25", "0.5", "1", "reason 201", "riad-0123456789ab", "3"].concat([
      "2023-11-14T22:16:41.123Z",
      "2023-11-14T22:16:41.150Z",
      "27",
    ]),
  );
  expect(await plc.values("C.ProductId")).toEqual(["flange"]);
});

test("nextPart_WrittenOneByOne_IsAnnouncedAndGoneOnceUsed", async () => {
  expect(await plc.write("B.NextProductId", DataType.String, "flange")).toBe("Good");
  expect(await plc.write("B.NextPartId", DataType.String, "N1")).toBe("Good");
  expect(server.commands.filter(({ name }) => name === "setNextPart").map(({ request }) => request)).toMatchObject([
    { station: "B", productId: "flange" },
    { station: "B", partId: "N1" },
  ]);
  expect(await plc.values("B.NextPartId", "B.NextProductId")).toEqual(["N1", "flange"]);
  server.states.set("B", {});
  server.judge("B", { partId: "N1", productId: "flange" });
  await plc.until("B.Sequence", (value) => value.value.value === 2);
  expect(await plc.values("B.PartId", "B.NextPartId", "B.NextProductId")).toEqual(["N1", "", ""]);
});

test.each([
  ["control characters", "a\nb\0c"],
  ["more characters than an identity has", "x".repeat(129)],
])("nextPart_With%s_ComesToTheServerAsItIsAndItsRefusalToThePlc", async (_what, partId) => {
  server.states.set("B", {});
  server.commands.length = 0;
  server.failure = { code: status.INVALID_ARGUMENT, word: "invalid-part" };
  expect(await plc.write("B.NextPartId", DataType.String, partId)).toBe("BadInvalidArgument");
  server.failure = { code: status.INVALID_ARGUMENT, word: "invalid-part" };
  expect((await plc.call("B", "SetNextPart", text(partId), text("")))[0]).toBe("BadInvalidArgument");
  expect(server.commands.map(({ request }) => request)).toMatchObject([{ partId }, { partId }]);
  expect(await plc.values("B.NextPartId")).toEqual([""]);
});

test("setNextPart_BeforeTheOneBeforeWasUsed_GivesItBack", async () => {
  expect(await plc.call("B", "SetNextPart", text("N2"), text(""))).toEqual(["Good", "", ""]);
  expect(await plc.call("B", "SetNextPart", text("N3"), text("flange"))).toEqual(["Good", "N2", ""]);
  server.failure = { code: status.INVALID_ARGUMENT, word: "invalid-part" };
  expect(await plc.write("B.NextPartId", DataType.String, "x".repeat(129))).toBe("BadInvalidArgument");
  expect(await plc.values("B.NextPartId")).toEqual(["N3"]);
});

test("trigger_Called_ReachesTheCameraOrSaysWhyNot", async () => {
  expect(await plc.call("B", "Trigger", text(""))).toEqual(["Good", "top"]);
  expect(await plc.call("B", "Trigger", text("side"))).toEqual(["Good", "side"]);
  for (const [code, word, expected] of [
    [status.FAILED_PRECONDITION, "camera-not-attached", "BadInvalidState"],
    [status.FAILED_PRECONDITION, "trigger-refused", "BadInvalidState"],
    [status.UNAVAILABLE, "camera-silent", "BadTimeout"],
  ] as const) {
    server.failure = { code, word };
    expect((await plc.call("B", "Trigger", text("")))[0]).toBe(expected);
  }
});

test("stopAndStart_Called_ShowAtOnce", async () => {
  expect(await plc.call("B", "Stop")).toEqual(["Good"]);
  expect(await plc.values("B.Mode", "B.Ready", "B.Fault")).toEqual([2, false, "stopped"]);
  expect(await plc.call("B", "StartContinuous")).toEqual(["Good"]);
  expect(await plc.values("B.Mode", "B.Ready", "B.Fault")).toEqual([1, true, ""]);
});

test("reset_Called_CountsFromZero", async () => {
  server.judge("A");
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.value.value === 7);
  expect((await plc.values("A.Overrun"))[0]).toBeGreaterThan(0);
  expect(await plc.call("A", "Reset")).toEqual(["Good"]);
  expect(await plc.values("A.Overrun", "A.Counters.Missed", "A.Counters.ResetTime")).toEqual([
    0,
    0,
    new Date(1_800_000_000_000),
  ]);
});

test("recipeMethods_Called_GiveTheRecipeThatIsActive", async () => {
  expect(await plc.call("A", "SelectRecipe", text("flange"))).toEqual(["Good", 7, "ae-l2-0", "flange"]);
  expect(await plc.call("A", "ActivateRevision", uint32(3))).toEqual(["Good", 3, "ae-l2-0", "B"]);
  expect(await plc.call("A", "Rollback", text("flange"))).toEqual(["Good", 7, "ae-l2-0", "flange"]);
  const activate = [text("riad-1"), text("flange"), { dataType: DataType.Float, value: 0.5 }, uint32(1500)];
  expect(await plc.call("A", "ActivateRecipe", ...activate)).toEqual(["Good", 7, "riad-1", "flange"]);
  expect(server.commands.slice(-4)).toMatchObject([
    { name: "selectRecipe", request: { station: "A", productId: "flange" } },
    { name: "selectRecipe", request: { station: "A", revision: 3, reason: "by OPC UA: anonymous" } },
    { name: "rollbackRecipe", request: { station: "A", productId: "flange", reason: "by OPC UA: anonymous" } },
    {
      name: "activateRecipe",
      request: { modelVersion: "riad-1", threshold: 0.5, deadline: { seconds: "1", nanos: 500_000_000 } },
    },
  ]);
});

test("startTraining_Called_QueuesAJobAndGivesItsNumber", async () => {
  expect(await plc.call("A", "StartTraining", text("fair"), text("fast"))).toEqual(["Good", 12]);
  expect(await plc.call("A", "StartTraining", text(""), text(""))).toEqual(["Good", 12]);
  expect(server.commands.slice(-2)).toMatchObject([
    { name: "startJob", request: { order: { station: "A", method: "fair", preset: "fast", warmStart: false } } },
    { name: "startJob", request: { order: { station: "A", method: "", warmStart: true } } },
  ]);
});

test("getResultById_OlderThanHistory_ComesFromTheLog", async () => {
  const none = { dataType: DataType.UInt64, value: [0, 0] };
  for (const [sequence, log] of [
    [uint32(5), none],
    [uint32(0), { dataType: DataType.UInt64, value: [0, 5] }],
  ]) {
    const [code, ...values] = await plc.call("C", "GetResultById", sequence as object, log as object);
    expect(code).toBe("Good");
    expect(values.slice(0, 7)).toEqual([[0, 5], 5, "P5", "flange", false, 3, 1.25]);
    expect(values).toHaveLength(15);
  }
  expect((await plc.call("C", "GetResultById", uint32(9999), none))[0]).toBe("BadNotFound");
});

test.each([
  [status.NOT_FOUND, "recipe-not-found", "BadNotFound"],
  [status.INVALID_ARGUMENT, "invalid-recipe", "BadInvalidArgument"],
  [status.FAILED_PRECONDITION, "model-unusable", "BadInvalidState"],
  [status.UNAVAILABLE, "log-failed", "BadResourceUnavailable"],
  [status.UNAVAILABLE, "stopping", "BadServerHalted"],
  [status.UNAVAILABLE, "", "BadNoCommunication"],
  [status.INTERNAL, "unheard-of", "BadUnexpectedError"],
])("method_ServerRefusesWith%s%s_Is%s", async (code, word, expected) => {
  server.failure = { code, word };
  expect((await plc.call("A", "SelectRecipe", text("x")))[0]).toBe(expected);
});

test("serverGone_HandshakeAndMethods_SayNoCommunication", async () => {
  server.kill();
  await plc.until("A.AckSequence", (value) => value.statusCode.equals(StatusCodes.BadNoCommunication));
  expect(await plc.write("A.AckSequence", DataType.UInt32, 7)).toBe("BadNoCommunication");
  expect((await plc.call("A", "Stop"))[0]).toBe("BadNoCommunication");
  expect(await plc.write("A.NextPartId", DataType.String, "N9")).toBe("BadNoCommunication");
});
