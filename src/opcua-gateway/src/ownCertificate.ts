import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import type { OPCUACertificateManager } from "node-opcua";
import type { Logger } from "pino";

const VALID_DAYS = 3650;
/** A certificate that ends sooner is replaced. */
const RENEW_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The name by which this application is known: its certificate says so, and clients compare. */
export const APPLICATION_URI = `urn:${hostname()}:anomalyline:gateway`;

/**
 * Sees to a certificate that fits this application: made where there is none, made anew (same key) where it lacks a name,
 * belongs to another key or ends within 90 days. One that somebody else signed is left alone, and the log says what is wrong with it.
 */
export async function keepOwnCertificate(
  manager: OPCUACertificateManager,
  file: string,
  names: readonly string[],
  log: Logger,
  now: Date,
): Promise<void> {
  if (existsSync(file)) {
    const certificate = new X509Certificate(readFileSync(file));
    const faults = faultsOf(certificate, manager.privateKey, names, now);
    if (faults.length === 0) {
      return;
    }
    if (certificate.issuer !== certificate.subject) {
      log.error({ file, faults }, "the own certificate does not fit any more; have it signed anew");
      return;
    }
    renameSync(file, `${file}.old`);
    log.warn({ file, faults }, "own certificate renewed: clients have to trust the new one");
  }
  await manager.createSelfSignedCertificate({
    outputFile: file,
    subject: { commonName: `AnomalyLine OPC UA gateway@${hostname()}`, organization: "AnomalyLine" },
    applicationUri: APPLICATION_URI,
    dns: names.filter((name) => isIP(name) === 0),
    ip: names.filter((name) => isIP(name) !== 0),
    startDate: now,
    validity: VALID_DAYS,
  });
}

/** Days until a certificate ends; negative once it has. */
export function daysLeft(file: string, now: Date): number {
  return (new X509Certificate(readFileSync(file)).validToDate.getTime() - now.getTime()) / DAY_MS;
}

/** All names and IPv4 addresses under which clients may reach this machine. */
export function hostNames(host: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const own = addresses.filter((entry) => entry.family === "IPv4").map((entry) => entry.address);
  const listening = host === "0.0.0.0" || host === "::" ? [] : [host];
  return [...new Set([hostname(), "localhost", "127.0.0.1", ...own, ...listening])];
}

function faultsOf(certificate: X509Certificate, keyFile: string, names: readonly string[], now: Date): string[] {
  const said = new Set((certificate.subjectAltName ?? "").split(", "));
  const missing = names.filter((name) => !said.has(isIP(name) === 0 ? `DNS:${name}` : `IP Address:${name}`));
  const faults = missing.map((name) => `lacks the name ${name}`);
  if (!said.has(`URI:${APPLICATION_URI}`)) {
    faults.push(`lacks the application ${APPLICATION_URI}`);
  }
  if (certificate.validToDate.getTime() < now.getTime() + RENEW_DAYS * DAY_MS) {
    faults.push(`ends ${certificate.validToDate.toISOString()}`);
  }
  if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))) {
    faults.push("belongs to another private key");
  }
  return faults;
}
