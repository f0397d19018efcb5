import {
  AttributeIds,
  type ClientSession,
  type ClientSubscription,
  constructEventFilter,
  type DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  type OPCUAClientOptions,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
  type Variant,
} from "node-opcua";
import { inject } from "vitest";
import { NAMESPACE } from "../src/line.ts";

const FIELDS = [
  "Station",
  "Sequence",
  "LogSequence",
  "PartId",
  "Pass",
  "Evaluation",
  "Score",
  "Threshold",
  "ReasonCode",
].concat(["ReasonText", "ModelVersion", "RecipeRevision", "CaptureTime", "CompletionTime", "ProcessingMs"]);
const BASE_FIELDS = ["EventType", "SourceName", "Severity", "Message", "Time"];

export type Event = Record<string, unknown>;

/** An OPC UA client, as a PLC or a SCADA is one. */
export class Plc {
  readonly #client: OPCUAClient;
  readonly session: ClientSession;
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
