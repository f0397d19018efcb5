import type { FakeServer } from "../tests/fakeServer.ts";

/** Newest inspections that the source keeps of a station; a gateway that resumes asks for fewer. */
const KEPT = 2_000;

export const STATIONS = ["A", "B", "C", "D"];

/** A number from the environment. */
export function setting(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

/** Judges parts at a rate, in turn over the four stations, and remembers when each was sent (performance.now()). */
export class LineAtRate {
  readonly #server: FakeServer;
  readonly #perSecond: number;
  readonly #sent = new Map<string, number>();
  #judged = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(server: FakeServer, perSecond: number) {
    this.#server = server;
    this.#perSecond = perSecond;
  }

  /** Parts so far. */
  get judged(): number {
    return this.#judged;
  }

  start(): void {
    const begin = performance.now() - (this.#judged / this.#perSecond) * 1000;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - begin) / 1000) * this.#perSecond;
      for (; this.#judged < due; this.#judged++) {
        this.#judge(STATIONS[this.#judged % STATIONS.length] ?? "");
      }
    }, 2);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Milliseconds since a part was sent; undefined where it never was, or was asked for already. */
  age(station: unknown, sequence: unknown): number | undefined {
    const key = `${station} ${sequence}`;
    const at = this.#sent.get(key);
    this.#sent.delete(key);
    return at === undefined ? undefined : performance.now() - at;
  }

  #judge(station: string): void {
    const inspection = this.#server.judge(station, {}, true);
    this.#sent.set(`${station} ${inspection.sequence}`, performance.now());
    this.#server.send(inspection);
    const log = this.#server.log.get(station);
    if (log !== undefined && log.length > 2 * KEPT) {
      log.splice(0, log.length - KEPT);
    }
  }
}

/** "p50 1.2 ms, p99 3.4 ms, most 5.6 ms" of durations. */
export function distribution(milliseconds: readonly number[]): string {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${sorted.length})`;
}
