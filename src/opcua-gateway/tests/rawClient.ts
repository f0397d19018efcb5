import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

// OPC UA binary by hand (OPC 10000-6), so that no client library can refuse on the server's behalf. Security None only.

const NONE = "http://opcfoundation.org/UA/SecurityPolicy#None";
/** Node ids of binary encodings in namespace 0. */
const TYPE = {
  openChannel: 446,
  createSession: 461,
  activateSession: 467,
  anonymous: 321,
  read: 631,
  serviceFault: 397,
};

const u8 = (value: number) => Buffer.from([value]);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const double = (value: number) => Buffer.from(Float64Array.of(value).buffer);
const NULL = u32(0xffffffff);
const bytes = (value: Buffer) => Buffer.concat([u32(value.length), value]);
const text = (value: string) => bytes(Buffer.from(value));
const nodeId = (id: number) => Buffer.from([1, 0, id & 0xff, id >> 8]);
const NO_NODE = Buffer.from([0, 0]);
const NO_OBJECT = Buffer.from([0, 0, 0]);

function requestHeader(): Buffer {
  // Token, time, handle, diagnostics, audit id, timeout, additional header.
  return Buffer.concat([NO_NODE, Buffer.alloc(8), u32(1), u32(0), NULL, u32(5_000), NO_OBJECT]);
}

/** A frame of the transport: type, "F", size. */
export function frame(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(`${type}F`), u32(body.length + 8), body]);
}

export function hello(endpoint: string): Buffer {
  return frame("HEL", u32(0), u32(65_536), u32(65_536), u32(0), u32(0), text(endpoint));
}

/** A socket towards an endpoint with a None channel on it. */
export class RawClient {
  readonly #socket: Socket;
  readonly #endpoint: string;
  #received = Buffer.alloc(0);
  #sequence = 1;
  #channel = 0;
  #token = 0;

  private constructor(socket: Socket, endpoint: string) {
    this.#socket = socket;
    this.#endpoint = endpoint;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      socket.emit("more");
    });
  }

  /** Hello, acknowledge, and a secure channel without security; `inOneSegment`: without waiting for the acknowledge. */
  static async open(endpoint: string, options: { inOneSegment?: boolean } = {}): Promise<RawClient> {
    return RawClient.over(await openSocket(endpoint), endpoint, options);
  }

  /** The same on a socket that is connected, whoever connected it. */
  static async over(socket: Socket, endpoint: string, { inOneSegment = false } = {}): Promise<RawClient> {
    const client = new RawClient(socket, endpoint);
    const open = client.#openChannelRequest();
    client.#socket.write(inOneSegment ? Buffer.concat([hello(endpoint), open]) : hello(endpoint));
    const acknowledge = await client.#frame();
    if (acknowledge.toString("latin1", 0, 3) !== "ACK") {
      throw new Error(`expected ACK, got ${acknowledge.toString("latin1", 0, 3)}`);
    }
    if (!inOneSegment) {
      client.#socket.write(open);
    }
    client.#takeChannel(await client.#frame());
    return client;
  }

  createSession(): Promise<number> {
    const description = [text("urn:raw"), NULL, u8(0), u32(1), NULL, NULL, NULL];
    const session = [NULL, text(this.#endpoint), text("raw"), bytes(randomBytes(32)), NULL, double(10_000), u32(0)];
    return this.call(TYPE.createSession, ...description, ...session);
  }

  activateAnonymously(): Promise<number> {
    const policy = text("anonymous");
    const token = [nodeId(TYPE.anonymous), u8(1), u32(policy.length), policy];
    return this.call(TYPE.activateSession, NULL, NULL, NULL, NULL, ...token, NULL, NULL);
  }

  /** Reads the server's state, without a session. */
  read(): Promise<number> {
    const serverState = Buffer.concat([nodeId(2259), u32(13), NULL, Buffer.from([0, 0]), NULL]);
    return this.call(TYPE.read, double(0), u32(3), u32(1), serverState);
  }

  /** Calls a service; gives the service result, such as 0x80540000; 0 is Good. */
  async call(type: number, ...body: Buffer[]): Promise<number> {
    const sequence = this.#next();
    const head = [u32(this.#channel), u32(this.#token), u32(sequence), u32(sequence)];
    this.#socket.write(frame("MSG", ...head, nodeId(type), requestHeader(), ...body));
    const answer = await this.#frame();
    // Head (24), type as a node id of four bytes, time (8), handle (4).
    return answer.readUInt32LE(40);
  }

  /** Calls a service with what cannot be one; gives the status of the ERR message that answers. */
  async error(type: number, ...body: Buffer[]): Promise<number> {
    const sequence = this.#next();
    const head = [u32(this.#channel), u32(this.#token), u32(sequence), u32(sequence)];
    this.#socket.write(frame("MSG", ...head, nodeId(type), requestHeader(), ...body));
    const answer = await this.#frame();
    if (answer.toString("latin1", 0, 3) !== "ERR") {
      throw new Error(`expected ERR, got ${answer.toString("latin1", 0, 3)}`);
    }
    return answer.readUInt32LE(8);
  }

  close(): void {
    this.#socket.destroy();
  }

  #openChannelRequest(): Buffer {
    const sequence = this.#next();
    const security = [u32(0), text(NONE), NULL, NULL, u32(sequence), u32(sequence)];
    // Protocol version, issue, mode None, no nonce, lifetime.
    const request = [nodeId(TYPE.openChannel), requestHeader(), u32(0), u32(0), u32(1), NULL, u32(60_000)];
    return frame("OPN", ...security, ...request);
  }

  #takeChannel(answer: Buffer): void {
    // After the policy's name and two absent byte strings: sequence (8), type (4), response header (24), version (4).
    const body = 12 + text(NONE).length + 4 + 4 + 8 + 4 + 24;
    this.#channel = answer.readUInt32LE(body + 4);
    this.#token = answer.readUInt32LE(body + 8);
    if (this.#channel !== answer.readUInt32LE(8)) {
      throw new Error(`no secure channel: ${answer.toString("hex")}`);
    }
  }

  async #frame(): Promise<Buffer> {
    while (this.#received.length < 8 || this.#received.length < this.#received.readUInt32LE(4)) {
      await once(this.#socket, "more", { signal: AbortSignal.timeout(5_000) });
    }
    const length = this.#received.readUInt32LE(4);
    const whole = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return whole;
  }

  #next(): number {
    return this.#sequence++;
  }
}

/** A connected socket. What goes wrong on it later is not reported: it is expected to be closed from the other side. */
export async function openSocket(endpoint: string): Promise<Socket> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}
