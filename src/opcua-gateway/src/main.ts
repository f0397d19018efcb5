import { text } from "node:stream/consumers";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { type Logger, pino } from "pino";
import { Bulkheads } from "./bulkheads.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { exportNodeset, StationNameError } from "./exportNodeset.ts";
import { startGateway } from "./gateway.ts";
import { ROLE_WORDS, roleOf, userLine } from "./users.ts";

const STOP_WITHIN_MS = 800;
/** A supervisor takes a process that is silent for longer than some of these for hung. */
const SIGN_OF_LIFE_MS = 1_000;
const FAILED = 1;
const WRONG_CONFIGURATION = 2;

const [command, name, roleName] = process.argv.slice(2);
const role = roleOf(roleName);
if (command === "hash-password" && name !== undefined && role !== undefined) {
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  console.log(await userLine(name, role, password));
} else if (command === "export-nodeset") {
  await writeNodeset(process.argv.slice(3));
} else if (command !== undefined) {
  console.error(
    `usage: gateway.mjs | gateway.mjs hash-password NAME ROLE < password (ROLE: ${ROLE_WORDS}) | gateway.mjs export-nodeset [--stations A,B] [--no-machine-vision]`,
  );
  process.exitCode = WRONG_CONFIGURATION;
} else {
  await run();
}

async function run(): Promise<void> {
  const log = pino({ base: null }, pino.destination({ fd: 1, sync: true }));
  redirectConsole(log);
  const bulkheads = new Bulkheads(log);
  process.on("uncaughtException", (error) => bulkheads.contains(error) || fail(log, error));
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
    stop = (await startGateway(config, import.meta.dirname, log, bulkheads)).stop;
    if (config.supervised) {
      // Past the log's level: it is no message but a beat.
      setInterval(() => process.stdout.write('{"level":20,"msg":"alive"}\n'), SIGN_OF_LIFE_MS).unref();
    }
  } catch (error) {
    fail(log, error);
  }
}

/** Writes the nodes of stations to standard output, as NodeSet2. */
async function writeNodeset(args: string[]): Promise<void> {
  const write = process.stdout.write.bind(process.stdout);
  // What libraries print must not get into the document.
  console.log = console.info = console.debug = console.warn = console.error;
  try {
    const options = { stations: { type: "string", default: "" }, "no-machine-vision": { type: "boolean" } } as const;
    const { values } = parseArgs({ args, options });
    const stations = values.stations.split(",").filter((name) => name !== "");
    write(await exportNodeset(stations, values["no-machine-vision"] !== true, import.meta.dirname));
  } catch (error) {
    const isUsage = error instanceof StationNameError || (error instanceof TypeError && "code" in error);
    console.error(`export-nodeset: ${error instanceof Error ? error.message : error}`);
    process.exitCode = isUsage ? WRONG_CONFIGURATION : FAILED;
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
