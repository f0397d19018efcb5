import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type AddressSpace,
  DataType,
  LocalizedText,
  ObjectIds,
  type OPCUAServer,
  type RaiseEventData,
  TimeZoneDataType,
  type UAVariable,
  VariableIds,
  Variant,
  type VariantOptions,
} from "node-opcua";
import { AGGREGATES } from "./history/aggregates.ts";
import { MAX_RETURNED } from "./history/stretch.ts";

/** What clients may count on; conformance to whole profiles was never tested, so none is claimed. */
export const PROFILES = [
  "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary",
  "http://opcfoundation.org/UA-Profile/Server/StandardEventSubscription",
  "http://opcfoundation.org/UA-Profile/Server/Methods",
  "http://opcfoundation.org/UA-Profile/Server/Auditing",
];

/** The language of all texts. */
export const LOCALES = ["en"];

/** When this program was built. */
export function buildDate(): Date {
  return statSync(fileURLToPath(import.meta.url)).mtime;
}

const SERVICE_LEVEL_WITH_DATA = 255;
/** "No data" (OPC 10000-4, 6.6.2.4.2): a redundant client takes another server, if it has one. */
const SERVICE_LEVEL_WITHOUT_DATA = 1;
const LEAST_SEVERITY = 1;

type Fields = RaiseEventData & Record<string, VariantOptions | undefined>;
type Construct = (type: unknown, data: Fields) => unknown;

/** Makes the Server object say what is so: node-opcua's own claims are those of a library that can do more. */
export function describeServer(server: OPCUAServer, addressSpace: AddressSpace): void {
  // Every change as it comes; node-opcua never says less than 100 ms.
  const rate = addressSpace.findNode(`i=${VariableIds.Server_ServerCapabilities_MinSupportedSampleRate}`);
  (rate as UAVariable | null)?.bindVariable({ get: () => new Variant({ dataType: DataType.Double, value: 0 }) }, true);
  // Neither certificates nor publishers are configured over OPC UA.
  for (const id of [ObjectIds.ServerConfiguration, ObjectIds.PublishSubscribe]) {
    const node = addressSpace.findNode(`i=${id}`);
    if (node !== null) {
      addressSpace.deleteNode(node);
    }
  }
  Object.assign(server.engine.historyServerCapabilities, {
    accessHistoryDataCapability: true,
    accessHistoryEventsCapability: true,
    maxReturnDataValues: MAX_RETURNED,
    maxReturnEventValues: MAX_RETURNED,
  });
  for (const folder of [
    ObjectIds.HistoryServerCapabilities_AggregateFunctions,
    ObjectIds.Server_ServerCapabilities_AggregateFunctions,
  ]) {
    for (const aggregate of AGGREGATES) {
      addressSpace.findNode(`i=${folder}`)?.addReference({ referenceType: "Organizes", nodeId: `i=${aggregate}` });
    }
  }
  completeEvents(addressSpace, server.serverInfo.applicationUri ?? "");
}

/** Gives events the fields that node-opcua leaves out, or gives another type than OPC 10000-5 does. */
function completeEvents(addressSpace: AddressSpace, serverUri: string): void {
  const node = addressSpace as unknown as { constructEventData: Construct };
  const construct = node.constructEventData.bind(addressSpace);
  node.constructEventData = (type, data) => {
    const name = (type as { browseName?: { name?: string | null } }).browseName?.name ?? "";
    return construct(type, {
      ...data,
      localTime: data.localTime ?? { dataType: DataType.ExtensionObject, value: localTime() },
      severity: data.severity?.value ? data.severity : { dataType: DataType.UInt16, value: LEAST_SEVERITY },
      message: data.message ?? { dataType: DataType.LocalizedText, value: new LocalizedText({ text: name }) },
      ...(data.serverId?.value === "" || (data.serverId === undefined && name.startsWith("Audit"))
        ? { serverId: { dataType: DataType.String, value: serverUri } }
        : {}),
    });
  };
}

function localTime(): TimeZoneDataType {
  return new TimeZoneDataType({ offset: -new Date().getTimezoneOffset(), daylightSavingInOffset: true });
}

/** Server.ServiceLevel: how well this gateway can serve. */
export class ServiceLevel {
  readonly #variable: UAVariable | null;

  constructor(addressSpace: AddressSpace) {
    this.#variable = addressSpace.findNode(`i=${VariableIds.Server_ServiceLevel}`) as UAVariable | null;
    this.set(false);
  }

  /** Whether there are data of the line. */
  set(hasData: boolean): void {
    const level = hasData ? SERVICE_LEVEL_WITH_DATA : SERVICE_LEVEL_WITHOUT_DATA;
    const value = new Variant({ dataType: DataType.Byte, value: level });
    this.#variable?.bindVariable({ get: () => value }, true);
    this.#variable?.setValueFromSource(value);
  }
}
