import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { OPCUAServer } from "node-opcua";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Bulkheads } from "../src/bulkheads.ts";

/** What a connection's code may do wrong: at once, or later. */
const FAULTS = {
  atOnce: () => {
    throw new Error("broken");
  },
  inATimer: () => {
    setTimeout(FAULTS.atOnce, 1);
  },
  inAPromise: () => {
    void setImmediate().then(FAULTS.atOnce);
  },
};

test.each(Object.entries(FAULTS))("connection_ThatFails%s_IsClosedAloneAndLogged", async (_when, fault) => {
  const lines: { msg: string; err?: { message: string; stack: string } }[] = [];
  const bulkheads = new Bulkheads(pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }));
  const listener = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => (data.toString() === "fail" ? fault() : socket.write(data)));
  });
  bulkheads.guard({ endpoints: [{ _server: listener }] } as unknown as OPCUAServer);
  const others = process.rawListeners("uncaughtException");
  const escaped: unknown[] = [];
  process.removeAllListeners("uncaughtException");
  process.removeAllListeners("unhandledRejection");
  process.on("uncaughtException", (error) => bulkheads.contains(error) || escaped.push(error));
  try {
    await once(listener.listen(0, "127.0.0.1"), "listening");
    const { port } = listener.address() as { port: number };
    const [good, bad] = [connect(port), connect(port)];
    bad.write("fail");
    await once(bad, "close");
    good.write("hello");
    expect(String((await once(good, "data"))[0])).toBe("hello");
    expect(escaped).toEqual([]);
    expect(lines.map(({ msg }) => msg)).toEqual(["connection closed: it led to an error in the gateway"]);
    expect(lines[0]?.err?.stack).toContain("bulkheads.test.ts");
    good.destroy();
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const other of others) {
      process.on("uncaughtException", other as () => void);
    }
    listener.close();
  }
});
