import { once } from "node:events";
import { readFileSync, renameSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { AttributeIds, DataType, UserTokenType } from "node-opcua";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { parseUsers, userLine } from "../src/users.ts";
import { type ClientCertificate, clientCertificate, trust } from "./clientCertificate.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";
import { frame, hello, openSocket, RawClient } from "./rawClient.ts";

const GOOD = 0;
const BAD_SESSION_ID_INVALID = 0x80250000;
const BAD_ENCODING_LIMITS_EXCEEDED = 0x80080000;
const BAD_SECURITY_MODE_REJECTED = 0x80540000;

const pki = temporaryFolder();
const server = new FakeServer();
const sockets: Socket[] = [];
let gateway: Gateway & { lines: { level: number; msg: string }[] };
let plcCertificate: ClientCertificate;

beforeAll(async () => {
  server.judge("A");
  await server.start();
  plcCertificate = await clientCertificate();
  trust(pki, plcCertificate);
  const { users } = parseUsers(
    `${await userLine("operator", "Operator", "right")}\n${await userLine("other", "Operator", "right")}`,
  );
  gateway = await start({ ...(await laboratory(server.port)), pki, laboratory: false, users });
});

// Whatever was done to it: it serves.
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.destroy();
  }
  const plc = await Plc.connect(gateway.endpoint, plcCertificate.options, login("other", "right"));
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
  await plc.disconnect();
  expect(gateway.lines.filter(({ level }) => level >= 60)).toEqual([]);
});

afterAll(async () => {
  await gateway.stop();
  server.stop();
});

function login(userName: string, password: string) {
  return { type: UserTokenType.UserName as const, userName, password };
}

async function open(): Promise<Socket> {
  const socket = await openSocket(gateway.endpoint);
  sockets.push(socket);
  return socket;
}

/** Everything that comes until the gateway closes the connection. */
async function untilClosed(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close", { signal: AbortSignal.timeout(15_000) });
  return Buffer.concat(chunks);
}

test("noneSession_BytesByHand_IsRefusedByTheServerItself", async () => {
  const client = await RawClient.open(gateway.endpoint);
  try {
    expect(await client.createSession()).toBe(BAD_SECURITY_MODE_REJECTED);
    expect(await client.activateAnonymously()).toBe(BAD_SESSION_ID_INVALID);
    expect(await client.read()).toBe(BAD_SESSION_ID_INVALID);
  } finally {
    client.close();
  }
});

test("noneSession_BytesByHandInLaboratory_IsAccepted", async () => {
  const laboratoryGateway = await start(await laboratory(server.port));
  const client = await RawClient.open(laboratoryGateway.endpoint);
  // So the bytes are right, and it is the security that refuses them above.
  expect(await client.createSession()).toBe(GOOD);
  client.close();
  await laboratoryGateway.stop();
});

test("expiredCertificate_Trusted_IsRefused", async () => {
  const yearAgo = new Date(Date.now() - 365 * 24 * 3600 * 1000);
  const expired = await clientCertificate("expired", yearAgo, 30);
  trust(pki, expired);
  const fresh = await clientCertificate("fresh");
  trust(pki, fresh);
  // Once the fresh one is let in, the store has seen both files.
  await vi.waitFor(
    async () => (await Plc.connect(gateway.endpoint, fresh.options, login("other", "right"))).disconnect(),
    {
      timeout: 10_000,
      interval: 200,
    },
  );
  await expect(Plc.connect(gateway.endpoint, expired.options, login("other", "right"))).rejects.toThrow();
});

test("wrongPassword_TwentyTimes_LocksThatUserAloneAndServiceGoesOn", async () => {
  const attempts = Array.from(
    { length: 20 },
    () => () => Plc.connect(gateway.endpoint, plcCertificate.options, login("operator", "wrong")),
  );
  for (const attempt of attempts) {
    await expect(attempt()).rejects.toThrow(/BadUserAccessDenied/);
  }
  expect(gateway.lines.filter(({ msg }) => msg.startsWith("login refused: wrong"))).toHaveLength(5);
  expect(gateway.lines.filter(({ msg }) => msg.startsWith("login refused: locked"))).toHaveLength(15);
  await expect(Plc.connect(gateway.endpoint, plcCertificate.options, login("operator", "right"))).rejects.toThrow(
    /BadUserAccessDenied/,
  );
}, 60_000);

test("userCertificate_Trusted_LogsInAndUnknownDoesNot", async () => {
  const user = await clientCertificate("user");
  const identity = {
    type: UserTokenType.Certificate as const,
    certificateData: Buffer.from(readFileSync(user.certificateFile, "utf8").replace(/-----.*-----|\s/g, ""), "base64"),
    privateKey: readFileSync(user.privateKeyFile, "utf8"),
  };
  await expect(Plc.connect(gateway.endpoint, plcCertificate.options, identity)).rejects.toThrow(/BadIdentityToken/);
  await vi.waitFor(() =>
    expect(gateway.lines.map(({ msg }) => msg).join("\n")).toContain(`waiting for trust: ${user.thumbprint} (user)`),
  );
  trust(join(pki, "users"), user);
  const plc = await vi.waitFor(() => Plc.connect(gateway.endpoint, plcCertificate.options, identity), {
    timeout: 10_000,
    interval: 200,
  });
  expect(await plc.values("A.Sequence")).toEqual([1]);
  await plc.disconnect();
});

test("clientCertificate_NotTrustedAnyMore_IsDisconnectedAndStaysOut", async () => {
  const leaving = await clientCertificate("leaving");
  trust(pki, leaving);
  const connect = () => Plc.connect(gateway.endpoint, leaving.options, login("other", "right"));
  const plc = await vi.waitFor(connect, { timeout: 10_000, interval: 200 });
  const file = `${leaving.thumbprint}.pem`;
  renameSync(join(pki, "trusted/certs", file), join(pki, "rejected", file));
  const disconnected = "client disconnected: it is not trusted any more";
  await vi.waitFor(() => expect(gateway.lines.map(({ msg }) => msg)).toContain(disconnected), { timeout: 5_000 });
  await expect(plc.values("A.Sequence")).rejects.toThrow();
  await expect(connect()).rejects.toThrow();
  await plc.disconnect().catch(() => {});
});

test("hello_Malformed_IsAnsweredWithAnErrorOrClosed", async () => {
  const damaged = [
    Buffer.from("GET / HTTP/1.1\r\nHost: plc\r\n\r\n"),
    frame("HEL", Buffer.from([1, 2, 3])),
    frame("HEL", hello(gateway.endpoint).subarray(8, 20)),
    Buffer.concat([Buffer.from("HELF"), Buffer.from([0xff, 0xff, 0xff, 0x7f])]),
    frame("MSG", Buffer.alloc(64)),
    Buffer.alloc(4096, 0xff),
  ];
  const answers = damaged.map(async (bytes) => {
    const socket = await open();
    const closed = untilClosed(socket);
    socket.write(bytes);
    return (await closed).toString("latin1", 0, 3);
  });
  for (const answer of await Promise.all(answers)) {
    expect(["", "ERR"]).toContain(answer);
  }
});

test.each([
  ["a length above the maximum", Buffer.concat([Buffer.from("MSGF"), Buffer.from([0xff, 0xff, 0xff, 0x7f])])],
  ["a length below the minimum", Buffer.concat([Buffer.from("MSGF"), Buffer.from([1, 0, 0, 0])])],
  ["an error message that is cut off", frame("ERR")],
  ["eight thousand empty chunks", Buffer.concat(Array.from({ length: 8_000 }, () => frame("MSG")))],
])("hello_WithHeaderBehindItInOneSegment_%s_EndsThatConnectionAlone", async (_what, behind) => {
  const socket = await open();
  const closed = untilClosed(socket);
  socket.write(Buffer.concat([hello(gateway.endpoint), behind]));
  expect((await closed).toString("latin1", 0, 3)).toBe("ACK");
});

test("hello_WithOpenChannelBehindItInOneSegment_IsAnsweredTwice", async () => {
  const client = await RawClient.open(gateway.endpoint, { inOneSegment: true });
  expect(await client.createSession()).toBe(BAD_SECURITY_MODE_REJECTED);
  client.close();
});

test("hello_AsksForHugeBuffers_GetsTheGatewaysLimits", async () => {
  const socket = await open();
  const asked = hello(gateway.endpoint);
  for (const offset of [12, 16, 20, 24]) {
    asked.writeUInt32LE(0x7fffffff, offset);
  }
  socket.write(asked);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString("latin1", 0, 3)).toBe("ACK");
  expect([12, 16, 20, 24].map((offset) => answer.readUInt32LE(offset))).toEqual([65_536, 65_536, 4_194_304, 65]);
});

test("message_LargerThanAllowed_EndsThatConnectionAlone", async () => {
  const bystander = await Plc.connect(gateway.endpoint, plcCertificate.options, login("other", "right"));
  const plc = await Plc.connect(gateway.endpoint, plcCertificate.options, login("other", "right"));
  const value = { dataType: DataType.ByteString, value: Buffer.alloc(6 * 1024 * 1024) };
  const write = { nodeId: plc.nodeId("A.PartId"), attributeId: AttributeIds.Value, value: { value } };
  await expect(plc.session.write(write)).rejects.toThrow();
  expect(await bystander.values("A.Sequence")).toEqual([1]);
  await bystander.disconnect();
  await plc.disconnect().catch(() => {});
});

test("string_LargerThanAllowed_EndsThatConnectionAtOnceAndSaysWhy", async () => {
  const options = { ...plcCertificate.options, defaultTransactionTimeout: 15_000 };
  const plc = await Plc.connect(gateway.endpoint, options, login("other", "right"));
  const write = (length: number) => {
    const value = { dataType: DataType.String, value: "x".repeat(length) };
    return plc.session.write({ nodeId: plc.nodeId("A.PartId"), attributeId: AttributeIds.Value, value: { value } });
  };
  expect((await write(64 * 1024)).name).toMatch(/BadNotWritable|BadUserAccessDenied/);
  const begin = performance.now();
  await expect(write(64 * 1024 + 1)).rejects.toThrow();
  expect(performance.now() - begin).toBeLessThan(5_000);
  // It says goodbye for some seconds, on a channel that the gateway has given up.
  void plc.disconnect().catch(() => {});
});

test("message_ThatCannotBeDecoded_IsAnsweredByAnError", async () => {
  const client = await RawClient.open(gateway.endpoint);
  try {
    // A Read whose array has more elements than the message has bytes.
    expect(await client.error(631, Buffer.alloc(12), Buffer.from([0xff, 0xff, 0, 0]))).toBe(
      BAD_ENCODING_LIMITS_EXCEEDED,
    );
  } finally {
    client.close();
  }
});

test("message_OfVariantsInVariants_IsAnsweredByAnError", async () => {
  const client = await RawClient.open(gateway.endpoint);
  try {
    const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
    // A Write of i=2259 whose value is an array of one Variant, whose value is an array of one Variant, and so on.
    const head = [u32(1), Buffer.from([1, 0, 2259 & 0xff, 2259 >> 8]), u32(13), u32(0xffffffff), Buffer.from([1])];
    const nested = Array.from({ length: 150 }, () => Buffer.concat([Buffer.from([0x80 | 24]), u32(1)]));
    expect(await client.error(673, ...head, ...nested, Buffer.from([1, 1]))).toBe(BAD_ENCODING_LIMITS_EXCEEDED);
  } finally {
    client.close();
  }
  const other = await RawClient.open(gateway.endpoint);
  expect(await other.read()).not.toBe(undefined);
  other.close();
});

test("sockets_WithoutAChannelInTime_AreClosedAndThoseWithOneAreNot", { timeout: 120_000 }, async () => {
  const [silent, greeted, slow] = [await open(), await open(), await open()];
  greeted.write(hello(gateway.endpoint));
  const [first, ...others] = hello(gateway.endpoint);
  slow.write(Buffer.from([first as number]));
  const bytes = others.values();
  const drip = setInterval(() => slow.write(Buffer.from([bytes.next().value ?? 0])), 1_000);
  const client = await RawClient.open(gateway.endpoint);
  try {
    await Promise.all(
      [silent, greeted, slow].map((socket) => once(socket.resume(), "close", { signal: AbortSignal.timeout(100_000) })),
    );
  } finally {
    clearInterval(drip);
  }
  expect(await client.read()).not.toBe(undefined);
  client.close();
});

test("sockets_TwoHundredIdle_DoNotKeepAClientOut", async () => {
  const idle = Array.from({ length: 200 }, async () => (await open()).write(hello(gateway.endpoint)));
  await Promise.all(idle);
  // Each newcomer pushes out the oldest that has no session; while they still come, one may have to try again.
  const plc = await vi.waitFor(() => Plc.connect(gateway.endpoint, plcCertificate.options, login("other", "right")), {
    timeout: 10_000,
    interval: 100,
  });
  expect(await plc.values("A.Sequence")).toEqual([1]);
  await plc.disconnect();
});
