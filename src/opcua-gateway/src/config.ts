import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Partner } from "./redundancy.ts";
import { parseUsers, type Users, UsersFile } from "./users.ts";

/** Host names or addresses (IPv6 in brackets) with or without ports, with commas between them. */
const ADDRESSES = /^(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(,(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?)*$/;

const flag = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");

const schema = z.object({
  ANOMALYLINE_SERVER: z
    .url({ protocol: /^https?$/, error: "must be the server's gRPC address, such as http://127.0.0.1:8081" })
    .default("http://127.0.0.1:8081"),
  ANOMALYLINE_KEY: z.string().optional(),
  ANOMALYLINE_CERTIFICATE: z.string().min(1).optional(),
  OPCUA_HOST: z.string().min(1, "must be the address to listen on, such as 127.0.0.1").default("127.0.0.1"),
  OPCUA_PORT: z.coerce.number("must be a port number").int().min(1).max(65535).default(4840),
  OPCUA_PATH: z
    .string()
    .regex(/^\/[\w./-]*$/, "must start with '/', such as /anomalyline")
    .default("/anomalyline"),
  OPCUA_PKI: z.string("must name the folder for certificates and keys").min(1),
  OPCUA_NAMES: z
    .string()
    .regex(/^[\w.:-]+(,[\w.:-]+)*$/, "must be host names and IP addresses with commas between them")
    .optional(),
  OPCUA_ADVERTISED: z
    .string()
    .regex(ADDRESSES, "must be addresses such as line.plant.example:4840 or [fd00::1]:4840 with commas between them")
    .optional(),
  OPCUA_APPLICATION_URI: z
    .string()
    .regex(/^[a-z][a-z\d+.-]*:[^\s,]+$/i, "must be a URI, such as urn:plant.example:line-3:anomalyline")
    .optional(),
  OPCUA_DISCOVERY_SERVER: z
    .string()
    .regex(/^opc\.tcp:\/\/[^\s,]+$/, "must be a discovery server's address, such as opc.tcp://lds.plant.example:4840")
    .optional(),
  OPCUA_MULTICAST: flag.default(false),
  OPCUA_REVERSE: z
    .string()
    .regex(
      ADDRESSES,
      "must be addresses on which clients listen, such as scada.plant.example:4841, with commas between them",
    )
    .optional(),
  OPCUA_REDUNDANT: z
    .string()
    .regex(
      /^[^\s,=]+=opc\.tcp:\/\/[^\s,]+(,[^\s,=]+=opc\.tcp:\/\/[^\s,]+)*$/,
      "must be application URIs and addresses of the other gateways, such as urn:b:anomalyline:gateway=opc.tcp://b:4840/anomalyline, with commas between them",
    )
    .optional(),
  OPCUA_CONFIRM_ALARMS: flag.default(false),
  OPCUA_MACHINE_VISION: flag.default(true),
  OPCUA_LABORATORY: flag.default(false),
  OPCUA_USERS: z.string().min(1).optional(),
  GATEWAY_SUPERVISED: flag.default(false),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
});

/** How this gateway runs. Read once at start; a change needs a restart. */
export interface Config {
  /** Address of the server's gRPC endpoint, http or https. */
  readonly server: URL;
  /** The key that the server knows this gateway by; undefined for none. */
  readonly key?: string | undefined;
  /** File of the server's certificate, or of the authority that it is from; undefined: those that the system trusts. */
  readonly certificate?: string | undefined;
  /** Address that OPC UA listens on. */
  readonly host: string;
  /** Port that OPC UA listens on, 1..65535. */
  readonly port: number;
  /** Path of the endpoint address, starting with '/'. */
  readonly path: string;
  /** Folder of keys, own certificate, trusted and rejected client certificates. */
  readonly pki: string;
  /** Host names and addresses in the own certificate; empty = those of this machine when it is made. */
  readonly names: readonly string[];
  /** Addresses (host, or host and port) that clients are told to use; empty = the one that each client used. */
  readonly advertised: readonly string[];
  /** The name by which clients know this application; undefined: the one in the own certificate. */
  readonly applicationUri?: string | undefined;
  /** Discovery server to register with; undefined: none. */
  readonly discoveryServer?: string | undefined;
  /** Also announce the endpoint on its network by multicast DNS. */
  readonly multicast: boolean;
  /** Addresses on which clients listen for this gateway's connections (reverse connect). */
  readonly reverse: readonly string[];
  /** Other gateways on the same server. */
  readonly redundant: readonly Partner[];
  /** Alarms have to be confirmed beside being acknowledged. */
  readonly confirmAlarms: boolean;
  /** Also show the stations by OPC 40100-1. */
  readonly machineVision: boolean;
  /** Also allow no security and no user. Never on a plant network. */
  readonly laboratory: boolean;
  /** Roles and password hashes by user name. */
  readonly users: Users;
  /** Whether a supervisor holds standard input open for as long as this process is wanted. */
  readonly supervised: boolean;
  readonly logLevel: string;
}

/** Everything that is wrong with the configuration, one message each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

/** Reads the configuration from environment variables; throws one {@link ConfigError} that names every problem. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => describe(issue, environment)));
  }
  const isLaboratory = environment.OPCUA_LABORATORY === "true";
  const isWithoutUsers = isLaboratory && isMissing(environment.OPCUA_USERS);
  const users = readUsers(isWithoutUsers ? undefined : environment.OPCUA_USERS, problems);
  if (!isLaboratory && users.size === 0) {
    problems.push(
      "OPCUA_USERS: must name a file with at least one user (nobody could log in), unless OPCUA_LABORATORY=true",
    );
  }
  if (environment.OPCUA_MULTICAST === "true" && isLoopback(environment.OPCUA_HOST)) {
    problems.push("OPCUA_MULTICAST: announces an endpoint that only this machine reaches; set OPCUA_HOST");
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const env = parsed.data;
  return {
    server: new URL(env.ANOMALYLINE_SERVER),
    key: env.ANOMALYLINE_KEY === "" ? undefined : env.ANOMALYLINE_KEY,
    certificate: env.ANOMALYLINE_CERTIFICATE,
    host: env.OPCUA_HOST,
    port: env.OPCUA_PORT,
    path: env.OPCUA_PATH,
    pki: env.OPCUA_PKI,
    names: env.OPCUA_NAMES?.split(",") ?? [],
    advertised: env.OPCUA_ADVERTISED?.split(",") ?? [],
    applicationUri: env.OPCUA_APPLICATION_URI,
    discoveryServer: env.OPCUA_DISCOVERY_SERVER,
    multicast: env.OPCUA_MULTICAST,
    reverse: env.OPCUA_REVERSE?.split(",") ?? [],
    redundant: env.OPCUA_REDUNDANT?.split(",").map(partner) ?? [],
    confirmAlarms: env.OPCUA_CONFIRM_ALARMS,
    machineVision: env.OPCUA_MACHINE_VISION,
    laboratory: env.OPCUA_LABORATORY,
    users,
    supervised: env.GATEWAY_SUPERVISED,
    logLevel: env.LOG_LEVEL,
  };
}

function isLoopback(host = "127.0.0.1"): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function partner(pair: string): Partner {
  const at = pair.indexOf("=");
  return { applicationUri: pair.slice(0, at), url: pair.slice(at + 1) };
}

function describe(issue: z.core.$ZodIssue, environment: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  const value = environment[name];
  return `${name}${value === undefined ? "" : ` = "${value}"`}: ${issue.message}`;
}

/** Whether a file is named that is not there, as in a container image, which names one whatever it is run for. */
function isMissing(file: string | undefined): boolean {
  return file !== undefined && file !== "" && !existsSync(file);
}

function readUsers(file: string | undefined, problems: string[]): Users {
  if (file === undefined || file === "") {
    return new Map();
  }
  try {
    const { users, errors } = parseUsers(readFileSync(file, "utf8"));
    problems.push(...errors.map((error) => `OPCUA_USERS ${file}: ${error}`));
    return new UsersFile(file, users);
  } catch (error) {
    problems.push(`OPCUA_USERS = "${file}": cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return new Map();
  }
}
