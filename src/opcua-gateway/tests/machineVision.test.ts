import {
  AttributeIds,
  constructEventFilter,
  DataType,
  NodeId,
  NodeIdType,
  StatusCodes,
  TimestampsToReturn,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { MACHINE_VISION } from "../src/machineVision/visionResult.ts";
import { automaticPath, visionStateOf } from "../src/machineVision/visionState.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;
let vision: number;

beforeAll(async () => {
  for (let part = 0; part < 20; part++) {
    server.judge("A");
  }
  server.addStation("B");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  vision = (await plc.session.readNamespaceArray()).indexOf(MACHINE_VISION);
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

function node(station: string, ...path: string[]): string {
  return plc.nodeId([`MachineVision/${station}/`, ...path].join("-"));
}

async function state(station: string, ...machine: string[]): Promise<unknown> {
  const nodeId = node(station, ...machine, "CurrentState");
  const { statusCode, value } = await plc.session.read({ nodeId, attributeId: AttributeIds.Value });
  return statusCode.isGood() ? value.value.text : statusCode.name;
}

const MAIN = ["VisionStateMachine"];
const AUTOMATIC = ["VisionStateMachine", "AutomaticModeStateMachine"];

async function call(method: string, inputs: Variant[], station = "A", object = "ResultManagement") {
  const objectId = node(station, object);
  return plc.session.call({ objectId, methodId: node(station, object, method), inputArguments: inputs });
}

/** Numbers of the data types in the standard's nodeset. */
const TYPES = { ResultId: 3021, PartId: 3004, ExternalRecipeId: 3002, InternalRecipeId: 3013, ProductId: 3003 };

async function identifier(type: keyof typeof TYPES, id: string): Promise<Variant> {
  const value = await plc.session.constructExtensionObject(new NodeId(NodeIdType.NUMERIC, TYPES[type], vision), { id });
  return new Variant({ dataType: DataType.ExtensionObject, value });
}

const int32 = (value: number) => new Variant({ dataType: DataType.Int32, value });
const uint32 = (value: number) => new Variant({ dataType: DataType.UInt32, value });

test("stateMachines_StationJudges_AreInContinuousExecution", async () => {
  expect(await state("A", ...MAIN)).toBe("Operational");
  expect(await state("A", ...AUTOMATIC)).toBe("ContinuousExecution");
});

test.each([
  [{ ready: true, fault: "", recipeRevision: 3 }, ["Operational", "ContinuousExecution"]],
  [{ ready: false, fault: "no recipe", recipeRevision: 0 }, ["Operational", "Initialized"]],
  [{ ready: false, fault: "model failed", recipeRevision: 3 }, ["Error", "BadStateNotActive"]],
  [{ ready: true, fault: "", recipeRevision: 4 }, ["Operational", "ContinuousExecution"]],
])("stateMachines_Status%o_AreIn%o", async (status, expected) => {
  server.states.set("B", status);
  await vi.waitFor(async () => expect([await state("B", ...MAIN), await state("B", ...AUTOMATIC)]).toEqual(expected), {
    timeout: 3_000,
  });
});

test("resultReady_PartJudged_CarriesResultAndEvaluation", async () => {
  const names = ["ResultId", "PartId", "InternalRecipeId", "ResultState", "IsPartial", "CreationTime", "ResultContent"];
  const filter = constructEventFilter(["SourceName", ...names.map((name) => `${vision}:${name}`)]);
  const subscription = await plc.subscribe();
  const item = { nodeId: node("A"), attributeId: AttributeIds.EventNotifier };
  const monitored = await subscription.monitor(item, { queueSize: 100, filter }, TimestampsToReturn.Neither);
  const events: Variant[][] = [];
  monitored.on("changed", (fields: Variant[]) => {
    if (fields[1]?.value) {
      events.push(fields);
    }
  });
  server.judge("A", { verdict: 2, reasonCode: 2, score: 0.75, partId: "late" });
  // The client reads the structures of the data types first.
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 5_000 });
  const [source, id, part, recipe, resultState, isPartial, creation, content] =
    events[0]?.map(({ value }) => value) ?? [];
  expect([source, id.id, part.id, recipe.id]).toEqual(["A", "A:21", "late", "A:3"]);
  expect([resultState, isPartial, creation]).toEqual([1, false, new Date(1_700_000_021_150)]);
  const values = content.map(({ value }: Variant) => value);
  expect(values).toEqual([2, "NotOk", 0.75, 0.5, 2, "reason 21", "riad-0123456789ab"]);
  await subscription.terminate();
});

test("getResultById_Recent_IsTheWholeResult", async () => {
  const { statusCode, outputArguments } = await call("GetResultById", [
    await identifier("ResultId", "A:7"),
    int32(1000),
  ]);
  expect(statusCode).toBe(StatusCodes.Good);
  const [handle, result, error] = outputArguments?.map(({ value }) => value) ?? [];
  expect(handle).toBeGreaterThan(0);
  expect(error).toBe(0);
  expect(result).toMatchObject({ resultId: { id: "A:7" }, partId: { id: "P7" }, resultState: 1, isPartial: false });
  expect(result.creationTime).toEqual(new Date(1_700_000_007_150));
  expect(result.processingTimes.processingDuration).toBe(27);
  expect(result.resultContent[0].value).toBe(2);
});

test("getResultById_OlderThanKept_ComesFromTheServersLog", async () => {
  // A fresh start brings 16 parts; the fourth is in the server's log alone.
  const { outputArguments } = await call("GetResultById", [await identifier("ResultId", "A:2"), int32(1000)]);
  expect(outputArguments?.[1]?.value.resultId.id).toBe("A:2");
});

test.each(["A:4711", "B:1", "nonsense", ""])("getResultById_Unknown%s_SaysSo", async (id) => {
  const { statusCode, outputArguments } = await call("GetResultById", [await identifier("ResultId", id), int32(1000)]);
  expect(statusCode).toBe(StatusCodes.Good);
  expect([outputArguments?.[1]?.value.resultState, outputArguments?.[2]?.value]).toEqual([0, -1]);
});

test("getResultComponentsById_Known_GivesEachComponent", async () => {
  const { outputArguments } = await call("GetResultComponentsById", [await identifier("ResultId", "A:8"), int32(0)]);
  const values = outputArguments?.map(({ value }) => value) ?? [];
  expect(values).toHaveLength(17);
  expect([values[4], values[6].id, values[8].id, values[12].id]).toEqual([4, "P8", "A:3", "A:continuous"]);
  expect(values[15].map(({ value }: Variant) => value)[1]).toBe("NotDecidable");
  expect(values[16]).toBe(0);
});

test("getResultListFiltered_ByPartAndState_GivesTheFittingOnesNewestFirst", async () => {
  const none = new Variant({ dataType: DataType.ExtensionObject, value: null });
  const list = async (state: number, partId: Variant, maximum: number, start: number) => {
    const inputs = [
      int32(state),
      none,
      partId,
      none,
      none,
      none,
      none,
      none,
      none,
      uint32(maximum),
      uint32(start),
      int32(0),
    ];
    const { outputArguments } = await call("GetResultListFiltered", inputs);
    const [isComplete, count, , results, error] = outputArguments?.map(({ value }) => value) ?? [];
    expect([error, count]).toEqual([0, results.length]);
    return [isComplete, results.map((result: { resultId: { id: string } }) => result.resultId.id)];
  };
  expect(await list(0, await identifier("PartId", "P9"), 0, 0)).toEqual([true, ["A:9"]]);
  expect(await list(4, none, 2, 1)).toEqual([false, ["A:17", "A:14"]]);
});

test("recipes_ActiveOne_IsListedAndPreparedAlready", async () => {
  const empty = await identifier("ExternalRecipeId", "");
  const list = await call(
    "GetRecipeListFiltered",
    [empty, await identifier("ProductId", ""), int32(2), uint32(0), uint32(0), int32(0)],
    "A",
    "RecipeManagement",
  );
  expect(list.outputArguments?.[3]?.value.map(({ id }: { id: string }) => id)).toEqual(["A:3"]);
  const prepare = async (id: string) => {
    const inputs = [empty, await identifier("InternalRecipeId", id)];
    return (await call("PrepareRecipe", inputs, "A", "RecipeManagement")).outputArguments?.map(({ value }) => value);
  };
  expect((await prepare("A:3"))?.slice(1)).toEqual([true, 0]);
  expect((await prepare("A:9"))?.slice(1)).toEqual([false, -1]);
});

test("methods_NotCarriedOut_AreRefused", async () => {
  const text = new Variant({ dataType: DataType.String, value: "" });
  const objectId = node("A", ...MAIN);
  const halt = { objectId, methodId: node("A", ...MAIN, "Halt"), inputArguments: [int32(0), text] };
  expect((await plc.session.call(halt)).statusCode).toBe(StatusCodes.BadNotSupported);
});

test("stopAndStartContinuous_ByTheStandardsMethods_StationFollows", async () => {
  const none = new Variant({ dataType: DataType.ExtensionObject, value: null });
  const parameters = new Variant({ dataType: DataType.Variant, arrayType: VariantArrayType.Array, value: [] });
  const text = new Variant({ dataType: DataType.String, value: "" });
  const job = async (method: string, inputArguments: Variant[]) => {
    const objectId = node("C", ...AUTOMATIC);
    const methodId = node("C", ...AUTOMATIC, method);
    const { statusCode, outputArguments } = await plc.session.call({ objectId, methodId, inputArguments });
    return [statusCode.name, outputArguments?.at(-1)?.value];
  };
  server.addStation("C");
  await vi.waitFor(async () => expect(await state("C", ...AUTOMATIC)).toBe("ContinuousExecution"), { timeout: 3_000 });
  expect(await job("StartContinuous", [none, none, none, none, parameters])).toEqual(["BadInvalidState", undefined]);
  expect(await job("Stop", [int32(0), text])).toEqual(["Good", 0]);
  expect(await state("C", ...AUTOMATIC)).toBe("Ready");
  await plc.until("C.Mode", (value) => value.value.value === 2);
  const product = await identifier("ProductId", "lid");
  expect(await job("StartContinuous", [none, none, none, product, parameters])).toEqual(["Good", -3]);
  expect(await job("StartContinuous", [none, none, none, none, parameters])).toEqual(["Good", 0]);
  expect(await state("C", ...AUTOMATIC)).toBe("ContinuousExecution");
});

test("stateMachines_ServerLost_AreBad", async () => {
  server.kill();
  await vi.waitFor(async () => expect(await state("A", ...MAIN)).toBe("BadNoCommunication"), { timeout: 3_000 });
  expect(await state("A", ...AUTOMATIC)).toBe("BadNoCommunication");
  await server.start();
  await vi.waitFor(async () => expect(await state("A", ...AUTOMATIC)).toBe("ContinuousExecution"), { timeout: 8_000 });
});

test("view_SwitchedOff_IsNotThere", async () => {
  const without = await start({ ...(await laboratory(server.port)), machineVision: false });
  const client = await Plc.connect(without.endpoint);
  expect(await client.session.readNamespaceArray()).not.toContain(MACHINE_VISION);
  await client.until("A.Sequence", (value) => value.statusCode.isGood());
  await client.disconnect();
  await without.stop();
});

test("automaticPath_UpAndDown_GoesByNeighbours", () => {
  expect(automaticPath("Initialized", "ContinuousExecution")).toEqual(["Ready", "ContinuousExecution"]);
  expect(automaticPath("ContinuousExecution", "Initialized")).toEqual(["Ready", "Initialized"]);
  expect(automaticPath("Ready", "Ready")).toEqual([]);
});

test("visionStateOf_Stopped_IsReady", () => {
  const stopped = { name: "A", ready: false, fault: "stopped", recipeRevision: 3, mode: 2 };
  expect(visionStateOf(stopped)).toEqual({ main: "Operational", automatic: "Ready", system: 2 });
});
