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

/** What the own certificate should say. What is not asked for may change around a certificate without making it wrong. */
export interface Identity {
  /** Host names and addresses that must be in it. */
  readonly names: readonly string[];
  /** Others that come into a new one. */
  readonly others: readonly string[];
  /** The name by which clients know this application; undefined: the one that it has. */
  readonly applicationUri?: string | undefined;
}

/**
 * Sees to a certificate that fits this application: made if there is none, made anew (same key) if it lacks what is asked for,
 * belongs to another key or ends within 90 days. Another host name or address of this machine is no reason: each PLC would have to trust anew.
 * One that somebody else signed is left alone, and the log says what is wrong with it. Gives the application URI that is in it, and clients compare.
 */
export async function keepOwnCertificate(
  manager: OPCUACertificateManager,
  file: string,
  { names, others, applicationUri }: Identity,
  log: Logger,
  now: Date,
): Promise<string> {
  let uri = applicationUri ?? `urn:${hostname()}:anomalyline:gateway`;
  if (existsSync(file)) {
    const certificate = new X509Certificate(readFileSync(file));
    uri = applicationUri ?? uriOf(certificate) ?? uri;
    const faults = faultsOf(certificate, manager.privateKey, names, uri, now);
    if (faults.length === 0) {
      return uri;
    }
    if (certificate.issuer !== certificate.subject) {
      log.error({ file, faults }, "the own certificate does not fit any more; have it signed anew");
      return uriOf(certificate) ?? uri;
    }
    renameSync(file, `${file}.old`);
    log.warn({ file, faults }, "own certificate renewed: clients have to trust the new one");
  }
  const all = [...new Set([...names, ...others])];
  await manager.createSelfSignedCertificate({
    outputFile: file,
    subject: { commonName: `AnomalyLine OPC UA gateway@${hostname()}`, organization: "AnomalyLine" },
    applicationUri: uri,
    dns: all.filter((name) => isIP(name) === 0),
    ip: all.filter((name) => isIP(name) !== 0),
    startDate: now,
    validity: VALID_DAYS,
  });
  return uri;
}

/** Days until a certificate ends; negative once it has. */
export function daysLeft(file: string, now: Date): number {
  return (new X509Certificate(readFileSync(file)).validToDate.getTime() - now.getTime()) / DAY_MS;
}

/** All names and addresses under which clients may reach this machine; no link-local ones, which mean another machine on every link. */
export function hostNames(host: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const own = addresses.map((entry) => entry.address).filter((address) => !/^fe[89ab]/i.test(address));
  const listening = host === "0.0.0.0" || host === "::" ? [] : [host];
  return [...new Set([hostname(), "localhost", "127.0.0.1", "::1", ...own, ...listening])];
}

/** Host names and addresses in the own certificate. */
export function namesIn(file: string): string[] {
  const entries = (new X509Certificate(readFileSync(file)).subjectAltName ?? "").split(", ");
  return entries.flatMap((entry) => /^(?:DNS|IP Address):(.*)$/.exec(entry)?.[1] ?? []);
}

function uriOf(certificate: X509Certificate): string | undefined {
  return (certificate.subjectAltName ?? "").split(", ").flatMap((entry) => /^URI:(.*)$/.exec(entry)?.[1] ?? [])[0];
}

function faultsOf(
  certificate: X509Certificate,
  keyFile: string,
  names: readonly string[],
  applicationUri: string,
  now: Date,
): string[] {
  const missing = names.filter((name) =>
    isIP(name) === 0 ? certificate.checkHost(name) === undefined : certificate.checkIP(name) === undefined,
  );
  const faults = missing.map((name) => `lacks the name ${name}`);
  if (uriOf(certificate) !== applicationUri) {
    faults.push(`lacks the application ${applicationUri}`);
  }
  if (certificate.validToDate.getTime() < now.getTime() + RENEW_DAYS * DAY_MS) {
    faults.push(`ends ${certificate.validToDate.toISOString()}`);
  }
  if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))) {
    faults.push("belongs to another private key");
  }
  return faults;
}
