import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { type Logger, pino } from "pino";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { startGateway } from "./gateway.ts";
import { ROLES } from "./roles.ts";
import { userLine } from "./users.ts";

const STOP_WITHIN_MS = 800;
const FAILED = 1;
const WRONG_CONFIGURATION = 2;

const [command, name, roleName] = process.argv.slice(2);
const role = ROLES.find((known) => known === roleName);
if (command === "hash-password" && name !== undefined && role !== undefined) {
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  console.log(await userLine(name, role, password));
} else if (command !== undefined) {
  console.error(`usage: gateway.mjs | gateway.mjs hash-password NAME ROLE < password (ROLE: ${ROLES.join(", ")})`);
  process.exitCode = WRONG_CONFIGURATION;
} else {
  await run();
}

async function run(): Promise<void> {
  const log = pino({ base: null }, pino.destination({ fd: 1, sync: true }));
  redirectConsole(log);
  process.on("uncaughtException", (error) => fail(log, error));
  let config: Config;
  try {
    config = readConfig(process.env);
    log.level = config.logLevel;
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    log.fatal({ problems: error.problems }, `configuration: ${error.message}`);
    process.exit(WRONG_CONFIGURATION);
  }
  // Wired before the start, so that the end of a supervisor during it is noticed, too.
  let stop = async () => {};
  const leave = (why: string) => {
    log.info({ why }, "stopping");
    setTimeout(() => process.exit(0), STOP_WITHIN_MS);
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(log, error),
    );
  };
  process.once("SIGTERM", () => leave("SIGTERM"));
  process.once("SIGINT", () => leave("SIGINT"));
  if (config.supervised) {
    process.stdin.once("end", () => leave("standard input ended")).resume();
  }
  try {
    stop = (await startGateway(config, import.meta.dirname, log)).stop;
  } catch (error) {
    fail(log, error);
  }
}

function fail(log: Logger, error: unknown): never {
  log.fatal({ err: error }, "gateway failed");
  process.exit(FAILED);
}

/** Standard output carries JSON lines only: what libraries print becomes log lines. */
function redirectConsole(log: Logger): void {
  const line = (parts: unknown[]) => stripVTControlCharacters(parts.map(String).join(" "));
  console.log = console.info = console.debug = (...parts) => log.debug({ from: "library" }, line(parts));
  console.warn = (...parts) => log.warn({ from: "library" }, line(parts));
  console.error = (...parts) => log.error({ from: "library" }, line(parts));
}
