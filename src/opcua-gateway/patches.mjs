// Mends faults of the pinned node-opcua in node_modules, before every build and test. Each entry says what it mends; take it out once a release has it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const VERSION = "2.186.4";

const PATCHES = [
  {
    // A hello replaced the assembler whose feed() was still running: what came behind it in the same segment was lost, or its error had no listener
    // and ended the process. (Cf. node-opcua issue 1245, the same on the client's side.)
    file: "node-opcua-transport/dist/source/tcp_transport.js",
    from: `        if (this.#packetAssembler) {
            this.#packetAssembler.removeAllListeners();
            this.#packetAssembler = undefined;
        }`,
    to: `        if (this.#packetAssembler) {
            this.#packetAssembler.maxChunkSize = this.receiveBufferSize;
            return;
        }`,
  },
  {
    // A transport that closed goes on with no further chunk of the same segment.
    file: "node-opcua-transport/dist/source/tcp_transport.js",
    from: `    _on_message_chunk_received(messageChunk) {
`,
    to: `    _on_message_chunk_received(messageChunk) {
        if (!this._socket) {
            return;
        }
`,
  },
  {
    // One call within the other for each chunk of a segment: thousands of small ones overflowed the stack.
    file: "node-opcua-packet-assembler/dist/packet_assembler.js",
    from: `    feed(data) {
        let messageChunk;`,
    to: `    feed(data) {
        while (data?.length > 0) {
            data = this._feedOne(data);
        }
    }
    _feedOne(data) {
        let messageChunk;`,
  },
  {
    file: "node-opcua-packet-assembler/dist/packet_assembler.js",
    from: `            if (chunk2.length > 0) {
                this.feed(chunk2);
            }`,
    to: `            return chunk2;`,
  },
  {
    // A queue that overflows behind a Bad or Uncertain value, or twice on one value, ended the process.
    file: "node-opcua-server/dist/monitored_item.js",
    from: `            assert(dataChangeNotification.value.statusCode.equals(StatusCodes.Good));
`,
    to: "            // Whatever its status: the bits say that something is missing before it.\n",
  },
  {
    file: "node-opcua-server/dist/monitored_item.js",
    from: `            assert(sameStatusCode(dataChangeNotification.value.statusCode, StatusCodes.GoodWithOverflowBit));
`,
    to: "",
  },
];

/** Applies what is not applied yet; fails where the installed code is another than the patches were made for. */
export function patchNodeOpcua() {
  const at = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
  const { version } = JSON.parse(readFileSync(at("node-opcua/package.json"), "utf8"));
  if (version !== VERSION) {
    throw new Error(`node-opcua is ${version}, and patches.mjs was made for ${VERSION}: see which are still needed`);
  }
  for (const { file, from, to } of PATCHES) {
    const source = readFileSync(at(file), "utf8");
    if (to === "" ? !source.includes(from) : source.includes(to)) {
      continue;
    }
    if (source.split(from).length !== 2) {
      throw new Error(`${file} has not the code that patches.mjs replaces: adapt it`);
    }
    writeFileSync(
      at(file),
      source.replace(from, () => to),
    );
  }
}
