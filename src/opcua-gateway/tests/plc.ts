import {
  AttributeIds,
  type ClientSession,
  type ClientSubscription,
  constructEventFilter,
  type DataType,
  type DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  type OPCUAClientOptions,
  ofType,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
  Variant,
  VariantArrayType,
  type VariantOptions,
} from "node-opcua";
import { inject } from "vitest";
import { NAMESPACE } from "../src/part.ts";

const FIELDS = [
  "Station",
  "Sequence",
  "LogSequence",
  "PartId",
  "ProductId",
  "Pass",
  "Evaluation",
  "Score",
  "Threshold",
  "ReasonCode",
].concat(["ReasonText", "ModelVersion", "RecipeRevision", "CaptureTime", "CompletionTime", "ProcessingMs"]);
const BASE_FIELDS = ["EventType", "SourceName", "Severity", "Message", "Time"];

const scalar = (value: VariantOptions) => new Variant({ arrayType: VariantArrayType.Scalar, ...value });

export type Event = Record<string, unknown>;

/** An OPC UA client, as a PLC or a SCADA is one. */
export class Plc {
  readonly #client: OPCUAClient;
  readonly session: ClientSession;
  /** Id of the subscription that fieldsOf() made last. */
  lastSubscription = 0;
  readonly #namespace: number;

  private constructor(client: OPCUAClient, session: ClientSession, namespace: number) {
    this.#client = client;
    this.session = session;
    this.#namespace = namespace;
  }

  static async connect(endpoint: string, options: OPCUAClientOptions = {}, user?: UserIdentityInfo): Promise<Plc> {
    const manager = new OPCUACertificateManager({
      rootFolder: inject("clientPki"),
      automaticallyAcceptUnknownCertificate: true,
    });
    const client = OPCUAClient.create({
      securityMode: MessageSecurityMode.None,
      securityPolicy: SecurityPolicy.None,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0 },
      clientCertificateManager: manager,
      ...options,
    });
    await client.connect(endpoint);
    try {
      const session = await client.createSession(user);
      const namespaces = await session.readNamespaceArray();
      return new Plc(client, session, namespaces.indexOf(NAMESPACE));
    } catch (error) {
      await client.disconnect();
      throw error;
    }
  }

  async disconnect(): Promise<void> {
    await this.session.close(true);
    await this.#client.disconnect();
  }

  nodeId(name: string): string {
    return `ns=${this.#namespace};s=${name}`;
  }

  /** Reads variables in one request. */
  read(...names: string[]): Promise<DataValue[]> {
    return this.session.read(names.map((name) => ({ nodeId: this.nodeId(name), attributeId: AttributeIds.Value })));
  }

  async values(...names: string[]): Promise<unknown[]> {
    return (await this.read(...names)).map((dataValue) => dataValue.value.value);
  }

  /** Waits until a variable fulfils a condition, by subscription; the test's time limit is the limit. */
  async until(name: string, condition: (value: DataValue) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = await this.subscribe();
    const item = { nodeId: this.nodeId(name), attributeId: AttributeIds.Value };
    const monitored = await subscription.monitor(
      item,
      { samplingInterval: 0, queueSize: 1000 },
      TimestampsToReturn.Both,
    );
    monitored.on("changed", (value: DataValue) => condition(value) && resolve());
    await promise;
    await subscription.terminate();
  }

  /** All values of a variable from now on. */
  async changes(name: string): Promise<DataValue[]> {
    const values: DataValue[] = [];
    const subscription = await this.subscribe();
    const item = { nodeId: this.nodeId(name), attributeId: AttributeIds.Value };
    const monitored = await subscription.monitor(
      item,
      { samplingInterval: 0, queueSize: 5000 },
      TimestampsToReturn.Both,
    );
    monitored.on("changed", (value: DataValue) => values.push(value));
    return values;
  }

  /** Writes a variable. */
  async write(name: string, dataType: DataType, value: unknown): Promise<string> {
    const write = { nodeId: this.nodeId(name), attributeId: AttributeIds.Value, value: { value: { dataType, value } } };
    return (await this.session.write(write)).name;
  }

  /** Calls a method of a station: its status, and what it gives. */
  async call(station: string, method: string, ...inputs: VariantOptions[]): Promise<[string, ...unknown[]]> {
    const request = { objectId: this.nodeId(station), methodId: this.nodeId(`${station}.${method}`) };
    const result = await this.session.call({ ...request, inputArguments: inputs.map(scalar) });
    return [result.statusCode.name, ...(result.outputArguments ?? []).map((output) => output.value)];
  }

  /** Events with these fields from now on, at the Server object. */
  async fieldsOf(type: string, ...fields: string[]): Promise<Event[]> {
    const events: Event[] = [];
    const subscription = await this.subscribe();
    const filter = constructEventFilter(["EventId", ...fields], ofType(type));
    this.lastSubscription = subscription.subscriptionId;
    const item = { nodeId: "i=2253", attributeId: AttributeIds.EventNotifier };
    const monitored = await subscription.monitor(item, { queueSize: 5000, filter }, TimestampsToReturn.Neither);
    monitored.on("changed", (variants: Variant[]) =>
      events.push(Object.fromEntries(["EventId", ...fields].map((field, index) => [field, variants[index]?.value]))),
    );
    return events;
  }

  /** Inspection events from now on, at a node: by default the Server object, which sees all. */
  async events(nodeId = "i=2253", take?: (event: Event) => void): Promise<Event[]> {
    const events: Event[] = [];
    const taker = take ?? ((event: Event) => events.push(event));
    const subscription = await this.subscribe();
    const filter = constructEventFilter([...BASE_FIELDS, ...FIELDS.map((name) => `${this.#namespace}:${name}`)]);
    const item = { nodeId, attributeId: AttributeIds.EventNotifier };
    const monitored = await subscription.monitor(item, { queueSize: 20_000, filter }, TimestampsToReturn.Neither);
    monitored.on("changed", (variants: Variant[]) => {
      const names = [...BASE_FIELDS, ...FIELDS];
      const event = Object.fromEntries(names.map((name, index) => [name, variants[index]?.value]));
      if (event.Station !== null) {
        taker(event);
      }
    });
    return events;
  }

  subscribe(): Promise<ClientSubscription> {
    return this.session.createSubscription2({
      requestedPublishingInterval: 10,
      requestedLifetimeCount: 10_000,
      requestedMaxKeepAliveCount: 10,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 1,
    });
  }
}
