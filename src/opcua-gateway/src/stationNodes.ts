import {
  DataType,
  EnumValueType,
  makeEUInformation,
  type Namespace,
  type NodeId,
  type UAObject,
  type UAObjectType,
  Range as UARange,
  type UAVariable,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { METHOD_NAMES } from "./methods.ts";
import { passEventsUp } from "./notifiers.ts";
import { permissions } from "./roles.ts";
import {
  HISTORIZED_TAGS,
  initialValue,
  type Range,
  TAGS,
  type Tag,
  type TagName,
  type Unit,
  variantOf,
} from "./tags.ts";

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

/** SubscribeToEvents and HistoryRead (OPC 10000-3, 8.59). */
const EVENTS_AND_THEIR_HISTORY = 0b101;

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
export function addStationObject(namespace: Namespace, type: UAObjectType, folder: UAObject, name: string): UAObject {
  const station = namespace.addObject({
    nodeId: `s=${name}`,
    browseName: name,
    typeDefinition: type,
    description: "A station: the newest part's verdict, its history, state, counters and methods",
    organizedBy: folder,
    eventNotifier: EVENTS_AND_THEIR_HISTORY,
  });
  passEventsUp(station, folder);
  return station;
}

/** The variables of a station, and what they show beside their values. */
export interface StationVariables {
  readonly variables: Record<TagName, UAVariable>;
  /** ValueAsText, where a number has words. */
  readonly words: ReadonlyMap<TagName, UAVariable>;
  /** EURange, where a number has a unit. */
  readonly ranges: ReadonlyMap<TagName, UAVariable>;
}

/**
 * The station's variables `s=<name>.<tag>`; "History." and "Counters." tags below objects of that name.
 * With a rule, those that a type declares for its stations.
 */
export function addVariables(
  namespace: Namespace,
  station: UAObject | UAObjectType,
  name: string,
  partType: NodeId,
  modellingRule?: "Mandatory",
): StationVariables {
  const rule = modellingRule === undefined ? {} : { modellingRule };
  const groups = new Map<string, UAObject | UAObjectType>([["", station]]);
  for (const [group, description] of Object.entries(GROUPS)) {
    const nodeId = `s=${name}.${group}`;
    groups.set(group, namespace.addObject({ nodeId, browseName: group, description, componentOf: station, ...rule }));
  }
  const words = new Map<TagName, UAVariable>();
  const ranges = new Map<TagName, UAVariable>();
  const entries = (Object.entries(TAGS) as [TagName, Tag][]).map(([tag, declared]) => {
    const { type, text, array } = declared;
    const [leaf = tag, group = ""] = tag.split(".").reverse();
    const variable = namespace.addVariable({
      nodeId: `s=${name}.${tag}`,
      browseName: leaf,
      componentOf: groups.get(group) ?? station,
      typeDefinition: typeOf(declared),
      description: text,
      dataType: type === DataType.ExtensionObject ? partType : type,
      valueRank: array ? 1 : -1,
      ...(array ? { arrayDimensions: [0] } : {}),
      ...accessTo(tag),
      rolePermissions: ACCESS,
      // 0 = reported by change: with any other figure, changes in between would be folded into one.
      minimumSamplingInterval: 0,
      value: variantOf(tag, initialValue(tag)),
      ...rule,
    });
    const add = (browseName: string, description: string, dataType: string, value: Variant, valueRank = -1) =>
      namespace.addVariable({
        nodeId: `s=${name}.${tag}/${browseName}`,
        browseName: { name: browseName, namespaceIndex: 0 },
        propertyOf: variable,
        description,
        dataType,
        valueRank,
        ...(valueRank === 1 ? { arrayDimensions: [0] } : {}),
        minimumSamplingInterval: 0,
        value,
        ...rule,
      });
    if (declared.words !== undefined) {
      add("EnumValues", "The words for the numbers", "EnumValueType", enumValues(declared.words), 1);
      words.set(tag, add("ValueAsText", "The word for the number", "LocalizedText", wordOf(declared.words, 0)));
    }
    if (declared.unit !== undefined && declared.range !== undefined) {
      add("EngineeringUnits", "Unit of the number", "EUInformation", unitOf(declared.unit));
      const about = "What is usual; for Score, Threshold and Margin it follows the threshold of the newest part";
      ranges.set(tag, add("EURange", about, "Range", rangeOf(declared.range(0))));
    }
    return [tag, variable];
  });
  return { variables: Object.fromEntries(entries) as Record<TagName, UAVariable>, words, ranges };
}

function accessTo(tag: TagName) {
  const { writable }: Tag = TAGS[tag];
  const historizing = HISTORIZED_TAGS.includes(tag);
  const accessLevel = `CurrentRead${writable ? " | CurrentWrite" : ""}${historizing ? " | HistoryRead" : ""}`;
  return { accessLevel, userAccessLevel: accessLevel, historizing };
}

/** OPC 10000-8: numbers with words, and numbers with a unit and a usual range. */
function typeOf({ words, unit }: Tag): string {
  return words !== undefined
    ? "MultiStateValueDiscreteType"
    : unit !== undefined
      ? "AnalogUnitRangeType"
      : "BaseDataVariableType";
}

function enumValues(words: readonly string[]): Variant {
  const value = words.map((word, index) => new EnumValueType({ value: [0, index], displayName: { text: word } }));
  return new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value });
}

function unitOf({ code, symbol, name }: Unit): Variant {
  return new Variant({ dataType: DataType.ExtensionObject, value: makeEUInformation(code, symbol, name) });
}

/** A range as OPC UA carries it. */
export function rangeOf(range: Range): Variant {
  return new Variant({ dataType: DataType.ExtensionObject, value: new UARange(range) });
}

/** The word for a number; the number itself if it has no word. */
export function wordOf(words: readonly string[], value: number): Variant {
  return new Variant({ dataType: DataType.LocalizedText, value: { text: words[value] ?? String(value) } });
}
