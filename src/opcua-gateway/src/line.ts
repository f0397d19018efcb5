import type { AddressSpace, Namespace, UAEventType, UAObject } from "node-opcua";
import type { Logger } from "pino";
import type { Inspection, LineStatus } from "./contract.ts";
import type { Arrival } from "./cursors.ts";
import type { FeedListener } from "./feed.ts";
import { addInspectionEventType, raiseInspectionEvent } from "./inspectionEvent.ts";
import { Station } from "./station.ts";
import { stationNodeIds } from "./stationNodes.ts";

/** Namespace of all nodes of the line. Clients look its index up by this; the index may change. */
export const NAMESPACE = "urn:anomalyline:line";

/** The line as OPC UA shows it: the folder `AnomalyLine` with an object for each station. */
export class Line implements FeedListener {
  readonly #namespace: Namespace;
  readonly #folder: UAObject;
  readonly #eventType: UAEventType;
  readonly #stations = new Map<string, Station | undefined>();
  readonly #log: Logger;

  constructor(addressSpace: AddressSpace, log: Logger) {
    this.#log = log;
    this.#namespace = addressSpace.registerNamespace(NAMESPACE);
    const objects = addressSpace.rootFolder.objects;
    this.#folder = this.#namespace.addObject({
      typeDefinition: "FolderType",
      organizedBy: objects,
      nodeId: "s=AnomalyLine",
      browseName: "AnomalyLine",
      notifierOf: objects.server,
      eventNotifier: 1,
    });
    this.#eventType = addInspectionEventType(this.#namespace);
  }

  inspection(inspection: Inspection, { kind, missed }: Arrival): void {
    const { station: name, sequence } = inspection;
    if (missed > 0n) {
      this.#log.error(
        { station: name, sequence, missed: missed.toString() },
        "inspections are missing from the stream",
      );
    }
    const station = this.#station(name);
    if (station === undefined) {
      return;
    }
    station.inspection(inspection, missed);
    if (kind === "new") {
      raiseInspectionEvent(this.#eventType, station.object, inspection);
    }
  }

  status(status: LineStatus): void {
    const absent = new Set(this.#stations.keys());
    for (const stationStatus of status.stations) {
      absent.delete(stationStatus.name);
      this.#station(stationStatus.name)?.status(stationStatus, status.heartbeat);
    }
    for (const name of absent) {
      this.#stations.get(name)?.lost();
    }
  }

  lost(): void {
    for (const station of this.#stations.values()) {
      station?.lost();
    }
  }

  reset(): void {
    for (const station of this.#stations.values()) {
      station?.reset();
    }
  }

  /** The station's nodes, made when it is first heard of; undefined where its node id is taken. */
  #station(name: string): Station | undefined {
    if (!this.#stations.has(name)) {
      this.#stations.set(name, this.#add(name));
    }
    return this.#stations.get(name);
  }

  #add(name: string): Station | undefined {
    // Station names may hold dots: a station "A.Score" would sit on station A's variable.
    const taken = stationNodeIds(name).find((id) => this.#namespace.findNode(id) !== null);
    if (taken !== undefined) {
      this.#log.error({ station: name, taken }, "station not shown: a node id of it is taken; rename the station");
      return undefined;
    }
    this.#log.info({ station: name }, "station added");
    return new Station(this.#namespace, this.#folder, name);
  }
}
