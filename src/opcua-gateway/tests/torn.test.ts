import { DataType } from "node-opcua";
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

test("multiNodeRead_WhileAPlcAcknowledgesAndAnnounces_IsNeverTorn", async () => {
  server.judge("A");
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
  const judging = setInterval(() => server.judge("A"), 3);
  const end = performance.now() + 2_000;
  let torn = 0;
  let acknowledged = 0;
  while (performance.now() < end) {
    // Sent side by side on one connection: the writes run while the reads do.
    const [[sequence, partId, record, history, first]] = await Promise.all([
      plc.values("A.Sequence", "A.PartId", "A.Record", "A.History.Sequence", "A.AckSequence"),
      plc.write("A.AckSequence", DataType.UInt32, 0),
      plc.write("A.NextPartId", DataType.String, "N"),
    ]);
    const read = [partId, (record as string[])[0], (history as Uint32Array).at(-1)];
    torn += [`P${sequence}`, String(sequence), sequence].every((value, index) => value === read[index]) ? 0 : 1;
    const status = await plc.write("A.AckSequence", DataType.UInt32, sequence);
    acknowledged += status === "Good" ? 1 : 0;
    expect(typeof first).toBe("number");
  }
  clearInterval(judging);
  expect(torn).toBe(0);
  expect(acknowledged).toBeGreaterThan(10);
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
