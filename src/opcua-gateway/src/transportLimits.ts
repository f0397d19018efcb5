import type { Server, Socket } from "node:net";
import type { OPCUAServer, ServerSecureChannelLayer } from "node-opcua";

/** What a client and the server agree on in their first two messages, in bytes and chunks; 0 = no limit. */
interface Limits {
  readonly receiveBufferSize: number;
  readonly sendBufferSize: number;
  readonly maxMessageSize: number;
  readonly maxChunkCount: number;
}

/** Longest message in either direction; a Read of all that one may ask for is far below. */
const MAX_MESSAGE = 4 * 1024 * 1024;
const MIN_BUFFER = 8 * 1024;
const MAX_BUFFER = 64 * 1024;

/** From the connection to the secure channel; more than the handshake takes on a slow line. */
const HANDSHAKE_MS = 20_000;

/** Holds what a client asks for within what the gateway gives. */
export function limitTransport(asked: Limits): Limits {
  const receiveBufferSize = clamp(asked.receiveBufferSize, MIN_BUFFER, MAX_BUFFER);
  const sendBufferSize = clamp(asked.sendBufferSize, MIN_BUFFER, MAX_BUFFER);
  const maxMessageSize = clamp(asked.maxMessageSize, 1, MAX_MESSAGE);
  const maxChunks = Math.ceil(MAX_MESSAGE / Math.min(receiveBufferSize, sendBufferSize)) + 1;
  return { receiveBufferSize, sendBufferSize, maxMessageSize, maxChunkCount: clamp(asked.maxChunkCount, 1, maxChunks) };
}

function clamp(value: number, least: number, most: number): number {
  return value === 0 ? most : Math.min(Math.max(value, least), most);
}

interface Endpoint {
  readonly _server: Server;
  getChannels(): ServerSecureChannelLayer[];
}

/** Closes connections that have no secure channel in time, however slowly they send: strangers must not hold the places of clients. */
export function limitHandshakes(server: OPCUAServer, within = HANDSHAKE_MS): void {
  for (const endpoint of server.endpoints as unknown as Endpoint[]) {
    endpoint._server.on("connection", (socket: Socket) => {
      const { remoteAddress, remotePort } = socket;
      const isIts = (channel: ServerSecureChannelLayer) =>
        channel.isOpened && channel.remotePort === remotePort && channel.remoteAddress === remoteAddress;
      const timer = setTimeout(() => endpoint.getChannels().some(isIts) || socket.destroy(), within);
      socket.once("close", () => clearTimeout(timer));
    });
  }
}
