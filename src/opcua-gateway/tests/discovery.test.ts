import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import {
  ApplicationType,
  BonjourHolder,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  type RegisterServer2Request,
  RegisterServer2Response,
  type RegisterServerRequest,
  RegisterServerResponse,
  SecurityPolicy,
  ServiceFault,
  type StatusCode,
  StatusCodes,
} from "node-opcua";
import { afterEach, beforeAll, expect, inject, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { freePort, laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
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

/** For a busy machine. */
const WAIT = { timeout: 50_000 };

async function startWith(options: object): Promise<Gateway & { port: number; lines: { msg: string }[] }> {
  const config = { ...(await laboratory(server.port)), ...options };
  const gateway = await start(config);
  ends.push(() => gateway.stop());
  return { ...gateway, port: config.port };
}

type RegisterRequest = RegisterServerRequest | RegisterServer2Request;
type Handler = (
  message: { request: RegisterRequest },
  channel: { send_response(type: string, response: object, message: object): void; securityMode: MessageSecurityMode },
) => void;
type Handlers = { _on_RegisterServer2Request: Handler; _on_RegisterServerRequest: Handler };

interface Told {
  readonly service: string;
  readonly server: RegisterRequest["server"];
  readonly mode: MessageSecurityMode;
}

/**
 * A discovery server that is trusted by the gateway and, if it is told to, trusts it. It answers as `answer` says: with a status, or undefined for a
 * service that it does not know.
 */
async function discoveryServer(
  options: {
    hostname?: string;
    securityModes?: MessageSecurityMode[];
    answer?: (service: string, count: number) => StatusCode | undefined;
    pki?: string;
  } = {},
): Promise<{ url: string; told: Told[]; node: OPCUAServer }> {
  const port = await freePort();
  const manager = new OPCUACertificateManager({
    rootFolder: options.pki ?? inject("clientPki"),
    automaticallyAcceptUnknownCertificate: options.pki === undefined,
  });
  const node = new OPCUAServer({
    port,
    hostname: options.hostname ?? "127.0.0.1",
    host: "127.0.0.1",
    nodesets: [],
    serverCertificateManager: manager,
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    securityModes: options.securityModes ?? [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
  });
  const told: Told[] = [];
  let count = 0;
  const handlers = node as unknown as Handlers;
  const handler =
    (service: string, Response: new () => object): Handler =>
    (message, channel) => {
      const status = options.answer ? options.answer(service, count++) : StatusCodes.Good;
      const fault = new ServiceFault({
        responseHeader: { serviceResult: status ?? StatusCodes.BadServiceUnsupported },
      });
      if (status === StatusCodes.Good) {
        told.push({ service, server: message.request.server, mode: channel.securityMode });
      }
      channel.send_response("MSG", status === StatusCodes.Good ? new Response() : fault, message);
    };
  handlers._on_RegisterServer2Request = handler("RegisterServer2", RegisterServer2Response);
  handlers._on_RegisterServerRequest = handler("RegisterServer", RegisterServerResponse);
  await node.start();
  ends.push(() => node.shutdown(0));
  return { url: `opc.tcp://127.0.0.1:${port}`, told, node };
}

function trust(node: OPCUAServer): void {
  const { serialNumber } = new X509Certificate(readFileSync(node.certificateFile));
  const trusted = join(inject("pki"), `trusted/certs/discovery-${serialNumber}.pem`);
  mkdirSync(dirname(trusted), { recursive: true });
  copyFileSync(node.certificateFile, trusted);
}

/** As `anomalyline opcua clients trust` does it. */
function trustWaiting(pki: string): void {
  for (const name of readdirSync(join(pki, "rejected"))) {
    renameSync(join(pki, "rejected", name), join(pki, "trusted/certs", name));
  }
}

const REGISTERED = "registered with the discovery server";
const said = (lines: readonly { msg: string }[], pattern: RegExp | string) =>
  lines.filter(({ msg }) => (typeof pattern === "string" ? msg === pattern : pattern.test(msg))).length;

test("discoveryServer_ThatTrustsTheGateway_IsToldOfItAndOfItsEnd", { timeout: 60_000 }, async () => {
  const { url, told, node } = await discoveryServer();
  trust(node);
  const registered = await startWith({ discoveryServer: url, advertised: ["line.plant.example:14840"] });
  await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
  await vi.waitFor(() => expect(said(registered.lines, REGISTERED)).toBe(1), WAIT);
  ends.pop();
  await registered.stop();

  expect(told.map(({ server: { isOnline } }) => isOnline)).toEqual([true, false]);
  expect(told[0]?.service).toBe("RegisterServer2");
  expect(told[0]?.mode).toBe(MessageSecurityMode.SignAndEncrypt);
  expect(told[0]?.server.serverUri).toMatch(/^urn:.*:anomalyline:gateway$/);
  expect(told[0]?.server.serverType).toBe(ApplicationType.Server);
  for (const { server } of told) {
    expect(server.discoveryUrls).toEqual(["opc.tcp://line.plant.example:14840/anomalyline"]);
  }
});

test("discoveryServer_ThatRefusesAtFirst_IsTriedAgainAndNotCalledRegisteredBefore", { timeout: 60_000 }, async () => {
  // Both services of the first two attempts.
  const answer = (_service: string, count: number) => (count < 4 ? StatusCodes.BadServerUriInvalid : StatusCodes.Good);
  const { url, told, node } = await discoveryServer({ answer });
  trust(node);
  const { lines } = await startWith({ discoveryServer: url });
  await vi.waitFor(() => expect(said(lines, /^not registered .*BadServerUriInvalid/)).toBe(1), WAIT);
  expect(said(lines, REGISTERED)).toBe(0);
  await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
  await vi.waitFor(() => expect(said(lines, REGISTERED)).toBe(1), WAIT);
  expect(said(lines, /^not registered/), "told once").toBe(1);
});

test("discoveryServer_ThatKnowsTheOlderServiceAlone_IsToldByIt", { timeout: 60_000 }, async () => {
  const answer = (service: string) => (service === "RegisterServer" ? StatusCodes.Good : undefined);
  const { url, told, node } = await discoveryServer({ answer });
  trust(node);
  await startWith({ discoveryServer: url });
  await vi.waitFor(() => expect(told.map(({ service }) => service)).toEqual(["RegisterServer"]), WAIT);
});

test("discoveryServer_WhoseNameIsNotKnownHere_IsToldAtTheAddressConfigured", { timeout: 60_000 }, async () => {
  const { url, told, node } = await discoveryServer({ hostname: "lds.invalid" });
  trust(node);
  await startWith({ discoveryServer: url });
  await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
});

test("discoveryServer_NotTrustedYetOnEitherSide_IsToldOnceBothAre", { timeout: 120_000 }, async () => {
  const pki = temporaryFolder();
  const { url, told, node } = await discoveryServer({ pki });
  const gateway = await startWith({ discoveryServer: url });
  const advice =
    /its certificate is refused here \(BadCertificateUntrusted\).*anomalyline opcua clients trust ([0-9A-F]{40}) --pki \//;
  await vi.waitFor(() => expect(said(gateway.lines, advice)).toBe(1), WAIT);
  const [thumbprint = ""] = gateway.lines.flatMap(({ msg }) => advice.exec(msg)?.[1] ?? []);
  expect(new X509Certificate(readFileSync(node.certificateFile)).fingerprint.replaceAll(":", "")).toBe(thumbprint);
  const waiting = readdirSync(join(inject("pki"), "rejected"));
  expect(
    waiting.filter((name) => name.toUpperCase().includes(thumbprint)),
    "what clients trust moves",
  ).toHaveLength(1);

  trustWaiting(inject("pki"));
  await vi.waitFor(() => expect(said(gateway.lines, /^not registered .*rejected by server/i)).toBe(1), WAIT);
  expect(told).toEqual([]);
  trustWaiting(pki);
  await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
  await vi.waitFor(() => expect(said(gateway.lines, REGISTERED)).toBe(1), WAIT);
});

test("discoveryServer_WithoutSecurity_IsNotToldAndTheLogSaysWhy", { timeout: 60_000 }, async () => {
  const { url, told } = await discoveryServer({ securityModes: [MessageSecurityMode.None] });
  const { lines } = await startWith({ discoveryServer: url });
  await vi.waitFor(() => expect(said(lines, /^not registered .*no endpoint with security/)).toBe(1), WAIT);
  expect(told).toEqual([]);
});

test("discoveryServer_NotThere_KeepsTheGatewayFromNothing", { timeout: 60_000 }, async () => {
  const gateway = await startWith({ discoveryServer: `opc.tcp://127.0.0.1:${await freePort()}` });
  await vi.waitFor(() => expect(said(gateway.lines, /^not registered/)).toBe(1), WAIT);
  const raw = await RawClient.open(gateway.endpoint);
  expect(await raw.createSession()).toBe(0);
  raw.close();
  ends.pop();
  await gateway.stop();
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
