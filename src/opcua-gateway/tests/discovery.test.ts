import { once } from "node:events";
import { copyFileSync, mkdirSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import {
  BonjourHolder,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  type RegisterServer2Request,
  RegisterServer2Response,
  SecurityPolicy,
} from "node-opcua";
import { afterEach, beforeAll, expect, inject, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { freePort, laboratory, start } from "./gatewayUnderTest.ts";
import { openSocket, RawClient } from "./rawClient.ts";

const server = new FakeServer();
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  server.judge("A");
  await server.start();
  return () => server.stop();
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) {
    await end();
  }
});

async function startWith(options: object): Promise<Gateway & { port: number }> {
  const config = { ...(await laboratory(server.port)), ...options };
  const gateway = await start(config);
  ends.push(() => gateway.stop());
  return { ...gateway, port: config.port };
}

/** What a discovery server does with those that register. */
type Registering = OPCUAServer & {
  _on_RegisterServer2Request(
    message: { request: RegisterServer2Request },
    channel: {
      send_response(type: string, response: object, message: object): void;
      securityMode: MessageSecurityMode;
    },
  ): void;
};

test("discoveryServer_ThatTrustsTheGateway_IsToldOfItAndOfItsEnd", async () => {
  const port = await freePort();
  const manager = new OPCUACertificateManager({
    rootFolder: inject("clientPki"),
    automaticallyAcceptUnknownCertificate: true,
  });
  const discovery = new OPCUAServer({
    port,
    hostname: "127.0.0.1",
    host: "127.0.0.1",
    nodesets: [],
    serverCertificateManager: manager,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
  }) as Registering;
  const told: { server: RegisterServer2Request["server"]; mode: MessageSecurityMode }[] = [];
  discovery._on_RegisterServer2Request = (message, channel) => {
    told.push({ server: message.request.server, mode: channel.securityMode });
    channel.send_response("MSG", new RegisterServer2Response({}), message);
  };
  await discovery.start();
  ends.push(() => discovery.shutdown(0));
  const trusted = join(inject("pki"), "trusted/certs/discovery.pem");
  mkdirSync(dirname(trusted), { recursive: true });
  copyFileSync(discovery.certificateFile, trusted);

  const registered = await startWith({
    discoveryServer: `opc.tcp://127.0.0.1:${port}`,
    advertised: ["line.plant.example:14840"],
  });
  await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 15_000 });
  ends.pop();
  await registered.stop();

  expect(told.map(({ server: { isOnline } }) => isOnline)).toEqual([true, false]);
  expect(told[0]?.mode).toBe(MessageSecurityMode.SignAndEncrypt);
  expect(told[0]?.server.serverUri).toMatch(/^urn:.*:anomalyline:gateway$/);
  expect(told[0]?.server.discoveryUrls).toEqual(["opc.tcp://line.plant.example:14840/anomalyline"]);
});

test("multicast_WantedOnAReachableAddress_AnnouncesPortPathAndCapabilities", async () => {
  const announced = vi.spyOn(BonjourHolder.prototype, "announcedOnMulticastSubnet").mockResolvedValue(true);
  ends.push(() => announced.mockRestore());
  const { port } = await startWith({ multicast: true });
  expect(announced).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ port, path: "/anomalyline", capabilities: ["DA", "AC", "HD", "HE"] }),
  );
  const [{ name = "" } = {}] = announced.mock.calls[0] ?? [];
  expect(name.length).toBeLessThanOrEqual(63);
  expect(name).not.toContain(".");
});

/** A client's port, and the connections that come in on it. */
async function listening(): Promise<{ address: string; listener: Server; next: () => Promise<Socket> }> {
  const listener = createServer();
  const sockets: Socket[] = [];
  listener.on("connection", (socket) => {
    sockets.push(socket.on("error", () => {}));
    listener.emit("came");
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  ends.push(() => listener.close());
  const next = async () => {
    while (sockets.length === 0) {
      await once(listener, "came", { signal: AbortSignal.timeout(10_000) });
    }
    return sockets.shift() as Socket;
  };
  return { address: `127.0.0.1:${(listener.address() as { port: number }).port}`, listener, next };
}

/** ServerUri and EndpointUrl of a ReverseHello (OPC 10000-6, 7.1.2.6), taken apart by hand. */
async function reverseHello(socket: Socket): Promise<string[]> {
  const [frame] = (await once(socket, "data", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
  expect(frame.toString("latin1", 0, 4)).toBe("RHEF");
  expect(frame.readUInt32LE(4)).toBe(frame.length);
  const first = frame.readUInt32LE(8);
  const second = frame.readUInt32LE(12 + first);
  expect(16 + first + second).toBe(frame.length);
  return [frame.toString("utf8", 12, 12 + first), frame.toString("utf8", 16 + first)];
}

test("reverse_ClientThatListens_IsConnectedToAndServedAndComeBackToWhenItBreaks", async () => {
  const client = await listening();
  const gateway = await startWith({ reverse: [client.address] });
  for (let round = 0; round < 2; round++) {
    const socket = await client.next();
    const [serverUri = "", endpointUrl = ""] = await reverseHello(socket);
    expect(serverUri).toMatch(/^urn:.*:anomalyline:gateway$/);
    expect(endpointUrl).toBe(gateway.endpoint);
    const raw = await RawClient.over(socket, endpointUrl);
    expect(await raw.createSession()).toBe(0);
    socket.destroy();
  }
});

test("reverse_ClientThatSendsRubbish_EndsItsOwnConnectionOnly", async () => {
  const client = await listening();
  const { endpoint } = await startWith({ reverse: [client.address] });
  const socket = await client.next();
  await reverseHello(socket);
  socket.write(Buffer.concat([Buffer.from("MSGF"), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(64, 0xaa)]));
  await once(socket, "close", { signal: AbortSignal.timeout(10_000) });
  const other = await RawClient.over(await openSocket(endpoint), endpoint);
  expect(await other.read()).not.toBe(undefined);
  other.close();
  // And it is tried again.
  await reverseHello(await client.next());
});

test("reverse_NobodyListens_GatewayServesOthers", async () => {
  const { endpoint } = await startWith({ reverse: [`127.0.0.1:${await freePort()}`] });
  const raw = await RawClient.open(endpoint);
  expect(await raw.createSession()).toBe(0);
  raw.close();
});
