import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { daysLeft, hostNames, keepOwnCertificate } from "./ownCertificate.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const WARN_DAYS = 30;
/** Certificates that wait for trust; the oldest beyond them are deleted, so that strangers cannot fill the disk. */
const MAX_REJECTED = 100;

/** The store of this gateway's key and certificate and of the clients that it trusts. */
export interface Pki {
  readonly manager: OPCUACertificateManager;
  /** Certificates that users may log in with. */
  readonly users: OPCUACertificateManager;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** Opens the store; makes key (0600) and own certificate where there are none, or none that fits. Says in the log who waits for trust. */
export async function openPki(config: Config, log: Logger): Promise<Pki> {
  const manager = await openStore(config.pki);
  const users = await openStore(join(config.pki, "users"));
  const certificateFile = join(config.pki, "own/certs/anomalyline-gateway.pem");
  const names = config.names.length > 0 ? config.names : hostNames(config.host);
  await keepOwnCertificate(manager, certificateFile, names, log, new Date());
  logWaiting(manager, "client", "", log);
  logWaiting(users, "user", " --users", log);
  setInterval(() => warnOfEnd(certificateFile, log), DAY_MS).unref();
  return { manager, users, certificateFile, privateKeyFile: manager.privateKey };
}

async function openStore(rootFolder: string): Promise<OPCUACertificateManager> {
  const store = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false });
  await store.initialize();
  return store;
}

function warnOfEnd(certificateFile: string, log: Logger): void {
  const days = Math.floor(daysLeft(certificateFile, new Date()));
  if (days < WARN_DAYS) {
    log.warn({ days }, "the own certificate ends soon: a restart of the gateway makes a new one");
  }
}

/** One that is not trusted sees an unclear error; what to do is said here. */
function logWaiting(store: OPCUACertificateManager, who: string, option: string, log: Logger): void {
  store.on("certificateAdded", ({ store: folder, fingerprint, filename }) => {
    if (folder === "rejected") {
      prune(store.rejectedFolder);
      const thumbprint = fingerprint.toUpperCase();
      log.warn(
        { thumbprint, filename },
        `waiting for trust: ${thumbprint} (${who}); to trust it: anomalyline opcua clients trust ${thumbprint}${option}`,
      );
    }
  });
}

function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length > MAX_REJECTED) {
    const age = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const byAge = files.map((file) => ({ file, at: age(file) })).sort((one, other) => one.at - other.at);
    for (const { file } of byAge.slice(0, files.length - MAX_REJECTED)) {
      rmSync(file, { force: true });
    }
  }
}
