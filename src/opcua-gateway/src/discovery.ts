import { hostname } from "node:os";
import { BonjourHolder, type OPCUAServer, type OPCUAServerOptions, RegisterServerMethod } from "node-opcua";
import type { Logger } from "pino";
import type { Config } from "./config.ts";

/** What the gateway offers, by the identifiers of OPC 10000-12, annex D. */
const CAPABILITIES = ["DA", "AC", "HD", "HE"];
/** A name on the network has one label of DNS. */
const MAX_LABEL = 63;
const LISTENER_TIMEOUT_MS = 120_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What node-opcua must know of it: where it registers, and the clients that it connects to instead of being connected to. */
export function discoveryOptions({ discoveryServer, reverse }: Config): OPCUAServerOptions {
  return {
    capabilitiesForMDNS: CAPABILITIES,
    ...(discoveryServer === undefined
      ? {}
      : { registerServerMethod: RegisterServerMethod.LDS, discoveryServerEndpointUrl: discoveryServer }),
    ...(reverse.length === 0
      ? {}
      : {
          reverseConnect: {
            connections: reverse.map((address) => ({ endpointUrl: `opc.tcp://${address}` })),
            reconnectDelay: FIRST_PAUSE_MS,
            maxReconnectDelay: LONGEST_PAUSE_MS,
            connectionTimeout: LISTENER_TIMEOUT_MS,
          },
        }),
  };
}

/** Makes a gateway known on its network by multicast DNS, where that is wanted, and says in the log what becomes of its registration. */
export class Discovery {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #multicast = new BonjourHolder();

  constructor(config: Config, server: OPCUAServer, log: Logger) {
    this.#config = config;
    this.#log = log;
    const where = { discoveryServer: config.discoveryServer };
    let isTold = false;
    server.on("serverRegistered", () => log.info(where, "registered with the discovery server"));
    server.on("serverRegistrationPending", () => {
      if (!isTold) {
        isTold = true;
        log.info(where, "registering with the discovery server; tried again until it answers and trusts this gateway");
      }
    });
  }

  /** Announces the endpoint; a network that cannot be spoken to is no reason to serve nobody. */
  async start(): Promise<void> {
    if (!this.#config.multicast) {
      return;
    }
    const [host = ""] = hostname().split(".");
    const name = `AnomalyLine ${host} ${this.#config.port}`.slice(0, MAX_LABEL);
    const { port, path } = this.#config;
    try {
      await this.#multicast.announcedOnMulticastSubnet({
        name,
        host: `${host}.local`,
        port,
        path,
        capabilities: CAPABILITIES,
      });
      this.#log.info({ name, port }, "announced by multicast DNS");
    } catch (error) {
      this.#log.error({ err: error }, "cannot be announced by multicast DNS");
    }
  }

  async stop(): Promise<void> {
    await this.#multicast.stopAnnouncedOnMulticastSubnet();
  }
}
