import { X509Certificate } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import {
  AttributeIds,
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  SecurityPolicy,
  UserTokenType,
} from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { ROLES, type Role } from "../src/roles.ts";
import { parseUsers, userLine } from "../src/users.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const ENCRYPTED = { securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256 };
const pki = temporaryFolder();
const server = new FakeServer();
const as = {} as Record<Role, Plc>;
let gateway: Gateway & { lines: object[] };

function connect(role: Role): Promise<Plc> {
  const user = { type: UserTokenType.UserName as const, userName: role.toLowerCase(), password: "right" };
  return Plc.connect(gateway.endpoint, ENCRYPTED, user);
}

beforeAll(async () => {
  server.judge("A");
  await server.start();
  const lines = await Promise.all(ROLES.map((role) => userLine(role.toLowerCase(), role, "right")));
  const { users } = parseUsers([...lines, "panel:Operator:x509"].join("\n"));
  const config = { ...(await laboratory(server.port)), pki, laboratory: false, users };
  gateway = await start(config);
  await expect(connect("Observer")).rejects.toThrow();
  const rejected = join(pki, "rejected");
  await vi.waitFor(() => expect(readdirSync(rejected)).toHaveLength(1));
  const [file = ""] = readdirSync(rejected);
  await gateway.stop();
  renameSync(join(rejected, file), join(pki, "trusted/certs", file));
  gateway = await start(config);
  for (const role of ROLES) {
    as[role] = await connect(role);
  }
  await as.Observer.until("A.Sequence", (value) => value.statusCode.isGood());
});

afterAll(async () => {
  for (const plc of Object.values(as)) {
    await plc.disconnect();
  }
  await gateway.stop();
  server.stop();
});

/** Logs in with a certificate of this common name, which the gateway trusts for users. */
async function connectByCertificate(commonName: string): Promise<Plc> {
  const manager = new OPCUACertificateManager({ rootFolder: temporaryFolder() });
  await manager.initialize();
  const outputFile = join(manager.rootDir, `${commonName}.pem`);
  await manager.createSelfSignedCertificate({
    ...{ outputFile, subject: { commonName }, applicationUri: "urn:user", dns: [], ip: [] },
    ...{ startDate: new Date(), validity: 1 },
  });
  copyFileSync(outputFile, join(pki, "users/trusted/certs", `${commonName}.pem`));
  const user = {
    type: UserTokenType.Certificate as const,
    certificateData: new X509Certificate(readFileSync(outputFile)).raw,
    privateKey: readFileSync(manager.privateKey, "utf8"),
  };
  return vi.waitFor(() => Plc.connect(gateway.endpoint, ENCRYPTED, user), { timeout: 15_000, interval: 500 });
}

test("userWithACertificate_HasTheRoleOfItsNameOrOnlyLooksOn", async () => {
  const panel = await connectByCertificate("panel");
  const guest = await connectByCertificate("guest");
  expect(await panel.write("A.AckSequence", DataType.UInt32, 1)).toBe("Good");
  expect(await guest.write("A.AckSequence", DataType.UInt32, 1)).toBe("BadUserAccessDenied");
  expect(await guest.values("A.Sequence")).toEqual([1]);
  await panel.disconnect();
  await guest.disconnect();
});

const text = (value: string) => ({ dataType: DataType.String, value });

/** What each role gets, in the order of ROLES. */
async function byRole(act: (plc: Plc) => Promise<string>): Promise<string[]> {
  const results: string[] = [];
  for (const role of ROLES) {
    results.push(await act(as[role]));
  }
  return results;
}

const DENIED = "BadUserAccessDenied";

test("everyRole_ReadsAndGetsResults", async () => {
  expect(await byRole(async (plc) => String((await plc.values("A.Sequence"))[0]))).toEqual(["1", "1", "1", "1"]);
  const inputs = [
    { dataType: DataType.UInt32, value: 1 },
    { dataType: DataType.UInt64, value: [0, 0] },
  ];
  expect(await byRole(async (plc) => (await plc.call("A", "GetResultById", ...inputs))[0])).toEqual(
    ROLES.map(() => "Good"),
  );
});

test("observer_WritesOrCalls_IsDenied", async () => {
  expect(await byRole((plc) => plc.write("A.AckSequence", DataType.UInt32, 1))).toEqual([
    DENIED,
    "Good",
    "Good",
    "Good",
  ]);
  expect(await byRole((plc) => plc.write("A.NextPartId", DataType.String, "N"))).toEqual([
    DENIED,
    "Good",
    "Good",
    "Good",
  ]);
  expect(await byRole(async (plc) => (await plc.call("A", "Stop"))[0])).toEqual([DENIED, "Good", "Good", "Good"]);
  const before = server.commands.length;
  expect((await as.Observer.call("A", "StartContinuous"))[0]).toBe(DENIED);
  expect(server.commands).toHaveLength(before);
});

test("operator_ChangesRecipes_IsDenied", async () => {
  const codes = [DENIED, DENIED, "Good", "Good"];
  const activate = [
    text("m"),
    text(""),
    { dataType: DataType.Float, value: 0 },
    { dataType: DataType.UInt32, value: 0 },
  ];
  expect(await byRole(async (plc) => (await plc.call("A", "Rollback", text("")))[0])).toEqual(codes);
  expect(await byRole(async (plc) => (await plc.call("A", "ActivateRecipe", ...activate))[0])).toEqual(codes);
  expect(await byRole(async (plc) => (await plc.call("A", "StartTraining", text("fair"), text("")))[0])).toEqual(codes);
  const revision = { dataType: DataType.UInt32, value: 1 };
  expect(await byRole(async (plc) => (await plc.call("A", "ActivateRevision", revision))[0])).toEqual(codes);
  expect(await byRole(async (plc) => (await plc.call("A", "SelectRecipe", text("")))[0])).toEqual([
    DENIED,
    "Good",
    "Good",
    "Good",
  ]);
});

test("alarmMethods_OfTheType_NeedTheRoleToo", async () => {
  const acknowledge = (plc: Plc) =>
    plc.session
      .call({
        objectId: plc.nodeId("A.NotReady"),
        methodId: "i=9111",
        inputArguments: [
          { dataType: DataType.ByteString, value: Buffer.from("x") },
          { dataType: DataType.LocalizedText, value: { text: "" } },
        ],
      })
      .then((result) => result.statusCode.name);
  expect(await byRole(acknowledge)).toEqual([DENIED, ...Array(3).fill("BadEventIdUnknown")]);
});

test("alarms_Shelved_NeedTheRoleAndAreAuditedByWhom", async () => {
  const audits = await as.Administrator.fieldsOf(
    ...(["AuditConditionShelvingEventType", "ClientUserId", "Status", "ShelvingTime", "SourceName"] as const),
  );
  const shelve = (plc: Plc, methodId: string, inputArguments: { dataType: DataType; value: number }[] = []) =>
    plc.session
      .call({ objectId: plc.nodeId("A.NotReady"), methodId, inputArguments })
      .then(({ statusCode }) => statusCode.name);
  const minute = [{ dataType: DataType.Double, value: 60_000 }];
  const [timed, unshelve, oneShot] = ["i=2949", "i=2947", "i=2948"];
  const inTurn = async (plc: Plc) =>
    `${await shelve(plc, timed, minute)} ${await shelve(plc, oneShot)} ${await shelve(plc, unshelve)}`;
  const allowed = "Good Good Good";
  expect(await byRole(inTurn)).toEqual([`${DENIED} ${DENIED} ${DENIED}`, allowed, allowed, allowed]);
  await vi.waitFor(() => expect(audits).toHaveLength(12), { timeout: 10_000 });
  const [refused] = audits;
  expect(refused).toMatchObject({ ClientUserId: "observer", Status: false, ShelvingTime: 60_000 });
  const source = "A.NotReady-ShelvingState-TimedShelve";
  expect(audits[3]).toMatchObject({ ClientUserId: "operator", Status: true, ShelvingTime: 60_000, SourceName: source });
});

test("userExecutable_FollowsTheRole", async () => {
  const executable = async (plc: Plc) => {
    const item = { nodeId: plc.nodeId("A.Stop"), attributeId: AttributeIds.UserExecutable };
    return String((await plc.session.read(item)).value.value);
  };
  expect(await byRole(executable)).toEqual(["false", "true", "true", "true"]);
});

test("writesAndCalls_AreAuditedWithUserAndValues", async () => {
  const writes = await as.Administrator.fieldsOf(
    ...(["AuditWriteUpdateEventType", "SourceName", "ClientUserId", "Status", "OldValue", "NewValue"] as const),
  );
  const calls = await as.Administrator.fieldsOf(
    ...(["AuditUpdateMethodEventType", "SourceName", "ClientUserId", "Status", "InputArguments"] as const),
  );
  const hidden = await as.Engineer.fieldsOf("AuditEventType", "SourceName");
  await as.Operator.write("A.NextPartId", DataType.String, "N7");
  await as.Operator.write("A.NextPartId", DataType.String, "N8");
  await as.Observer.write("A.NextPartId", DataType.String, "N9");
  await as.Operator.call("A", "SelectRecipe", text("flange"));
  await as.Observer.call("A", "Stop");
  await vi.waitFor(() => expect([writes.length, calls.length]).toEqual([3, 2]), { timeout: 10_000 });
  const written = { SourceName: "A.NextPartId", ClientUserId: "operator", Status: true };
  expect(writes).toMatchObject([
    { ...written, NewValue: "N7" },
    { ...written, OldValue: "N7", NewValue: "N8" },
    { ...written, ClientUserId: "observer", Status: false, OldValue: "N8", NewValue: "N9" },
  ]);
  expect(calls).toMatchObject([
    { SourceName: "A.SelectRecipe", ClientUserId: "operator", Status: true },
    { SourceName: "A.Stop", ClientUserId: "observer", Status: false },
  ]);
  expect(hidden).toEqual([]);
  expect(gateway.lines).toContainEqual(
    expect.objectContaining({ level: 20, msg: "audit: written", user: "operator", before: "N7", value: "N8" }),
  );
  expect(gateway.lines).toContainEqual(
    expect.objectContaining({ level: 30, msg: "audit: called", node: "A.SelectRecipe", inputs: ["flange"] }),
  );
  expect(gateway.lines).toContainEqual(
    expect.objectContaining({ level: 40, msg: "audit: not called", user: "observer", status: DENIED }),
  );
});

test("machineVision_Observer_ListsResultsAndCannotHalt", async () => {
  const plc = as.Observer;
  const none = { dataType: DataType.ExtensionObject, value: null };
  const zero = (dataType: DataType) => ({ dataType, value: 0 });
  const number = zero(DataType.UInt32);
  const filters = [zero(DataType.Int32), ...Array.from({ length: 8 }, () => none)];
  const results = plc.nodeId("MachineVision/A/-ResultManagement");
  const list = await plc.session.call({
    objectId: results,
    methodId: `${results}-GetResultListFiltered`,
    inputArguments: [...filters, number, number, zero(DataType.Int32)],
  });
  expect([list.statusCode.name, list.outputArguments?.[1]?.value]).toEqual(["Good", 1]);
  const machine = plc.nodeId("MachineVision/A/-VisionStateMachine");
  const text = { dataType: DataType.String, value: "" };
  const halt = { objectId: machine, methodId: `${machine}-Halt`, inputArguments: [zero(DataType.Int32), text] };
  expect((await plc.session.call(halt)).statusCode.name).toBe("BadUserAccessDenied");
  expect((await as.Operator.session.call(halt)).statusCode.name).toBe("BadNotSupported");
});
