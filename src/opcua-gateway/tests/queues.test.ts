import {
  AttributeIds,
  type ClientSession,
  type ClientSubscription,
  type DataValue,
  type OPCUAClient,
  TimestampsToReturn,
} from "node-opcua";
import { expect, test, vi } from "vitest";
import { FakeServer } from "./fakeServer.ts";
import { launchListening } from "./gatewayProcess.ts";
import { Plc } from "./plc.ts";

const QUEUES = [1, 2, 5, 40, 1000];
const TAGS = ["A.Sequence", "A.Record", "A.Pass", "A.Heartbeat"];
/** Parts for each state that the server is in; more than the small queues hold. */
const PARTS = 50;
const ROUNDS = 3;

/** A client's items of every queue size, in both orders of discarding; it publishes every so often. */
async function subscribe(plc: Plc, publishing: number): Promise<ClientSubscription> {
  const subscription = await plc.session.createSubscription2({
    requestedPublishingInterval: publishing,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 10,
    publishingEnabled: true,
  });
  for (const queueSize of QUEUES) {
    for (const discardOldest of [true, false]) {
      for (const tag of TAGS) {
        const item = { nodeId: plc.nodeId(tag), attributeId: AttributeIds.Value };
        const parameters = { samplingInterval: 0, queueSize, discardOldest };
        await subscription.monitor(item, parameters, TimestampsToReturn.Both);
      }
    }
  }
  return subscription;
}

/** The socket under a client's session. */
function socketOf(session: ClientSession) {
  const client = (session as unknown as { _client: OPCUAClient })._client;
  const channel = (client as unknown as { _secureChannel: { getTransport(): { _socket: import("node:net").Socket } } })
    ._secureChannel;
  return channel.getTransport()._socket;
}

test("queuesOfEverySize_OfSlowFrozenAndVanishingClientsWhileServerComesAndGoes_EndNeitherProcessNorSessions", async () => {
  const server = new FakeServer();
  server.judge("A", { verdict: 1 });
  await server.start();
  const { child, lines, endpoint } = await launchListening(server.port);
  const [bystander, slow, frozen, vanishing] = await Promise.all(
    Array.from({ length: 4 }, () => Plc.connect(endpoint)),
  );
  if (!bystander || !slow || !frozen || !vanishing) {
    throw new Error("not connected");
  }
  const events = await bystander.events();
  await subscribe(slow, 3_000);
  await subscribe(frozen, 50);
  await subscribe(vanishing, 50);
  const shown = (sequence: number) =>
    bystander.until("A.Sequence", (value: DataValue) => value.statusCode.isGood() && value.value.value === sequence);
  const lost = () => bystander.until("A.Sequence", (value: DataValue) => value.statusCode.isBad());
  const judge = async () => {
    for (let part = 0; part < PARTS; part++) {
      server.judge("A");
    }
    await shown(Number(server.log.get("A")?.at(-1)?.sequence));
  };
  socketOf(frozen.session).pause();
  for (let round = 0; round < ROUNDS; round++) {
    await judge();
    // Stopped and continued, as by SIGSTOP.
    server.beating = false;
    await lost();
    server.beating = true;
    await judge();
    server.kill();
    await lost();
    await server.start();
    await judge();
    if (round === 0) {
      socketOf(vanishing.session).destroy();
    }
  }
  expect(child.exitCode).toBeNull();
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
  // The bystander's session and subscription are those that it began with: nothing was lost to it.
  await vi.waitFor(() => expect(events).toHaveLength(PARTS * 3 * ROUNDS));
  expect(new Set(events.map(({ Sequence }) => Sequence)).size).toBe(PARTS * 3 * ROUNDS);
  socketOf(frozen.session).resume();
  await Promise.allSettled([bystander, slow, frozen, vanishing].map((plc) => plc.disconnect()));
  child.kill();
  server.stop();
}, 120_000);
