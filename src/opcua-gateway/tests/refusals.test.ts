import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { MessageSecurityMode, OPCUACertificateManager, SecurityPolicy, StatusCodes, UserTokenType } from "node-opcua";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { Refusals } from "../src/refusals.ts";
import { parseUsers, userLine } from "../src/users.ts";
import { type ClientCertificate, clientCertificate, trust } from "./clientCertificate.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const URI = "urn:plant.example:plc-7";
const USAGE = "digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment";
const BAD_SECURITY_CHECKS_FAILED = 0x80130000;
const BAD_CERTIFICATE_TIME_INVALID = 0x80140000;
const BAD_CERTIFICATE_USE_NOT_ALLOWED = 0x80180000;

const pki = temporaryFolder();
const server = new FakeServer();
let gateway: Gateway & { lines: { level: number; msg: string }[] };
let administrator: Plc;

beforeAll(async () => {
  server.judge("A");
  await server.start();
  const { users } = parseUsers(await userLine("admin", "Administrator", "right"));
  gateway = await start({ ...(await laboratory(server.port)), pki, laboratory: false, users });
  const good = certificate("good", {});
  trust(pki, good);
  administrator = await vi.waitFor(() => Plc.connect(gateway.endpoint, good.options, login), { timeout: 10_000 });
});

afterAll(async () => {
  await administrator.disconnect();
  await gateway.stop();
  server.stop();
});

const login = { type: UserTokenType.UserName as const, userName: "admin", password: "right" };

interface Kind {
  readonly bits?: number;
  readonly usage?: string;
  /** Folder of an authority that signs it. */
  readonly authority?: string;
}

/** A certificate such as other tools make it, by openssl. */
function certificate(name: string, { bits = 2048, usage = USAGE, authority }: Kind): ClientCertificate {
  const folder = temporaryFolder();
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const extensions = [
    `subjectAltName=URI:${URI},DNS:localhost`,
    "basicConstraints=CA:FALSE",
    `extendedKeyUsage=clientAuth,serverAuth`,
  ];
  writeFileSync(file("cnf"), [...extensions, ...(usage === "" ? [] : [`keyUsage=${usage}`])].join("\n"));
  openssl(
    "req",
    "-new",
    "-newkey",
    `rsa:${bits}`,
    "-noenc",
    "-keyout",
    file("key"),
    "-subj",
    `/CN=${name}`,
    "-out",
    file("csr"),
  );
  const signer =
    authority === undefined
      ? ["-key", file("key")]
      : ["-CA", join(authority, "ca.pem"), "-CAkey", join(authority, "ca.key"), "-CAcreateserial"];
  openssl("x509", "-req", "-in", file("csr"), ...signer, "-extfile", file("cnf"), "-out", file("pem"));
  const options = {
    applicationUri: URI,
    certificateFile: file("pem"),
    privateKeyFile: file("key"),
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
  };
  const thumbprint = new X509Certificate(readFileSync(file("pem"))).fingerprint.replaceAll(":", "");
  return { certificateFile: file("pem"), privateKeyFile: file("key"), thumbprint, options };
}

function openssl(...args: string[]): void {
  // Without the variables that node-opcua sets for an openssl of its own.
  execFileSync("openssl", args, { stdio: "pipe", env: { PATH: process.env.PATH } });
}

/** Connects through a wire-tap; gives the status codes of the ERR messages that came back. */
async function errorsFor(options: object): Promise<number[]> {
  const errors: number[] = [];
  const tap = createServer((client) => {
    const upstream = connect(Number(new URL(gateway.endpoint).port), "127.0.0.1");
    upstream.on("data", (data) => {
      if (data.toString("latin1", 0, 3) === "ERR") {
        errors.push(data.readUInt32LE(8));
      }
    });
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  const { port } = tap.address() as { port: number };
  await expect(Plc.connect(`opc.tcp://127.0.0.1:${port}/anomalyline`, options, login)).rejects.toThrow();
  tap.close();
  return errors;
}

const DAY_MS = 24 * 3600 * 1000;
const certificateFrom = (name: string, days: number) =>
  clientCertificate(name, new Date(Date.now() + days * DAY_MS), 30);

test.each([
  ["untrusted", certificate, {}, BAD_SECURITY_CHECKS_FAILED, "Untrusted", /nobody has trusted it yet/],
  ["expired", certificateFrom, -100, BAD_CERTIFICATE_TIME_INVALID, "Expired", /it expired 20/],
  ["not yet valid", certificateFrom, 100, BAD_CERTIFICATE_TIME_INVALID, "Expired", /not valid before 20/],
  [
    "without key usage",
    certificate,
    { usage: "digitalSignature" },
    BAD_CERTIFICATE_USE_NOT_ALLOWED,
    "Invalid",
    /key usage lacks/,
  ],
  ["of 1024 bits", certificate, { bits: 1024 }, BAD_SECURITY_CHECKS_FAILED, "Invalid", /its key has 1024 bits/],
] as const)(
  "certificate_%s_IsRefusedByErrAndSaidEverywhere",
  async (what, make, kind, status, eventType, reason) => {
    const refused = await make(`plc ${what}`, kind as never);
    if (what !== "untrusted") {
      trust(pki, refused);
    }
    const events = await administrator.fieldsOf(
      `AuditCertificate${eventType}EventType`,
      "Message",
      "ServerId",
      "Severity",
      "LocalTime",
    );
    // A store sees a file that is moved into it a moment later.
    await vi.waitFor(async () => expect(await errorsFor(refused.options)).toEqual([status]), { timeout: 10_000 });
    expect(gateway.lines.filter(({ level, msg }) => level === 40 && reason.test(msg))).not.toEqual([]);
    await vi.waitFor(() =>
      expect(events.map(({ Message }) => String((Message as { text: string }).text)).join()).toMatch(reason),
    );
    expect(events.at(-1)).toMatchObject({
      ServerId: expect.stringMatching(/^urn:/),
      LocalTime: { offset: expect.any(Number) },
    });
    const remembered = await vi.waitFor(() => {
      const all = JSON.parse(readFileSync(join(pki, "refusals.json"), "utf8")) as { thumbprint: string }[];
      const found = all.find(({ thumbprint }) => thumbprint === refused.thumbprint);
      expect(found).toMatchObject({ reason: expect.stringMatching(reason) });
      return found;
    });
    expect(remembered).toMatchObject({
      subject: `CN=plc ${what}`,
      applicationUri: expect.stringMatching(/^urn:/),
      address: expect.stringContaining("127.0.0.1"),
    });
    const { validFrom, validTo } = new X509Certificate(readFileSync(refused.certificateFile));
    const times = remembered as unknown as Record<"validFrom" | "validUntil" | "first" | "last", string>;
    expect([times.validFrom, times.validUntil].map((time) => new Date(time))).toEqual(
      [validFrom, validTo].map((time) => new Date(time)),
    );
    expect(new Date(times.first).getTime()).toBeLessThanOrEqual(new Date(times.last).getTime());
    expect(Math.abs(new Date(times.last).getTime() - Date.now())).toBeLessThan(600_000);
  },
  40_000,
);

test("certificate_OfThePlantsAuthorityWithItsList_IsLetInUnlessRevoked", async () => {
  const authority = temporaryFolder();
  const at = (name: string) => join(authority, name);
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-noenc",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "60",
    "-subj",
    "/CN=Plant CA",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign",
  );
  writeFileSync(at("index"), "");
  writeFileSync(
    at("ca.cnf"),
    `[ca]\ndefault_ca=it\n[it]\ndatabase=${at("index")}\ndefault_md=sha256\ndefault_crl_days=30\n`,
  );
  const [good, revoked] = [certificate("signed", { authority }), certificate("revoked", { authority })];
  openssl(
    "ca",
    "-config",
    at("ca.cnf"),
    "-keyfile",
    at("ca.key"),
    "-cert",
    at("ca.pem"),
    "-revoke",
    revoked.certificateFile,
  );
  openssl(
    "ca",
    "-config",
    at("ca.cnf"),
    "-keyfile",
    at("ca.key"),
    "-cert",
    at("ca.pem"),
    "-gencrl",
    "-out",
    at("ca.crl"),
  );
  for (const [from, to] of [
    ["ca.pem", "trusted/certs/ca.pem"],
    ["ca.crl", "trusted/crl/ca.crl"],
  ] as const) {
    mkdirSync(join(pki, to, ".."), { recursive: true });
    copyFileSync(at(from), join(pki, to));
  }
  const plc = await vi.waitFor(() => Plc.connect(gateway.endpoint, good.options, login), {
    timeout: 15_000,
    interval: 300,
  });
  expect(await plc.values("A.Sequence")).toEqual([1]);
  await plc.disconnect();
  expect(await errorsFor(revoked.options)).toEqual([BAD_SECURITY_CHECKS_FAILED]);
}, 60_000);

test("waitingCertificates_AFloodOfOthers_PushesOutNoneThatWaitedBefore", async () => {
  const folder = temporaryFolder();
  const store = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: false });
  await store.initialize();
  const refusals = new Refusals(store, pino({ enabled: false }));
  const der = new X509Certificate(readFileSync(certificate("waits", {}).certificateFile)).raw;
  const thumbprint = new X509Certificate(der).fingerprint.replaceAll(":", "");
  writeFileSync(join(store.rejectedFolder, `waits[${thumbprint}].pem`), "");
  refusals.judge(der, StatusCodes.BadCertificateUntrusted, "10.0.0.7");
  for (let flood = 0; flood < 150; flood++) {
    writeFileSync(join(store.rejectedFolder, `flood[${flood.toString(16).padStart(40, "0")}].pem`), "");
    refusals.judge(der, StatusCodes.BadCertificateUntrusted, "10.0.0.7");
  }
  const left = readdirSync(store.rejectedFolder);
  expect(left).toHaveLength(100);
  expect(left).toContain(`waits[${thumbprint}].pem`);
  await store.dispose();
}, 30_000);
