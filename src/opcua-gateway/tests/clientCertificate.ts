import { X509Certificate } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MessageSecurityMode, OPCUACertificateManager, SecurityPolicy } from "node-opcua";
import { inject } from "vitest";
import { temporaryFolder } from "./gatewayUnderTest.ts";

const APPLICATION_URI = "urn:anomalyline:test:client";

/** A client's certificate and key, and what a connection with them needs. */
export interface ClientCertificate {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** SHA-1 in upper-case hex digits. */
  readonly thumbprint: string;
  /** Options of a client that signs and encrypts with it. */
  readonly options: object;
}

/** Makes one; all have the same key. */
export async function clientCertificate(
  name = "plc",
  startDate = new Date(Date.now() - 60_000),
  validity = 30,
): Promise<ClientCertificate> {
  const manager = new OPCUACertificateManager({ rootFolder: inject("clientPki") });
  await manager.initialize();
  const certificateFile = join(temporaryFolder(), `${name}.pem`);
  await manager.createSelfSignedCertificate({
    outputFile: certificateFile,
    subject: { commonName: name },
    applicationUri: APPLICATION_URI,
    dns: ["localhost"],
    startDate,
    validity,
  });
  const privateKeyFile = manager.privateKey;
  const thumbprint = new X509Certificate(readFileSync(certificateFile)).fingerprint.replaceAll(":", "");
  const options = {
    applicationUri: APPLICATION_URI,
    certificateFile,
    privateKeyFile,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
  };
  return { certificateFile, privateKeyFile, thumbprint, options };
}

/** Puts it into a store's trusted folder, before or while a gateway runs, and takes it from the rejected ones. */
export function trust(pki: string, { certificateFile, thumbprint }: ClientCertificate): void {
  const folder = join(pki, "trusted/certs");
  mkdirSync(folder, { recursive: true });
  copyFileSync(certificateFile, join(folder, `${thumbprint}.pem`));
  const rejected = join(pki, "rejected");
  const waiting = existsSync(rejected) ? readdirSync(rejected) : [];
  for (const file of waiting.filter((name) => name.toUpperCase().includes(thumbprint))) {
    rmSync(join(rejected, file));
  }
}
