import { type AddressSpace, type ExtensionObject, type NodeId, NodeIdType, type UADataType } from "node-opcua";
import type { Inspection } from "./contract.ts";
import { FIELDS, fieldsOf } from "./inspectionFields.ts";

/** Namespace of all nodes of the line. Clients look its index up by this; the index may change. */
export const NAMESPACE = "urn:anomalyline:line";

/** What must not be read from a part that is not the current one. */
const UNKNOWN = { pass: false, evaluation: 0 };

type Fields = Readonly<Record<string, unknown>>;
type Constructor = new (fields: Fields) => ExtensionObject;

/** Makes values of PartDataType: all of an inspection in one structure. */
export class PartMaker {
  /** Node id of the data type. */
  readonly dataType: NodeId;
  readonly #Part: Constructor;

  constructor(addressSpace: AddressSpace) {
    const found = addressSpace.getNamespace(NAMESPACE).findNode("s=Types/Part");
    if (found?.nodeId.identifierType !== NodeIdType.STRING) {
      throw new Error("PartDataType is not in the address space: AnomalyLine.Types.NodeSet2.xml was not loaded");
    }
    this.dataType = found.nodeId;
    this.#Part = addressSpace.getExtensionObjectConstructor(found as UADataType) as unknown as Constructor;
  }

  of(inspection: Inspection): ExtensionObject {
    return new this.#Part(partFields(inspection));
  }

  /** The same without a verdict: a client that ignores quality must not see a good part. */
  ofNoVerdict(inspection: Inspection | undefined): ExtensionObject {
    return new this.#Part(inspection === undefined ? UNKNOWN : { ...partFields(inspection), ...UNKNOWN });
  }
}

function partFields(inspection: Inspection): Fields {
  const values = fieldsOf(inspection);
  return Object.fromEntries(
    (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).map((name) => [lower(name), values[name]]),
  );
}

/** The names that node-opcua gives to fields. */
export function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
