import type { Plc } from "../tests/plc.ts";
import type { LineAtRate } from "./lineAtRate.ts";

/** Counts a client's events: in order, none missing, none twice. Keeps no event. */
export class Watcher {
  /** From sending to the client, ms. */
  readonly delays: number[] = [];
  received = 0;
  /** Sequence numbers that were skipped. */
  missing = 0;
  /** Events that came twice or out of order. */
  disordered = 0;
  readonly #last = new Map<unknown, number>();

  /** Watches a node's events from now on. */
  static async watch(plc: Plc, line: LineAtRate, nodeId: string): Promise<Watcher> {
    const watcher = new Watcher();
    await plc.events(nodeId, ({ Station, Sequence }) => watcher.#take(line, Station, Number(Sequence)));
    return watcher;
  }

  #take(line: LineAtRate, station: unknown, sequence: number): void {
    const age = line.age(station, sequence);
    if (age !== undefined) {
      this.delays.push(age);
    }
    this.received++;
    const last = this.#last.get(station) ?? 0;
    this.missing += Math.max(0, sequence - last - 1);
    this.disordered += sequence <= last ? 1 : 0;
    this.#last.set(station, Math.max(last, sequence));
  }
}
