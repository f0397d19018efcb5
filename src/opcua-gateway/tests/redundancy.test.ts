import { connect, createServer, type Socket } from "node:net";
import { AttributeIds, OPCUAClient } from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { freePort, laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

// Two gateways on one server, the second by a line that can be cut.

const SERVICE_LEVEL = "i=2267";
const server = new FakeServer();
const line = createServer();
const crossing = new Set<Socket>();
const gateways: Gateway[] = [];
const plcs: Plc[] = [];
const URIS = ["urn:one:anomalyline:gateway", "urn:two:anomalyline:gateway"] as const;
let urls: string[] = [];

beforeAll(async () => {
  server.judge("A");
  await server.start();
  line.on("connection", (socket) => {
    const onward = connect(server.port, "127.0.0.1");
    for (const end of [socket, onward]) {
      crossing.add(end.on("error", () => {}));
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  const ports = [await freePort(), await freePort()];
  urls = ports.map((port) => `opc.tcp://127.0.0.1:${port}/anomalyline`);
  const towards = [server.port, (line.address() as { port: number }).port];
  for (const [index, port] of ports.entries()) {
    const other = 1 - index;
    gateways.push(
      await start({
        ...(await laboratory(towards[index] as number)),
        pki: temporaryFolder(),
        port,
        applicationUri: URIS[index] as string,
        redundant: [{ applicationUri: URIS[other] as string, url: urls[other] as string }],
      }),
    );
    plcs.push(await Plc.connect(urls[index] as string));
    await plcs[index]?.until("A.Sequence", (value) => value.statusCode.isGood());
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(plcs.map((plc) => plc.disconnect()));
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  for (const socket of crossing) {
    socket.destroy();
  }
  line.close();
  server.stop();
});

const valuesOf = (nodeId: string) =>
  Promise.all(
    plcs.map(async ({ session }) => (await session.read({ nodeId, attributeId: AttributeIds.Value })).value.value),
  );

/** All nodes below the line, by id, with what they are. */
async function nodesOf(plc: Plc): Promise<string[]> {
  const found = new Set<string>();
  const walk = async (nodeId: string) => {
    for (const reference of (
      await plc.session.browse({ nodeId, referenceTypeId: "i=33", includeSubtypes: true, resultMask: 63 })
    ).references ?? []) {
      const id = reference.nodeId.toString();
      if (!found.has(`${id} ${reference.typeDefinition}`)) {
        found.add(`${id} ${reference.typeDefinition}`);
        await walk(id);
      }
    }
  };
  await walk(plc.nodeId("AnomalyLine"));
  return [...found].sort();
}

test("twoGateways_OnOneServer_ShowTheSameNodesWithTheSameValues", async () => {
  const [one = [], two = []] = await Promise.all(plcs.map(nodesOf));
  expect(one.length).toBeGreaterThan(100);
  expect(two).toEqual(one);
  const shared = ["http://opcfoundation.org/UA/MachineVision", "urn:anomalyline:line"];
  expect(await valuesOf("i=2255")).toEqual(URIS.map((uri) => ["http://opcfoundation.org/UA/", uri, ...shared]));
  const records = plcs.map((plc) => plc.read("A.Record", "A.Part"));
  const [first, second] = await Promise.all(records);
  expect(second?.map(({ value }) => JSON.stringify(value))).toEqual(first?.map(({ value }) => JSON.stringify(value)));
});

test("twoGateways_AskedOfRedundancy_SayWarmAndNameEachOther", async () => {
  expect(await valuesOf("i=3709")).toEqual([2, 2]);
  expect(await valuesOf("i=11314")).toEqual([
    [URIS[0], URIS[1]],
    [URIS[1], URIS[0]],
  ]);
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  await client.connect(urls[0] as string);
  const servers = await client.findServers({ serverUris: [URIS[1]] });
  await client.disconnect();
  expect(servers.map(({ applicationUri, discoveryUrls }) => [applicationUri, discoveryUrls])).toEqual([
    [URIS[1], [urls[1]]],
  ]);
});

test("serviceLevel_OneLosesTheServer_FallsThereAlone", async () => {
  const levels = (expected: readonly number[]) =>
    vi.waitFor(async () => expect(await valuesOf(SERVICE_LEVEL)).toEqual(expected), { timeout: 10_000, interval: 100 });
  await levels([255, 255]);
  line.close();
  for (const socket of crossing) {
    socket.destroy();
  }
  await levels([255, 1]);
  expect((await plcs[0]?.read("A.Pass"))?.[0]?.statusCode.name).toBe("Good");
  expect((await plcs[1]?.read("A.Pass"))?.[0]?.statusCode.name).toBe("BadNoCommunication");
  server.kill();
  await levels([1, 1]);
});
