import { status } from "@grpc/grpc-js";
import { StatusCodes } from "node-opcua";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Gateway } from "../src/gateway.ts";
import { TAGS } from "../src/tags.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { type Event, Plc } from "./plc.ts";

const ALL_TAGS = Object.keys(TAGS).map((tag) => `A.${tag}`);

const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

beforeAll(async () => {
  server.judge("A", { verdict: 1 });
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
});

beforeEach(() => recovered());

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

/** All values Good, the newest part shown. */
async function recovered(): Promise<void> {
  await vi.waitFor(
    async () => {
      const last = Number(server.log.get("A")?.at(-1)?.sequence ?? 0);
      const values = await plc.read(...ALL_TAGS);
      expect(values.every((value) => value.statusCode === StatusCodes.Good)).toBe(true);
      expect(values.at(-1)?.value.value).toBe(last);
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** How long from now until all values are BadNoCommunication, with no good part to be seen in them, in ms. */
async function silenceNoticed(): Promise<number> {
  const begin = performance.now();
  await vi.waitFor(
    async () => {
      const values = await plc.read(...ALL_TAGS);
      expect(values.every((value) => value.statusCode === StatusCodes.BadNoCommunication)).toBe(true);
    },
    { timeout: 5_000, interval: 5 },
  );
  const elapsed = performance.now() - begin;
  expect(await plc.values("A.Pass", "A.Ready", "A.Evaluation")).toEqual([false, false, 0]);
  return elapsed;
}

function sequences(events: readonly Event[], station = "A"): unknown[] {
  return events.filter((event) => event.Station === station).map((event) => event.Sequence);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

test("serverKilled_PartsJudgedMeanwhile_BadWithinASecondThenResumedWithoutLossOrDuplicate", async () => {
  const events = await plc.events();
  const changes = await plc.changes("A.Sequence");
  for (const _ of range(2, 50)) {
    server.judge("A");
  }
  await vi.waitFor(() => expect(sequences(events)).toEqual(range(2, 50)));
  server.kill();
  expect(await silenceNoticed()).toBeLessThan(1000);
  for (const _ of range(51, 400)) {
    server.judge("A", {}, true);
  }
  for (const _ of range(1, 30)) {
    server.judge("B", {}, true);
  }
  await server.start();
  // What is replayed is not the current part: the old ones must not show as Good.
  await vi.waitFor(() => expect(sequences(events)).toEqual(range(2, 400)), { timeout: 5_000 });
  await vi.waitFor(() => expect(sequences(events, "B")).toEqual(range(1, 30)), { timeout: 5_000 });
  await recovered();
  const good = changes.filter((value) => value.statusCode === StatusCodes.Good).map((value) => value.value.value);
  // On a starved machine a status may come late and the newest part turn Bad and Good once more; no older one may be Good at all.
  expect([...new Set(good.filter((sequence) => sequence > 50))]).toEqual([400]);
  const replayed = changes.filter((value) => value.statusCode === StatusCodes.UncertainLastUsableValue);
  expect(replayed.map((value) => value.value.value)).toEqual(expect.arrayContaining(range(51, 399)));
  expect(server.requests.at(-1)?.cursors).toEqual([{ station: "A", afterSequence: "50" }]);
});

test("serverSilent_StreamOpen_BadWithinASecondThenGoodAgain", async () => {
  server.beating = false;
  expect(await silenceNoticed()).toBeLessThan(1000);
  server.beating = true;
  await recovered();
});

test("watcherCutOff_DataLoss_ResumesByCursor", async () => {
  const events = await plc.events();
  const before = Number(server.log.get("A")?.at(-1)?.sequence);
  server.cutOff(status.DATA_LOSS);
  for (let part = 0; part < 100; part++) {
    server.judge("A");
  }
  await vi.waitFor(() => expect(sequences(events)).toEqual(range(before + 1, before + 100)), { timeout: 5_000 });
});

test("streamBreaksAgainAndAgain_EveryPartOnce", async () => {
  const events = await plc.events();
  const before = Number(server.log.get("A")?.at(-1)?.sequence);
  let judged = 0;
  const judging = setInterval(() => {
    server.judge("A");
    judged++;
    if (judged % 25 === 0) {
      server.cutOff(status.UNAVAILABLE);
    }
  }, 5);
  await vi.waitFor(() => expect(judged).toBeGreaterThan(200), { timeout: 5_000 });
  clearInterval(judging);
  await vi.waitFor(() => expect(sequences(events)).toEqual(range(before + 1, before + judged)), { timeout: 5_000 });
});

test("logReplaced_OutOfRange_StartsAfreshByTail", async () => {
  const events = await plc.events();
  server.kill();
  await silenceNoticed();
  server.log.clear();
  for (let part = 0; part < 3; part++) {
    server.judge("A", {}, true);
  }
  await server.start();
  await recovered();
  expect(await plc.values("A.Sequence")).toEqual([3]);
  expect((await plc.read("B.Sequence"))[0]?.statusCode).toBe(StatusCodes.BadNoCommunication);
  server.judge("A");
  await vi.waitFor(() => expect(sequences(events)).toEqual([4]));
});
