import { type Namespace, type StatusCode, StatusCodes, type UAObject, type UAVariable } from "node-opcua";
import { type Inspection, OK, type StationStatus, toDate } from "./contract.ts";
import { addStationObject, addVariables } from "./stationNodes.ts";
import {
  clip,
  HISTORY_LENGTH,
  initialValue,
  STATE_TAGS,
  type TagName,
  toUInt32,
  type Value,
  VERDICT_TAGS,
  variantOf,
} from "./tags.ts";

type Values = Partial<Record<TagName, Value>>;

/** What bad values read: a client that ignores quality must not see a good part. */
const UNKNOWN: Values = { Pass: false, Evaluation: 0, Ready: false };

/**
 * One station as OPC UA shows it.
 * Every change is written in one synchronous block, so a Read of several nodes is never torn.
 */
export class Station {
  readonly object: UAObject;
  readonly #variables: Record<TagName, UAVariable>;
  readonly #history: Inspection[] = [];
  #values: Values = {};
  #missed = 0n;
  #shown: bigint | undefined;
  /** What the server had when it came (back): nothing older is the current part. Undefined while it is away. */
  #currentFrom: bigint | undefined;

  constructor(namespace: Namespace, folder: UAObject, name: string) {
    this.object = addStationObject(namespace, folder, name);
    this.#variables = addVariables(namespace, this.object, name);
    this.#write([...STATE_TAGS, ...VERDICT_TAGS], StatusCodes.BadWaitingForInitialData);
  }

  /** Shows an inspection; `missed` sequence numbers before it never came. */
  inspection(inspection: Inspection, missed: bigint): void {
    this.#shown = BigInt(inspection.sequence);
    this.#missed += missed;
    this.#history.push(inspection);
    this.#history.splice(0, this.#history.length - HISTORY_LENGTH);
    Object.assign(this.#values, verdictValues(inspection), historyValues(this.#history));
    this.#write(VERDICT_TAGS, this.#isCurrent() ? StatusCodes.Good : StatusCodes.UncertainLastUsableValue);
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

  /** The server is gone, or does not know this station any more. */
  lost(): void {
    this.#currentFrom = undefined;
    this.#write([...STATE_TAGS, ...VERDICT_TAGS], StatusCodes.BadNoCommunication);
  }

  /** Forgets what was judged: the server's log is another one. */
  reset(): void {
    this.#shown = undefined;
    this.#history.length = 0;
    this.#values = {};
    this.lost();
  }

  #isCurrent(): boolean {
    return this.#shown !== undefined && this.#currentFrom !== undefined && this.#shown >= this.#currentFrom;
  }

  #write(tags: readonly TagName[], status: StatusCode): void {
    const now = new Date();
    for (const tag of tags) {
      const known = this.#values[tag] ?? initialValue(tag);
      const value = status.isBad() ? (UNKNOWN[tag] ?? known) : known;
      this.#variables[tag].setValueFromSource(variantOf(tag, value), status, now);
    }
  }
}

function verdictValues(inspection: Inspection): Values {
  return {
    PartId: clip(inspection.partId),
    Pass: inspection.verdict === OK,
    Evaluation: inspection.verdict,
    Score: inspection.score,
    Threshold: inspection.threshold,
    Margin: inspection.threshold - inspection.score,
    ReasonCode: inspection.reasonCode,
    ReasonText: clip(inspection.reasonText),
    ModelVersion: clip(inspection.modelVersion),
    RecipeRevision: inspection.recipeRevision,
    CaptureTime: toDate(inspection.captureTime),
    ProcessingMs: inspection.timings?.totalMs ?? 0,
    Sequence: toUInt32(inspection.sequence),
  };
}

function historyValues(history: readonly Inspection[]): Values {
  return {
    "History.Sequence": Uint32Array.from(history, (entry) => toUInt32(entry.sequence)),
    "History.PartId": history.map((entry) => clip(entry.partId)),
    "History.Evaluation": Int32Array.from(history, (entry) => entry.verdict),
    "History.Score": Float32Array.from(history, (entry) => entry.score),
    "History.CaptureTime": history.map((entry) => toDate(entry.captureTime)),
  };
}

function stateValues(status: StationStatus, heartbeat: number, missed: bigint): Values {
  return {
    Ready: status.ready,
    Fault: clip(status.fault),
    Heartbeat: heartbeat,
    "Counters.Inspected": toUInt32(status.counters?.inspected ?? "0"),
    "Counters.Ok": toUInt32(status.counters?.ok ?? "0"),
    "Counters.NotOk": toUInt32(status.counters?.notOk ?? "0"),
    "Counters.NotDecidable": toUInt32(status.counters?.notDecidable ?? "0"),
    "Counters.Missed": toUInt32(missed),
  };
}
