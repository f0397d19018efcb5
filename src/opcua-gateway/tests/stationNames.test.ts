import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stationNodeIds } from "../src/stationNodes.ts";

const SERVER = join(import.meta.dirname, "../../AnomalyLine.Inspection/StationName.cs");

test("stationNodes_EachThatStandsBelowAStation_IsRefusedByTheServerInNamesOfStations", () => {
  const refused = new Set(readFileSync(SERVER, "utf8").match(/(?<=")[A-Za-z]+(?=")/g));
  const below = stationNodeIds("press").map((id) => id.split(".")[1]);
  const missing = below.filter((name) => name !== undefined && !refused.has(name));
  expect(missing).toEqual([]);
});
