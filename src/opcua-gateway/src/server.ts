import { hostname } from "node:os";
import { join } from "node:path";
import { MessageSecurityMode, OPCUAServer, SecurityPolicy, type ServerSession, Subscription } from "node-opcua";
import type { Logger } from "pino";
import manifest from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { Login } from "./login.ts";
import { APPLICATION_URI, openPki, type Pki } from "./pki.ts";
import { roleIds } from "./roles.ts";

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
  maxMonitoredItemsQueueSize: 5_000,
  maxStringLength: 64 * 1024,
  maxByteStringLength: 64 * 1024,
  maxArrayLength: 64 * 1024,
  maxBrowseContinuationPoints: 10,
  operationLimits: { maxNodesPerRead: 2_000, maxNodesPerBrowse: 2_000, maxMonitoredItemsPerCall: 2_000 },
};

/** An OPC UA server, not yet listening, on the nodesets beside the program. `address` is where clients find it. */
export async function createServer(config: Config, assets: string, log: Logger): Promise<Endpoint> {
  const pki = await openPki(config.pki, config.host);
  logRejected(pki, log);
  const login = new Login(config.users, log);
  const anyAddress = config.host === "0.0.0.0" || config.host === "::";
  const advertised = anyAddress ? hostname() : config.host;
  const server = new OPCUAServer({
    host: config.host,
    hostname: advertised,
    port: config.port,
    resourcePath: config.path,
    nodesets: [join(assets, "nodesets/Opc.Ua.NodeSet2.ndjson.gz")],
    serverInfo: {
      applicationUri: APPLICATION_URI,
      productUri: "urn:anomalyline:gateway",
      applicationName: { text: "AnomalyLine OPC UA gateway", locale: "en" },
    },
    buildInfo: {
      productName: "AnomalyLine OPC UA gateway",
      productUri: "urn:anomalyline:gateway",
      manufacturerName: "AnomalyLine",
      softwareVersion: manifest.version,
      buildNumber: manifest.version,
    },
    securityPolicies: config.laboratory ? [SecurityPolicy.None, ...POLICIES] : POLICIES,
    securityModes: config.laboratory ? [MessageSecurityMode.None, ...MODES] : MODES,
    allowAnonymous: config.laboratory,
    serverCertificateManager: pki.manager,
    userCertificateManager: pki.users,
    certificateFile: pki.certificateFile,
    privateKeyFile: pki.privateKeyFile,
    isAuditing: true,
    maxConnectionsPerEndpoint: 100,
    // 0: with sampling 0 every change is queued; any other figure folds changes that are closer together.
    serverCapabilities: { ...LIMITS, minSupportedSampleRate: 0 },
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
  return { server, address: `opc.tcp://${advertised}:${config.port}${config.path}` };
}

export interface Endpoint {
  readonly server: OPCUAServer;
  readonly address: string;
}

/** A client that is not trusted sees an unclear error; what to do is said here. */
function logRejected(pki: Pki, log: Logger): void {
  pki.manager.on("certificateAdded", ({ store, fingerprint, filename }) => {
    if (store === "rejected") {
      log.warn({ fingerprint, filename }, "client waits for trust: move its certificate to trusted/certs");
    }
  });
}
