import {
  type BaseNode,
  type ExtensionObject,
  type HistoryReadRequest,
  HistoryReadResult,
  type HistoryReadValueId,
  type ISessionContext,
  type NodeId,
  type OPCUAServer,
  PermissionType,
  ReadAtTimeDetails,
  ReadEventDetails,
  ReadProcessedDetails,
  ReadRawModifiedDetails,
  StatusCodes,
  TimestampsToReturn,
} from "node-opcua";
import type { ServerCommands } from "../serverCommands.ts";
import { Refusal, toFailure } from "../statusCodes.ts";
import { readProcessed } from "./aggregates.ts";
import { Continuations } from "./continuations.ts";
import { type HistorizedStation, readEvents } from "./events.ts";
import { type HistorizedTag, ValueHistory } from "./values.ts";

/** Whose history is asked for: a variable's or a station's events'; with the node, for permissions. */
export type Historized = { readonly node: BaseNode } & (HistorizedTag | HistorizedStation);

/** What an answer holds, and how to go on where there is more. */
export interface Answer {
  readonly data: ExtensionObject;
  readonly rest?: Rest;
  readonly isEmpty?: boolean;
}

/** What one request has: pages that its nodes share. */
export interface Request {
  readonly values: ValueHistory;
}

type Rest = (request: Request) => Promise<Answer>;
type Find = (nodeId: NodeId) => Historized | undefined;
type HistoryRead = (context: ISessionContext, request: HistoryReadRequest) => Promise<HistoryReadResult[]>;

/** Answers HistoryRead (OPC 10000-11) from the server's log, of which the gateway keeps nothing. */
export class HistoryService {
  readonly #server: ServerCommands;
  readonly #find: Find;
  readonly #continuations = new Continuations<Rest>();

  constructor(server: ServerCommands, find: Find) {
    this.#server = server;
    this.#find = find;
  }

  /** Takes the service over from node-opcua, which reads a node's history from its own memory. */
  install(server: OPCUAServer): void {
    const engine = server.engine as unknown as { historyRead: HistoryRead };
    engine.historyRead = (context, request) => this.read(context, request);
  }

  async read(context: ISessionContext, request: HistoryReadRequest): Promise<HistoryReadResult[]> {
    const shared: Request = { values: new ValueHistory(this.#server, request.timestampsToReturn) };
    const nodes = request.nodesToRead ?? [];
    return Promise.all(
      nodes.map(async (node, index) => {
        try {
          return await this.#one(context, request, node, index, shared);
        } catch (error) {
          return new HistoryReadResult({ statusCode: toFailure(error).statusCode });
        }
      }),
    );
  }

  async #one(
    context: ISessionContext,
    request: HistoryReadRequest,
    node: HistoryReadValueId,
    index: number,
    shared: Request,
  ): Promise<HistoryReadResult> {
    const session = (context as { session?: object }).session ?? context;
    const point = node.continuationPoint;
    if (point?.length || request.releaseContinuationPoints) {
      const rest = point && this.#continuations.take(session, point);
      if (rest === undefined) {
        throw new Refusal(StatusCodes.BadContinuationPointInvalid, "The session has no such continuation point.");
      }
      return request.releaseContinuationPoints
        ? new HistoryReadResult({ statusCode: StatusCodes.Good })
        : this.#result(session, await rest(shared));
    }
    return this.#result(session, await this.#start(context, request, node, index, shared));
  }

  async #start(
    context: ISessionContext,
    { historyReadDetails: details, timestampsToReturn }: HistoryReadRequest,
    { nodeId, indexRange, dataEncoding }: HistoryReadValueId,
    index: number,
    { values }: Request,
  ): Promise<Answer> {
    const found = this.#find(nodeId);
    if (found === undefined) {
      throw new Refusal(StatusCodes.BadHistoryOperationUnsupported, `${nodeId} has no history.`);
    }
    if (!context.checkPermission(found.node, PermissionType.ReadHistory)) {
      throw new Refusal(StatusCodes.BadUserAccessDenied, "The user may not read history.");
    }
    if (!indexRange.isEmpty()) {
      throw new Refusal(StatusCodes.BadIndexRangeInvalid, "History is read whole.");
    }
    if (dataEncoding?.name && dataEncoding.name !== "Default Binary") {
      throw new Refusal(StatusCodes.BadDataEncodingUnsupported, "History is encoded in binary.");
    }
    if (timestampsToReturn === TimestampsToReturn.Neither) {
      throw new Refusal(StatusCodes.BadTimestampsToReturnInvalid, "History has timestamps.");
    }
    if (details instanceof ReadEventDetails && "object" in found) {
      return readEvents(this.#server, found, details, context);
    }
    if (details instanceof ReadRawModifiedDetails && "tag" in found) {
      return values.raw(found, details);
    }
    if (details instanceof ReadAtTimeDetails && "tag" in found) {
      return values.atTimes(found, details);
    }
    if (details instanceof ReadProcessedDetails && "tag" in found) {
      const aggregateType = details.aggregateType?.[index];
      if (aggregateType === undefined) {
        throw new Refusal(StatusCodes.BadAggregateListMismatch, "One aggregate for each node.");
      }
      return readProcessed(this.#server, found, details, aggregateType);
    }
    throw new Refusal(StatusCodes.BadHistoryOperationUnsupported, "This node has no history of this kind.");
  }

  #result(session: object, { data, rest, isEmpty }: Answer): HistoryReadResult {
    return new HistoryReadResult({
      statusCode: isEmpty ? StatusCodes.GoodNoData : StatusCodes.Good,
      historyData: data,
      ...(rest === undefined ? {} : { continuationPoint: this.#continuations.add(session, rest) }),
    });
  }
}
