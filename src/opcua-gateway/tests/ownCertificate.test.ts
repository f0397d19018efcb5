import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua";
import { pino } from "pino";
import { beforeEach, expect, inject, test } from "vitest";
import { daysLeft, hostNames, keepOwnCertificate, namesIn } from "../src/ownCertificate.ts";
import { prune } from "../src/pki.ts";
import { temporaryFolder } from "./gatewayUnderTest.ts";

const NOW = new Date("2026-11-23T12:00:00Z");
const YEAR_MS = 365 * 24 * 3600 * 1000;

let file: string;
let manager: OPCUACertificateManager;
let lines: { level: number; faults?: string[] }[];

beforeEach(async () => {
  file = join(temporaryFolder(), "own.pem");
  manager = new OPCUACertificateManager({ rootFolder: inject("clientPki") });
  await manager.initialize();
  lines = [];
});

async function keep(names: readonly string[], now = NOW, applicationUri?: string): Promise<X509Certificate> {
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const said = await keepOwnCertificate(manager, file, { names, others: [], applicationUri }, log, now);
  expect(new X509Certificate(readFileSync(file)).subjectAltName).toContain(`URI:${said}`);
  return new X509Certificate(readFileSync(file));
}

test("keepOwnCertificate_None_MakesOneWithNamesAddressesAndApplication", async () => {
  const certificate = await keep(["plc-gateway", "10.1.2.3"]);
  expect(certificate.subjectAltName?.split(", ").sort()).toEqual(
    ["DNS:plc-gateway", "IP Address:10.1.2.3", `URI:urn:${hostname()}:anomalyline:gateway`].sort(),
  );
  expect(certificate.checkHost("plc-gateway")).toBe("plc-gateway");
  expect(daysLeft(file, NOW)).toBeCloseTo(3650, 0);
  expect(lines).toEqual([]);
});

test("keepOwnCertificate_AddressesOfBothFamilies_AreAllInIt", async () => {
  const certificate = await keep(["fd00::12", "10.1.2.3", "::1"]);
  expect(["fd00::12", "10.1.2.3", "::1"].map((address) => certificate.checkIP(address))).not.toContain(undefined);
});

test("hostNames_OfAMachine_AreOfBothFamiliesWithoutLinkLocalOnes", () => {
  const names = hostNames("::");
  expect(names).toEqual(expect.arrayContaining(["localhost", "127.0.0.1", "::1"]));
  expect(names.filter((name) => /^fe80/i.test(name))).toEqual([]);
});

test("keepOwnCertificate_StillFits_IsLeftAlone", async () => {
  const first = await keep(["a", "b"]);
  const second = await keep(["b"], new Date(NOW.getTime() + YEAR_MS));
  expect(second.serialNumber).toBe(first.serialNumber);
  expect(second.raw).toEqual(first.raw);
});

test("keepOwnCertificate_NewName_IsRenewedAndTheOldOneKeptAside", async () => {
  const first = await keep(["a"]);
  const second = await keep(["a", "b"]);
  expect(second.raw).not.toEqual(first.raw);
  expect(second.subjectAltName).toContain("DNS:b");
  expect(second.publicKey.equals(first.publicKey)).toBe(true);
  expect(existsSync(`${file}.old`)).toBe(true);
  expect(lines).toMatchObject([{ level: 40, faults: ["lacks the name b"] }]);
});

test("keepOwnCertificate_OnAnotherMachineWithoutNames_IsLeftAlone", async () => {
  // Made in a container that is gone, under a host name that nobody has any more.
  const first = await keep(["3f2a9c1d77aa"], NOW, "urn:3f2a9c1d77aa:anomalyline:gateway");
  const second = await keep([]);
  expect(second.raw).toEqual(first.raw);
  expect(namesIn(file)).toEqual(["3f2a9c1d77aa"]);
  expect(lines).toEqual([]);
});

test("keepOwnCertificate_OtherApplicationUriAskedFor_IsRenewedWithIt", async () => {
  await keep(["a"]);
  const second = await keep(["a"], NOW, "urn:plant.example:line-3");
  expect(second.subjectAltName).toContain("URI:urn:plant.example:line-3");
  expect(lines).toMatchObject([{ level: 40, faults: ["lacks the application urn:plant.example:line-3"] }]);
});

test("keepOwnCertificate_IPv6Name_FitsHoweverItIsWritten", async () => {
  const first = await keep(["a", "fd00::1"]);
  expect((await keep(["a", "fd00:0:0:0:0:0:0:1"])).raw).toEqual(first.raw);
  expect(lines).toEqual([]);
});

test("keepOwnCertificate_EndsWithin90Days_IsRenewed", async () => {
  await keep(["a"]);
  const soon = new Date(NOW.getTime() + 3650 * 24 * 3600 * 1000 - 89 * 24 * 3600 * 1000);
  await keep(["a"], soon);
  expect(daysLeft(file, soon)).toBeCloseTo(3650, 0);
});

test("hostNames_AllAddresses_HasThisMachinesNameAndLoopback", () => {
  expect(hostNames("0.0.0.0")).toEqual(expect.arrayContaining([hostname(), "localhost", "127.0.0.1"]));
  expect(hostNames("0.0.0.0")).not.toContain("0.0.0.0");
  expect(hostNames("192.0.2.7")).toContain("192.0.2.7");
});

test("prune_MoreThanAllowed_DeletesTheOldest", () => {
  const folder = temporaryFolder();
  for (const [age, name] of ["newest", "middle", "oldest"].entries()) {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), 0, 1_000_000 - age);
  }
  prune(folder, 2);
  expect(readdirSync(folder).sort()).toEqual(["middle", "newest"]);
});
