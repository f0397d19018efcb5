import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, inject, vi } from "vitest";
import { DIST, freePort, temporaryFolder } from "./gatewayUnderTest.ts";

/** A line of the gateway's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly endpoint?: string;
}

/** A started process with what it has written so far. */
export interface GatewayProcess {
  readonly child: ChildProcess & { readonly stdin: NodeJS.WritableStream };
  readonly lines: LogLine[];
  /** What it wrote to standard error. */
  errors(): string;
}

/** The built gateway as a supervisor starts it: copied to another folder, no other environment. */
export function launch(environment: NodeJS.ProcessEnv, ...args: string[]): GatewayProcess {
  const folder = temporaryFolder();
  cpSync(DIST, join(folder, "gateway"), { recursive: true });
  const child = spawn(process.execPath, [join(folder, "gateway/gateway.mjs"), ...args], {
    cwd: folder,
    env: environment,
  });
  const lines: LogLine[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line)));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return { child, lines, errors: () => errors };
}

/** The built gateway in laboratory mode towards a server's port, once it listens. */
export async function launchListening(serverPort: number, environment: NodeJS.ProcessEnv = {}) {
  const launched = launch({
    ANOMALYLINE_SERVER: `http://127.0.0.1:${serverPort}`,
    OPCUA_PORT: String(await freePort()),
    OPCUA_PKI: inject("pki"),
    OPCUA_LABORATORY: "true",
    ...environment,
  });
  const line = await vi.waitFor(
    () => {
      const found = launched.lines.find(({ msg }) => msg === "listening");
      expect(found, launched.errors()).toBeDefined();
      return found;
    },
    { timeout: 15_000 },
  );
  return { ...launched, endpoint: line?.endpoint ?? "" };
}

/** What a process has used: resident memory in MB, processor time in seconds (user and system). */
export function usage(pid: number): { residentMb: number; cpuSeconds: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const residentKb = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  // After the name in brackets; fields 14 and 15 of proc(5), in ticks of 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return { residentMb: residentKb / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}
