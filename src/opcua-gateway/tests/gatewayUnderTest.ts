import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { inject } from "vitest";
import type { Config } from "../src/config.ts";
import { type Gateway, startGateway } from "../src/gateway.ts";

/** The built folder: the bundle, nodesets and protos. */
export const DIST = join(import.meta.dirname, "../dist");

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "opcua-gateway-test-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A configuration in laboratory mode on free ports, towards a server's port. */
export async function laboratory(serverPort: number): Promise<Config> {
  return {
    server: new URL(`http://127.0.0.1:${serverPort}`),
    host: "127.0.0.1",
    port: await freePort(),
    path: "/anomalyline",
    pki: inject("pki"),
    names: [],
    advertised: [],
    multicast: false,
    reverse: [],
    redundant: [],
    confirmAlarms: false,
    machineVision: true,
    laboratory: true,
    users: new Map(),
    supervised: false,
    logLevel: "info",
  };
}

/** A gateway in this process, with its log lines. */
export async function start(config: Config): Promise<Gateway & { lines: { level: number; msg: string }[] }> {
  const lines: { level: number; msg: string }[] = [];
  const log: Logger = pino({ level: "debug" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { ...(await startGateway(config, DIST, log)), lines };
}
