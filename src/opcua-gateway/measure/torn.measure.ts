// READS (10000) of several nodes at once, while RATE (1000 parts/s over four stations) pass: does any mix two parts?
import { expect, test } from "vitest";
import { FakeServer } from "../tests/fakeServer.ts";
import { launchListening } from "../tests/gatewayProcess.ts";
import { Plc } from "../tests/plc.ts";
import { LineAtRate, STATIONS, setting } from "./lineAtRate.ts";

const SIDE_BY_SIDE = 16;
const TAGS = ["Sequence", "PartId", "Evaluation", "Score", "CaptureTime", "History.Sequence"];

/** Whether the values are one part's, see inspectionOf. */
function isWhole([sequence, partId, evaluation, score, captureTime, history]: unknown[]): boolean {
  const n = sequence as number;
  const part = [`P${n}`, (n % 3) + 1, n / 4, (1_700_000_000 + n) * 1000 + 123, n];
  const read = [partId, evaluation, score, (captureTime as Date).getTime(), (history as Uint32Array).at(-1)];
  return part.every((value, index) => value === read[index]);
}

test("torn", async () => {
  const reads = setting("READS", 10_000);
  const server = new FakeServer();
  STATIONS.map((station) => server.addStation(station));
  await server.start();
  const { child, endpoint } = await launchListening(server.port);
  const plc = await Plc.connect(endpoint);
  const line = new LineAtRate(server, setting("RATE", 1000));
  line.start();
  await plc.until("A.Sequence", (value) => value.statusCode.isGood());
  const seen = new Set<unknown>();
  let torn = 0;
  const tags = TAGS.map((tag) => `A.${tag}`);
  for (let done = 0; done < reads; done += SIDE_BY_SIDE) {
    const answers = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => plc.values(...tags)));
    for (const values of answers) {
      torn += isWhole(values) ? 0 : 1;
      seen.add(values[0]);
    }
  }
  line.stop();
  console.log(
    `${reads} reads of ${TAGS.length} nodes, ${seen.size} different parts, ${torn} torn; ${line.judged} judged`,
  );
  await plc.disconnect();
  child.kill("SIGTERM");
  server.stop();
  expect(torn).toBe(0);
});
