import { join } from "node:path";
import type { Logger } from "pino";
import { Audit } from "./audit.ts";
import { Bulkheads } from "./bulkheads.ts";
import type { Config } from "./config.ts";
import { connect, loadServices } from "./contract.ts";
import { Discovery } from "./discovery.ts";
import { Feed } from "./feed.ts";
import { HistoryService } from "./history/historyService.ts";
import { Line } from "./line.ts";
import { lineWithView } from "./lineWithView.ts";
import { fetchInspections } from "./machineVision/fetchInspections.ts";
import { MachineVision } from "./machineVision/machineVision.ts";
import { createServer } from "./server.ts";
import { ServerCommands } from "./serverCommands.ts";
import { shelveByAlarm } from "./shelving.ts";
import { limitHandshakes } from "./transportLimits.ts";

/** A running gateway. */
export interface Gateway {
  /** Where OPC UA clients connect. */
  readonly endpoint: string;
  /** Takes leave of clients and the server. */
  stop(): Promise<void>;
}

/**
 * Starts OPC UA, then watches the server for ever. `assets` holds `nodesets/` and `protos/`.
 * What nothing catches in the process belongs to `bulkheads` first.
 */
export async function startGateway(
  config: Config,
  assets: string,
  log: Logger,
  bulkheads = new Bulkheads(log),
): Promise<Gateway> {
  const { server, address } = await createServer(config, assets, log);
  bulkheads.guard(server);
  limitHandshakes(server);
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) {
    throw new Error("node-opcua made no address space");
  }
  const services = loadServices(join(assets, "protos"));
  const commands = new ServerCommands(services, config);
  const line = new Line(addressSpace, commands, log, config.confirmAlarms);
  shelveByAlarm(server);
  new HistoryService(commands, (nodeId) => line.historized(nodeId)).install(server);
  const discovery = new Discovery(config, server, log);
  await server.start();
  log.info({ endpoint: address }, "listening");
  if (config.laboratory) {
    log.warn("LABORATORY MODE: anyone may connect without security and without a user; never on a plant network");
  }
  const client = connect(services.inspection, config);
  const actions = { server: commands, audit: new Audit(addressSpace, log) };
  const listener = config.machineVision
    ? lineWithView(line, new MachineVision(addressSpace, fetchInspections(commands), actions), log)
    : line;
  const feed = new Feed(client, listener, log);
  feed.start();
  void discovery.start();
  return {
    endpoint: address,
    async stop() {
      feed.stop();
      commands.close();
      // Beside each other: clients do not wait for a discovery server that does not answer.
      await Promise.all([discovery.stop(), server.shutdown(0)]);
    },
  };
}
