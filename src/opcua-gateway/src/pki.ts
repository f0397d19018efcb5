import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua";

const VALID_DAYS = 3650;

/** The name by which this application is known: its certificate says so, and clients compare. */
export const APPLICATION_URI = `urn:${hostname()}:anomalyline:gateway`;

/** The store of this gateway's key and certificate and of the clients that it trusts. */
export interface Pki {
  readonly manager: OPCUACertificateManager;
  /** Certificates that users may log in with. */
  readonly users: OPCUACertificateManager;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** Opens the store; makes key (0600) and own certificate where there are none. */
export async function openPki(folder: string, host: string): Promise<Pki> {
  const manager = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: false });
  const users = new OPCUACertificateManager({
    rootFolder: join(folder, "users"),
    automaticallyAcceptUnknownCertificate: false,
  });
  await manager.initialize();
  await users.initialize();
  const certificateFile = join(folder, "own/certs/anomalyline-gateway.pem");
  if (!existsSync(certificateFile)) {
    const names = hostNames(host);
    await manager.createSelfSignedCertificate({
      outputFile: certificateFile,
      subject: { commonName: `AnomalyLine OPC UA gateway@${hostname()}`, organization: "AnomalyLine" },
      applicationUri: APPLICATION_URI,
      dns: names.filter((name) => isIP(name) === 0),
      ip: names.filter((name) => isIP(name) !== 0),
      startDate: new Date(),
      validity: VALID_DAYS,
    });
  }
  return { manager, users, certificateFile, privateKeyFile: manager.privateKey };
}

/** All names and IPv4 addresses under which clients may reach this machine. */
function hostNames(host: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const own = addresses.filter((entry) => entry.family === "IPv4").map((entry) => entry.address);
  const listening = host === "0.0.0.0" || host === "::" ? [] : [host];
  return [...new Set([hostname(), "localhost", "127.0.0.1", ...own, ...listening])];
}
