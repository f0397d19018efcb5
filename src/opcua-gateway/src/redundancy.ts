import {
  type AddressSpace,
  ApplicationDescription,
  ApplicationType,
  DataType,
  ObjectIds,
  ObjectTypeIds,
  type OPCUAServer,
  type UAObject,
  type UAVariable,
  VariableIds,
  Variant,
  VariantArrayType,
} from "node-opcua";

/** Of the enumeration RedundancySupport (OPC 10000-5, 12.5). */
const WARM = 2;

/** Another gateway on the same server: its application URI, and where clients find it. */
export interface Partner {
  readonly applicationUri: string;
  readonly url: string;
}

/**
 * Names the gateways that show the same nodes (OPC 10000-4, 6.6.2.4): a client that loses this one, or sees its ServiceLevel fall, goes to another.
 * Warm, and not hot: events of the past and the handshake with a PLC are each gateway's own, so that a client follows one at a time.
 */
export function describeRedundancy(
  server: OPCUAServer,
  addressSpace: AddressSpace,
  partners: readonly Partner[],
): void {
  if (partners.length === 0) {
    return;
  }
  const redundancy = addressSpace.findNode(`i=${ObjectIds.Server_ServerRedundancy}`) as UAObject;
  redundancy.removeReference({ referenceType: "HasTypeDefinition", nodeId: redundancy.typeDefinition });
  redundancy.addReference({
    referenceType: "HasTypeDefinition",
    nodeId: `i=${ObjectTypeIds.NonTransparentRedundancyType}`,
  });
  const uris = [server.serverInfo.applicationUri ?? "", ...partners.map(({ applicationUri }) => applicationUri)];
  const array = VariantArrayType.Array;
  // The standard's own node of this name, which hangs from no object until there is redundancy.
  const uriArray = addressSpace.findNode(`i=${VariableIds.Server_ServerRedundancy_ServerUriArray}`) as UAVariable;
  redundancy.addReference({ referenceType: "HasProperty", nodeId: uriArray });
  show(uriArray, new Variant({ dataType: DataType.String, arrayType: array, value: uris }));
  const support = addressSpace.findNode(`i=${VariableIds.Server_ServerRedundancy_RedundancySupport}`) as UAVariable;
  show(support, new Variant({ dataType: DataType.Int32, value: WARM }));

  // Clients find a partner's address by its URI.
  const getServers = server.getServers.bind(server);
  server.getServers = (channel) => [...getServers(channel), ...partners.map(describe)];
}

function show(variable: UAVariable, value: Variant): void {
  variable.bindVariable({ get: () => value }, true);
}

function describe({ applicationUri, url }: Partner): ApplicationDescription {
  return new ApplicationDescription({
    applicationUri,
    productUri: "urn:anomalyline:gateway",
    applicationName: { text: "AnomalyLine OPC UA gateway", locale: "en" },
    applicationType: ApplicationType.Server,
    discoveryUrls: [url],
  });
}
