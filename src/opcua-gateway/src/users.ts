import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** Cost of new hashes: 32 MiB and about 0.1 s each. */
const COST = { N: 32768, r: 8, p: 1 };
const LINE = /^([^:\s]{1,64}):scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const MAX_MEMORY = 256 * 1024 * 1024;

/** A salted password hash with its cost. */
export interface PasswordHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export type UserHashes = ReadonlyMap<string, PasswordHash>;

/** Reads lines of `name:scrypt$N$r$p$salt$hash` (salt and hash in base64); empty lines and `#` comments are skipped. */
export function parseUsers(text: string): { users: UserHashes; errors: string[] } {
  const users = new Map<string, PasswordHash>();
  const errors: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) {
      continue;
    }
    const [, name, N, r, p, salt, hash] = LINE.exec(line) ?? [];
    if (name === undefined || salt === undefined || hash === undefined) {
      errors.push(
        `line ${index + 1} is not name:scrypt$N$r$p$salt$hash; make one with "gateway.mjs hash-password NAME"`,
      );
    } else if (128 * Number(N) * Number(r) >= MAX_MEMORY || !Number.isInteger(Math.log2(Number(N))) || Number(N) < 2) {
      errors.push(`line ${index + 1}: N must be a power of two, and 128 * N * r below 256 MiB`);
    } else if (users.has(name)) {
      errors.push(`line ${index + 1}: user "${name}" is there twice`);
    } else {
      const [saltBytes, hashBytes] = [Buffer.from(salt, "base64"), Buffer.from(hash, "base64")];
      users.set(name, { N: Number(N), r: Number(r), p: Number(p), salt: saltBytes, hash: hashBytes });
    }
  }
  return { users, errors };
}

/** A line for the users file. */
export async function userLine(name: string, password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, COST);
  return `${name}:scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64")}$${hash.toString("base64")}`;
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
