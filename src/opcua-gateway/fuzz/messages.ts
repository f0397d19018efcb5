import { randomBytes } from "node:crypto";
import {
  ActivateSessionRequest,
  AnonymousIdentityToken,
  AttributeIds,
  BinaryStream,
  BrowseRequest,
  CallRequest,
  CloseSecureChannelRequest,
  CloseSessionRequest,
  CreateMonitoredItemsRequest,
  CreateSessionRequest,
  CreateSubscriptionRequest,
  coerceNodeId,
  DataChangeFilter,
  DataType,
  DeleteSubscriptionsRequest,
  EventFilter,
  encodeExpandedNodeId,
  FindServersRequest,
  GetEndpointsRequest,
  HistoryReadRequest,
  ModifyMonitoredItemsRequest,
  MonitoringMode,
  type NodeId,
  OpenSecureChannelRequest,
  PublishRequest,
  ReadRequest,
  RegisterNodesRequest,
  RepublishRequest,
  SetMonitoringModeRequest,
  SetTriggeringRequest,
  TransferSubscriptionsRequest,
  TranslateBrowsePathsToNodeIdsRequest,
  WriteRequest,
} from "node-opcua";
import { frame } from "../tests/rawClient.ts";

const NONE = "http://opcfoundation.org/UA/SecurityPolicy#None";

interface Encodable {
  readonly requestHeader: { authenticationToken: NodeId; timeoutHint: number };
  readonly schema: { encodingDefaultBinary?: unknown };
  binaryStoreSize(stream?: unknown): number;
  encode(stream: BinaryStream): void;
}

/** Where a message goes: numbers of a channel and, within it, of a session. */
export interface Place {
  channel: number;
  token: number;
  sequence: number;
  session: NodeId | null;
}

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const text = (value: string) => Buffer.concat([u32(value.length), Buffer.from(value)]);

export function openChannel(place: Place, requestType = 0): Buffer {
  const request = new OpenSecureChannelRequest({
    requestType,
    securityMode: 1,
    requestedLifetime: 60_000,
    clientNonce: null as never,
  });
  const number = ++place.sequence;
  const security = [u32(place.channel), text(NONE), u32(0xffffffff), u32(0xffffffff), u32(number), u32(number)];
  return frame("OPN", ...security, encode(request as unknown as Encodable, place));
}

export function closeChannel(place: Place): Buffer {
  return message("CLO", new CloseSecureChannelRequest({}) as unknown as Encodable, place);
}

export function message(type: string, request: Encodable, place: Place): Buffer {
  const number = ++place.sequence;
  return frame(type, u32(place.channel), u32(place.token), u32(number), u32(number), encode(request, place));
}

function encode(request: Encodable, { session }: Place): Buffer {
  if (session !== null) {
    request.requestHeader.authenticationToken = session;
  }
  request.requestHeader.timeoutHint = 5_000;
  const stream = new BinaryStream(request.binaryStoreSize() + 64);
  encodeExpandedNodeId(
    (request.constructor as unknown as { encodingDefaultBinary: never }).encodingDefaultBinary,
    stream,
  );
  request.encode(stream);
  return Buffer.from(stream.buffer.subarray(0, stream.length));
}

export function createSession(endpointUrl: string): Encodable {
  // Those that their connection leaves behind make room soon.
  const requestedSessionTimeout = 1_000;
  return new CreateSessionRequest({
    endpointUrl,
    sessionName: "fuzz",
    clientNonce: randomBytes(32),
    requestedSessionTimeout,
    clientDescription: { applicationUri: "urn:fuzz" },
  }) as unknown as Encodable;
}

export function activateSession(): Encodable {
  const userIdentityToken = new AnonymousIdentityToken({ policyId: "anonymous" });
  return new ActivateSessionRequest({ userIdentityToken }) as unknown as Encodable;
}

export function read(nodeId = "i=2259"): Encodable {
  return new ReadRequest({
    nodesToRead: [{ nodeId, attributeId: AttributeIds.Value }],
    timestampsToReturn: 2,
  }) as unknown as Encodable;
}

const SERVER = coerceNodeId("i=2253");
const SIMPLE = {
  typeDefinitionId: "i=2041",
  browsePath: [{ namespaceIndex: 0, name: "Severity" }],
  attributeId: AttributeIds.Value,
};

/** One request of each service that a client has, right in itself; ids of subscriptions and items are small numbers that may exist. */
export const SERVICES: readonly (() => unknown)[] = [
  () => read(),
  () =>
    new BrowseRequest({
      requestedMaxReferencesPerNode: 3,
      nodesToBrowse: [{ nodeId: "i=85", browseDirection: 0, includeSubtypes: true, resultMask: 63 }],
    }),
  () =>
    new TranslateBrowsePathsToNodeIdsRequest({
      browsePaths: [
        {
          startingNode: "i=85",
          relativePath: {
            elements: [{ targetName: { name: "Server" }, includeSubtypes: true, referenceTypeId: "i=33" }],
          },
        },
      ],
    }),
  () =>
    new WriteRequest({
      nodesToWrite: [
        {
          nodeId: "i=2994",
          attributeId: AttributeIds.Value,
          value: { value: { dataType: DataType.Boolean, value: true } },
        },
      ],
    }),
  () =>
    new CallRequest({
      methodsToCall: [
        { objectId: "i=2253", methodId: "i=11492", inputArguments: [{ dataType: DataType.UInt32, value: 1 }] },
      ],
    }),
  () =>
    new CreateSubscriptionRequest({
      requestedPublishingInterval: 10,
      requestedLifetimeCount: 30,
      requestedMaxKeepAliveCount: 3,
      publishingEnabled: true,
    }),
  () => items("i=2258", AttributeIds.Value, new DataChangeFilter({ trigger: 1, deadbandType: 0 })),
  () =>
    items(
      "i=2253",
      AttributeIds.EventNotifier,
      new EventFilter({ selectClauses: [SIMPLE], whereClause: { elements: [] } }),
    ),
  () =>
    new ModifyMonitoredItemsRequest({
      subscriptionId: 1,
      timestampsToReturn: 2,
      itemsToModify: [
        { monitoredItemId: 1, requestedParameters: { clientHandle: 1, samplingInterval: 50, queueSize: 2 } },
      ],
    }),
  () => new SetMonitoringModeRequest({ subscriptionId: 1, monitoringMode: 1, monitoredItemIds: [1, 2] }),
  () => new SetTriggeringRequest({ subscriptionId: 1, triggeringItemId: 1, linksToAdd: [2], linksToRemove: [3] }),
  () => new PublishRequest({ subscriptionAcknowledgements: [{ subscriptionId: 1, sequenceNumber: 1 }] }),
  () => new RepublishRequest({ subscriptionId: 1, retransmitSequenceNumber: 1 }),
  () => new TransferSubscriptionsRequest({ subscriptionIds: [1], sendInitialValues: true }),
  () => new DeleteSubscriptionsRequest({ subscriptionIds: [1] }),
  () => new RegisterNodesRequest({ nodesToRegister: [SERVER] }),
  () => new HistoryReadRequest({ nodesToRead: [{ nodeId: "i=2258" }] }),
  () => new GetEndpointsRequest({ endpointUrl: "opc.tcp://localhost:4840" }),
  () => new FindServersRequest({ endpointUrl: "opc.tcp://localhost:4840" }),
  () => createSession("opc.tcp://localhost:4840"),
  () => activateSession(),
  () => new CloseSessionRequest({ deleteSubscriptions: true }),
];

function items(nodeId: string, attributeId: AttributeIds, filter: DataChangeFilter | EventFilter) {
  const requestedParameters = { clientHandle: 1, samplingInterval: 50, queueSize: 2, discardOldest: true, filter };
  return new CreateMonitoredItemsRequest({
    subscriptionId: 1,
    timestampsToReturn: 2,
    itemsToCreate: [
      { itemToMonitor: { nodeId, attributeId }, monitoringMode: MonitoringMode.Reporting, requestedParameters },
    ],
  });
}
