import type { Random } from "./random.ts";

/** Lengths and counts that code goes wrong at. */
const NUMBERS = [
  0, 1, 7, 8, 9, 11, 12, 24, 31, 32, 127, 128, 255, 256, 4095, 4096, 8191, 8192, 8193, 65_535, 65_536, 65_537,
].concat([0x00ffffff, 0x01000000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff]);
const TYPES = ["HEL", "ACK", "ERR", "RHE", "OPN", "MSG", "CLO", "XXX", "\0\0\0", "msg"];
const FINALS = ["F", "C", "A", "X", "\0"];
const MAX_FLOOD = 300;
/** What one case may send at most. */
const MAX_BYTES = 512 * 1024;

type Mutation = (random: Random, message: Buffer) => Buffer[];

/** Each gives what is sent instead of a message. */
const MUTATIONS: readonly Mutation[] = [
  (random, message) => [
    changed(message, (copy) => times(random, 8, () => copy.writeUInt8(random.below(256), random.below(copy.length)))),
  ],
  (random, message) => [
    changed(message, (copy) =>
      copy.writeUInt8(copy.readUInt8(random.below(copy.length)) ^ (1 << random.below(8)), random.below(copy.length)),
    ),
  ],
  (random, message) => [changed(message, (copy) => times(random, 3, () => putNumber(random, copy, 8)))],
  (random, message) => [changed(message, (copy) => copy.writeUInt32LE(random.of(NUMBERS), 4))],
  (random, message) => [changed(message, (copy) => copy.writeUInt32LE(copy.length + random.below(9) - 4, 4))],
  (random, message) => [changed(message, (copy) => copy.write(random.of(TYPES), 0, "latin1"))],
  (random, message) => [changed(message, (copy) => copy.write(random.of(FINALS), 3, "latin1"))],
  (random, message) => [message.subarray(0, random.below(message.length))],
  (random, message) => [sized(message.subarray(0, 8 + random.below(Math.max(1, message.length - 8))))],
  (random, message) => [sized(Buffer.concat([message, random.bytes(random.below(64))]))],
  (random, message) => [Buffer.concat([message, random.bytes(1 + random.below(64))])],
  (_random, message) => [message, message],
  (random) => [random.bytes(1 + random.below(256))],
  (random, message) => [message, header(random), message],
  (random, message) => [message, header(random)],
  (random, message) => [header(random), message],
  (random, message) => chunks(random, message),
  (random, message) => flood(random, message),
  (random, message) => flood(random, message.subarray(0, 8)),
  (random, message) => [inserted(random, message)],
];

/** Damage to what a message carries alone, behind its header: that gets furthest. */
const CONTENT: readonly Mutation[] = [
  (random, message) => [changed(message, (copy) => times(random, 6, () => putNumber(random, copy, 24)))],
  (random, message) => [changed(message, (copy) => times(random, 6, () => putByte(random, copy, 24)))],
];

/** A message that is right but for what it carries. */
export function damageContent(random: Random, message: Buffer): Buffer {
  return Buffer.concat(random.of(CONTENT)(random, message));
}

/** What is sent for a case in place of these messages: some of them damaged, in another order or left out, cut anywhere into segments. */
export function mutate(random: Random, messages: readonly Buffer[]): Buffer[] {
  if (random.chance(0.3)) {
    return messages.map((message) => damageContent(random, message));
  }
  const order = [...messages];
  if (random.chance(0.1)) {
    const [moved] = order.splice(random.below(order.length), 1);
    order.splice(random.below(order.length + 1), 0, moved as Buffer);
  }
  if (order.length > 1 && random.chance(0.05)) {
    order.splice(random.below(order.length), 1);
  }
  const victim = random.below(order.length);
  const sent = order.flatMap((message, index) =>
    index === victim
      ? random.of(MUTATIONS)(random, message)
      : random.chance(0.02)
        ? random.of(MUTATIONS)(random, message)
        : [message],
  );
  return segments(random, Buffer.concat(sent).subarray(0, MAX_BYTES));
}

function times(random: Random, most: number, action: () => void): void {
  for (let count = 1 + random.below(most); count > 0; count--) {
    action();
  }
}

function changed(message: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(message);
  change(copy);
  return copy;
}

function putNumber(random: Random, message: Buffer, from: number): void {
  if (message.length >= from + 4) {
    message.writeUInt32LE(random.of(NUMBERS), from + random.below(message.length - from - 3));
  }
}

function putByte(random: Random, message: Buffer, from: number): void {
  if (message.length > from) {
    message.writeUInt8(random.below(256), from + random.below(message.length - from));
  }
}

/** With the size that it has in its header. */
function sized(message: Buffer): Buffer {
  return message.length < 8 ? message : changed(message, (copy) => copy.writeUInt32LE(copy.length, 4));
}

function header(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(random.of(TYPES) + random.of(FINALS), 0, "latin1");
  bytes.writeUInt32LE(random.of(NUMBERS), 4);
  return bytes;
}

function inserted(random: Random, message: Buffer): Buffer {
  const at = Math.min(message.length, 8 + random.below(Math.max(1, message.length - 8)));
  return sized(Buffer.concat([message.subarray(0, at), random.bytes(1 + random.below(16)), message.subarray(at)]));
}

/** The message in chunks, of which some are none. */
function chunks(random: Random, message: Buffer): Buffer[] {
  const head = message.subarray(0, 24);
  const pieces = Array.from({ length: 1 + random.below(8) }, () =>
    sized(Buffer.concat([head, random.bytes(random.below(100))])),
  );
  for (const piece of pieces) {
    if (piece.length >= 24) {
      piece.write("C", 3);
      piece.writeUInt32LE(random.below(1000), 16);
    }
  }
  return random.chance(0.5) ? [...pieces, message] : pieces;
}

function flood(random: Random, message: Buffer): Buffer[] {
  const piece = changed(message, (copy) => {
    if (copy.length >= 8) {
      copy.write(random.of(FINALS), 3, "latin1");
      copy.writeUInt32LE(copy.length, 4);
    }
  });
  return Array.from({ length: 1 + random.below(MAX_FLOOD) }, () => piece);
}

function segments(random: Random, bytes: Buffer): Buffer[] {
  if (random.chance(0.6)) {
    return [bytes];
  }
  const cuts = Array.from({ length: 1 + random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts]
    .map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length))
    .filter((part) => part.length > 0);
}
