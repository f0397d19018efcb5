import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { Inspection, WatchRequest, WatchResponse } from "../src/contract.ts";
import { loadInspectionService } from "../src/contract.ts";
import { DIST } from "./gatewayUnderTest.ts";

type Call = ServerWritableStream<WatchRequest, WatchResponse>;
type Lookup = ServerUnaryCall<{ station: string; sequence: string }, unknown>;

/** A server that speaks the contract: a log per station, watchers that resume by cursor, a status every 500 ms. */
export class FakeServer {
  readonly log = new Map<string, Inspection[]>();
  readonly requests: WatchRequest[] = [];
  /** Whether statuses go out. */
  beating = true;
  /** What the stations' statuses say otherwise than that all is well. */
  readonly states = new Map<string, object>();
  port = 0;
  #heartbeat = 0;
  #server: Server | undefined;
  readonly #watchers = new Set<Call>();
  readonly #timer = setInterval(() => this.#beat(), 500);

  async start(): Promise<void> {
    const server = new Server();
    server.addService(loadInspectionService(`${DIST}/protos`).service, {
      watchInspections: (call: Call) => this.#watch(call),
      getInspection: (call: Lookup, answer: sendUnaryData<unknown>) => {
        const { station, sequence } = call.request;
        const inspection = this.log.get(station)?.find((entry) => entry.sequence === sequence);
        answer(inspection ? null : { code: status.NOT_FOUND, details: "not in the log" }, { inspection });
      },
    });
    this.port = await new Promise((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      server.bindAsync(`127.0.0.1:${this.port}`, credentials, (error, port) => (error ? reject(error) : resolve(port)));
    });
    this.#server = server;
  }

  /** Dies without a word: connections break. */
  kill(): void {
    this.#watchers.clear();
    this.#server?.forceShutdown();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.kill();
  }

  /** Ends all streams with a status, the server staying. */
  cutOff(code: status): void {
    for (const call of this.#watchers) {
      call.emit("error", { code, details: "cut off by the test" });
    }
    this.#watchers.clear();
  }

  addStation(name: string): void {
    this.log.set(name, []);
  }

  /** Judges a part: into the log and, unless `silently`, to the watchers. */
  judge(station: string, part: Partial<Inspection> = {}, silently = false): Inspection {
    const log = this.log.get(station) ?? [];
    this.log.set(station, log);
    const sequence = part.sequence ?? String(BigInt(log.at(-1)?.sequence ?? "0") + 1n);
    const inspection = inspectionOf(station, sequence, part);
    log.push(inspection);
    if (!silently) {
      this.send(inspection);
    }
    return inspection;
  }

  /** Tells the watchers of an inspection, seen before or not. */
  send(inspection: Inspection): void {
    for (const call of this.#watchers) {
      call.write({ inspection });
    }
  }

  #watch(call: Call): void {
    this.requests.push(call.request);
    const cursors = new Map(call.request.cursors.map((cursor) => [cursor.station, BigInt(cursor.afterSequence)]));
    for (const [station, after] of cursors) {
      if (after > BigInt(this.log.get(station)?.at(-1)?.sequence ?? "0")) {
        call.emit("error", { code: status.OUT_OF_RANGE, details: `cursor of ${station} is ahead` });
        return;
      }
    }
    if (this.beating) {
      call.write({ status: this.#status() });
    }
    for (const [station, log] of this.log) {
      const after = cursors.get(station);
      const missing =
        after === undefined ? log.slice(-call.request.tail) : log.filter((i) => BigInt(i.sequence) > after);
      for (const inspection of missing) {
        call.write({ inspection });
      }
    }
    this.#watchers.add(call);
    call.on("cancelled", () => this.#watchers.delete(call));
  }

  #beat(): void {
    const line = this.#status();
    for (const call of this.beating ? this.#watchers : []) {
      call.write({ status: line });
    }
  }

  #status() {
    this.#heartbeat = (this.#heartbeat + 1) >>> 0;
    const count = (log: Inspection[], verdict: number) =>
      String(log.filter((entry) => entry.verdict === verdict).length);
    const stations = [...this.log].map(([name, log]) => ({
      name,
      ready: true,
      fault: "",
      recipeRevision: 3,
      ...this.states.get(name),
      lastSequence: log.at(-1)?.sequence ?? "0",
      counters: { inspected: String(log.length), ok: count(log, 1), notOk: count(log, 2), notDecidable: count(log, 3) },
    }));
    return { heartbeat: this.#heartbeat, stations };
  }
}

/** A part whose values all follow from its sequence, so that a mix of two parts shows. */
export function inspectionOf(station: string, sequence: string, part: Partial<Inspection> = {}): Inspection {
  const n = Number(BigInt.asUintN(20, BigInt(sequence)));
  return {
    station,
    sequence,
    partId: `P${n}`,
    verdict: (n % 3) + 1,
    reasonCode: (n % 3) + 1,
    reasonText: `reason ${n}`,
    score: n / 4,
    threshold: 0.5,
    modelVersion: "riad-0123456789ab",
    recipeRevision: 3,
    captureTime: { seconds: String(1_700_000_000 + n), nanos: 123_000_000 },
    completionTime: { seconds: String(1_700_000_000 + n), nanos: 150_000_000 },
    timings: { totalMs: 27 },
    ...part,
  };
}
