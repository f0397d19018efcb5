import { AsyncLocalStorage } from "node:async_hooks";
import type { Server, Socket } from "node:net";
import { MonitoredItem, type OPCUAServer, type ServerSession, Subscription } from "node-opcua";
import type { Logger } from "pino";

/** The connection that the running code serves, through all its timers and promises. */
const serving = new AsyncLocalStorage<Socket>();

/** What node-opcua calls on its own for a subscribed item and for a subscription: by values, by events, by timers that many share. */
const ITEM_ENTRIES = [
  "_on_value_changed_exception_based",
  "_on_value_changed",
  "_on_opcua_event",
  "_on_semantic_changed",
  "_on_sampling_timer",
];
const SUBSCRIPTION_ENTRIES = ["_tick"];

type Method = (this: object, ...inputs: unknown[]) => unknown;
type Dialling = { createReverseConnection?: (...inputs: unknown[]) => Socket | undefined };
type Emit = (event: string | symbol, ...inputs: unknown[]) => boolean;

/**
 * Keeps what goes wrong for one client within it: its connection is closed, the log says why, and the others go on.
 * What no client's doing can be told from still ends the process: nobody knows what state it is in.
 */
export class Bulkheads {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Guards the connections and subscriptions of a server that does not listen yet. */
  guard(server: OPCUAServer): void {
    for (const endpoint of server.endpoints) {
      this.#guardListener((endpoint as unknown as { _server: Server })._server);
      this.#guardDialling(endpoint as unknown as Dialling);
    }
    for (const entry of ITEM_ENTRIES) {
      wrap(MonitoredItem.prototype, entry, (item, error) =>
        this.#fail((item as MonitoredItem).$subscription as Subscription | undefined, error),
      );
    }
    for (const entry of SUBSCRIPTION_ENTRIES) {
      wrap(Subscription.prototype, entry, (subscription, error) => this.#fail(subscription as Subscription, error));
    }
  }

  /** An exception that nothing caught: true where it was one connection's, which is closed now. */
  contains(error: unknown): boolean {
    const socket = serving.getStore();
    if (socket !== undefined) {
      this.#close(socket, error);
    }
    return socket !== undefined;
  }

  #guardListener(listener: Server): void {
    const emit: Emit = listener.emit.bind(listener);
    listener.emit = (event: string | symbol, ...inputs: unknown[]) => {
      const [socket] = inputs;
      if (event !== "connection") {
        return emit(event, ...inputs);
      }
      this.#guardSocket(socket as Socket);
      return this.#run(socket as Socket, () => emit(event, ...inputs));
    };
  }

  /** Connections that the server opens to clients which listen. */
  #guardDialling(endpoint: Dialling): void {
    const dial = endpoint.createReverseConnection?.bind(endpoint);
    endpoint.createReverseConnection = (...inputs) => {
      const socket = dial?.(...inputs);
      if (socket !== undefined) {
        this.#guardSocket(socket);
      }
      return socket;
    };
  }

  #guardSocket(socket: Socket): void {
    const emit: Emit = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...inputs: unknown[]) => this.#run(socket, () => emit(event, ...inputs));
  }

  #run(socket: Socket, action: () => boolean): boolean {
    try {
      return serving.run(socket, action);
    } catch (error) {
      this.#close(socket, error);
      return true;
    }
  }

  #close(socket: Socket, error: unknown): void {
    this.#log.error(
      { err: error, address: socket.remoteAddress },
      "connection closed: it led to an error in the gateway",
    );
    socket.destroy();
  }

  #fail(subscription: Subscription | undefined, error: unknown): void {
    const channel = (subscription?.$session as ServerSession | undefined)?.channel;
    this.#log.error(
      { err: error, address: channel?.remoteAddress, subscription: subscription?.id },
      "subscription ended and its connection closed: it led to an error in the gateway",
    );
    subscription?.terminate();
    channel?.abruptlyInterrupt();
  }
}

function wrap(prototype: object, name: string, failed: (owner: object, error: unknown) => void): void {
  const methods = prototype as Record<string, Method | undefined>;
  const method = methods[name];
  if (method === undefined) {
    throw new Error(`node-opcua has no ${name} any more: adapt bulkheads.ts`);
  }
  methods[name] = function guarded(...inputs) {
    try {
      return method.apply(this, inputs);
    } catch (error) {
      failed(this, error);
      return undefined;
    }
  };
}
