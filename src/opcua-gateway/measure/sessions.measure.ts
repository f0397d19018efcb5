// SESSIONS (48) with 100 items each, sampling 0, at RATE (10 parts/s over four stations) for DURATION_S (60): lost values, and what that costs.
import { setTimeout as delay } from "node:timers/promises";
import { AttributeIds, type DataValue, TimestampsToReturn } from "node-opcua";
import { expect, test, vi } from "vitest";
import { VERDICT_TAGS } from "../src/tags.ts";
import { FakeServer } from "../tests/fakeServer.ts";
import { launchListening, usage } from "../tests/gatewayProcess.ts";
import { Plc } from "../tests/plc.ts";
import { LineAtRate, STATIONS, setting } from "./lineAtRate.ts";

const ITEMS_OF_A_STATION = 25;

/** What one session got: notifications, and by station the last sequence and those that were skipped. */
class Session {
  notifications = 0;
  lost = 0;
  readonly last = new Map<string, number>();

  async watch(plc: Plc): Promise<void> {
    const subscription = await plc.session.createSubscription2({
      requestedPublishingInterval: 500,
      requestedLifetimeCount: 10_000,
      requestedMaxKeepAliveCount: 10,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 1,
    });
    for (const station of STATIONS) {
      const names = Array.from({ length: ITEMS_OF_A_STATION }, (_, n) => VERDICT_TAGS[n % VERDICT_TAGS.length] ?? "");
      const items = names.map((name) => ({
        nodeId: plc.nodeId(`${station}.${name}`),
        attributeId: AttributeIds.Value,
      }));
      const parameters = { samplingInterval: 0, queueSize: 1000, discardOldest: true };
      const group = await subscription.monitorItems(items, parameters, TimestampsToReturn.Source);
      group.on("changed", (_item: unknown, value: DataValue, index: number) => {
        this.notifications++;
        if (names[index] === "Sequence" && names.indexOf("Sequence") === index && value.statusCode.isGoodish()) {
          const before = this.last.get(station);
          this.lost += before === undefined ? 0 : Math.max(0, value.value.value - before - 1);
          this.last.set(station, value.value.value);
        }
      });
    }
  }
}

test("sessions", async () => {
  const seconds = setting("DURATION_S", 60);
  const server = new FakeServer();
  for (const station of STATIONS) {
    server.judge(station, {}, true);
  }
  await server.start();
  const { child, endpoint } = await launchListening(server.port);
  const pid = child.pid ?? 0;
  const before = usage(pid);
  const clients: Plc[] = [];
  const sessions: Session[] = [];
  for (let number = 0; number < setting("SESSIONS", 48); number++) {
    const plc = await Plc.connect(endpoint);
    const session = new Session();
    await session.watch(plc);
    clients.push(plc);
    sessions.push(session);
  }
  const line = new LineAtRate(server, setting("RATE", 10));
  const begin = usage(pid);
  line.start();
  await delay(seconds * 1000);
  line.stop();
  const end = usage(pid);
  const newest = STATIONS.map((station) => Number(server.log.get(station)?.at(-1)?.sequence));
  await vi.waitFor(
    () => {
      for (const { last } of sessions) {
        expect(STATIONS.map((station) => last.get(station))).toEqual(newest);
      }
    },
    { timeout: 30_000, interval: 200 },
  );
  const notifications = sessions.reduce((sum, session) => sum + session.notifications, 0);
  const lost = sessions.reduce((sum, session) => sum + session.lost, 0);
  const cpu = ((end.cpuSeconds - begin.cpuSeconds) / seconds) * 100;
  console.log(
    `${sessions.length} sessions, ${sessions.length * STATIONS.length * ITEMS_OF_A_STATION} items: ${Math.round(notifications / seconds)} notifications a second, ${lost} lost; ` +
      `${cpu.toFixed(0)} % of a core; ${before.residentMb.toFixed(0)} MB without sessions, ${end.residentMb.toFixed(0)} MB with them`,
  );
  await Promise.all(clients.map((plc) => plc.disconnect()));
  child.kill("SIGTERM");
  server.stop();
  expect(lost).toBe(0);
});
