import { readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { OPCUACertificateManager } from "node-opcua";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { daysLeft, hostNames, keepOwnCertificate, namesIn } from "./ownCertificate.ts";
import { Refusals } from "./refusals.ts";

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
  /** Certificates of clients that were not let in. */
  readonly refusals: Refusals;
  /** What the own certificate says: the application's name, and host names and addresses. */
  readonly applicationUri: string;
  readonly names: readonly string[];
}

/** Opens the store; makes key (0600) and own certificate where there are none, or none that fits. Says in the log who waits for trust. */
export async function openPki(config: Config, log: Logger): Promise<Pki> {
  const manager = await openStore(config.pki);
  const users = await openStore(join(config.pki, "users"));
  const certificateFile = join(config.pki, "own/certs/anomalyline-gateway.pem");
  // What is advertised must be in it, or clients refuse the certificate.
  const hosts = config.advertised.map((address) => address.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
  const names = [...config.names, ...hosts];
  const others = config.names.length > 0 ? [] : hostNames(config.host);
  const identity = { names, others, applicationUri: config.applicationUri };
  const applicationUri = await keepOwnCertificate(manager, certificateFile, identity, log, new Date());
  logWaitingUsers(users, config.pki, log);
  setInterval(() => warnOfEnd(certificateFile, log), DAY_MS).unref();
  return {
    manager,
    users,
    refusals: new Refusals(manager, log),
    certificateFile,
    privateKeyFile: manager.privateKey,
    applicationUri,
    names: namesIn(certificateFile),
  };
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

/** Says what to do for a user whose certificate nobody trusts. */
function logWaitingUsers(store: OPCUACertificateManager, pki: string, log: Logger): void {
  store.on("certificateAdded", ({ store: folder, fingerprint, filename }) => {
    if (folder === "rejected") {
      prune(store.rejectedFolder, MAX_REJECTED);
      const thumbprint = fingerprint.toUpperCase();
      log.warn(
        { thumbprint, filename },
        `waiting for trust: ${thumbprint} (user); to trust it: anomalyline opcua clients trust ${thumbprint} --users --pki ${resolve(pki)}`,
      );
    }
  });
}

/** Deletes the oldest files beyond a number. */
export function prune(folder: string, most: number): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length > most) {
    const age = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const byAge = files.map((file) => ({ file, at: age(file) })).sort((one, other) => one.at - other.at);
    for (const { file } of byAge.slice(0, files.length - most)) {
      rmSync(file, { force: true });
    }
  }
}
