import type { Logger } from "pino";
import { type Users, verifyPassword } from "./users.ts";

const FAILURES_BEFORE_LOCK = 5;
const LOCK_MS = 30_000;
const MAX_REMEMBERED = 10_000;

/** Longer names are nobody's. */
const LONGEST_NAME = 64;

/**
 * Checks passwords and slows guessing: after five wrong ones in a row for a user from an address,
 * that name is refused from there for 30 s, the right password included. A name that nobody has is treated as any other,
 * so that nothing tells which names there are.
 */
export class Login {
  readonly #attempts = new Map<string, { failures: number; lockedUntil: number }>();
  readonly #users: Users;
  readonly #log: Logger;
  readonly #now: () => number;

  /** `now` gives milliseconds that never go back. */
  constructor(users: Users, log: Logger, now: () => number = () => performance.now()) {
    this.#users = users;
    this.#log = log;
    this.#now = now;
  }

  /** Whether this user may log in from this address with this password. */
  async isValid(user: string, password: string, address: string): Promise<boolean> {
    const hash = this.#users.get(user)?.password;
    const key = `${address} ${user.slice(0, LONGEST_NAME)}`;
    const before = this.#attempts.get(key) ?? { failures: 0, lockedUntil: 0 };
    if (before.lockedUntil > this.#now()) {
      this.#log.warn({ user, address }, "login refused: locked after wrong passwords");
      return false;
    }
    // Counted before the slow check, so that guesses side by side do not slip through.
    const failures = before.failures + 1;
    const locked = failures >= FAILURES_BEFORE_LOCK;
    this.#remember(key, locked ? { failures: 0, lockedUntil: this.#now() + LOCK_MS } : { failures, lockedUntil: 0 });
    if (await verifyPassword(hash, password)) {
      this.#attempts.delete(key);
      return true;
    }
    this.#log.warn({ user, address, failures }, `login refused: wrong user or password${locked ? "; now locked" : ""}`);
    return false;
  }

  #remember(key: string, attempt: { failures: number; lockedUntil: number }): void {
    this.#attempts.delete(key);
    this.#attempts.set(key, attempt);
    const oldest = this.#attempts.keys().next();
    if (this.#attempts.size > MAX_REMEMBERED && !oldest.done) {
      this.#attempts.delete(oldest.value);
    }
  }
}
