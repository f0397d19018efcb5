// MINUTES (30) and RATE (200 parts/s over four stations): events at a client, memory and processor time of the gateway.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { FakeServer } from "../tests/fakeServer.ts";
import { launchListening, usage } from "../tests/gatewayProcess.ts";
import { Plc } from "../tests/plc.ts";
import { distribution, LineAtRate, STATIONS, setting } from "./lineAtRate.ts";
import { Watcher } from "./watcher.ts";

test("soak", async () => {
  const minutes = setting("MINUTES", 30);
  const server = new FakeServer();
  STATIONS.map((station) => server.addStation(station));
  await server.start();
  const { child, endpoint } = await launchListening(server.port);
  const pid = child.pid ?? 0;
  const plc = await Plc.connect(endpoint);
  const line = new LineAtRate(server, setting("RATE", 200));
  const watcher = await Watcher.watch(plc, line, "i=2253");
  // A SCADA beside it: all variables of one station by DataChange.
  const changes = await plc.changes("A.Sequence");
  console.log(`start: ${usage(pid).residentMb.toFixed(0)} MB`);
  line.start();
  let before = usage(pid).cpuSeconds;
  for (let minute = 1; minute <= minutes; minute++) {
    await delay(60_000);
    const { residentMb, cpuSeconds } = usage(pid);
    const cpu = ((cpuSeconds - before) / 60) * 100;
    before = cpuSeconds;
    const { received, missing, disordered, delays } = watcher;
    console.log(
      `${minute} min: ${residentMb.toFixed(0)} MB, ${cpu.toFixed(0)} % of a core; ${line.judged} judged, ` +
        `${received} events, ${missing} missing, ${disordered} doubled; ${distribution(delays)}; ${changes.length} changes`,
    );
    delays.length = 0;
    changes.length = 0;
  }
  line.stop();
  await delay(2_000);
  await plc.disconnect();
  child.kill("SIGTERM");
  server.stop();
  expect([watcher.received, watcher.missing, watcher.disordered]).toEqual([line.judged, 0, 0]);
});
