import { type Namespace, type StatusCode, StatusCodes, type UAObject, type UAVariable } from "node-opcua";
import { type Inspection, type NextPart, type StationStatus, toDate } from "./contract.ts";
import type { Arrival } from "./cursors.ts";
import type { PartMaker } from "./part.ts";
import { addStationObject, addVariables, rangeOf, type StationVariables, wordOf } from "./stationNodes.ts";
import type { StationType } from "./stationType.ts";
import { historyValues, partValues, stateValues, type Values } from "./stationValues.ts";
import { Refusal } from "./statusCodes.ts";
import {
  HISTORY_LENGTH,
  initialValue,
  STATE_TAGS,
  TAGS,
  type Tag,
  type TagName,
  toUInt32,
  type Value,
  VERDICT_TAGS,
  variantOf,
} from "./tags.ts";

/** What bad values read: a client that ignores quality must not see a good part. */
const UNKNOWN: Values = { Pass: false, Evaluation: 0, Ready: false };
const RANGES = (Object.entries(TAGS) as [TagName, Tag][]).flatMap(([tag, { range }]) =>
  range ? [{ tag, range }] : [],
);

/**
 * One station as OPC UA shows it.
 * Every change is written in one synchronous block, so a Read of several nodes is never torn.
 */
export class Station {
  readonly object: UAObject;
  readonly name: string;
  readonly variables: Record<TagName, UAVariable>;
  readonly #nodes: StationVariables;
  readonly parts: PartMaker;
  readonly #history: Inspection[] = [];
  #values: Values = {};
  #scale = 0;
  #missed = 0n;
  #overrun = 0n;
  /** The newest part, where it came while the gateway ran and the PLC has not acknowledged it. */
  #unacknowledged: number | undefined;
  #shown: bigint | undefined;
  /** What the server had when it came (back): nothing older is the current part. Undefined while it is away. */
  #currentFrom: bigint | undefined;

  constructor(namespace: Namespace, { type, parts }: StationType, folder: UAObject, name: string) {
    this.object = addStationObject(namespace, type, folder, name);
    this.name = name;
    this.parts = parts;
    this.#nodes = addVariables(namespace, this.object, name, parts.dataType);
    this.variables = this.#nodes.variables;
    this.#write([...STATE_TAGS, ...VERDICT_TAGS], StatusCodes.BadWaitingForInitialData);
  }

  /** Shows an inspection. */
  inspection(inspection: Inspection, { kind, missed }: Arrival): void {
    const isNew = kind === "new";
    this.#shown = BigInt(inspection.sequence);
    this.#missed += missed;
    const changed: TagName[] = [];
    if (isNew && this.#unacknowledged !== undefined) {
      this.#overrun += 1n;
      this.#values.Overrun = toUInt32(this.#overrun);
      changed.push("Overrun");
    }
    this.#unacknowledged = isNew ? toUInt32(inspection.sequence) : undefined;
    this.#history.push(inspection);
    this.#history.splice(0, this.#history.length - HISTORY_LENGTH);
    this.#rescale(Math.max(...this.#history.map(({ threshold }) => threshold)));
    Object.assign(this.#values, partValues(inspection), historyValues(this.#history));
    this.#values.Part = this.parts.of(inspection);
    if (inspection.partId !== "" && inspection.partId === this.#values.NextPartId) {
      this.#announced(null);
      changed.push("NextPartId", "NextProductId");
    }
    if (this.#currentFrom !== undefined) {
      this.#write(changed, StatusCodes.Good);
    }
    const quality = this.#isCurrent() ? StatusCodes.Good : StatusCodes.UncertainLastUsableValue;
    this.#write(VERDICT_TAGS, quality, toDate(inspection.completionTime));
  }

  /** Shows the station's state. After an absence the verdict is Good again once all that the server has is in. */
  status(status: StationStatus, heartbeat: number): void {
    const wasAway = this.#currentFrom === undefined;
    this.#currentFrom ??= BigInt(status.lastSequence);
    Object.assign(this.#values, stateValues(status, heartbeat, this.#missed));
    this.#write(STATE_TAGS, StatusCodes.Good);
    if (wasAway && this.#shown === undefined) {
      this.#write(VERDICT_TAGS, StatusCodes.BadWaitingForInitialData);
    } else if (wasAway && this.#isCurrent()) {
      this.#write(VERDICT_TAGS, StatusCodes.Good);
    }
  }

  /** Shows the state that a command has left, before the next status. */
  changed(status: StationStatus): void {
    if (this.#currentFrom === undefined) {
      return;
    }
    const heartbeat = Number(this.#values.Heartbeat ?? 0);
    Object.assign(this.#values, stateValues(status, heartbeat, this.#missed));
    this.#write(STATE_TAGS, StatusCodes.Good);
  }

  /** Shows the part that is announced now. */
  announced(part: NextPart | null): void {
    if (this.#currentFrom === undefined) {
      return;
    }
    this.#announced(part);
    this.#write(["NextPartId", "NextProductId"], StatusCodes.Good);
  }

  /** The PLC has taken a part: one of the last 16, or 0 for none. */
  acknowledge(sequence: number): void {
    if (this.#currentFrom === undefined) {
      throw new Refusal(StatusCodes.BadNoCommunication, "The server is not connected, or has no such station.");
    }
    if (sequence !== 0 && !this.#history.some((part) => toUInt32(part.sequence) === sequence)) {
      throw new Refusal(StatusCodes.BadOutOfRange, `${sequence} is none of the last ${HISTORY_LENGTH} parts.`);
    }
    if (sequence === this.#unacknowledged) {
      this.#unacknowledged = undefined;
    }
    this.#values.AckSequence = sequence;
    this.#write(["AckSequence"], StatusCodes.Good);
  }

  /** Counts what was missed and overrun from zero. */
  resetCounters(): void {
    this.#missed = 0n;
    this.#overrun = 0n;
    this.#values.Overrun = 0;
  }

  /** One of the last parts; undefined where it is older. */
  find(sequence: bigint): Inspection | undefined {
    return this.#history.find((part) => BigInt(part.sequence) === sequence);
  }

  /** The newest sequence of the station whose lowest 32 bits are these; undefined where there can be none. */
  widen(sequence: number): bigint | undefined {
    const newest = this.#shown ?? 0n;
    const wide = newest - BigInt.asUintN(32, newest - BigInt(sequence));
    return wide > 0n ? wide : undefined;
  }

  /** The server is gone, or does not know this station any more. */
  lost(): void {
    this.#currentFrom = undefined;
    this.#write([...STATE_TAGS, ...VERDICT_TAGS], StatusCodes.BadNoCommunication);
  }

  /** Forgets what was judged: the server's log is another one. */
  reset(): void {
    this.#shown = undefined;
    this.#unacknowledged = undefined;
    this.#history.length = 0;
    this.#values = {};
    this.lost();
  }

  #isCurrent(): boolean {
    return this.#shown !== undefined && this.#currentFrom !== undefined && this.#shown >= this.#currentFrom;
  }

  #announced(part: NextPart | null): void {
    this.#values.NextPartId = part?.partId ?? "";
    this.#values.NextProductId = part?.productId ?? "";
  }

  /** A capture time of a camera whose clock is wrong is shown, but not as a good one. */
  #qualityOf(tag: TagName, status: StatusCode): StatusCode {
    const isDoubtful = tag === "CaptureTime" && status.isGood() && this.#history.at(-1)?.captureTimeUncertain;
    return isDoubtful ? StatusCodes.UncertainSensorNotAccurate : status;
  }

  /** With the time of the verdict, where there is a new one: the same that the history has. */
  #write(tags: readonly TagName[], status: StatusCode, now = new Date()): void {
    for (const tag of tags) {
      const value = status.isBad() ? this.#unknown(tag) : (this.#values[tag] ?? initialValue(tag));
      const quality = this.#qualityOf(tag, status);
      const { words }: Tag = TAGS[tag];
      if (words !== undefined) {
        this.#nodes.words.get(tag)?.setValueFromSource(wordOf(words, value as number), quality, now);
      }
      this.variables[tag].setValueFromSource(variantOf(tag, value), quality, now);
    }
  }

  #unknown(tag: TagName): Value {
    if (tag === "Part") {
      return this.parts.ofNoVerdict(this.#history.at(-1));
    }
    return UNKNOWN[tag] ?? this.#values[tag] ?? initialValue(tag);
  }

  /** The usual ranges follow the thresholds of the last parts; clients are told that their scale is another one. */
  #rescale(threshold: number): void {
    if (threshold === this.#scale) {
      return;
    }
    this.#scale = threshold;
    for (const { tag, range } of RANGES) {
      this.#nodes.ranges.get(tag)?.setValueFromSource(rangeOf(range(threshold)));
      (this.variables[tag] as unknown as { handle_semantic_changed(): void }).handle_semantic_changed();
    }
  }
}
