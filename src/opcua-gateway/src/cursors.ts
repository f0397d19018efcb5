import type { LineStatus, WatchRequest } from "./contract.ts";

/** Latest inspections per station that a fresh start asks for: what the History arrays hold. */
export const TAIL = 16;
/** A station first seen after an interruption is new, so all it has judged is: the server's maximum. */
const EVERYTHING = 100_000;

/** What an inspection is to one that has seen the stream so far. */
export interface Arrival {
  /** `new`: never seen; `history`: judged before this gateway started; `duplicate`: seen already. */
  readonly kind: "new" | "history" | "duplicate";
  /** Sequence numbers skipped since the one before, normally 0. */
  readonly missed: bigint;
}

/** Where the gateway stands in each station's sequence. Kept in memory only. */
export class Cursors {
  readonly #after = new Map<string, bigint>();
  readonly #historyUntil = new Map<string, bigint>();
  #started = false;

  /** What to ask the server for, now. */
  request(): WatchRequest {
    const cursors = [...this.#after].map(([station, after]) => ({ station, afterSequence: after.toString() }));
    return { cursors, tail: this.#started ? EVERYTHING : TAIL };
  }

  /** Takes in an inspection. */
  inspection(station: string, sequence: bigint): Arrival {
    const after = this.#after.get(station);
    if (after !== undefined && sequence <= after) {
      return { kind: "duplicate", missed: 0n };
    }
    this.#after.set(station, sequence);
    if (!this.#started) {
      this.#historyUntil.set(station, sequence);
    }
    const history = this.#historyUntil.get(station) ?? 0n;
    if (sequence <= history) {
      return { kind: "history", missed: 0n };
    }
    const seen = after === undefined || after < history ? history : after;
    return { kind: "new", missed: sequence - seen - 1n };
  }

  /** Takes in a status. The first one after a fresh start tells history from news. */
  status(status: LineStatus): void {
    for (const station of status.stations) {
      const last = BigInt(station.lastSequence);
      if (!this.#started) {
        this.#historyUntil.set(station.name, last);
      }
      if (!this.#after.has(station.name)) {
        const from = this.#started ? 0n : last - BigInt(TAIL);
        this.#after.set(station.name, from > 0n ? from : 0n);
      }
    }
    this.#started = true;
  }

  /** Forgets everything: the server's log is another one. */
  clear(): void {
    this.#after.clear();
    this.#historyUntil.clear();
    this.#started = false;
  }
}
