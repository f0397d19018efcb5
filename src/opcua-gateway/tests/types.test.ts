import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AttributeIds, DataChangeFilter, DataType, type DataValue } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { VERDICTS } from "../src/contract.ts";
import type { Gateway } from "../src/gateway.ts";
import { FIELDS, TEXTS } from "../src/inspectionFields.ts";
import { MODES, REASONS, TAGS } from "../src/tags.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../nodesets/AnomalyLine.Types.NodeSet2.xml"), "utf8");
const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

beforeAll(async () => {
  server.judge("A", { verdict: 1, threshold: 0.5, score: 0.25 });
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

/** Children of a node by browse name, with their type definitions. */
async function childrenOf(name: string): Promise<Map<string, string>> {
  const browse = { nodeId: plc.nodeId(name), referenceTypeId: "i=33", includeSubtypes: true, resultMask: 63 };
  const references = (await plc.session.browse(browse)).references ?? [];
  return new Map(references.map(({ browseName, nodeId }) => [browseName.name ?? "", nodeId.toString()]));
}

function fieldsIn(name: string): string[] {
  const definition = DOCUMENT.slice(DOCUMENT.indexOf(`<Definition Name="1:${name}">`)).split("</Definition>")[0] ?? "";
  return [...definition.matchAll(/<Field Name="(\w+)"/g)].map(([, field]) => field ?? "");
}

test("document_OfTheDataTypes_HasTheFieldsAndWordsOfTheProgram", () => {
  expect(fieldsIn("PartDataType")).toEqual(Object.keys(FIELDS));
  expect(fieldsIn("Evaluation")).toEqual(VERDICTS);
  expect(fieldsIn("ReasonCode")).toEqual(REASONS);
  expect(fieldsIn("Mode")).toEqual(MODES);
  for (const text of Object.values(TEXTS)) {
    expect(DOCUMENT).toContain(`<Description>${text}</Description>`);
  }
});

test("stations_AreOfAType_ThatDeclaresEachTagAndMethod", async () => {
  const type = await plc.session.browse({ nodeId: plc.nodeId("A"), referenceTypeId: "i=40", resultMask: 63 });
  expect(type.references?.map(({ nodeId }) => nodeId.toString())).toEqual([plc.nodeId("Types/StationType")]);
  const declared = await childrenOf("Types/StationType");
  const instance = await childrenOf("A");
  expect([...declared.keys()].filter((name) => !instance.has(name))).toEqual([]);
  expect([...instance.keys()].filter((name) => !declared.has(name))).toEqual(["NotReady", "Drift"]);
  for (const tag of Object.keys(TAGS)) {
    const rule = await plc.session.browse({ nodeId: plc.nodeId(`Types/StationType.${tag}`), referenceTypeId: "i=37" });
    expect([tag, rule.references?.[0]?.nodeId.toString()]).toEqual([tag, "ns=0;i=78"]);
  }
});

test("part_OfTheNewestInspection_IsOneTypedValue", async () => {
  server.judge("A", { sequence: "4294967298", partId: "P-9", verdict: 2, reasonCode: 2 });
  await plc.until("A.Sequence", (value) => value.value.value === 2);
  await plc.session.extractNamespaceDataType();
  const [part] = await plc.values("A.Part");
  expect(part).toMatchObject({
    station: "A",
    sequence: 2,
    logSequence: [1, 2],
    partId: "P-9",
    pass: false,
    evaluation: 2,
    threshold: 0.5,
    reasonCode: 2,
    modelVersion: "riad-0123456789ab",
    recipeRevision: 3,
    captureTime: new Date(1_700_000_002_123),
    processingMs: 27,
  });
  const dataType = await plc.session.read({ nodeId: plc.nodeId("A.Part"), attributeId: AttributeIds.DataType });
  const definition = { nodeId: dataType.value.value, attributeId: AttributeIds.DataTypeDefinition };
  const { fields } = (await plc.session.read(definition)).value.value;
  expect(fields.map(({ name }: { name: string }) => name)).toEqual(Object.keys(FIELDS));
});

test("getResults_FromASequence_GivesPartsInOrderAndWhereToGoOn", async () => {
  for (let part = 0; part < 5; part++) {
    server.judge("away");
  }
  await plc.until("away.Sequence", (value) => value.value.value === 5);
  await plc.session.extractNamespaceDataType();
  const results = async (from: number, count: number) => {
    const inputs = [
      { dataType: DataType.UInt64, value: [0, from] },
      { dataType: DataType.UInt32, value: count },
    ];
    const [status, parts, next] = await plc.call("away", "GetResults", ...inputs);
    return [status, (parts as { sequence: number }[] | undefined)?.map(({ sequence }) => sequence), next];
  };
  expect(await results(2, 3)).toEqual(["Good", [2, 3, 4], [0, 5]]);
  expect(await results(4, 1000)).toEqual(["Good", [4, 5], [0, 6]]);
  expect(await results(0, 2)).toEqual(["Good", [1, 2], [0, 3]]);
  expect(await results(6, 10)).toEqual(["Good", [], [0, 6]]);
  expect((await results(1, 0))[0]).toBe("BadInvalidArgument");
  expect((await results(1, 1001))[0]).toBe("BadInvalidArgument");
});

test("part_WithTheServerAway_IsNoGoodOne", async () => {
  server.judge("A", { verdict: 1 });
  await plc.until("A.Pass", (value) => value.value.value === true);
  server.beating = false;
  await plc.until("A.Part", (value) => value.statusCode.name === "BadNoCommunication");
  const [value] = await plc.read("A.Part");
  expect(value?.value.value).toMatchObject({ pass: false, evaluation: 0, station: "A" });
  server.beating = true;
  await plc.until("A.Part", (value) => value.statusCode.isGood());
});

test.each([
  ["Evaluation", VERDICTS],
  ["ReasonCode", REASONS],
  ["Mode", MODES],
])("%s_AsNumber_HasWordsBesideIt", async (tag, words) => {
  server.judge("A", { verdict: 3, reasonCode: 9 });
  await plc.until("A.ReasonCode", (value) => value.value.value === 9);
  const [values, text, number] = await plc.values(`A.${tag}/EnumValues`, `A.${tag}/ValueAsText`, `A.${tag}`);
  expect((values as { displayName: { text: string } }[]).map(({ displayName }) => displayName.text)).toEqual(words);
  expect((text as { text: string }).text).toBe(words[number as number]);
  expect(
    (await plc.session.read({ nodeId: plc.nodeId(`A.${tag}`), attributeId: AttributeIds.DataType })).value.value.value,
  ).toBe(DataType.Int32);
});

test("score_HasUnitAndARangeThatFollowsTheThreshold", async () => {
  server.judge("A", { threshold: 2, score: 1 });
  await plc.until("A.Threshold", (value) => value.value.value === 2);
  const names = ["Score", "Threshold", "Margin", "ProcessingMs"];
  const ranges = await plc.values(...names.map((name) => `A.${name}/EURange`));
  const units = await plc.values(...names.map((name) => `A.${name}/EngineeringUnits`));
  expect(ranges.map((range) => ({ ...(range as object) }))).toMatchObject([
    { low: 0, high: 4 },
    { low: 0, high: 4 },
    { low: -2, high: 2 },
    { low: 0, high: 1000 },
  ]);
  expect(units.map((unit) => (unit as { displayName: { text: string } }).displayName.text)).toEqual([
    "1",
    "1",
    "1",
    "ms",
  ]);
});

test("score_WithAPercentDeadband_IsToldWhenItMovesByThatShareOfItsRange", async () => {
  server.judge("A", { threshold: 2, score: 1 });
  await plc.until("A.Score", (value) => value.value.value === 1);
  const scores: number[] = [];
  const subscription = await plc.subscribe();
  const filter = { trigger: 1, deadbandType: 2, deadbandValue: 10 };
  const item = { nodeId: plc.nodeId("A.Score"), attributeId: AttributeIds.Value };
  const asked = { samplingInterval: 0, queueSize: 100, filter: new DataChangeFilter(filter) };
  const monitored = await subscription.monitor(item, asked, 2);
  monitored.on("changed", (value: DataValue) => scores.push(value.value.value));
  await vi.waitFor(() => expect(scores).toEqual([1]));
  for (const score of [1.25, 1.5, 1.75, 2]) {
    server.judge("A", { threshold: 2, score });
  }
  await plc.until("A.Score", (value) => value.value.value === 2);
  await vi.waitFor(() => expect(scores).toEqual([1, 1.5, 2]));
  await subscription.terminate();
});
