import type { Namespace, UAObject, UAVariable } from "node-opcua";
import { METHOD_NAMES } from "./methods.ts";
import { passEventsUp } from "./notifiers.ts";
import { permissions } from "./roles.ts";
import { initialValue, TAGS, type Tag, type TagName, variantOf } from "./tags.ts";

const GROUPS: Readonly<Record<string, string>> = {
  History: "The last 16 parts, oldest first",
  Counters: "Parts since ResetTime, by verdict",
};
/** The alarm of a station that does not judge though it should. */
export const NOT_READY = "NotReady";
/** The alarm of a station whose parts or pictures are no longer what its model was calibrated on. */
export const DRIFT = "Drift";
/** What a client may write is said by the access level; that it may write at all, by its role. */
const ACCESS = permissions("Operator", "Write");

/** All node ids of a station. */
export function stationNodeIds(name: string): string[] {
  return [
    `s=${name}`,
    ...[...Object.keys(GROUPS), ...Object.keys(TAGS), ...METHOD_NAMES, NOT_READY, DRIFT].map(
      (part) => `s=${name}.${part}`,
    ),
  ];
}

/** The station's object `s=<name>`, a source of events below the folder. */
export function addStationObject(namespace: Namespace, folder: UAObject, name: string): UAObject {
  const station = namespace.addObject({
    nodeId: `s=${name}`,
    browseName: name,
    description: "A station: the newest part's verdict, its history, state, counters and methods",
    organizedBy: folder,
    eventNotifier: 1,
  });
  passEventsUp(station, folder);
  return station;
}

/** The station's variables `s=<name>.<tag>`; "History." and "Counters." tags below objects of that name. */
export function addVariables(namespace: Namespace, station: UAObject, name: string): Record<TagName, UAVariable> {
  const groups = new Map([["", station]]);
  for (const [group, description] of Object.entries(GROUPS)) {
    const nodeId = `s=${name}.${group}`;
    groups.set(group, namespace.addObject({ nodeId, browseName: group, description, componentOf: station }));
  }
  const entries = (Object.entries(TAGS) as [TagName, Tag][]).map(([tag, { type, text, array, writable }]) => {
    const [leaf = tag, group = ""] = tag.split(".").reverse();
    const variable = namespace.addVariable({
      nodeId: `s=${name}.${tag}`,
      browseName: leaf,
      componentOf: groups.get(group) ?? station,
      description: text,
      dataType: type,
      valueRank: array ? 1 : -1,
      ...(array ? { arrayDimensions: [0] } : {}),
      accessLevel: writable ? "CurrentRead | CurrentWrite" : "CurrentRead",
      userAccessLevel: writable ? "CurrentRead | CurrentWrite" : "CurrentRead",
      rolePermissions: ACCESS,
      // 0 = reported by change: with any other figure, changes in between would be folded into one.
      minimumSamplingInterval: 0,
      value: variantOf(tag, initialValue(tag)),
    });
    return [tag, variable];
  });
  return Object.fromEntries(entries) as Record<TagName, UAVariable>;
}
