// WATCH=server watches the Server object, where the 40100-1 view's events come too, instead of the line's own folder. DURATION_S (60), RATE (1000 parts/s over four stations), GATEWAY_… and OPCUA_… as they are: zero lost events, and what that costs.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { FakeServer } from "../tests/fakeServer.ts";
import { launchListening, usage } from "../tests/gatewayProcess.ts";
import { Plc } from "../tests/plc.ts";
import { distribution, LineAtRate, STATIONS, setting } from "./lineAtRate.ts";
import { Watcher } from "./watcher.ts";

test("lossless", async () => {
  const seconds = setting("DURATION_S", 60);
  const server = new FakeServer();
  STATIONS.map((station) => server.addStation(station));
  await server.start();
  const own = Object.entries(process.env).filter(([name]) => /^(OPCUA|GATEWAY)_/.test(name));
  const { child, endpoint, lines } = await launchListening(server.port, Object.fromEntries(own));
  const pid = child.pid ?? 0;
  const line = new LineAtRate(server, setting("RATE", 1000));
  const watchers: Watcher[] = [];
  const clients: Plc[] = [];
  for (let client = 0; client < setting("CLIENTS", 1); client++) {
    const plc = await Plc.connect(endpoint);
    clients.push(plc);
    watchers.push(
      await Watcher.watch(plc, line, process.env.WATCH === "server" ? "i=2253" : plc.nodeId("AnomalyLine")),
    );
  }
  await vi.waitFor(() => expect(lines.some(({ msg }) => msg === "server connected")).toBe(true));
  const before = usage(pid);
  line.start();
  await delay(seconds * 1000);
  line.stop();
  const after = usage(pid);
  const all = () => expect(watchers.map(({ received }) => received)).toEqual(watchers.map(() => line.judged));
  // What is late is not lost; what is lost shows below.
  await vi.waitFor(all, { timeout: 30_000, interval: 100 }).catch(() => {});
  for (const { received, missing, disordered, delays } of watchers) {
    console.log(
      `${line.judged} judged, ${received} events, ${missing} missing, ${disordered} doubled; ${distribution(delays)}`,
    );
  }
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
  console.log(
    `gateway: ${cpu.toFixed(0)} % of a core; ${before.residentMb.toFixed(0)} MB at the start, ${after.residentMb.toFixed(0)} MB at the end`,
  );
  await Promise.all(clients.map((plc) => plc.disconnect()));
  child.kill("SIGTERM");
  server.stop();
  for (const { received, missing, disordered } of watchers) {
    expect([received, missing, disordered]).toEqual([line.judged, 0, 0]);
  }
});
