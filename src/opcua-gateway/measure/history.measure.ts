// PARTS (1000000) inspections in the log of the real server: how long HistoryRead of 10,000 takes, ROUNDS (30) times. SERVER names its program; by default the Release build beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type DataValue,
  HistoryReadRequest,
  type HistoryReadResult,
  HistoryReadValueId,
  ObjectIds,
  ReadProcessedDetails,
  ReadRawModifiedDetails,
  resolveNodeId,
  TimestampsToReturn,
} from "node-opcua";
import { expect, test, vi } from "vitest";
import { launchListening, usage } from "../tests/gatewayProcess.ts";
import { freePort } from "../tests/gatewayUnderTest.ts";
import { Plc } from "../tests/plc.ts";
import { distribution, setting } from "./lineAtRate.ts";

const STATION = "press-1";
const VALUES = 10_000;
const BEGIN = Date.UTC(2026, 0, 1);
/** Ten parts a second. */
const STEP_MS = 100;
const TICKS_PER_MS = 10_000n;
const TICKS_OF_1970 = 621_355_968_000_000_000n;
const PROGRAM = join(import.meta.dirname, "../../AnomalyLine.Server/bin/Release/net10.0/AnomalyLine.Server");

class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "history-measure-"));
  http = 0;
  grpc = 0;
  #child: ChildProcess | undefined;

  async start(): Promise<void> {
    [this.http, this.grpc] = [await freePort(), await freePort()];
    const options = { DataFolder: this.folder, HttpPort: this.http, GrpcPort: this.grpc, "OpcUa:Enabled": false };
    const words = Object.entries(options).map(([name, value]) => `--AnomalyLine:${name}=${value}`);
    this.#child = spawn(process.env.SERVER ?? PROGRAM, words, { stdio: ["ignore", "ignore", "inherit"] });
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${this.http}/health/live`)).ok).toBe(true), {
      timeout: 60_000,
      interval: 200,
    });
  }

  get key(): string {
    return readFileSync(join(this.folder, "local.key"), "utf8").trim();
  }

  get cpuSeconds(): number {
    return usage(this.#child?.pid ?? 0).cpuSeconds;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
  }

  /** Writes parts into the log of the stopped server. */
  fill(parts: number): void {
    const database = new DatabaseSync(join(this.folder, "inspections.db"));
    database.exec("PRAGMA synchronous = OFF; BEGIN");
    const insert = database.prepare(
      `INSERT INTO inspections (station, sequence, part_id, verdict, reason_code, reason_text, score, threshold, regions, model_version, recipe_revision,
       capture_ticks, completion_ticks, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height)
       VALUES (?, ?, ?, ?, ?, 'The score is within the threshold.', ?, 0.5, x'', 'patchcore-0123456789ab', 1, ?, ?, 1, 1, 5, 0, 1, 8, 1, 640, 480)`,
    );
    for (let part = 1; part <= parts; part++) {
      const ticks = TICKS_OF_1970 + BigInt(BEGIN + part * STEP_MS) * TICKS_PER_MS;
      const verdict = part % 50 === 0 ? 2 : 1;
      insert.run(STATION, part, `P${part}`, verdict, verdict, (part % 1000) / 1000, ticks - 80n * TICKS_PER_MS, ticks);
    }
    database.exec("COMMIT");
    database.close();
  }
}

test("history", async () => {
  expect(existsSync(process.env.SERVER ?? PROGRAM), "build the server first: dotnet build -c Release").toBe(true);
  const parts = setting("PARTS", 1_000_000);
  const rounds = setting("ROUNDS", 30);
  const server = new Server();
  await server.start();
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
  const created = await fetch(`http://127.0.0.1:${server.http}/v1/stations`, {
    method: "POST",
    headers,
    body: JSON.stringify({ name: STATION }),
  });
  expect(await created.text()).toContain(STATION);
  await server.stop();
  server.fill(parts);
  await server.start();
  const { child, endpoint } = await launchListening(server.grpc, { ANOMALYLINE_KEY: server.key });
  const plc = await Plc.connect(endpoint);
  await plc.until(`${STATION}.Sequence`, (value) => value.value.value === parts);

  const firsts: number[] = [];
  const wholes: number[] = [];
  const cpu = () => [server.cpuSeconds, usage(child.pid ?? 0).cpuSeconds, process.cpuUsage().user / 1e6];
  const used = cpu();
  for (let round = 0; round < rounds; round++) {
    const first = Math.floor((parts - VALUES) * (round / rounds));
    const { firstMs, wholeMs, values } = await readRaw(plc, first + 1, VALUES);
    expect(values).toEqual(Array.from({ length: VALUES }, (_, index) => first + 1 + index));
    firsts.push(firstMs);
    wholes.push(wholeMs);
  }
  console.log(`first page of 1000: ${distribution(firsts)}; ${VALUES} values: ${distribution(wholes)}`);

  const each = cpu().map((seconds, index) => (((seconds - (used[index] ?? 0)) * 1000) / wholes.length).toFixed(0));
  console.log(`processor time of ${VALUES} values: server ${each[0]} ms, gateway ${each[1]} ms, client ${each[2]} ms`);

  const before = performance.now();
  const details = new ReadProcessedDetails({
    startTime: new Date(BEGIN),
    endTime: new Date(BEGIN + (parts + 1) * STEP_MS),
    processingInterval: ((parts + 1) * STEP_MS) / 100,
    aggregateType: [resolveNodeId(`i=${ObjectIds.AggregateFunction_Average}`)],
  });
  const [result] = await request(plc, details, "Score");
  console.log(
    `100 averages of ${parts} parts: ${(performance.now() - before).toFixed(0)} ms, ${result?.statusCode.name}`,
  );

  await plc.disconnect();
  child.kill("SIGTERM");
  await server.stop();
  rmSync(server.folder, { recursive: true });
});

async function readRaw(plc: Plc, first: number, count: number) {
  const at = (part: number) => new Date(BEGIN + part * STEP_MS);
  const details = new ReadRawModifiedDetails({
    startTime: at(first),
    endTime: at(first + count),
    isReadModified: false,
  });
  const begin = performance.now();
  let [result] = await request(plc, details, "Sequence");
  const firstMs = performance.now() - begin;
  const values = numbersOf(result);
  while (result?.continuationPoint?.length) {
    [result] = await request(plc, details, "Sequence", result.continuationPoint);
    values.push(...numbersOf(result));
  }
  return { firstMs, wholeMs: performance.now() - begin, values };
}

function numbersOf(result: HistoryReadResult | undefined): number[] {
  const data = result?.historyData as unknown as { dataValues: DataValue[] };
  return data.dataValues.map(({ value }) => value.value);
}

async function request(
  plc: Plc,
  historyReadDetails: ReadRawModifiedDetails | ReadProcessedDetails,
  tag: string,
  continuationPoint?: Buffer,
): Promise<HistoryReadResult[]> {
  const nodeId = resolveNodeId(plc.nodeId(`${STATION}.${tag}`));
  const point = continuationPoint === undefined ? {} : { continuationPoint };
  const request = new HistoryReadRequest({
    historyReadDetails,
    timestampsToReturn: TimestampsToReturn.Source,
    nodesToRead: [new HistoryReadValueId({ nodeId, ...point })],
  });
  const session = plc.session as unknown as {
    historyRead(request: HistoryReadRequest): Promise<{ results: HistoryReadResult[] }>;
  };
  return (await session.historyRead(request)).results;
}
