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
  {
    // A message that cannot be decoded got no answer: its client waited for its own limit of time, and had a channel that was given up.
    file: "node-opcua-secure-channel/dist/source/message_builder.js",
    from: `                this.emit("invalid_message", objMessage);
                // c8 ignore next
                doDebug &&
                    debugLog(this.id, "message size =", \`\${this.totalMessageSize}\`.padEnd(8), " body size   =", \`\${this.totalBodySize}\`.padEnd(8), objMessage.constructor.name);
                warningLog(objMessage.toString());
                // we don't report an error here, we just ignore the message
                return false; // this._report_error(message);`,
    to: `                this.emit("invalid_message", objMessage);
                const status = /exceed/.test(this._decodingFault) ? StatusCodes.BadEncodingLimitsExceeded : StatusCodes.BadDecodingError;
                return this._report_error(status, this._decodingFault ?? "it cannot be decoded");`,
  },
  {
    file: "node-opcua-secure-channel/dist/source/message_builder.js",
    from: `                warningLog("Decode message error : ", err.message);
`,
    to: `                this._decodingFault = err.message;
                warningLog("Decode message error : ", err.message);
`,
  },
  {
    // An ERR message that is cut off threw where nothing caught it.
    file: "node-opcua-transport/dist/source/message_builder_base.js",
    from: `                const errorCode = decodeStatusCode(binaryStream);
                const message = decodeString(binaryStream);
                this._report_error(errorCode, message || "Error message not specified");
                return true;`,
    to: `                try {
                    const errorCode = decodeStatusCode(binaryStream);
                    const message = decodeString(binaryStream);
                    this._report_error(errorCode, message || "Error message not specified");
                    return true;
                }
                catch (err) {
                    return this._report_error(StatusCodes2.BadTcpInternalError, "Error message cut off");
                }`,
  },
  {
    // A refused certificate is answered with an ERR message and the standard's code (OPC 10000-6, 7.1.5), as open62541, asyncio and the .NET stack expect;
    // it was a ServiceFault in an OPN message, which they take for a damaged response (node-opcua issue 870).
    file: "node-opcua-secure-channel/dist/source/server/server_secure_channel_layer.js",
    from: `        setTimeout(() => {
            const securedMessage = this.#_prepare_refusal_message(message);`,
    to: `        setTimeout(() => {
            if (this.#transport && this.securityMode !== MessageSecurityMode.None) {
                this.#transport.sendErrorMessage(serviceResult, description);
                closeAfterwards();
                return;
            }
            const securedMessage = this.#_prepare_refusal_message(message);`,
  },
  {
    // An empty index range is none (OPC 10000-4, 7.27); asyncio sends it with each HistoryRead, and was refused.
    file: "node-opcua-numeric-range/dist/numeric_range.js",
    from: `    return new NumericRange(str);
}
function coerceNumericRange`,
    to: `    return new NumericRange(str || null);
}
function coerceNumericRange`,
  },
  // Of a session's user nothing was said; what stood there read as nobody.
  {
    file: "node-opcua-server/dist/server_session.js",
    from: `                        return ""; // UAString // TO DO : implement`,
    to: `                        return this.$session?.sessionContext?.getUserName?.() ?? "";`,
  },
  {
    file: "node-opcua-server/dist/server_session.js",
    from: `                        return []; // UAString[] | null`,
    to: `                        const user = this.$session?.sessionContext?.getUserName?.();
                        return user ? [user] : [];`,
  },
  {
    file: "node-opcua-server/dist/server_session.js",
    from: `"authenticationMechanism", {
                    get() {
                        return "";`,
    to: `"authenticationMechanism", {
                    get() {
                        return this.$session?.userIdentityToken?.schema.name.replace("IdentityToken", "") ?? "";`,
  },
  {
    file: "node-opcua-server/dist/server_session.js",
    from: `"encoding", {
                    get() {
                        return "";`,
    to: `"encoding", {
                    get() {
                        return "UA Binary";`,
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
