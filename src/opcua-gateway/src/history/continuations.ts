import { randomBytes } from "node:crypto";

/** Continuation points that a session may hold; the oldest goes where another one is needed (OPC 10000-4, 7.9). */
export const MAX_POINTS = 100;

/** What each session has not read to its end, by the point that it was given. */
export class Continuations<T> {
  readonly #sessions = new WeakMap<object, Map<string, T>>();

  /** A new point to go on from. */
  add(session: object, rest: T): Buffer {
    const points = this.#sessions.get(session) ?? new Map<string, T>();
    this.#sessions.set(session, points);
    const [oldest] = points.keys();
    if (points.size >= MAX_POINTS && oldest !== undefined) {
      points.delete(oldest);
    }
    const point = randomBytes(8);
    points.set(point.toString("hex"), rest);
    return point;
  }

  /** What a point stands for, which is used up by it; undefined where the session has no such point. */
  take(session: object, point: Buffer): T | undefined {
    const points = this.#sessions.get(session);
    const key = point.toString("hex");
    const rest = points?.get(key);
    points?.delete(key);
    return rest;
  }
}
