// An OPC UA client as a PLC or a SCADA is one: one JSON line on standard output for each thing that happens, a read, a write or a call for each line on standard input.
// It connects again for ever, and ends when standard input does.
//   node opcua-client.mjs FOLDER_OF_NODE_MODULES ENDPOINT PKI_FOLDER [STATION.TAG to watch with sampling interval 0 ...]
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const [folder, endpoint, pki, ...watched] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
// Standard output is for JSON lines; libraries print to the console.
console.log = console.info = console.debug = console.warn = console.error;
const {
  AttributeIds,
  constructEventFilter,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
} = require("node-opcua");

const FIELDS = ["Station", "Sequence", "PartId", "Pass", "Evaluation", "Score", "Threshold", "ReasonCode", "ModelVersion"];
const QUEUE = 5000;
const RETRY_MS = 100;

/** Monotonic nanoseconds, the clock that all processes of a machine share; as text, beyond what a JSON number holds. */
const now = () => process.hrtime.bigint().toString();
const say = (kind, more) => process.stdout.write(`${JSON.stringify({ kind, at: now(), ...more })}\n`);

let current;
createInterface(process.stdin)
  .on("line", (line) => answer(JSON.parse(line)))
  .on("close", () => process.exit(0));

const clientCertificateManager = new OPCUACertificateManager({ rootFolder: pki });
for (;;) {
  try {
    await watch();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
  }
  await delay(RETRY_MS);
}

/** One connection, until it breaks. */
async function watch() {
  const client = OPCUAClient.create({
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
    clientCertificateManager,
  });
  const broken = new Promise((resolve) => client.once("connection_lost", resolve).once("close", resolve));
  await client.connect(endpoint);
  try {
    const session = await client.createSession();
    const namespace = (await session.readNamespaceArray()).indexOf("urn:anomalyline:line");
    current = { session, namespace };
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: 10,
      requestedLifetimeCount: 10_000,
      requestedMaxKeepAliveCount: 10,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 1,
    });
    await watchEvents(subscription, namespace);
    say("connected");
    const looking = new AbortController();
    broken.then(() => looking.abort());
    await Promise.all(watched.map((tag) => watchTag(session, subscription, namespace, tag, looking.signal)));
    await broken;
    say("lost");
  } finally {
    current = undefined;
    await client.disconnect().catch(() => {});
  }
}

async function watchEvents(subscription, namespace) {
  const filter = constructEventFilter(FIELDS.map((name) => `${namespace}:${name}`));
  const item = { nodeId: "i=2253", attributeId: AttributeIds.EventNotifier };
  const monitored = await subscription.monitor(item, { queueSize: QUEUE, filter }, TimestampsToReturn.Neither);
  monitored.on("changed", (variants) => {
    const event = Object.fromEntries(FIELDS.map((name, i) => [name, variants[i]?.value]));
    if (typeof event.Station === "string") {
      say("event", event);
    }
  });
}

/** A station appears once the gateway has heard of it. */
async function watchTag(session, subscription, namespace, tag, signal) {
  const item = { nodeId: `ns=${namespace};s=${tag}`, attributeId: AttributeIds.Value };
  while (!signal.aborted && (await session.read(item)).statusCode.name === "BadNodeIdUnknown") {
    await delay(RETRY_MS);
  }
  const monitored = await subscription.monitor(item, { samplingInterval: 0, queueSize: QUEUE }, TimestampsToReturn.Both);
  monitored.on("changed", ({ statusCode, value }) => say("tag", { tag, status: statusCode.name, value: value?.value }));
}

function answer(request) {
  return request.tags !== undefined ? read(request) : act(request);
}

/** Writes a text, or calls a method that takes none but texts; the status comes like a read's. */
async function act({ id, tag, method, texts }) {
  try {
    const { session, namespace } = current;
    const values = texts.map((value) => ({ dataType: "String", value }));
    const node = `ns=${namespace};s=${tag}`;
    const status =
      method === undefined
        ? await session.write({ nodeId: node, attributeId: AttributeIds.Value, value: { value: values[0] } })
        : (await session.call({ objectId: node, methodId: `${node}.${method}`, inputArguments: values })).statusCode;
    say("read", { id, tags: [{ tag, status: status.name }] });
  } catch (error) {
    say("read", { id, tags: [{ tag, status: error.message }] });
  }
}

/** Reads variables in one request. */
async function read({ id, tags }) {
  try {
    const { session, namespace } = current;
    const nodes = tags.map((tag) => ({ nodeId: `ns=${namespace};s=${tag}`, attributeId: AttributeIds.Value }));
    const values = await session.read(nodes);
    say("read", { id, tags: values.map(({ statusCode, value }, i) => ({ tag: tags[i], status: statusCode.name, value: value?.value })) });
  } catch (error) {
    say("read", { id, tags: tags.map((tag) => ({ tag, status: error.message })) });
  }
}
