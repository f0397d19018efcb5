import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { OPCUACertificateManager } from "node-opcua";
import {
  type AddressSpace,
  DataType,
  LocalizedText,
  type OPCUAServer,
  type ServerSecureChannelLayer,
  type StatusCode,
  StatusCodes,
} from "node-opcua";
import type { Logger } from "pino";

/** Certificates that wait for trust, and refusals that are remembered. */
const MAX_WAITING = 100;
const MAX_REMEMBERED = 500;
/** A client that tries on and on is one line of the log in this time. */
const TELL_AGAIN_MS = 10 * 60_000;
const WRITE_MS = 500;
const LEAST_KEY_BITS = 2048;
const AUDIT_SEVERITY = 600;

/** A certificate that was refused, as it stands in `refusals.json`, which `anomalyline opcua clients` and the console read. */
interface Refusal {
  readonly thumbprint: string;
  readonly subject: string;
  readonly applicationUri: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly first: string;
  reason: string;
  address: string;
  last: string;
  count: number;
}

/** Says of every refused certificate of a client why: in the log, as an audit event, and in a file beside the certificates. */
export class Refusals {
  readonly #folder: string;
  readonly #file: string;
  readonly #waiting: string;
  readonly #log: Logger;
  readonly #byThumbprint: Map<string, Refusal>;
  readonly #told = new Map<string, number>();
  #addressSpace: AddressSpace | undefined;
  #serverUri = "";
  #writing: NodeJS.Timeout | undefined;

  constructor(store: OPCUACertificateManager, log: Logger) {
    this.#folder = store.rootDir;
    this.#file = join(store.rootDir, "refusals.json");
    this.#waiting = store.rejectedFolder;
    this.#log = log;
    this.#byThumbprint = new Map(readRefusals(this.#file).map((refusal) => [refusal.thumbprint, refusal]));
  }

  /** Looks at every certificate that a client of this server shows. */
  watch(server: OPCUAServer): void {
    this.#addressSpace = server.engine.addressSpace ?? undefined;
    this.#serverUri = server.serverInfo.applicationUri ?? "";
    server.on("newChannel", (channel: ServerSecureChannelLayer) => {
      const node = channel as unknown as { checkCertificate: (chain: Buffer | null) => Promise<StatusCode> };
      const check = node.checkCertificate.bind(channel);
      node.checkCertificate = async (chain) => {
        const status = await check(chain);
        return chain === null || chain.length === 0 ? status : this.judge(chain, status, channel.remoteAddress);
      };
    });
  }

  /** What a certificate that was checked is answered with; remembers and tells of a refusal. */
  judge(chain: Buffer, status: StatusCode, address: string): StatusCode {
    const certificate = read(chain);
    const bits = certificate?.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
    const judged = status.isGood() && bits < LEAST_KEY_BITS ? StatusCodes.BadCertificatePolicyCheckFailed : status;
    if (judged.isNotGood()) {
      this.#refused(certificate, chain, judged, reasonsOf(certificate, judged, bits), address);
    }
    return judged;
  }

  #refused(
    certificate: X509Certificate | undefined,
    chain: Buffer,
    status: StatusCode,
    reason: string,
    address: string,
  ): void {
    const now = new Date();
    const thumbprint = certificate?.fingerprint.replaceAll(":", "") ?? "";
    const known = this.#byThumbprint.get(thumbprint);
    const refusal: Refusal = known ?? {
      thumbprint,
      subject: certificate?.subject.replaceAll("\n", ", ") ?? "",
      applicationUri: /URI:([^,]+)/.exec(certificate?.subjectAltName ?? "")?.[1] ?? "",
      validFrom: certificate?.validFromDate.toISOString() ?? "",
      validUntil: certificate?.validToDate.toISOString() ?? "",
      first: now.toISOString(),
      ...{ reason, address, last: "", count: 0 },
    };
    const isNews = known === undefined || known.reason !== reason || known.address !== address;
    Object.assign(refusal, { reason, address, last: now.toISOString(), count: refusal.count + 1 });
    this.#byThumbprint.set(thumbprint, refusal);
    forgetBeyond(this.#byThumbprint, MAX_REMEMBERED);
    this.#makeRoom();
    this.#writing ??= setTimeout(() => this.#write(), WRITE_MS).unref();
    if (isNews || now.getTime() - (this.#told.get(thumbprint) ?? 0) > TELL_AGAIN_MS) {
      this.#told.set(thumbprint, now.getTime());
      this.#tell(refusal, status);
    }
    this.#audit(chain, status, refusal);
  }

  #tell({ reason, ...refusal }: Refusal, status: StatusCode): void {
    const trust = status === StatusCodes.BadCertificateUntrusted;
    const hint = trust
      ? `; to trust it: anomalyline opcua clients trust ${refusal.thumbprint} --pki ${resolve(this.#folder)}`
      : "";
    const message = `${trust ? `waiting for trust: ${refusal.thumbprint} (client)` : "certificate of a client refused"}: ${reason}${hint}`;
    this.#log.warn({ ...refusal, status: status.name }, message);
  }

  #audit(chain: Buffer, status: StatusCode, { reason, subject, address }: Refusal): void {
    this.#addressSpace?.rootFolder.objects.server.raiseEvent(
      EVENT_TYPES[status.name] ?? "AuditCertificateInvalidEventType",
      {
        message: {
          dataType: DataType.LocalizedText,
          value: new LocalizedText({ text: `${subject} from ${address}: ${reason}` }),
        },
        severity: { dataType: DataType.UInt16, value: AUDIT_SEVERITY },
        actionTimeStamp: { dataType: DataType.DateTime, value: new Date() },
        status: { dataType: DataType.Boolean, value: false },
        serverId: { dataType: DataType.String, value: this.#serverUri },
        clientAuditEntryId: { dataType: DataType.String, value: "" },
        clientUserId: { dataType: DataType.String, value: "" },
        statusCodeId: { dataType: DataType.StatusCode, value: status },
        certificate: { dataType: DataType.ByteString, value: chain },
      },
    );
  }

  /**
   * Deletes certificates beyond a number, of the address that has most of them the newest first: whoever floods takes the place of nobody
   * but itself, and who waited before it goes on waiting.
   */
  #makeRoom(): void {
    const files = readdirSync(this.#waiting).map((name) => ({ name, refusal: this.#refusalOf(name) }));
    for (let beyond = files.length - MAX_WAITING; beyond > 0; beyond--) {
      const crowds = Map.groupBy(files, ({ refusal }) => refusal?.address ?? "");
      const [, crowd = []] = [...crowds].sort(([, one], [, other]) => other.length - one.length)[0] ?? [];
      const newest = crowd.reduce((one, other) =>
        (other.refusal?.first ?? "") > (one.refusal?.first ?? "") ? other : one,
      );
      rmSync(join(this.#waiting, newest.name), { force: true });
      files.splice(files.indexOf(newest), 1);
    }
  }

  /** The store's files have the thumbprint in their names. */
  #refusalOf(file: string): Refusal | undefined {
    const thumbprint = /[\da-f]{40}/i.exec(file)?.[0].toUpperCase();
    return thumbprint === undefined ? undefined : this.#byThumbprint.get(thumbprint);
  }

  #write(): void {
    this.#writing = undefined;
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#byThumbprint.values()]));
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#log.error(
        { err: error, file: this.#file },
        "refusals cannot be written down: mend the folder's rights or free its disk",
      );
    }
  }
}

const EVENT_TYPES: Readonly<Record<string, string>> = {
  BadCertificateUntrusted: "AuditCertificateUntrustedEventType",
  BadCertificateTimeInvalid: "AuditCertificateExpiredEventType",
  BadCertificateIssuerTimeInvalid: "AuditCertificateExpiredEventType",
  BadCertificateRevoked: "AuditCertificateRevokedEventType",
  BadCertificateIssuerRevoked: "AuditCertificateRevokedEventType",
};

/** What is wrong, in words; more than the status says where more is wrong. */
function reasonsOf(certificate: X509Certificate | undefined, status: StatusCode, bits: number): string {
  if (certificate === undefined) {
    return "it cannot be read";
  }
  const now = Date.now();
  const facts = [
    status === StatusCodes.BadCertificateUntrusted && "nobody has trusted it yet",
    certificate.validToDate.getTime() < now && `it expired ${certificate.validToDate.toISOString()}`,
    certificate.validFromDate.getTime() > now &&
      `it is not valid before ${certificate.validFromDate.toISOString()} (is the clock of one side wrong?)`,
    status === StatusCodes.BadCertificateUseNotAllowed && "its key usage lacks digitalSignature or dataEncipherment",
    bits < LEAST_KEY_BITS && `its key has ${bits} bits, and the policies ask for ${LEAST_KEY_BITS} or more`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? facts.join("; ") : status.description || status.name;
}

function read(chain: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(chain);
  } catch {
    // Whatever it is, it is no certificate.
    return undefined;
  }
}

function readRefusals(file: string): Refusal[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // None yet, or a file that was cut off: it only tells of the past.
    return [];
  }
}

/** Those that tried longest ago go first. */
function forgetBeyond(refusals: Map<string, Refusal>, most: number): void {
  while (refusals.size > most) {
    const oldest = [...refusals.values()].reduce((one, other) => (other.last < one.last ? other : one));
    refusals.delete(oldest.thumbprint);
  }
}
