import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { type ConfigError, readConfig } from "../src/config.ts";
import { Login } from "../src/login.ts";
import { parseUsers, UsersFile, userLine } from "../src/users.ts";
import { temporaryFolder } from "./gatewayUnderTest.ts";

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

test("readConfig_NothingSet_NamesBothMissingVariables", () => {
  expect(problemsOf({})).toEqual([
    "OPCUA_PKI: must name the folder for certificates and keys",
    expect.stringMatching(/^OPCUA_USERS: must name a file with at least one user/),
  ]);
});

test("readConfig_ManyMistakes_NamesEachOnce", () => {
  const file = join(temporaryFolder(), "users");
  writeFileSync(file, "# comment\n\nalice:secret\n");
  const problems = problemsOf({
    ANOMALYLINE_SERVER: "127.0.0.1:8081",
    OPCUA_DISCOVERY_SERVER: "lds:4840",
    OPCUA_REVERSE: "opc.tcp://scada",
    OPCUA_REDUNDANT: "urn:b",
    OPCUA_HOST: "",
    OPCUA_PORT: "70000",
    OPCUA_PATH: "anomalyline",
    OPCUA_PKI: "/tmp/pki",
    OPCUA_LABORATORY: "yes",
    OPCUA_USERS: file,
    GATEWAY_SUPERVISED: "1",
  });
  const names = problems.map((problem) => problem.split(/[ :]/)[0]);
  expect(new Set(names)).toEqual(
    new Set([
      "ANOMALYLINE_SERVER",
      "OPCUA_DISCOVERY_SERVER",
      "OPCUA_REVERSE",
      "OPCUA_REDUNDANT",
      "OPCUA_HOST",
      "OPCUA_PORT",
      "OPCUA_PATH",
      "OPCUA_LABORATORY",
      "GATEWAY_SUPERVISED",
      "OPCUA_USERS",
    ]),
  );
  expect(problems.join("\n")).toContain("line 3 is not name:role:pbkdf2-sha512$iterations$salt$hash");
});

test.each([undefined, "localhost", "127.0.0.2", "::1"])("readConfig_MulticastOn%s_SaysThatNobodyGetsThere", (host) => {
  const problems = problemsOf({
    OPCUA_PKI: "/tmp/pki",
    OPCUA_LABORATORY: "true",
    OPCUA_MULTICAST: "true",
    OPCUA_HOST: host,
  });
  expect(problems).toEqual([expect.stringMatching(/^OPCUA_MULTICAST: .*set OPCUA_HOST$/)]);
});

test("readConfig_DiscoveryReverseAndRedundancy_AreTakenApart", () => {
  const config = readConfig({
    OPCUA_PKI: "/tmp/pki",
    OPCUA_LABORATORY: "true",
    OPCUA_HOST: "0.0.0.0",
    OPCUA_DISCOVERY_SERVER: "opc.tcp://lds:4840",
    OPCUA_MULTICAST: "true",
    OPCUA_REVERSE: "scada.plant.example:4841,[fd00::1]:4841",
    OPCUA_REDUNDANT: "urn:b:x=opc.tcp://b:4840/anomalyline?a=b",
  });
  expect(config).toMatchObject({
    discoveryServer: "opc.tcp://lds:4840",
    multicast: true,
    reverse: ["scada.plant.example:4841", "[fd00::1]:4841"],
    redundant: [{ applicationUri: "urn:b:x", url: "opc.tcp://b:4840/anomalyline?a=b" }],
  });
});

test("readConfig_Laboratory_FillsDefaults", () => {
  expect(readConfig({ OPCUA_PKI: "/tmp/pki", OPCUA_LABORATORY: "true" })).toMatchObject({
    server: new URL("http://127.0.0.1:8081"),
    host: "127.0.0.1",
    port: 4840,
    path: "/anomalyline",
    laboratory: true,
    supervised: false,
  });
});

test("readConfig_UsersFileThatIsNotThere_IsAMistakeUnlessInTheLaboratory", () => {
  const environment = { OPCUA_PKI: "/tmp/pki", OPCUA_USERS: join(temporaryFolder(), "users") };
  expect(problemsOf(environment)).toContainEqual(expect.stringMatching(/^OPCUA_USERS = .*ENOENT/));
  expect(readConfig({ ...environment, OPCUA_LABORATORY: "true" }).users.size).toBe(0);
});

test("login_NamesThatNobodyHas_AreLockedOneByOneAsOthersAre", async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) });
  const { users } = parseUsers(`${await userLine("operator", "Operator", "right")}\n`);
  const login = new Login(users, log, () => 0);
  for (let i = 0; i < 8; i++) {
    await login.isValid(`nobody-${i}`, "wrong", "10.0.0.1");
  }
  const answers: string[][] = [];
  for (const name of ["operator", "root"]) {
    lines.length = 0;
    for (let i = 0; i < 6; i++) {
      await login.isValid(name, "wrong", "10.0.0.1");
    }
    answers.push([...lines]);
  }
  expect(answers[0]?.at(-1)).toContain("locked");
  expect(answers[1]).toEqual(answers[0]);
});

test("login_FiveWrongPasswords_LocksTheUserFromThatAddressFor30Seconds", async () => {
  const { users } = parseUsers(`${await userLine("operator", "Operator", "right")}\n`);
  let now = 0;
  const login = new Login(users, pino({ enabled: false }), () => now);
  expect(await login.isValid("operator", "right", "10.0.0.1")).toBe(true);
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(await login.isValid("operator", "wrong", "10.0.0.1")).toBe(false);
  }
  expect(await login.isValid("operator", "right", "10.0.0.1")).toBe(false);
  expect(await login.isValid("operator", "right", "10.0.0.2")).toBe(true);
  now = 30_001;
  expect(await login.isValid("operator", "right", "10.0.0.1")).toBe(true);
  expect(await login.isValid("nobody", "right", "10.0.0.1")).toBe(false);
});

test("parseUsers_LinesWithRoles_AreUsersOthersSayHowToMend", async () => {
  const hash = (await userLine("x", "Observer", "secret")).slice("x:Observer:".length);
  const { users, errors } = parseUsers(
    [
      `anna:Engineer:${hash}`,
      "SCADA 1:Observer:x509",
      "old:scrypt$32768$8$1$c2FsdA==$aGFzaA==",
      `bert:Boss:${hash}`,
      `anonymous:Operator:${hash}`,
    ]
      .concat([`anna:Operator:${hash}`, "carl:Operator:secret", "nonsense"])
      .join("\n"),
  );
  expect([...users].map(([name, user]) => [name, user.role, user.password === undefined])).toEqual([
    ["anna", "Engineer", false],
    ["SCADA 1", "Observer", true],
  ]);
  expect(errors).toEqual([
    "line 3 has no role: write old:Operator:scrypt$… (Viewer, Operator, Engineer, Administrator)",
    'line 4: "Boss" is no role; use Viewer, Operator, Engineer, Administrator',
    expect.stringMatching(/^line 5: "anonymous"/),
    'line 6: user "anna" is there twice',
    expect.stringMatching(/^line 7 is not name:role:pbkdf2/),
    expect.stringMatching(/^line 8 is not name:role:pbkdf2/),
  ]);
});

test("login_UserWithACertificateOnly_HasNoPassword", async () => {
  const { users } = parseUsers("scada:Observer:x509");
  const login = new Login(users, pino({ enabled: false }), () => 0);
  expect(await login.isValid("scada", "", "10.0.0.1")).toBe(false);
});

/** The server's tests read it, too: "anna" in the form that both write now, "old" in the one from before. */
const SERVER_LINES = readFileSync(join(import.meta.dirname, "users-of-the-server"), "utf8");

test("parseUsers_UserWithASecondFactor_ComesWithACertificateOnly", async () => {
  const { users, errors } = parseUsers(`${await userLine("anna", "Engineer", "right")};totp`);
  expect(errors).toEqual([]);
  expect(users.get("anna")?.role).toBe("Engineer");
  const login = new Login(users, pino({ level: "silent" }));
  expect(await login.isValid("anna", "right", "10.0.0.1")).toBe(false);
});

test("parseUsers_FileThatTheServerWrote_LetsInByItsPasswords", async () => {
  const { users, errors } = parseUsers(SERVER_LINES);
  const login = new Login(users, pino({ enabled: false }), () => 0);
  expect(errors).toEqual([]);
  expect(["anna", "vera", "old"].map((name) => users.get(name)?.role)).toEqual(["Engineer", "Observer", "Operator"]);
  expect(await login.isValid("anna", "a password of anna", "10.0.0.1")).toBe(true);
  expect(await login.isValid("old", "secret", "10.0.0.1")).toBe(true);
  expect(await login.isValid("vera", "a password of anna", "10.0.0.1")).toBe(false);
});

test("UsersFile_FileThatChanges_IsReadAgainAndAMistakeChangesNothing", () => {
  const file = join(temporaryFolder(), "users");
  writeFileSync(file, "a:Viewer:x509\n");
  let now = 0;
  const users = new UsersFile(file, parseUsers("a:Viewer:x509").users, () => now);
  writeFileSync(file, "a:Engineer:x509\nb:Operator:x509\n");
  expect(users.get("b")).toBeUndefined();
  now = 1_001;
  expect([users.get("a")?.role, users.get("b")?.role]).toEqual(["Engineer", "Operator"]);
  writeFileSync(file, "a:Boss:x509\n");
  now = 2_002;
  expect([users.get("a")?.role, users.size]).toEqual(["Engineer", 2]);
});
