import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { ROLES, type Role } from "./roles.ts";

/** Cost of new hashes: 32 MiB and about 0.1 s each. */
const COST = { N: 32768, r: 8, p: 1 };
const LINE = /^([^:]{1,64}):([A-Za-z]+):(.+)$/;
const HASH = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const WITHOUT_ROLE = /^([^:\s]{1,64}):scrypt\$/;
/** In place of a hash: the user comes with a certificate whose common name is the user's name. */
const CERTIFICATE = "x509";
const MAX_MEMORY = 256 * 1024 * 1024;

/** A salted password hash with its cost. */
export interface PasswordHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Who may log in, and what they may do. */
export interface User {
  readonly role: Role;
  /** Undefined for one who comes with a certificate only. */
  readonly password: PasswordHash | undefined;
}

export type Users = ReadonlyMap<string, User>;

/**
 * Reads lines of `name:role:scrypt$N$r$p$salt$hash` (salt and hash in base64) or `name:role:x509`;
 * empty lines and `#` comments are skipped.
 */
export function parseUsers(text: string): { users: Users; errors: string[] } {
  const users = new Map<string, User>();
  const errors: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) {
      continue;
    }
    const parsed = parseUser(line);
    const error = typeof parsed === "string" ? parsed : takenName(parsed.name, users);
    if (error !== undefined) {
      errors.push(`line ${index + 1}${error}`);
    } else if (typeof parsed !== "string") {
      users.set(parsed.name, parsed);
    }
  }
  return { users, errors };
}

function takenName(name: string, users: Users): string | undefined {
  if (name === "anonymous") {
    return `: "anonymous" is what OPC UA calls those without a user; choose another name`;
  }
  return users.has(name) ? `: user "${name}" is there twice` : undefined;
}

/** The user of a line, or what is wrong with the line. */
function parseUser(line: string): (User & { name: string }) | string {
  const old = WITHOUT_ROLE.exec(line);
  if (old !== null) {
    return ` has no role: write ${old[1]}:Operator:${line.slice((old[1] ?? "").length + 1, (old[1] ?? "").length + 8)}… (${ROLES.join(", ")})`;
  }
  const [, name, roleName, secret] = LINE.exec(line) ?? [];
  if (name === undefined || secret === undefined) {
    return ` is not name:role:scrypt$N$r$p$salt$hash; make one with "gateway.mjs hash-password NAME ROLE"`;
  }
  const role = ROLES.find((known) => known === roleName);
  if (role === undefined) {
    return `: "${roleName}" is no role; use ${ROLES.join(", ")}`;
  }
  if (secret === CERTIFICATE) {
    return { name, role, password: undefined };
  }
  const password = parseHash(secret);
  return typeof password === "string" ? password : { name, role, password };
}

function parseHash(text: string): PasswordHash | string {
  const [, N, r, p, salt, hash] = HASH.exec(text) ?? [];
  if (salt === undefined || hash === undefined) {
    return ` is not name:role:scrypt$N$r$p$salt$hash; make one with "gateway.mjs hash-password NAME ROLE"`;
  }
  if (128 * Number(N) * Number(r) >= MAX_MEMORY || !Number.isInteger(Math.log2(Number(N))) || Number(N) < 2) {
    return ": N must be a power of two, and 128 * N * r below 256 MiB";
  }
  const [saltBytes, hashBytes] = [Buffer.from(salt, "base64"), Buffer.from(hash, "base64")];
  return { N: Number(N), r: Number(r), p: Number(p), salt: saltBytes, hash: hashBytes };
}

/** A line for the users file. */
export async function userLine(name: string, role: Role, password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, COST);
  return `${name}:${role}:scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** Whether the password fits. An unknown user costs as much time as a wrong password. */
export async function verifyPassword(user: PasswordHash | undefined, password: string): Promise<boolean> {
  const against = user ?? { ...COST, salt: Buffer.alloc(16), hash: Buffer.alloc(32) };
  const derived = await derive(password, against.salt, against.hash.length, against);
  return timingSafeEqual(derived, against.hash) && user !== undefined;
}

function derive(password: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> {
  const { N = 0, r = 0, p = 0 } = cost;
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: MAX_MEMORY };
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
