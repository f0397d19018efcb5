import { type AddressSpace, DataType, type Namespace, type NodeId, type UAEventType, type UAObject } from "node-opcua";
import type { Logger } from "pino";
import { Alarm, type AlarmKind, type AlarmRules } from "./alarm.ts";
import { Audit } from "./audit.ts";
import { type Inspection, type LineStatus, STOPPED, type StationStatus } from "./contract.ts";
import type { Arrival } from "./cursors.ts";
import type { FeedListener } from "./feed.ts";
import type { Historized } from "./history/historyService.ts";
import { addInspectionEventType, raiseInspectionEvent } from "./inspectionEvent.ts";
import { addMethods } from "./methods.ts";
import { refreshWith } from "./notifiers.ts";
import { NAMESPACE } from "./part.ts";
import { permissions } from "./roles.ts";
import type { ServerCommands } from "./serverCommands.ts";
import { ServiceLevel } from "./serverObject.ts";
import { Station } from "./station.ts";
import { DRIFT, NOT_READY, stationNodeIds } from "./stationNodes.ts";
import { addStationType, type StationType } from "./stationType.ts";
import { type PartTag, partValue } from "./stationValues.ts";
import { clip, HISTORIZED_TAGS } from "./tags.ts";
import { acceptWrites } from "./writes.ts";

const SERVER_LOST: AlarmKind = { name: "ServerLost", text: "The server is not connected", severity: 900 };
const LOG_DAMAGED: AlarmKind = {
  name: "LogDamaged",
  text: "The server has found its log of inspections damaged",
  severity: 800,
};
const STATION_NOT_READY: AlarmKind = {
  name: NOT_READY,
  text: "Frames are not judged, and should be",
  severity: 700,
};
const STATION_DRIFTS: AlarmKind = {
  name: DRIFT,
  text: "Parts or pictures are no longer as the model knows them",
  severity: 500,
};

interface Shown {
  readonly station: Station;
  readonly notReady: Alarm;
  readonly drift: Alarm;
}

/** The line as OPC UA shows it: the folder `AnomalyLine` with an object for each station. */
export class Line implements FeedListener {
  readonly #namespace: Namespace;
  readonly #folder: UAObject;
  readonly #eventType: UAEventType;
  readonly #stationType: StationType;
  readonly #serverLost: Alarm;
  readonly #logDamaged: Alarm;
  readonly #serviceLevel: ServiceLevel;
  readonly #stations = new Map<string, Shown | undefined>();
  readonly #historized = new Map<string, Historized>();
  readonly #server: ServerCommands;
  readonly #audit: Audit;
  readonly #alarmRules: AlarmRules;
  readonly #log: Logger;

  /** `mustBeConfirmed`: whether alarms have to be confirmed beside being acknowledged. */
  constructor(addressSpace: AddressSpace, server: ServerCommands, log: Logger, mustBeConfirmed = false) {
    this.#server = server;
    this.#audit = new Audit(addressSpace, log);
    this.#log = log;
    this.#namespace = addressSpace.registerNamespace(NAMESPACE);
    this.#serviceLevel = new ServiceLevel(addressSpace);
    // For clients that come while an alarm is active (ConditionRefresh).
    addressSpace.installAlarmsAndConditionsService();
    // Of nodes that say nothing else.
    this.#namespace.setDefaultRolePermissions(permissions("Operator", "Call"));
    const objects = addressSpace.rootFolder.objects;
    this.#folder = this.#namespace.addObject({
      typeDefinition: "FolderType",
      organizedBy: objects,
      nodeId: "s=AnomalyLine",
      browseName: "AnomalyLine",
      description: "The line: an object for each station",
      eventNotifier: 1,
    });
    refreshWith(objects.server, this.#folder);
    this.#eventType = addInspectionEventType(this.#namespace);
    this.#stationType = addStationType(addressSpace, this.#namespace, this.#eventType);
    this.#alarmRules = { audit: this.#audit, mustBeConfirmed };
    this.#serverLost = new Alarm(this.#namespace, this.#folder, SERVER_LOST, this.#alarmRules);
    this.#logDamaged = new Alarm(this.#namespace, this.#folder, LOG_DAMAGED, this.#alarmRules);
  }

  inspection(inspection: Inspection, { kind, missed }: Arrival): void {
    const { station: name, sequence } = inspection;
    if (missed > 0n) {
      this.#log.error(
        { station: name, sequence, missed: missed.toString() },
        "inspections are missing from the stream",
      );
    }
    const station = this.#shown(name)?.station;
    if (station === undefined) {
      return;
    }
    station.inspection(inspection, { kind, missed });
    if (kind === "new") {
      raiseInspectionEvent(this.#eventType, station.object, inspection);
    }
  }

  status(status: LineStatus): void {
    const absent = new Set(this.#stations.keys());
    for (const stationStatus of status.stations) {
      absent.delete(stationStatus.name);
      this.#status(stationStatus, status.heartbeat);
    }
    for (const name of absent) {
      this.#stations.get(name)?.station.lost();
    }
    this.#serviceLevel.set(true);
    this.#serverLost.clear("The server is connected");
    if (status.logDamage) {
      this.#logDamaged.raise(clip(status.logDamage));
    } else {
      this.#logDamaged.clear("Nothing is known to be damaged in the log of inspections");
    }
  }

  lost(reason: string): void {
    for (const shown of this.#stations.values()) {
      shown?.station.lost();
    }
    this.#serviceLevel.set(false);
    this.#serverLost.raise(`The server is not connected: ${reason}`);
  }

  /** The variable or station that a node is, where it has history. */
  historized(nodeId: NodeId): Historized | undefined {
    return this.#historized.get(nodeId.toString());
  }

  reset(): void {
    for (const shown of this.#stations.values()) {
      shown?.station.reset();
    }
  }

  #status(status: StationStatus, heartbeat: number): void {
    const shown = this.#shown(status.name);
    shown?.station.status(status, heartbeat);
    if (status.drift === "") {
      shown?.drift.clear("Parts and pictures are as the model knows them");
    } else {
      shown?.drift.raise(clip(status.drift));
    }
    if (status.ready) {
      shown?.notReady.clear("The station judges");
    } else if (status.mode === STOPPED) {
      // Somebody wants it so.
      shown?.notReady.clear("The station is stopped");
    } else {
      shown?.notReady.raise(status.fault);
    }
  }

  /** The station's nodes, made when it is first heard of; undefined where its node id is taken. */
  #shown(name: string): Shown | undefined {
    if (!this.#stations.has(name)) {
      this.#stations.set(name, this.#add(name));
    }
    return this.#stations.get(name);
  }

  #add(name: string): Shown | undefined {
    // Station names may hold dots: a station "A.Score" would sit on station A's variable.
    const taken = stationNodeIds(name).find((id) => this.#namespace.findNode(id) !== null);
    if (taken !== undefined) {
      this.#log.error({ station: name, taken }, "station not shown: a node id of it is taken; rename the station");
      return undefined;
    }
    this.#log.info({ station: name }, "station added");
    const station = new Station(this.#namespace, this.#stationType, this.#folder, name);
    this.#keepHistoryOf(station);
    addMethods(this.#namespace, station, this.#server, this.#audit);
    this.#acceptWrites(station);
    const notReady = { ...STATION_NOT_READY, input: station.variables.Ready.nodeId };
    return {
      station,
      notReady: new Alarm(this.#namespace, station.object, notReady, this.#alarmRules),
      drift: new Alarm(this.#namespace, station.object, STATION_DRIFTS, this.#alarmRules),
    };
  }

  #keepHistoryOf({ name, object, variables }: Station): void {
    const { parts } = this.#stationType;
    const events = { node: object, station: name, object, eventType: this.#eventType };
    this.#historized.set(object.nodeId.toString(), events);
    for (const tag of HISTORIZED_TAGS) {
      const value = (inspection: Inspection) =>
        tag === "Part" ? parts.of(inspection) : partValue(tag as PartTag, inspection);
      this.#historized.set(variables[tag].nodeId.toString(), { node: variables[tag], station: name, tag, value });
    }
  }

  #acceptWrites(station: Station): void {
    const { AckSequence, NextPartId, NextProductId } = station.variables;
    const announce = async (part: object) =>
      station.announced((await this.#server.setNextPart(station.name, part)).part);
    acceptWrites(AckSequence, DataType.UInt32, this.#audit, (value) => station.acknowledge(value as number));
    acceptWrites(NextPartId, DataType.String, this.#audit, (value) => announce({ partId: value ?? "" }));
    acceptWrites(NextProductId, DataType.String, this.#audit, (value) => announce({ productId: value ?? "" }));
  }
}
