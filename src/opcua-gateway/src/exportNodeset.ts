import { join } from "node:path";
import { AddressSpace, generateAddressSpace } from "node-opcua";
import { pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { type LineStatus, loadServices, STOPPED } from "./contract.ts";
import { Line } from "./line.ts";
import { MachineVision } from "./machineVision/machineVision.ts";
import { NAMESPACE } from "./part.ts";
import { nodesetsOf } from "./server.ts";
import { ServerCommands } from "./serverCommands.ts";

/** Nobody calls the methods of a document. */
const NO_SERVER = new URL("http://127.0.0.1:1");

/** When the nodes last changed their meaning; in the document, so that engineering tools see a newer model. */
const PUBLISHED = new Date("2026-11-30T00:00:00Z");
const STATION_NAME = /^[\w.-]{1,64}$/;

/** Names of stations that are none. */
export class StationNameError extends Error {}

/**
 * The types and the nodes of these stations as a NodeSet2 document, for engineering without the line.
 * Node ids are those that a running gateway has; values are those before the first verdict.
 */
export async function exportNodeset(
  stations: readonly string[],
  machineVision: boolean,
  assets: string,
): Promise<string> {
  const wrong = stations.filter((name) => !STATION_NAME.test(name));
  if (wrong.length > 0) {
    throw new StationNameError(`no names of stations: ${wrong.map((name) => `"${name}"`).join(", ")}`);
  }
  const addressSpace = AddressSpace.create();
  const commands = new ServerCommands(loadServices(join(assets, "protos")), { server: NO_SERVER });
  try {
    const files = nodesetsOf({ machineVision }).map((name) => join(assets, "nodesets", name));
    await generateAddressSpace(addressSpace, files);
    // The server's own namespace, so that ours has the index here that it has there.
    addressSpace.registerNamespace("urn:anomalyline:gateway");
    const view = machineVision ? [new MachineVision(addressSpace, () => Promise.resolve(undefined))] : [];
    const log = pino({ enabled: false });
    for (const listener of [new Line(addressSpace, commands, log), ...view]) {
      listener.status(statusOf(stations));
      listener.reset();
    }
    const namespace = addressSpace.getNamespace(NAMESPACE);
    namespace.version = manifest.version;
    namespace.publicationDate = PUBLISHED;
    // Without fractions of a second, as the Foundation's own files: some importers read no other form.
    return namespace.toNodeset2XML().replace(/(PublicationDate="[^".]*)\.\d+Z"/g, '$1Z"');
  } finally {
    commands.close();
    addressSpace.dispose();
  }
}

function statusOf(names: readonly string[]): LineStatus {
  const nothing = {
    fault: "",
    lastSequence: "0",
    counters: null,
    productId: "",
    nextPart: null,
    countersSince: null,
    drift: "",
  };
  const stations = names.map((name) => ({ name, ready: false, mode: STOPPED, ...nothing }));
  return { heartbeat: 0, stations };
}
