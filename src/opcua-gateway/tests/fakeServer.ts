import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import {
  type HistoryRequest,
  type Inspection,
  loadServices,
  type NextPart,
  type StationStatus,
  type SummaryRequest,
  type Timestamp,
  toDate,
  toTimestamp,
  type WatchRequest,
  type WatchResponse,
} from "../src/contract.ts";
import { DIST } from "./gatewayUnderTest.ts";

type Call = ServerWritableStream<WatchRequest, WatchResponse>;
type Lookup = ServerUnaryCall<{ station: string; sequence: string }, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: as proto-loader delivers it
type Command = ServerUnaryCall<any, unknown>;
type Work = (request: Command["request"]) => object;

/** A server that speaks the contract: a log per station, watchers that resume by cursor, a status every 500 ms. */
export class FakeServer {
  readonly log = new Map<string, Inspection[]>();
  readonly requests: WatchRequest[] = [];
  readonly histories: HistoryRequest[] = [];
  /** Whether statuses go out. */
  beating = true;
  /** What the stations' statuses say otherwise than that all is well. */
  readonly states = new Map<string, Partial<StationStatus>>();
  /** Methods that were called, with what they were given. */
  readonly commands: { name: string; request: object }[] = [];
  /** What its log is said to be damaged by. */
  logDamage = "";
  /** What the next command fails with: status and word. */
  failure: { code: status; word: string } | undefined;
  port = 0;
  #heartbeat = 0;
  #server: Server | undefined;
  readonly #watchers = new Set<Call>();
  readonly #timer = setInterval(() => this.#beat(), 500);

  async start(): Promise<void> {
    const server = new Server();
    const { inspection, station, camera, recipe, training } = loadServices(`${DIST}/protos`);
    server.addService(inspection.service, {
      watchInspections: (call: Call) => this.#watch(call),
      getInspection: (call: Lookup, answer: sendUnaryData<unknown>) => {
        const { station, sequence } = call.request;
        const inspection = this.log.get(station)?.find((entry) => entry.sequence === sequence);
        answer(inspection ? null : errorOf({ code: status.NOT_FOUND, word: "inspection-not-found" }), { inspection });
      },
      listInspections: ({ request }: Command, answer: sendUnaryData<unknown>) => {
        const log = this.log.get(request.station) ?? [];
        const before = log.filter(({ sequence }) => BigInt(sequence) < BigInt(request.beforeSequence));
        answer(null, { inspections: before.reverse().slice(0, request.pageSize) });
      },
      readHistory: ({ request }: Command, answer: sendUnaryData<unknown>) => answer(null, this.#readHistory(request)),
      summarizeHistory: ({ request }: Command, answer: sendUnaryData<unknown>) =>
        answer(null, { intervals: this.#summarize(request) }),
    });
    server.addService(
      station.service,
      this.#commandsOf({
        startStation: ({ name }) => this.#change(name, { mode: 1, ready: true, fault: "" }),
        stopStation: ({ name }) => this.#change(name, { mode: 2, ready: false, fault: "stopped" }),
        resetCounters: ({ name }) => this.#change(name, { countersSince: { seconds: "1800000000", nanos: 0 } }),
        setNextPart: (request) => this.#announce(request),
      }),
    );
    server.addService(
      camera.service,
      this.#commandsOf({ triggerCamera: ({ camera: name }) => ({ camera: name === "" ? "top" : name }) }),
    );
    const recipeOf = (request: object) => ({
      recipe: { revision: 7, modelVersion: "ae-l2-0", productId: "B", ...request },
    });
    server.addService(
      recipe.service,
      this.#commandsOf({
        selectRecipe: ({ revision = 7, productId = "B" }) => recipeOf({ revision, productId }),
        rollbackRecipe: ({ productId }) => recipeOf({ productId }),
        activateRecipe: ({ modelVersion, productId }) => recipeOf({ modelVersion, productId }),
      }),
    );
    server.addService(training.service, this.#commandsOf({ startJob: ({ order }) => ({ job: { id: "12", order } }) }));
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

  #commandsOf(works: Record<string, Work>) {
    const entries = Object.entries(works).map(([name, work]) => [
      name,
      (call: Command, answer: sendUnaryData<unknown>) => {
        this.commands.push({ name, request: call.request });
        const failure = this.failure;
        this.failure = undefined;
        answer(failure ? errorOf(failure) : null, failure ? undefined : work(call.request));
      },
    ]);
    return Object.fromEntries(entries);
  }

  #between(station: string, fromTime: Timestamp | null, untilTime: Timestamp | null): Inspection[] {
    const at = (time: Timestamp | null) => toDate(time).getTime();
    return (this.log.get(station) ?? []).filter(
      ({ completionTime }) =>
        (fromTime === null || at(completionTime) >= at(fromTime)) &&
        (untilTime === null || at(completionTime) < at(untilTime)),
    );
  }

  /** As the server does it: a token is where to go on. */
  #readHistory(request: Required<HistoryRequest>): object {
    const { station, fromTime, untilTime, newestFirst, pageSize, pageToken } = request;
    this.histories.push(request);
    const found = this.#between(station, fromTime, untilTime);
    const begin = Number(pageToken);
    const inspections = (newestFirst ? found.reverse() : found).slice(begin, begin + pageSize);
    return { inspections, nextPageToken: inspections.length === pageSize ? String(begin + pageSize) : "" };
  }

  #summarize({ station, fromTime, untilTime, interval }: Required<SummaryRequest>): object[] {
    const step = Number(interval.seconds) * 1000 + interval.nanos / 1e6;
    const byStart = Map.groupBy(this.#between(station, fromTime, untilTime), ({ completionTime }) => {
      const from = toDate(fromTime).getTime();
      return from + Math.floor((toDate(completionTime).getTime() - from) / step) * step;
    });
    return [...byStart].map(([start, parts]) => {
      const judged = parts.filter(({ verdict }) => verdict === 1 || verdict === 2);
      return {
        startTime: toTimestamp(new Date(start)),
        inspected: String(parts.length),
        score: spread(judged.map(({ score }) => score)),
        threshold: spread(parts.map(({ threshold }) => threshold)),
        margin: spread(judged.map(({ threshold, score }) => threshold - score)),
        totalMs: spread(parts.map(({ timings }) => timings?.totalMs ?? 0)),
      };
    });
  }

  #change(name: string, state: Partial<StationStatus>): object {
    this.states.set(name, { ...this.states.get(name), ...state });
    return { station: this.#status().stations.find((station) => station.name === name) };
  }

  #announce({ station, partId, productId }: { station: string } & Partial<NextPart>): object {
    const before = this.states.get(station)?.nextPart ?? { partId: "", productId: "" };
    const part = { partId: partId ?? before.partId, productId: productId ?? before.productId };
    this.states.set(station, { ...this.states.get(station), nextPart: part });
    return { part, ...(before.partId !== "" && before.partId !== part.partId ? { replaced: before } : {}) };
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
      mode: 1,
      productId: "",
      nextPart: null,
      countersSince: { seconds: "1700000000", nanos: 0 },
      drift: "",
      recipeRevision: 3,
      ...this.states.get(name),
      lastSequence: log.at(-1)?.sequence ?? "0",
      counters: { inspected: String(log.length), ok: count(log, 1), notOk: count(log, 2), notDecidable: count(log, 3) },
    }));
    return { heartbeat: this.#heartbeat, stations, logDamage: this.logDamage };
  }
}

/** A part whose values all follow from its sequence, so that a mix of two parts shows. */
export function inspectionOf(station: string, sequence: string, part: Partial<Inspection> = {}): Inspection {
  const n = Number(BigInt.asUintN(20, BigInt(sequence)));
  return {
    station,
    sequence,
    partId: `P${n}`,
    productId: "",
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
    captureTimeUncertain: false,
    ...part,
  };
}

function spread(values: readonly number[]) {
  return values.length === 0
    ? { count: "0", average: 0, minimum: 0, maximum: 0 }
    : {
        count: String(values.length),
        average: values.reduce((sum, value) => sum + value, 0) / values.length,
        minimum: Math.min(...values),
        maximum: Math.max(...values),
      };
}

function errorOf({ code, word }: { code: status; word: string }) {
  const metadata = new Metadata();
  metadata.set("error-code", word);
  return { code, details: `refused by the test: ${word}`, metadata };
}
