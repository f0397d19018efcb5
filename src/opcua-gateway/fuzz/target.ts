// The gateway from its sources, without the pauses by which it slows attackers down: a fuzzer would wait for them.
import { ServerSecureChannelLayer, ServerTCP_transport } from "node-opcua";
import { pino } from "pino";
import { Bulkheads } from "../src/bulkheads.ts";
import { readConfig } from "../src/config.ts";
import { startGateway } from "../src/gateway.ts";

ServerTCP_transport.throttleTime = 0;
ServerSecureChannelLayer.throttleTime = 0;
ServerSecureChannelLayer.closeDelayAfterRefusal = 0;
console.log = console.info = console.debug = console.warn = console.error = () => {};
const log = pino({ base: null, level: "info" }, pino.destination({ fd: 1, sync: true }));
const bulkheads = new Bulkheads(log);
process.on("uncaughtException", (error) => {
  if (!bulkheads.contains(error)) {
    log.fatal({ err: error }, "gateway failed");
    process.exit(1);
  }
});
const [assets = "dist"] = process.argv.slice(2);
await startGateway(readConfig(process.env), assets, log, bulkheads);
// A warning for each damaged message would take longer than the message.
log.level = "error";
