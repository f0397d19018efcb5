import { once } from "node:events";
import type { Socket } from "node:net";
import { BinaryStream, CreateSessionResponse, decodeExpandedNodeId, OpenSecureChannelResponse } from "node-opcua";
import { hello, openSocket } from "../tests/rawClient.ts";
import {
  activateSession,
  closeChannel,
  createSession,
  message,
  openChannel,
  type Place,
  read,
  SERVICES,
} from "./messages.ts";
import { damageContent, mutate } from "./mutate.ts";
import { Random } from "./random.ts";

/** How long the answers to right messages may take, and those behind a damaged one before the connection counts as given up, in ms. */
const OPENING_MS = 10_000;
const PATIENCE_MS = 200;
const SERVICE_FAULT = 397;
/** Share of connections with a session: making one takes longer than everything else. */
const SESSIONS = 0.1;
/** Messages with damaged content that go out together. */
const BATCH = 10;
/** Cases on one connection with a session at most: what they leave behind goes with it. */
const CASES_A_SESSION = 200;

export interface Report {
  cases: number;
  connections: number;
  sessions: number;
  /** Cases that the gateway answered with the end of the connection. */
  closed: number;
}

/** Sends damaged OPC UA to an endpoint in laboratory mode, over several connections side by side, until `wanted` says no. */
export async function fuzz(
  endpoint: string,
  seed: number,
  workers: number,
  wanted: (cases: number) => boolean,
): Promise<Report> {
  const report: Report = { cases: 0, connections: 0, sessions: 0, closed: 0 };
  const work = async (worker: number) => {
    const random = new Random(seed * 1_000 + worker);
    while (wanted(report.cases)) {
      await (random.chance(0.05)
        ? fuzzOpening(endpoint, random, report)
        : fuzzSession(endpoint, random, report, wanted));
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return report;
}

/** A case of its own connection: hello, channel, session and goodbye in one go. */
async function fuzzOpening(endpoint: string, random: Random, report: Report): Promise<void> {
  const place: Place = { channel: 0, token: 0, sequence: 0, session: null };
  const opening = [
    hello(endpoint),
    openChannel(place),
    message("MSG", createSession(endpoint), place),
    closeChannel(place),
  ];
  const socket = await openSocket(endpoint);
  report.connections++;
  report.cases++;
  for (const segment of mutate(random, opening.slice(0, 1 + random.below(opening.length)))) {
    socket.write(segment);
    if (random.chance(0.3)) {
      await new Promise(setImmediate);
    }
  }
  if (random.chance(0.5)) {
    socket.end();
  }
  socket.resume();
  // A connection that the gateway resets is closed as well.
  const closed = once(socket, "close").catch(() => {});
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, random.below(20)))]);
  socket.destroy();
}

/** Many cases on one connection, each behind it a right Read that says whether the connection still is. */
async function fuzzSession(
  endpoint: string,
  random: Random,
  report: Report,
  wanted: (cases: number) => boolean,
): Promise<void> {
  const socket = await openSocket(endpoint);
  report.connections++;
  const answers = framesOf(socket);
  const place: Place = { channel: 0, token: 0, sequence: 0, session: null };
  try {
    socket.write(Buffer.concat([hello(endpoint), openChannel(place)]));
    await next(answers, OPENING_MS);
    takeChannel(await next(answers, OPENING_MS), place);
    if (random.chance(SESSIONS)) {
      socket.write(message("MSG", createSession(endpoint), place));
      if (takeSession(await next(answers, OPENING_MS), place)) {
        socket.write(message("MSG", activateSession(), place));
        await next(answers, OPENING_MS);
        report.sessions++;
      }
    }
    for (let count = 0; count < CASES_A_SESSION && wanted(report.cases); count++) {
      const cases = random.chance(0.5) ? BATCH : 1;
      const sent = Array.from({ length: cases }, () => {
        const request = random.of(SERVICES)() as Parameters<typeof message>[1];
        const right = random.chance(0.02) ? openChannel(place, random.below(2)) : message("MSG", request, place);
        return cases > 1 ? damageContent(random, right) : right;
      });
      for (const segment of cases > 1 ? [Buffer.concat(sent)] : mutate(random, sent)) {
        socket.write(segment);
      }
      socket.write(message("MSG", read(), place));
      // Each answer is of a case; the one that closes the connection has none.
      const last = place.sequence;
      for (let left = cases; ; left--) {
        report.cases += left > 0 ? 1 : 0;
        const answer = await next(answers);
        if (cases === 1 || left === 0 || answer.readUInt32LE(20) === last) {
          report.cases += Math.max(0, left - 1);
          break;
        }
      }
    }
    socket.write(closeChannel(place));
  } catch {
    report.closed++;
  } finally {
    socket.destroy();
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 8 && received.length >= received.readUInt32LE(4)) {
      yield received.subarray(0, received.readUInt32LE(4));
      received = received.subarray(received.readUInt32LE(4));
    }
  }
}

async function next(answers: AsyncGenerator<Buffer>, patience = PATIENCE_MS): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), patience);
  });
  try {
    const coming = answers.next();
    // It may fail after nobody waits for it any more.
    coming.catch(() => {});
    const { value, done } = await Promise.race([coming, late]);
    if (done || value.toString("latin1", 0, 3) === "ERR") {
      throw new Error("closed");
    }
    return value;
  } finally {
    clearTimeout(timer);
  }
}

function takeChannel(answer: Buffer, place: Place): void {
  // Behind the policy's name and two absent byte strings: sequence (8).
  const stream = new BinaryStream(answer.subarray(12 + 4 + answer.readUInt32LE(12) + 8 + 8));
  decodeExpandedNodeId(stream);
  const response = new OpenSecureChannelResponse({});
  response.decode(stream);
  place.channel = response.securityToken.channelId;
  place.token = response.securityToken.tokenId;
}

/** False where there are too many sessions. */
function takeSession(answer: Buffer, place: Place): boolean {
  const stream = new BinaryStream(answer.subarray(24));
  const isFault = decodeExpandedNodeId(stream).value === SERVICE_FAULT;
  if (!isFault) {
    const response = new CreateSessionResponse({});
    response.decode(stream);
    place.session = response.authenticationToken;
  }
  return !isFault;
}
