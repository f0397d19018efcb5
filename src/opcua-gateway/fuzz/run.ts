// npm run fuzz -- --cases 1000000 [--seed 1] [--workers 16]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzzer.ts";

const option = (value: string) => ({ type: "string", default: value }) as const;
const { values } = parseArgs({ options: { cases: option("10000"), seed: option("1"), workers: option("16") } });
const [cases, seed, workers] = [Number(values.cases), Number(values.seed), Number(values.workers)];

const pki = mkdtempSync(join(tmpdir(), "opcua-fuzz-"));
const port = await freePort();
const target = spawn(process.execPath, [join(import.meta.dirname, "target.ts"), join(import.meta.dirname, "../dist")], {
  env: { OPCUA_PKI: pki, OPCUA_LABORATORY: "true", OPCUA_PORT: String(port), ANOMALYLINE_SERVER: "http://127.0.0.1:1" },
  stdio: ["ignore", "pipe", "inherit"],
});
const contained = new Map<string, number>();
let failure = "";
const listening = Promise.withResolvers<string>();
createInterface(target.stdout).on("line", (text) => {
  const line = text.startsWith("{") ? JSON.parse(text) : { level: 60, msg: text };
  if (line.endpoint !== undefined) {
    listening.resolve(line.endpoint);
  } else if (line.level >= 60) {
    failure = text;
  } else if (line.level >= 50) {
    const what = String(line.err?.stack ?? line.msg)
      .split("\n")
      .slice(0, 9)
      .join(" ");
    contained.set(what, (contained.get(what) ?? 0) + 1);
  }
});
target.once("exit", (code) => {
  failure ||= `it ended with code ${code}`;
  listening.reject(new Error(failure));
});

const endpoint = await listening.promise;
const begin = performance.now();
let told = 0;
const report = await fuzz(endpoint, seed, workers, (done) => {
  if (done >= told + 10_000) {
    told = done;
    console.log(`${done} cases, ${Math.round(done / ((performance.now() - begin) / 1000))} a second`);
  }
  return done < cases && failure === "";
});
const alive =
  failure === "" && (await fuzz(endpoint, seed + 1, 1, (done) => done < 10)).sessions >= 0 && target.exitCode === null;
target.kill();
rmSync(pki, { recursive: true, force: true });
console.log({ ...report, seconds: Math.round((performance.now() - begin) / 1000), seed, alive, failure });
console.log("contained in their connection:", Object.fromEntries(contained));
process.exit(alive ? 0 : 1);

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
