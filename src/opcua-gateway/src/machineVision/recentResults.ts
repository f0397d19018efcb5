import type { Inspection } from "../contract.ts";

/** How many results of a station a list can show. */
export const KEPT_RESULTS = 256;

/** The newest inspections of a station, in order. */
export class RecentResults {
  #inspections: Inspection[] = [];

  add(inspection: Inspection): void {
    this.#inspections.push(inspection);
    // Cut off in blocks: shifting an array at each part would cost more than all else here.
    if (this.#inspections.length >= 2 * KEPT_RESULTS) {
      this.#inspections = this.#inspections.slice(-KEPT_RESULTS);
    }
  }

  clear(): void {
    this.#inspections = [];
  }

  /** The inspection with this number, if it is among the newest. */
  find(sequence: string): Inspection | undefined {
    return this.#inspections.findLast((inspection) => inspection.sequence === sequence);
  }

  /** The newest first, at most {@link KEPT_RESULTS}. */
  newestFirst(): Inspection[] {
    return this.#inspections.slice(-KEPT_RESULTS).reverse();
  }
}
