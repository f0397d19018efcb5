import { type Client, type ClientReadableStream, status as codes, type ServiceError } from "@grpc/grpc-js";
import type { Logger } from "pino";
import type { Inspection, LineStatus, WatchRequest, WatchResponse } from "./contract.ts";
import { type Arrival, Cursors } from "./cursors.ts";

/** The server says how the line is every 500 ms; silent for this long, it counts as lost. */
const STALE_AFTER_MS = 900;
/** Silent for this long, the stream is given up and opened again. */
const ABANDON_AFTER_MS = 5_000;
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 2_000;

/** What becomes of the stream. All calls are synchronous and in stream order. */
export interface FeedListener {
  /** An inspection that was not seen before. */
  inspection(inspection: Inspection, arrival: Arrival): void;
  /** The line's status; it also says that the server is there. */
  status(status: LineStatus): void;
  /** The server is silent or gone. Called once until the next status. */
  lost(reason: string): void;
  /** The server's log is another one: nothing known so far holds any more. */
  reset(): void;
}

type Stream = ClientReadableStream<WatchResponse>;
type WatchClient = Client & { watchInspections(request: WatchRequest): Stream };

/** Watches the server's inspections for ever: resumes by cursors, reconnects with back-off, notices silence. */
export class Feed {
  readonly #client: WatchClient;
  readonly #listener: FeedListener;
  readonly #log: Logger;
  readonly #cursors = new Cursors();
  #stream: Stream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #staleTimer: NodeJS.Timeout | undefined;
  #abandonTimer: NodeJS.Timeout | undefined;
  #delayMs = FIRST_DELAY_MS;
  /** Undefined before the first status or failure. */
  #alive: boolean | undefined;

  constructor(client: Client, listener: FeedListener, log: Logger) {
    this.#client = client as WatchClient;
    this.#listener = listener;
    this.#log = log;
  }

  /** Opens the stream; call once. */
  start(): void {
    const request = this.#cursors.request();
    const stream = this.#client.watchInspections(request);
    this.#stream = stream;
    this.#abandonTimer = setTimeout(() => stream.cancel(), ABANDON_AFTER_MS);
    this.#log.debug({ cursors: request.cursors, tail: request.tail }, "watching the server");
    stream.on("data", (response: WatchResponse) => this.#receive(response));
    // A stream that ends well is an interruption all the same; "end" may come with "error" or without.
    stream.on("error", (error: ServiceError) => this.#interrupted(stream, error.code, error.details || error.message));
    stream.on("end", () => this.#interrupted(stream, codes.OK, "the server ended the stream"));
  }

  /** Closes the stream and the connection; nothing is called after it. */
  stop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#staleTimer);
    clearTimeout(this.#abandonTimer);
    stream?.cancel();
    this.#client.close();
  }

  #receive(response: WatchResponse): void {
    if (this.#stream === undefined) {
      return;
    }
    if (response.inspection) {
      const inspection = response.inspection;
      const arrival = this.#cursors.inspection(inspection.station, BigInt(inspection.sequence));
      if (arrival.kind !== "duplicate") {
        this.#listener.inspection(inspection, arrival);
      }
    } else if (response.status) {
      this.#receiveStatus(response.status);
    }
  }

  #receiveStatus(status: LineStatus): void {
    this.#cursors.status(status);
    this.#delayMs = FIRST_DELAY_MS;
    if (!this.#alive) {
      this.#alive = true;
      this.#log.info({ stations: status.stations.length }, "server connected");
    }
    clearTimeout(this.#staleTimer);
    this.#staleTimer = setTimeout(() => this.#lost("no status for 900 ms"), STALE_AFTER_MS);
    this.#abandonTimer?.refresh();
    this.#listener.status(status);
  }

  #interrupted(stream: Stream, code: codes, reason: string): void {
    if (stream !== this.#stream) {
      return;
    }
    this.#stream = undefined;
    clearTimeout(this.#abandonTimer);
    this.#lost(`${codes[code]}: ${reason}`);
    if (code === codes.OUT_OF_RANGE) {
      this.#log.warn("the server's log is shorter than what was seen of it: starting afresh");
      this.#cursors.clear();
      this.#listener.reset();
    }
    const waitMs = Math.round(this.#delayMs * (0.5 + Math.random() / 2));
    this.#delayMs = Math.min(this.#delayMs * 2, LAST_DELAY_MS);
    this.#log.debug({ code: codes[code], reason, waitMs }, "stream interrupted");
    this.#retry = setTimeout(() => this.start(), waitMs);
  }

  #lost(reason: string): void {
    clearTimeout(this.#staleTimer);
    if (this.#alive === false) {
      return;
    }
    this.#log.warn({ reason }, this.#alive ? "server lost" : "server not reached yet; trying on");
    this.#alive = false;
    this.#listener.lost(reason);
  }
}
