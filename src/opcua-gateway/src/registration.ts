import { createHash } from "node:crypto";
import { resolve } from "node:path";
import {
  ApplicationType,
  type EndpointDescription,
  MdnsDiscoveryConfiguration,
  MessageSecurityMode,
  OPCUAClient,
  type OPCUAClientOptions,
  type OPCUAServer,
  RegisteredServer,
  RegisterServer2Request,
  RegisterServerRequest,
  SecurityPolicy,
  StatusCodes,
} from "node-opcua";
import type { Logger } from "pino";

/** Discovery servers forget who has not registered for ten minutes (OPC 10000-4, 5.5.5). */
const RENEW_MS = 8 * 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const TCP = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";
/** The best last. */
const POLICIES: readonly (string | null)[] = [
  SecurityPolicy.Aes128_Sha256_RsaOaep,
  SecurityPolicy.Basic256Sha256,
  SecurityPolicy.Aes256_Sha256_RsaPss,
];

/** Where to register, and what the discovery server is told beside addresses. */
export interface RegistrationOptions {
  readonly url: string;
  readonly name: string;
  readonly capabilities: readonly string[];
  /** Folder of the certificates that the gateway trusts. */
  readonly pki: string;
}

type Transactions = {
  performMessageTransaction(request: object, done: (error: Error | null) => void): void;
};

/**
 * Keeps a server registered with a discovery server: tries until it is, and again when the registration would end. node-opcua's own registration takes
 * every refusal for success, and would try no more for eight minutes.
 */
export class Registration {
  readonly #server: OPCUAServer;
  readonly #options: RegistrationOptions;
  readonly #log: Logger;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #urls: readonly string[] = [];
  #client: OPCUAClient | undefined;
  #isRegistered = false;

  constructor(server: OPCUAServer, options: RegistrationOptions, log: Logger) {
    this.#server = server;
    this.#options = options;
    this.#log = log.child({ discoveryServer: options.url });
  }

  /** Once the server listens. */
  start(): void {
    // Taking leave of a discovery server names them, too, and the server has none any more when it stops.
    this.#urls = this.#server.getDiscoveryUrls();
    this.#running = this.#keep();
  }

  /** Takes leave of the discovery server, if it knows this server. */
  async stop(): Promise<void> {
    this.#ending.abort();
    const attempt = this.#isRegistered ? undefined : this.#client?.disconnect();
    await Promise.all([attempt, this.#running]);
    if (this.#isRegistered) {
      this.#isRegistered = false;
      try {
        await this.#tell(false);
      } catch (error) {
        this.#log.warn({ err: error }, "the discovery server could not be told that this gateway ends");
      }
    }
  }

  async #keep(): Promise<void> {
    let told = "";
    let pause = FIRST_PAUSE_MS;
    while (!this.#ending.signal.aborted) {
      const fault = await this.#tell(true).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (fault === undefined && !this.#isRegistered) {
        this.#log.info("registered with the discovery server");
      } else if (fault !== undefined && fault !== told && !this.#ending.signal.aborted) {
        this.#log.warn(`not registered with the discovery server, tried again: ${fault}`);
      }
      told = fault ?? "";
      this.#isRegistered = fault === undefined;
      await this.#wait(this.#isRegistered ? RENEW_MS : pause);
      pause = this.#isRegistered ? FIRST_PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  #wait(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
    });
  }

  async #tell(isOnline: boolean): Promise<void> {
    const endpoint = await this.#with({}, (client) => client.getEndpoints()).then(secureEndpoint);
    const certificate = endpoint?.serverCertificate;
    if (endpoint === undefined || !certificate) {
      throw new Error("it has no endpoint with security, without which nobody may register (OPC 10000-4, 5.5.5)");
    }
    await this.#requireTrust(certificate);
    const security = {
      securityMode: endpoint.securityMode,
      securityPolicy: endpoint.securityPolicyUri as SecurityPolicy,
      serverCertificate: certificate,
    };
    await this.#with(security, async (client) => {
      const server = this.#description(isOnline);
      const { name, capabilities } = this.#options;
      const mdns = new MdnsDiscoveryConfiguration({ mdnsServerName: name, serverCapabilities: [...capabilities] });
      try {
        await send(client, new RegisterServer2Request({ server, discoveryConfiguration: [mdns] }));
      } catch {
        // One that knows the older service alone. If that is refused, too, its reason counts.
        await send(client, new RegisterServerRequest({ server }));
      }
    });
  }

  async #requireTrust(certificate: Buffer): Promise<void> {
    const status = await this.#server.serverCertificateManager.checkCertificate(certificate);
    if (status !== StatusCodes.Good) {
      const thumbprint = createHash("sha1").update(certificate).digest("hex").toUpperCase();
      const advice = `anomalyline opcua clients trust ${thumbprint} --pki ${resolve(this.#options.pki)}`;
      throw new Error(`its certificate is refused here (${status.name}); if it is the right one: ${advice}`);
    }
  }

  /** By the address that is configured, at which it answers: the name in its endpoints need not be known here. */
  async #with<T>(security: OPCUAClientOptions, use: (client: OPCUAClient) => Promise<T>): Promise<T> {
    const server = this.#server;
    const client = OPCUAClient.create({
      applicationName: server.serverInfo.applicationName?.text ?? "",
      applicationUri: server.serverInfo.applicationUri ?? "",
      clientCertificateManager: server.serverCertificateManager,
      certificateFile: server.certificateFile,
      privateKeyFile: server.privateKeyFile,
      connectionStrategy: { maxRetry: 0 },
      endpointMustExist: false,
      ...security,
    });
    this.#client = client;
    try {
      await client.connect(this.#options.url);
      return await use(client);
    } finally {
      this.#client = undefined;
      await client.disconnect();
    }
  }

  #description(isOnline: boolean): RegisteredServer {
    const { applicationUri, productUri, applicationName } = this.#server.serverInfo;
    return new RegisteredServer({
      serverUri: applicationUri ?? null,
      productUri: productUri ?? null,
      serverNames: [applicationName ?? null],
      serverType: ApplicationType.Server,
      discoveryUrls: [...this.#urls],
      gatewayServerUri: null,
      semaphoreFilePath: null,
      isOnline,
    });
  }
}

function send(client: OPCUAClient, request: object): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transactions = client as unknown as Transactions;
  transactions.performMessageTransaction(request, (error) => (error === null ? resolve() : reject(error)));
  return promise;
}

/** The safest endpoint; undefined if none has security that this gateway knows. */
function secureEndpoint(endpoints: readonly EndpointDescription[]): EndpointDescription | undefined {
  const rank = ({ securityMode, securityPolicyUri }: EndpointDescription) =>
    (securityMode === MessageSecurityMode.SignAndEncrypt ? POLICIES.length : 0) + POLICIES.indexOf(securityPolicyUri);
  return endpoints
    .filter(({ transportProfileUri }) => transportProfileUri === TCP)
    .filter(({ securityMode }) => securityMode !== MessageSecurityMode.None)
    .filter(({ securityPolicyUri }) => POLICIES.includes(securityPolicyUri))
    .sort((one, other) => rank(other) - rank(one))[0];
}
