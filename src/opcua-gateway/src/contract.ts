import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import {
  type ChannelOptions,
  type Client,
  credentials,
  InterceptingCall,
  type Interceptor,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

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
  readonly productId: string;
  readonly captureTimeUncertain: boolean;
}

export interface StationCounters {
  readonly inspected: string;
  readonly ok: string;
  readonly notOk: string;
  readonly notDecidable: string;
}

export interface NextPart {
  readonly partId: string;
  readonly productId: string;
}

export interface StationStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly fault: string;
  readonly lastSequence: string;
  readonly counters: StationCounters | null;
  readonly mode: number;
  readonly productId: string;
  readonly nextPart: NextPart | null;
  readonly countersSince: Timestamp | null;
  readonly drift: string;
}

export interface Recipe {
  readonly revision: number;
  readonly productId: string;
  readonly modelVersion: string;
  readonly threshold: number;
}

export interface LineStatus {
  readonly heartbeat: number;
  readonly stations: readonly StationStatus[];
  readonly logDamage?: string;
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

/** A stretch of a station's log in the order of completion: from a time on, until before another one. */
export interface HistoryRequest {
  readonly station: string;
  readonly fromTime?: Timestamp;
  readonly untilTime?: Timestamp;
  readonly newestFirst?: boolean;
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface HistoryPage {
  readonly inspections: readonly Inspection[];
  readonly nextPageToken: string;
}

export interface SummaryRequest {
  readonly station: string;
  readonly fromTime: Timestamp;
  readonly untilTime: Timestamp;
  readonly interval?: { readonly seconds: number; readonly nanos: number };
}

/** Some numbers in short; without a count they say nothing. */
export interface Spread {
  readonly count: string;
  readonly average: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface HistoryInterval {
  readonly startTime: Timestamp;
  readonly inspected: string;
  readonly score: Spread;
  readonly threshold: Spread;
  readonly margin: Spread;
  readonly totalMs: Spread;
}

/** The words of OPC 40001-101 for a verdict's number. */
export const VERDICTS = ["Undefined", "Ok", "NotOk", "NotDecidable"] as const;
export const OK = 1;
/** StationMode: nothing is judged because somebody stopped the station. */
export const STOPPED = 2;

/** OPC UA's "no time". */
export const NO_TIME = new Date(Date.UTC(1601, 0, 1));

/** The time in whole milliseconds; 1601-01-01, OPC UA's "no time", where the message has none. */
export function toDate(timestamp: Timestamp | null): Date {
  return timestamp === null ? NO_TIME : new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6));
}

/** The same as {@link toDate}, the other way. */
export function toTimestamp(time: Date): Timestamp {
  const seconds = Math.floor(time.getTime() / 1000);
  return { seconds: String(seconds), nanos: (time.getTime() - seconds * 1000) * 1_000_000 };
}

/** The constructor of clients (and the definition for servers) of InspectionService, from the proto files in a folder. */
export function loadInspectionService(protos: string): ServiceClientConstructor {
  return loadService(protos, "inspection", "InspectionService");
}

/** The services that {@link ServerCommands} calls. */
export function loadServices(
  protos: string,
): Record<"inspection" | "station" | "camera" | "recipe" | "training", ServiceClientConstructor> {
  return {
    inspection: loadInspectionService(protos),
    station: loadService(protos, "station", "StationService"),
    camera: loadService(protos, "camera", "CameraService"),
    recipe: loadService(protos, "recipe", "RecipeService"),
    training: loadService(protos, "training", "TrainingService"),
  };
}

function loadService(protos: string, file: string, name: string): ServiceClientConstructor {
  const options = { includeDirs: [protos], longs: String, defaults: true, oneofs: true };
  const definition = loadSync(join(protos, `anomalyline/v1/${file}.proto`), options);
  type Loaded = { anomalyline: { v1: Record<string, ServiceClientConstructor> } };
  const service = (loadPackageDefinition(definition) as unknown as Loaded).anomalyline.v1[name];
  if (service === undefined) {
    throw new Error(`${file}.proto has no ${name}`);
  }
  return service;
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

/** Where the server is, and how it knows this gateway. */
export interface ServerAccess {
  /** An http or https address. */
  readonly server: URL;
  readonly key?: string | undefined;
  readonly certificate?: string | undefined;
}

/** A client of the server. */
export function connect(Service: ServiceClientConstructor, { server, key, certificate }: ServerAccess): Client {
  const secure = server.protocol === "https:";
  const target = `${server.hostname}:${server.port || (secure ? 443 : 80)}`;
  const options = { ...channelOptions, ...(key === undefined ? {} : { interceptors: [withKey(key)] }) };
  if (!secure) {
    return new Service(target, credentials.createInsecure(), options);
  }
  if (certificate === undefined) {
    return new Service(target, credentials.createSsl(), options);
  }
  const pem = readFileSync(certificate);
  const trusted = credentials.createFromSecureContext(createSecureContext({ ca: pem, allowPartialTrustChain: true }));
  const name = nameIn(pem);
  return new Service(
    target,
    trusted,
    name === undefined ? options : { ...options, "grpc.ssl_target_name_override": name },
  );
}

function withKey(key: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set("authorization", `Bearer ${key}`);
        next(metadata, listener);
      },
    });
}

/**
 * A name in the server's own certificate: the server reaches itself by its loopback address, which is none. Undefined
 * for an authority's certificate, which names no machine.
 */
function nameIn(pem: Buffer): string | undefined {
  const names = new X509Certificate(pem).subjectAltName ?? "";
  return (/DNS:([^,]+)/.exec(names) ?? /IP Address:([^,]+)/.exec(names))?.[1];
}
