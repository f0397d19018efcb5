import { expect, test } from "vitest";
import { fuzz } from "../fuzz/fuzzer.ts";
import { launchListening } from "./gatewayProcess.ts";

const SECONDS = 10;

test("bytesByHand_DamagedInEveryWay_EndNeitherProcessNorService", async () => {
  // No server behind it: what is tried is the way from the wire to the nodes.
  const { child, lines, endpoint } = await launchListening(1);
  try {
    const until = performance.now() + SECONDS * 1000;
    const report = await fuzz(endpoint, 1, 20, () => performance.now() < until);
    expect(report.cases).toBeGreaterThan(100);
    expect(child.exitCode).toBeNull();
    expect(lines.filter(({ level }) => level >= 60)).toEqual([]);
    let served = 0;
    await fuzz(endpoint, 2, 1, () => served++ < 3);
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill();
  }
}, 60_000);
