import { join } from "node:path";
import {
  type ChannelOptions,
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

import { NO_TIME } from "./tags.ts";

// A typed view of the part of anomalyline.v1 that the gateway reads, as proto-loader delivers it:
// camelCase, uint64 as a decimal string, enums as numbers, absent scalars as their defaults.

export interface Timestamp {
  readonly seconds: string;
  readonly nanos: number;
}

export interface Inspection {
  readonly station: string;
  readonly sequence: string;
  readonly partId: string;
  readonly verdict: number;
  readonly reasonCode: number;
  readonly reasonText: string;
  readonly score: number;
  readonly threshold: number;
  readonly modelVersion: string;
  readonly recipeRevision: number;
  readonly captureTime: Timestamp | null;
  readonly completionTime: Timestamp | null;
  readonly timings: { readonly totalMs: number } | null;
}

export interface StationCounters {
  readonly inspected: string;
  readonly ok: string;
  readonly notOk: string;
  readonly notDecidable: string;
}

export interface StationStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly fault: string;
  readonly lastSequence: string;
  readonly counters: StationCounters | null;
}

export interface LineStatus {
  readonly heartbeat: number;
  readonly stations: readonly StationStatus[];
}

export interface WatchRequest {
  readonly cursors: readonly { readonly station: string; readonly afterSequence: string }[];
  readonly tail: number;
}

export interface WatchResponse {
  readonly event?: "inspection" | "status";
  readonly inspection?: Inspection;
  readonly status?: LineStatus;
}

/** The words of OPC 40001-101 for a verdict's number. */
export const VERDICTS = ["Undefined", "Ok", "NotOk", "NotDecidable"] as const;
export const OK = 1;

/** The time in whole milliseconds; 1601-01-01, OPC UA's "no time", where the message has none. */
export function toDate(timestamp: Timestamp | null): Date {
  return timestamp === null ? NO_TIME : new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6));
}

/** The constructor of clients (and the definition for servers) of InspectionService, from the proto files in a folder. */
export function loadInspectionService(protos: string): ServiceClientConstructor {
  const file = join(protos, "anomalyline/v1/inspection.proto");
  const definition = loadSync(file, { includeDirs: [protos], longs: String, defaults: true, oneofs: true });
  type Loaded = { anomalyline: { v1: { InspectionService: ServiceClientConstructor } } };
  return (loadPackageDefinition(definition) as unknown as Loaded).anomalyline.v1.InspectionService;
}

const channelOptions: ChannelOptions = {
  // A server that vanished without a word (power, cable) is noticed by these, even between statuses.
  "grpc.keepalive_time_ms": 2_000,
  "grpc.keepalive_timeout_ms": 1_000,
  "grpc.keepalive_permit_without_calls": 1,
  // The feed has its own back-off; the channel's must not be slower.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
};

/** A client of the server at an http or https address. */
export function connect(Service: ServiceClientConstructor, server: URL): Client {
  const secure = server.protocol === "https:";
  const target = `${server.hostname}:${server.port || (secure ? 443 : 80)}`;
  return new Service(target, secure ? credentials.createSsl() : credentials.createInsecure(), channelOptions);
}
