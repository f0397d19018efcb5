import { pbkdf2, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { ROLES, type Role } from "./roles.ts";

/** Cost of new hashes: about 0.1 s each. The server makes and reads the same. */
const ITERATIONS = 210_000;
const MAX_ITERATIONS = 10_000_000;
/** The server's word for those who only look on; OPC UA's is Observer. */
const VIEWER = "Viewer";
/** The words of roles, for people. */
export const ROLE_WORDS = [VIEWER, ...ROLES.slice(1)].join(", ");
const REREAD_AFTER_MS = 1_000;
const LINE = /^([^:]{1,64}):([A-Za-z]+):(.+)$/;
const PBKDF2 = /^pbkdf2-sha512\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const SCRYPT = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const WITHOUT_ROLE = /^([^:\s]{1,64}):scrypt\$/;
/** In place of a hash: the user comes with a certificate whose common name is the user's name. */
const CERTIFICATE = "x509";
/** Behind a hash: the user signs in to the server with a second factor. The password alone lets them in nowhere, so that over OPC UA they come with a certificate. */
const SECOND_FACTOR = ";totp";
const MAX_MEMORY = 256 * 1024 * 1024;

/** A salted password hash with its cost: iterations of PBKDF2 with SHA-512, or the older scrypt. */
export interface PasswordHash {
  readonly cost: number | { readonly N: number; readonly r: number; readonly p: number };
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Who may log in, and what they may do. */
export interface User {
  readonly role: Role;
  /** Undefined for one who comes with a certificate only. */
  readonly password: PasswordHash | undefined;
}

/** Users by name, as they are now. */
export type Users = Pick<ReadonlyMap<string, User>, "get" | "size">;

/**
 * The users of a file, which is read again when it changes: what the server writes holds within a second.
 * A file with a mistake, or none, changes nothing.
 */
export class UsersFile implements Users {
  readonly #file: string;
  readonly #now: () => number;
  #users: Users;
  #seen: string;
  #lookedAt: number;

  /** `users` are those that the file had just now; `now` gives milliseconds that never go back. */
  constructor(file: string, users: Users, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#users = users;
    this.#now = now;
    this.#seen = this.#stamp();
    this.#lookedAt = now();
  }

  get size(): number {
    return this.#users.size;
  }

  get(name: string): User | undefined {
    this.#look();
    return this.#users.get(name);
  }

  #look(): void {
    if (this.#now() - this.#lookedAt < REREAD_AFTER_MS) {
      return;
    }
    this.#lookedAt = this.#now();
    const stamp = this.#stamp();
    if (stamp === this.#seen) {
      return;
    }
    this.#seen = stamp;
    try {
      const { users, errors } = parseUsers(readFileSync(this.#file, "utf8"));
      if (errors.length === 0) {
        this.#users = users;
      } else {
        console.warn(`users stay as they were: ${this.#file}: ${errors.join("; ")}`);
      }
    } catch (error) {
      console.warn(`users stay as they were: ${this.#file}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }

  #stamp(): string {
    const stat = statSync(this.#file, { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size}`;
  }
}

/**
 * Reads lines of `name:role:pbkdf2-sha512$iterations$salt$hash`, the older `name:role:scrypt$N$r$p$salt$hash`
 * (salt and hash in base64) or `name:role:x509`; empty lines and `#` comments are skipped.
 */
export function parseUsers(text: string): { users: ReadonlyMap<string, User>; errors: string[] } {
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

function takenName(name: string, users: ReadonlyMap<string, User>): string | undefined {
  if (name === "anonymous") {
    return `: "anonymous" is what OPC UA calls those without a user; choose another name`;
  }
  return users.has(name) ? `: user "${name}" is there twice` : undefined;
}

/** The user of a line, or what is wrong with the line. */
function parseUser(line: string): (User & { name: string }) | string {
  const old = WITHOUT_ROLE.exec(line);
  if (old !== null) {
    return ` has no role: write ${old[1]}:Operator:${line.slice((old[1] ?? "").length + 1, (old[1] ?? "").length + 8)}… (${ROLE_WORDS})`;
  }
  const [, name, roleName, secret] = LINE.exec(line) ?? [];
  if (name === undefined || secret === undefined) {
    return ` is not name:role:pbkdf2-sha512$iterations$salt$hash; make one with "anomalyline users add" or "gateway.mjs hash-password NAME ROLE"`;
  }
  const role = roleOf(roleName);
  if (role === undefined) {
    return `: "${roleName}" is no role; use ${ROLE_WORDS}`;
  }
  if (secret === CERTIFICATE) {
    return { name, role, password: undefined };
  }
  const hasSecondFactor = secret.endsWith(SECOND_FACTOR);
  const password = parseHash(hasSecondFactor ? secret.slice(0, -SECOND_FACTOR.length) : secret);
  return typeof password === "string" ? password : { name, role, password: hasSecondFactor ? undefined : password };
}

function parseHash(text: string): PasswordHash | string {
  const [, iterations, pbkdf2Salt, pbkdf2Hash] = PBKDF2.exec(text) ?? [];
  if (pbkdf2Salt !== undefined && pbkdf2Hash !== undefined) {
    const cost = Number(iterations);
    return cost >= 1 && cost <= MAX_ITERATIONS
      ? { cost, salt: Buffer.from(pbkdf2Salt, "base64"), hash: Buffer.from(pbkdf2Hash, "base64") }
      : `: iterations must be 1..${MAX_ITERATIONS}`;
  }
  const [, N, r, p, salt, hash] = SCRYPT.exec(text) ?? [];
  if (salt === undefined || hash === undefined) {
    return ` is not name:role:pbkdf2-sha512$iterations$salt$hash; make one with "anomalyline users add" or "gateway.mjs hash-password NAME ROLE"`;
  }
  if (128 * Number(N) * Number(r) >= MAX_MEMORY || !Number.isInteger(Math.log2(Number(N))) || Number(N) < 2) {
    return ": N must be a power of two, and 128 * N * r below 256 MiB";
  }
  const [saltBytes, hashBytes] = [Buffer.from(salt, "base64"), Buffer.from(hash, "base64")];
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: saltBytes, hash: hashBytes };
}

/** A line for the users file. */
export async function userLine(name: string, role: Role, password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, ITERATIONS);
  return `${name}:${role}:pbkdf2-sha512$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** Whether the password fits. An unknown user costs as much time as a wrong password. */
export async function verifyPassword(user: PasswordHash | undefined, password: string): Promise<boolean> {
  const against = user ?? { cost: ITERATIONS, salt: Buffer.alloc(16), hash: Buffer.alloc(32) };
  const derived = await derive(password, against.salt, against.hash.length, against.cost);
  return timingSafeEqual(derived, against.hash) && user !== undefined;
}

function derive(password: string, salt: Buffer, length: number, cost: PasswordHash["cost"]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) => (error === null ? resolve(key) : reject(error));
    if (typeof cost === "number") {
      pbkdf2(password, salt, cost, length, "sha512", done);
    } else {
      const options: ScryptOptions = { ...cost, maxmem: MAX_MEMORY };
      scrypt(password, salt, length, options, done);
    }
  });
}

/** The role of a word. */
export function roleOf(word: string | undefined): Role | undefined {
  return word === VIEWER ? "Observer" : ROLES.find((known) => known === word);
}
