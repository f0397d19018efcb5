import { MessageSecurityMode, OPCUAClient, SecurityPolicy } from "node-opcua";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";

const server = new FakeServer();
const gateways: Gateway[] = [];

beforeAll(async () => {
  server.judge("A");
  await server.start();
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

afterAll(() => server.stop());

async function startWith(advertised: readonly string[]) {
  const gateway = await start({ ...(await laboratory(server.port)), advertised });
  gateways.push(gateway);
  return { ...gateway, port: new URL(gateway.endpoint).port };
}

/** What the gateway says its addresses are to a client that calls it by this one. */
async function addressesFor(connection: string, endpointUrl: string): Promise<string[]> {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  await client.connect(connection);
  try {
    const endpoints = await client.getEndpoints({ endpointUrl });
    const servers = await client.findServers({ endpointUrl });
    const urls = new Set(endpoints.map((endpoint) => endpoint.endpointUrl));
    const discovery = new Set(endpoints.flatMap((endpoint) => endpoint.server.discoveryUrls ?? []));
    expect(discovery).toEqual(urls);
    expect(new Set(servers.flatMap(({ discoveryUrls }) => discoveryUrls ?? []))).toEqual(urls);
    return [...urls] as string[];
  } finally {
    await client.disconnect();
  }
}

test.each([
  "opc.tcp://localhost:4840/anomalyline",
  "opc.tcp://line.plant.example:14840/anomalyline",
  "opc.tcp://10.1.2.3:4840/anomalyline",
  "opc.tcp://[fd00::1]:4840/anomalyline",
])("endpoints_AskedForBy%s_AnswerByIt", async (url) => {
  const { endpoint } = await startWith([]);
  expect(await addressesFor(endpoint, url)).toEqual([url]);
});

test.each(["", "http://line:80/", "opc.tcp://a b:1/"])("endpoints_AskedForBy%j_AnswerByTheirOwn", async (url) => {
  const { endpoint } = await startWith([]);
  expect(await addressesFor(endpoint, url === "" ? "opc.tcp://" : url)).toEqual([endpoint]);
});

test("endpoints_WithAdvertisedAddresses_AnswerByTheOneUsedOrByAll", async () => {
  const { endpoint } = await startWith(["line.plant.example:14840", "10.1.2.3", "[fd00::1]:4841"]);
  const all = ["line.plant.example:14840", "10.1.2.3:4840", "[fd00::1]:4841"].map(
    (at) => `opc.tcp://${at}/anomalyline`,
  );
  expect(await addressesFor(endpoint, endpoint)).toEqual(all);
  expect(await addressesFor(endpoint, "opc.tcp://10.1.2.3:4840/anomalyline")).toEqual([all[1]]);
});

test("session_ByLocalhostWithAClientsDefaults_Works", async () => {
  const { port } = await startWith([]);
  // It takes the endpoint that it is given, and compares it with those of the session.
  const client = OPCUAClient.create({
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    endpointMustExist: true,
    connectionStrategy: { maxRetry: 0 },
  });
  await client.connect(`opc.tcp://localhost:${port}/anomalyline`);
  const session = await client.createSession();
  expect((await session.read({ nodeId: "i=2259", attributeId: 13 })).value.value).toBe(0);
  await session.close();
  await client.disconnect();
});
