import { readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  ClientSecureChannelLayer,
  CreateSessionRequest,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  UserTokenType,
} from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { parseUsers, userLine } from "../src/users.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start, temporaryFolder } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const ENCRYPTED = { securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256 };
const pki = temporaryFolder();
const server = new FakeServer();
let gateway: Gateway & { lines: { msg: string }[] };

beforeAll(async () => {
  server.judge("A");
  await server.start();
  const lines = [await userLine("operator", "Operator", "right"), await userLine("chief", "Administrator", "right")];
  const { users } = parseUsers(lines.join("\n"));
  gateway = await start({ ...(await laboratory(server.port)), pki, laboratory: false, users });
});

afterAll(async () => {
  await gateway.stop();
  server.stop();
});

function login(password: string, userName = "operator") {
  return { type: UserTokenType.UserName as const, userName, password };
}

async function endpointsOf(endpoint: string) {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  await client.connect(endpoint);
  const endpoints = await client.getEndpoints();
  await client.disconnect();
  return endpoints;
}

test("endpoints_Closed_AreThreePoliciesSignedWithUsersOnly", async () => {
  const endpoints = await endpointsOf(gateway.endpoint);
  const offered = endpoints.map(
    (endpoint) => `${MessageSecurityMode[endpoint.securityMode]} ${endpoint.securityPolicyUri?.split("#")[1]}`,
  );
  const policies = ["Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss", "Basic256Sha256"];
  expect(offered.sort()).toEqual(
    ["Sign", "SignAndEncrypt"].flatMap((mode) => policies.map((policy) => `${mode} ${policy}`)),
  );
  const tokens = endpoints.flatMap((endpoint) => (endpoint.userIdentityTokens ?? []).map((token) => token.tokenType));
  expect(tokens).toContain(UserTokenType.UserName);
  expect(tokens).not.toContain(UserTokenType.Anonymous);
});

test("session_WithoutSecurity_IsRefusedByTheServerItself", async () => {
  const channel = new ClientSecureChannelLayer({
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    connectionStrategy: { maxRetry: 0 },
  });
  await new Promise<void>((resolve, reject) =>
    channel.create(gateway.endpoint, (error) => (error ? reject(error) : resolve())),
  );
  const request = new CreateSessionRequest({
    clientDescription: { applicationUri: "urn:raw" },
    endpointUrl: gateway.endpoint,
    sessionName: "raw",
    requestedSessionTimeout: 10_000,
    clientNonce: Buffer.alloc(32),
  });
  const answer = await new Promise<string>((resolve) =>
    channel.performMessageTransaction(request, (error, response) =>
      resolve(error?.message ?? response?.responseHeader.serviceResult.name ?? "none"),
    ),
  );
  await new Promise<void>((resolve) => channel.close(() => resolve()));
  expect(answer).toMatch(/BadSecurityModeRejected|BadSecurityPolicyRejected|BadSecurityModeInsufficient/);
});

test("client_Unknown_IsRefusedUntilItsCertificateIsTrusted", async () => {
  await expect(Plc.connect(gateway.endpoint, ENCRYPTED, login("right"))).rejects.toThrow();
  const rejected = join(pki, "rejected");
  await vi.waitFor(() => expect(readdirSync(rejected)).toHaveLength(1));
  await vi.waitFor(() => expect(gateway.lines.some((line) => line.msg.startsWith("waiting for trust: "))).toBe(true));
  const [file = ""] = readdirSync(rejected);
  renameSync(join(rejected, file), join(pki, "trusted/certs", file));
  await vi.waitFor(async () => (await Plc.connect(gateway.endpoint, ENCRYPTED, login("right"))).disconnect(), {
    timeout: 10_000,
    interval: 200,
  });
});

test("user_WrongPasswordOrAnonymous_IsRefused", async () => {
  await expect(Plc.connect(gateway.endpoint, ENCRYPTED, login("wrong"))).rejects.toThrow(/BadUserAccessDenied/);
  await expect(Plc.connect(gateway.endpoint, ENCRYPTED)).rejects.toThrow();
});

test("everyPolicy_TrustedUser_Reads", async () => {
  for (const policy of ["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"] as const) {
    for (const securityMode of [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt]) {
      const plc = await Plc.connect(
        gateway.endpoint,
        { securityMode, securityPolicy: SecurityPolicy[policy] },
        login("right"),
      );
      expect(await plc.values("A.Sequence")).toEqual([1]);
      await plc.disconnect();
    }
  }
});

test("sessionDiagnostics_OfAUser_SayWhoAndHowToAdministrators", async () => {
  const plc = await Plc.connect(gateway.endpoint, ENCRYPTED, login("right"));
  const chief = await Plc.connect(gateway.endpoint, ENCRYPTED, login("right", "chief"));
  const parts = await plc.session.browse({ nodeId: plc.session.sessionId, referenceTypeId: "i=47", resultMask: 63 });
  const security = parts.references?.find(({ browseName }) => browseName.name === "SessionSecurityDiagnostics");
  const nodeId = security?.nodeId.toString() ?? "";
  expect((await plc.session.read({ nodeId, attributeId: 13 })).statusCode.name).toBe("BadUserAccessDenied");
  expect((await chief.session.read({ nodeId, attributeId: 13 })).value.value).toMatchObject({
    clientUserIdOfSession: "operator",
    clientUserIdHistory: ["operator"],
    authenticationMechanism: "UserName",
    encoding: "UA Binary",
    transportProtocol: "opc.tcp",
    securityMode: MessageSecurityMode.SignAndEncrypt,
  });
  await chief.disconnect();
  await plc.disconnect();
});

test("variables_Written_AreRefused", async () => {
  const plc = await Plc.connect(gateway.endpoint, ENCRYPTED, login("right"));
  const result = await plc.session.write({
    nodeId: plc.nodeId("A.Pass"),
    attributeId: 13,
    value: { value: { dataType: "Boolean", value: true } },
  });
  expect(result.name).toBe("BadNotWritable");
  await plc.disconnect();
});

test("privateKey_IsReadableByItsOwnerOnly", () => {
  expect(statSync(join(pki, "own/private/private_key.pem")).mode & 0o777).toBe(0o600);
});

test("laboratory_AllowsNoneAndAnonymousAndSaysSo", async () => {
  const open = await start(await laboratory(server.port));
  const endpoints = await endpointsOf(open.endpoint);
  expect(endpoints.map((endpoint) => endpoint.securityMode)).toContain(MessageSecurityMode.None);
  expect(open.lines).toContainEqual(
    expect.objectContaining({ level: 40, msg: expect.stringMatching(/^LABORATORY MODE/) }),
  );
  await (await Plc.connect(open.endpoint)).disconnect();
  await open.stop();
});
