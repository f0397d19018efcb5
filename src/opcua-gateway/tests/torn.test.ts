import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

beforeAll(async () => {
  server.addStation("A");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

test("multiNodeRead_WhilePartsPass_IsNeverTorn", async () => {
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
  const judging = setInterval(() => {
    for (let part = 0; part < 3; part++) {
      server.judge("A");
    }
  }, 3);
  const seen = new Set<number>();
  let torn = 0;
  const end = performance.now() + 3_000;
  while (performance.now() < end) {
    const reads = Array.from({ length: 8 }, () =>
      plc.values("A.Sequence", "A.PartId", "A.Evaluation", "A.Score", "A.CaptureTime", "A.History.Sequence"),
    );
    for (const [sequence, partId, evaluation, score, captureTime, history] of await Promise.all(reads)) {
      const n = sequence as number;
      seen.add(n);
      const part = [`P${n}`, (n % 3) + 1, n / 4, (1_700_000_000 + n) * 1000 + 123, n];
      const read = [partId, evaluation, score, (captureTime as Date).getTime(), (history as Uint32Array).at(-1)];
      torn += part.every((value, index) => value === read[index]) ? 0 : 1;
    }
  }
  clearInterval(judging);
  expect(torn).toBe(0);
  expect(seen.size).toBeGreaterThan(10);
});
