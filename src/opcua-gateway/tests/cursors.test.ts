import { expect, test } from "vitest";
import type { LineStatus } from "../src/contract.ts";
import { Cursors } from "../src/cursors.ts";

function statusOf(stations: Record<string, number>): LineStatus {
  const list = Object.entries(stations).map(([name, last]) => ({ name, lastSequence: String(last) }));
  const rest = {
    ready: true,
    fault: "",
    counters: null,
    mode: 1,
    productId: "",
    nextPart: null,
    countersSince: null,
    drift: "",
  };
  return { heartbeat: 1, stations: list.map((entry) => ({ ...entry, ...rest })) };
}

function kinds(cursors: Cursors, station: string, from: bigint, to: bigint): string[] {
  const found: string[] = [];
  for (let sequence = from; sequence <= to; sequence++) {
    found.push(cursors.inspection(station, sequence).kind);
  }
  return found;
}

test("inspection_FreshStartStatusFirst_TailIsHistoryAndRestIsNew", () => {
  const cursors = new Cursors();
  expect(cursors.request()).toEqual({ cursors: [], tail: 16 });
  cursors.status(statusOf({ A: 20 }));
  expect(kinds(cursors, "A", 19n, 21n)).toEqual(["history", "history", "new"]);
});

test("inspection_FreshStartTailFirst_IsHistory", () => {
  const cursors = new Cursors();
  expect(kinds(cursors, "A", 19n, 20n)).toEqual(["history", "history"]);
  cursors.status(statusOf({ A: 20 }));
  expect(kinds(cursors, "A", 21n, 21n)).toEqual(["new"]);
});

test("inspection_SeenBefore_IsDuplicate", () => {
  const cursors = new Cursors();
  cursors.status(statusOf({ A: 0 }));
  expect(kinds(cursors, "A", 1n, 2n)).toEqual(["new", "new"]);
  expect(kinds(cursors, "A", 1n, 3n)).toEqual(["duplicate", "duplicate", "new"]);
});

test("inspection_AfterAGap_CountsWhatIsMissing", () => {
  const cursors = new Cursors();
  cursors.status(statusOf({ A: 5 }));
  expect(cursors.inspection("A", 8n)).toEqual({ kind: "new", missed: 2n });
  expect(cursors.inspection("A", 9n)).toEqual({ kind: "new", missed: 0n });
});

test("request_InterruptedBeforeTheTailCame_AsksForTheTailAgain", () => {
  const cursors = new Cursors();
  cursors.status(statusOf({ A: 50, B: 3, C: 0 }));
  expect(cursors.request().cursors).toEqual([
    { station: "A", afterSequence: "34" },
    { station: "B", afterSequence: "0" },
    { station: "C", afterSequence: "0" },
  ]);
});

test("inspection_StationBornDuringAnInterruption_IsAskedForWholeAndNew", () => {
  const cursors = new Cursors();
  cursors.status(statusOf({ A: 0 }));
  expect(cursors.request().tail).toBe(100_000);
  expect(cursors.inspection("B", 1n)).toEqual({ kind: "new", missed: 0n });
});

test("clear_LogReplaced_StartsAfresh", () => {
  const cursors = new Cursors();
  cursors.status(statusOf({ A: 50 }));
  cursors.clear();
  expect(cursors.request()).toEqual({ cursors: [], tail: 16 });
  expect(kinds(cursors, "A", 1n, 1n)).toEqual(["history"]);
});
