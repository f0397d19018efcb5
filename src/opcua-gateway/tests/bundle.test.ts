import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, inject, test, vi } from "vitest";
import { FakeServer } from "./fakeServer.ts";
import { launch, launchListening } from "./gatewayProcess.ts";
import { Plc } from "./plc.ts";

const servers: FakeServer[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
  }
  for (const server of servers.splice(0)) {
    server.stop();
  }
});

function launched(environment: NodeJS.ProcessEnv) {
  const started = launch(environment);
  children.push(started.child);
  return started;
}

async function listening(environment: NodeJS.ProcessEnv = {}) {
  const server = new FakeServer();
  servers.push(server);
  server.addStation("A");
  await server.start();
  const started = await launchListening(server.port, environment);
  children.push(started.child);
  return { ...started, server };
}

test("bundle_CopiedElsewhere_ServesAndLeavesWhenStandardInputEnds", async () => {
  const { child, lines, server, endpoint, errors } = await listening({ GATEWAY_SUPERVISED: "true" });
  const plc = await Plc.connect(endpoint);
  await vi.waitFor(() => expect(lines.some(({ msg }) => msg === "server connected")).toBe(true));
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.statusCode.isGood() && value.value.value === 1);
  const begin = performance.now();
  child.stdin.end();
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(errors()).toBe("");
  await plc.disconnect().catch(() => {});
});

test("bundle_Terminated_LeavesPolitely", async () => {
  const { child } = await listening();
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test("bundle_WrongConfiguration_ReportsAllAndExitsWith2", async () => {
  const { child, lines } = launched({ OPCUA_PORT: "none", OPCUA_LABORATORY: "perhaps" });
  const [code] = await once(child, "close");
  expect(code).toBe(2);
  expect(lines).toHaveLength(1);
  for (const name of ["OPCUA_PORT", "OPCUA_LABORATORY", "OPCUA_PKI", "OPCUA_USERS"]) {
    expect(lines[0]?.msg).toContain(name);
  }
});

test("bundle_PortTaken_SaysSoAndExitsWith1", async () => {
  const first = await listening();
  const { child, lines } = launched({
    OPCUA_PORT: new URL(first.endpoint).port,
    OPCUA_PKI: inject("pki"),
    OPCUA_LABORATORY: "true",
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(JSON.stringify(lines.at(-1))).toContain("EADDRINUSE");
});

test("thousandEventsASecond_ThreeSeconds_AllSeenInOrder", async () => {
  const { server, endpoint, lines } = await listening();
  const plc = await Plc.connect(endpoint);
  const events = await plc.events();
  await vi.waitFor(() => expect(lines.some(({ msg }) => msg === "server connected")).toBe(true));
  const stations = ["A", "B", "C", "D"];
  const begin = performance.now();
  let judged = 0;
  await new Promise<void>((resolve) => {
    const judging = setInterval(() => {
      const due = Math.min(3_000, performance.now() - begin);
      for (; judged < due; judged++) {
        server.judge(stations[judged % 4] ?? "");
      }
      if (judged >= 3_000) {
        clearInterval(judging);
        resolve();
      }
    }, 5);
  });
  await vi.waitFor(() => expect(events).toHaveLength(3_000), { timeout: 10_000 });
  for (const station of stations) {
    const sequences = events.filter((event) => event.Station === station).map((event) => event.Sequence);
    expect(sequences).toEqual(Array.from({ length: 750 }, (_, index) => index + 1));
  }
  await plc.disconnect();
});
