import type { AddressSpace, Namespace, UAObject } from "node-opcua";
import type { Inspection, LineStatus } from "../contract.ts";
import type { Arrival } from "../cursors.ts";
import type { FeedListener } from "../feed.ts";
import { refreshWith } from "../notifiers.ts";
import { NAMESPACE } from "../part.ts";
import type { FetchInspection } from "./resultMethods.ts";
import { ResultMaker } from "./visionResult.ts";
import { type VisionActions, VisionSystem } from "./visionSystem.ts";

/** The line in the words of OPC 40100-1: a VisionSystemType for each station, beside the flat tags and after them. */
export class MachineVision implements FeedListener {
  readonly #namespace: Namespace;
  readonly #folder: UAObject;
  readonly #maker: ResultMaker;
  readonly #fetch: FetchInspection;
  readonly #actions: VisionActions | undefined;
  readonly #systems = new Map<string, VisionSystem>();

  constructor(addressSpace: AddressSpace, fetch: FetchInspection, actions?: VisionActions) {
    this.#actions = actions;
    this.#namespace = addressSpace.registerNamespace(NAMESPACE);
    this.#maker = new ResultMaker(addressSpace);
    this.#fetch = fetch;
    const objects = addressSpace.rootFolder.objects;
    this.#folder = this.#namespace.addObject({
      typeDefinition: "FolderType",
      organizedBy: objects,
      nodeId: "s=MachineVision/",
      browseName: "MachineVision",
      description: "The line by OPC 40100-1: a vision system for each station",
      eventNotifier: 1,
    });
    refreshWith(objects.server, this.#folder);
  }

  inspection(inspection: Inspection, { kind }: Arrival): void {
    this.#system(inspection.station).inspection(inspection, kind === "new");
  }

  status(status: LineStatus): void {
    const absent = new Set(this.#systems.keys());
    for (const station of status.stations) {
      absent.delete(station.name);
      this.#system(station.name).status(station);
    }
    for (const name of absent) {
      this.#systems.get(name)?.lost();
    }
  }

  lost(): void {
    for (const system of this.#systems.values()) {
      system.lost();
    }
  }

  reset(): void {
    for (const system of this.#systems.values()) {
      system.reset();
    }
  }

  #system(name: string): VisionSystem {
    const known = this.#systems.get(name);
    if (known !== undefined) {
      return known;
    }
    const system = new VisionSystem(this.#namespace, this.#folder, name, this.#maker, this.#fetch, this.#actions);
    this.#systems.set(name, system);
    return system;
  }
}
