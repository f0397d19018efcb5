import { hostname } from "node:os";
import { BonjourHolder, type OPCUAServer, type OPCUAServerOptions } from "node-opcua";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { Registration } from "./registration.ts";

/** What the gateway offers, by the identifiers of OPC 10000-12, annex D. */
const CAPABILITIES = ["DA", "AC", "HD", "HE"];
/** A name on the network has one label of DNS. */
const MAX_LABEL = 63;
const LISTENER_TIMEOUT_MS = 120_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What node-opcua must know of it: the clients that it connects to instead of being connected to. */
export function discoveryOptions({ reverse }: Config): OPCUAServerOptions {
  return reverse.length === 0
    ? {}
    : {
        reverseConnect: {
          connections: reverse.map((address) => ({ endpointUrl: `opc.tcp://${address}` })),
          reconnectDelay: FIRST_PAUSE_MS,
          maxReconnectDelay: LONGEST_PAUSE_MS,
          connectionTimeout: LISTENER_TIMEOUT_MS,
        },
      };
}

/** Makes a gateway known where that is wanted: to a discovery server, and on its network by multicast DNS. */
export class Discovery {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #host: string;
  readonly #name: string;
  readonly #multicast = new BonjourHolder();
  readonly #registration: Registration | undefined;

  constructor(config: Config, server: OPCUAServer, log: Logger) {
    this.#config = config;
    this.#log = log;
    [this.#host = ""] = hostname().split(".");
    this.#name = `AnomalyLine ${this.#host} ${config.port}`.slice(0, MAX_LABEL);
    if (config.discoveryServer !== undefined) {
      const options = { url: config.discoveryServer, name: this.#name, capabilities: CAPABILITIES, pki: config.pki };
      this.#registration = new Registration(server, options, log);
    }
  }

  /** Once clients can come. A network that cannot be spoken to is no reason to serve nobody. */
  async start(): Promise<void> {
    this.#registration?.start();
    if (!this.#config.multicast) {
      return;
    }
    const { port, path } = this.#config;
    const name = this.#name;
    try {
      await this.#multicast.announcedOnMulticastSubnet({
        name,
        host: `${this.#host}.local`,
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
    await Promise.all([this.#registration?.stop(), this.#multicast.stopAnnouncedOnMulticastSubnet()]);
  }
}
