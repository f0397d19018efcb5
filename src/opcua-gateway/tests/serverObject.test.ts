import { AttributeIds, DataType, type DataValue, StatusCodes } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const SERVICE_LEVEL = "i=2267";
const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

beforeAll(async () => {
  server.judge("A");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("A.Sequence", (value) => value.statusCode === StatusCodes.Good);
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

async function valueAt(nodeId: string): Promise<unknown> {
  return (await plc.session.read({ nodeId, attributeId: AttributeIds.Value })).value.value;
}

test("server_SaysOfItself_WhatIsSo", async () => {
  expect(await valueAt("i=2271")).toEqual(["en"]);
  expect(await valueAt("i=2272")).toBe(0);
  const profiles = (await valueAt("i=2269")) as string[];
  expect(profiles.filter((profile) => /Historical|FileAccess|Standard$/.test(profile))).toEqual([]);
  const { buildInfo } = (await valueAt("i=2256")) as { buildInfo: { buildDate: Date } };
  expect(buildInfo.buildDate.getTime()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  // What cannot be done over OPC UA is not shown.
  const children = (await plc.session.browse("i=2253")).references?.map(({ browseName }) => browseName.name);
  expect(children).toContain("ServerCapabilities");
  expect(children).not.toContain("ServerConfiguration");
  expect(children).not.toContain("PublishSubscribe");
});

test("browsing_ByAnyHierarchicalReference_ShowsEachStationOnce", async () => {
  const paths: string[] = [];
  const walk = async (nodeId: string, path: string) => {
    const browse = { nodeId, referenceTypeId: "i=33", includeSubtypes: true, nodeClassMask: 1, resultMask: 63 };
    for (const reference of (await plc.session.browse(browse)).references ?? []) {
      const below = `${path}/${reference.browseName.name}`;
      if (!below.startsWith("/Server/Namespaces/")) {
        paths.push(below);
      }
      if (!/Server|Diagnostics/.test(reference.browseName.name ?? "") || path === "") {
        await walk(reference.nodeId.toString(), below);
      }
    }
  };
  await walk("i=85", "");
  expect(paths.filter((path) => /\/(A|AnomalyLine|MachineVision)$/.test(path)).sort()).toEqual([
    "/AnomalyLine",
    "/AnomalyLine/A",
    "/MachineVision",
    "/MachineVision/A",
  ]);
});

test("events_OfAStation_ComeOnceAtEachNotifier", async () => {
  const folder = await plc.events(plc.nodeId("AnomalyLine"));
  const station = await plc.events(plc.nodeId("A"));
  const all = await plc.events();
  const { partId } = server.judge("A");
  await vi.waitFor(() => expect([folder, station, all].map((events) => events.length)).toEqual([1, 1, 1]), {
    timeout: 5_000,
  });
  expect([...folder, ...station, ...all].map((event) => event.PartId)).toEqual([partId, partId, partId]);
});

test("serviceLevel_ServerLostAndBack_FallsAndRises", async () => {
  const levels: number[] = [];
  const subscription = await plc.subscribe();
  const item = { nodeId: SERVICE_LEVEL, attributeId: AttributeIds.Value };
  const monitored = await subscription.monitor(item, { samplingInterval: 0, queueSize: 10 }, 2);
  monitored.on("changed", (value: DataValue) => levels.push(value.value.value));
  await vi.waitFor(() => expect(levels).toEqual([255]));
  server.beating = false;
  await vi.waitFor(() => expect(levels).toEqual([255, 1]), { timeout: 5_000 });
  expect(await valueAt(SERVICE_LEVEL)).toBe(1);
  server.beating = true;
  await vi.waitFor(() => expect(levels).toEqual([255, 1, 255]), { timeout: 10_000 });
  expect(await valueAt(SERVICE_LEVEL)).toBe(255);
  await subscription.terminate();
});

test("events_OfEveryKind_HaveSeverityLocalTimeAndServer", async () => {
  const all = await plc.fieldsOf("BaseEventType", "EventType", "Severity", "LocalTime", "Message", "ServerId");
  server.states.set("A", { ready: false, fault: "camera gone" });
  await plc.write("A.AckSequence", 7, 0);
  server.judge("A");
  const inputArguments = [{ dataType: DataType.UInt32, value: plc.lastSubscription }];
  await plc.session.call({ objectId: "i=2782", methodId: "i=3875", inputArguments });
  // Of the 40100-1 view, of a refresh and its end, of an audited write, of an alarm.
  const kinds = [2311, 2787, 2788, 2100, 10637].map((type) => `ns=0;i=${type}`);
  const types = () => all.map(({ EventType }) => String(EventType));
  await vi.waitFor(() => expect(types()).toEqual(expect.arrayContaining(kinds)), { timeout: 15_000 });
  server.states.clear();
  for (const { Severity, LocalTime, Message, ServerId } of all) {
    expect(Severity).toBeGreaterThanOrEqual(1);
    expect((Message as { text: string } | null)?.text).toEqual(expect.stringMatching(/./));
    if (LocalTime !== null) {
      expect(LocalTime).toMatchObject({ offset: expect.any(Number) });
    }
    expect(ServerId).not.toBe("");
  }
  expect(all.some(({ LocalTime }) => LocalTime !== null)).toBe(true);
  expect(all.some(({ ServerId }) => String(ServerId).startsWith("urn:"))).toBe(true);
});
