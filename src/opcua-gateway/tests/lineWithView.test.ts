import { pino } from "pino";
import { expect, test } from "vitest";
import type { FeedListener } from "../src/feed.ts";
import { lineWithView } from "../src/lineWithView.ts";
import { inspectionOf } from "./fakeServer.ts";

function listener(calls: string[], name: string, throwsAt?: string): FeedListener {
  const take = (what: string) => {
    calls.push(`${name} ${what}`);
    if (what === throwsAt) {
      throw new Error("broken");
    }
  };
  return {
    inspection: ({ sequence }) => take(sequence),
    status: () => take("status"),
    lost: () => take("lost"),
    reset: () => take("reset"),
  };
}

test("lineWithView_ViewFails_LineGoesOnAndTheViewIsLeftOut", () => {
  const calls: string[] = [];
  const lines: { level: number }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const both = lineWithView(listener(calls, "line"), listener(calls, "view", "2"), log);
  for (const sequence of ["1", "2", "3"]) {
    both.inspection(inspectionOf("A", sequence), { kind: "new", missed: 0n });
  }
  both.lost("gone");
  expect(calls).toEqual(["line 1", "view 1", "line 2", "view 2", "view lost", "line 3", "line lost"]);
  expect(lines).toMatchObject([{ level: 50 }]);
});
