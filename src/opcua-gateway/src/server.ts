import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  BinaryStream,
  MessageSecurityMode,
  OPCUAServer,
  SecurityPolicy,
  type ServerSession,
  Subscription,
  Variant,
} from "node-opcua";
import type { Logger } from "pino";
import manifest from "../package.json" with { type: "json" };
import { answerByAddresses } from "./addresses.ts";
import type { Config } from "./config.ts";
import { discoveryOptions } from "./discovery.ts";
import { installMonitoringFilters } from "./filters/monitoringFilters.ts";
import { MAX_POINTS } from "./history/continuations.ts";
import { Login } from "./login.ts";
import { openPki } from "./pki.ts";
import { describeRedundancy } from "./redundancy.ts";
import { roleIds } from "./roles.ts";
import { buildDate, describeServer, LOCALES, PROFILES } from "./serverObject.ts";
import { limitTransport } from "./transportLimits.ts";

installMonitoringFilters();
// node-opcua's own floor is 50 ms; much below 10 ms the gateway spends its time on timers.
Subscription.minimumPublishingInterval = 10;

const POLICIES = [
  SecurityPolicy.Basic256Sha256,
  SecurityPolicy.Aes128_Sha256_RsaOaep,
  SecurityPolicy.Aes256_Sha256_RsaPss,
];
const MODES = [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt];

/** The limits of a client and of all together; more than a line has, less than what stops it. */
const LIMITS = {
  maxSessions: 50,
  maxSubscriptions: 200,
  maxSubscriptionsPerSession: 10,
  maxMonitoredItems: 50_000,
  maxMonitoredItemsPerSubscription: 10_000,
  maxMonitoredItemsQueueSize: 20_000,
  maxStringLength: 64 * 1024,
  maxByteStringLength: 64 * 1024,
  maxArrayLength: 64 * 1024,
  maxBrowseContinuationPoints: 10,
  maxHistoryContinuationPoints: MAX_POINTS,
  operationLimits: {
    maxNodesPerRead: 2_000,
    maxNodesPerBrowse: 2_000,
    maxMonitoredItemsPerCall: 2_000,
    maxNodesPerHistoryReadData: 100,
    maxNodesPerHistoryReadEvents: 100,
  },
};

// The capabilities above only tell clients; these hold what is received to them.
BinaryStream.maxStringLength = LIMITS.maxStringLength;
BinaryStream.maxByteStringLength = LIMITS.maxByteStringLength;
BinaryStream.maxArrayLength = LIMITS.maxArrayLength;
Variant.maxArrayLength = LIMITS.maxArrayLength;

/** An OPC UA server, not yet listening, on the nodesets beside the program. `address` is where clients find it. */
export async function createServer(config: Config, assets: string, log: Logger): Promise<Endpoint> {
  const pki = await openPki(config, log);
  const login = new Login(config.users, log);
  const anyAddress = config.host === "0.0.0.0" || config.host === "::";
  const advertised = anyAddress ? hostname() : config.host;
  const server = new OPCUAServer({
    host: config.host,
    hostname: advertised,
    port: config.port,
    resourcePath: config.path,
    nodesets: nodesetsOf(config).map((name) => join(assets, "nodesets", name)),
    serverInfo: {
      applicationUri: pki.applicationUri,
      productUri: "urn:anomalyline:gateway",
      applicationName: { text: "AnomalyLine OPC UA gateway", locale: "en" },
    },
    buildInfo: {
      productName: "AnomalyLine OPC UA gateway",
      productUri: "urn:anomalyline:gateway",
      manufacturerName: "AnomalyLine",
      softwareVersion: manifest.version,
      buildNumber: manifest.version,
      buildDate: buildDate(),
    },
    securityPolicies: config.laboratory ? [SecurityPolicy.None, ...POLICIES] : POLICIES,
    securityModes: config.laboratory ? [MessageSecurityMode.None, ...MODES] : MODES,
    allowAnonymous: config.laboratory,
    serverCertificateManager: pki.manager,
    userCertificateManager: pki.users,
    certificateFile: pki.certificateFile,
    privateKeyFile: pki.privateKeyFile,
    isAuditing: true,
    ...discoveryOptions(config),
    maxConnectionsPerEndpoint: 100,
    transportSettings: { adjustTransportLimits: limitTransport },
    // 0: with sampling 0 every change is queued; any other figure folds changes that are closer together.
    serverCapabilities: { ...LIMITS, minSupportedSampleRate: 0, serverProfileArray: PROFILES, localeIdArray: LOCALES },
    userManager: {
      isValidUserAsync(this: ServerSession, user, password, done) {
        const address = this.channel?.remoteAddress ?? "unknown";
        login.isValid(user, password, address).then((valid) => done(null, valid), done);
      },
      // Whoever comes with a certificate that is not in the users file only looks on.
      getUserRoles: (user) => roleIds(config.users.get(user)?.role ?? "Observer"),
    },
  });
  if (config.laboratory) {
    // node-opcua asks for the roles of those without a user here only.
    server.setRolePolicyOverride({ getUserRoles: (user) => (user === "anonymous" ? roleIds("Administrator") : null) });
  }
  await server.initialize();
  answerByAddresses(server, config.advertised, pki.names);
  if (server.engine.addressSpace !== null) {
    describeServer(server, server.engine.addressSpace);
    describeRedundancy(server, server.engine.addressSpace, config.redundant);
  }
  pki.refusals.watch(server);
  pki.manager.on("certificateRemoved", ({ store, fingerprint }) => {
    if (store === "trusted") {
      disconnect(server, fingerprint, log);
    }
  });
  return { server, address: `opc.tcp://${advertised}:${config.port}${config.path}` };
}

/** The standard's models, precompiled (each takes time and memory at the start), and the line's data types. */
export function nodesetsOf({ machineVision }: Pick<Config, "machineVision">): string[] {
  const vision = machineVision ? ["Opc.Ua.MachineVision.NodeSet2.ndjson.gz"] : [];
  return ["Opc.Ua.NodeSet2.ndjson.gz", ...vision, "AnomalyLine.Types.NodeSet2.xml"];
}

export interface Endpoint {
  readonly server: OPCUAServer;
  readonly address: string;
}

/** Closes the connections of a client whose certificate is not trusted any more. */
function disconnect(server: OPCUAServer, fingerprint: string, log: Logger): void {
  const thumbprint = fingerprint.toUpperCase();
  for (const channel of server.endpoints.flatMap((endpoint) => endpoint.getChannels())) {
    const certificate = channel.clientCertificate;
    if (certificate && createHash("sha1").update(certificate).digest("hex").toUpperCase() === thumbprint) {
      log.warn({ thumbprint, address: channel.remoteAddress }, "client disconnected: it is not trusted any more");
      channel.close();
    }
  }
}
