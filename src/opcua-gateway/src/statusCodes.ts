import { status as codes, type ServiceError } from "@grpc/grpc-js";
import { type StatusCode, StatusCodes } from "node-opcua";

/** The one table from the server's words for errors (docs/errors.md) to what OPC UA clients get. */
const BY_WORD: Readonly<Record<string, StatusCode>> = {
  "station-not-found": StatusCodes.BadNotFound,
  "recipe-not-found": StatusCodes.BadNotFound,
  "model-not-found": StatusCodes.BadNotFound,
  "inspection-not-found": StatusCodes.BadNotFound,
  "invalid-part": StatusCodes.BadInvalidArgument,
  "invalid-recipe": StatusCodes.BadInvalidArgument,
  "invalid-argument": StatusCodes.BadInvalidArgument,
  "invalid-job": StatusCodes.BadInvalidArgument,
  "model-unusable": StatusCodes.BadInvalidState,
  "gate-not-passed": StatusCodes.BadInvalidState,
  "camera-not-attached": StatusCodes.BadInvalidState,
  "trigger-refused": StatusCodes.BadInvalidState,
  "camera-silent": StatusCodes.BadTimeout,
  "log-failed": StatusCodes.BadResourceUnavailable,
  "management-failed": StatusCodes.BadResourceUnavailable,
  "not-signed-in": StatusCodes.BadUserAccessDenied,
  "role-missing": StatusCodes.BadUserAccessDenied,
  stopping: StatusCodes.BadServerHalted,
};

/** Where the server gave no word: it was not reached, or did not answer. */
const BY_CODE: Partial<Record<codes, StatusCode>> = {
  [codes.UNAVAILABLE]: StatusCodes.BadNoCommunication,
  [codes.CANCELLED]: StatusCodes.BadNoCommunication,
  [codes.DEADLINE_EXCEEDED]: StatusCodes.BadTimeout,
};

/** What an OPC UA client gets for a call that failed: a status, and why in words where it asked for them. */
export interface Failure {
  readonly statusCode: StatusCode;
  readonly statusText: string;
}

/** A failure that the gateway itself finds. */
export class Refusal extends Error implements Failure {
  readonly statusCode: StatusCode;
  readonly statusText: string;

  constructor(statusCode: StatusCode, statusText: string) {
    super(statusText);
    this.statusCode = statusCode;
    this.statusText = statusText;
  }
}

/** What came of a call to the server, or of a check before it. Anything unexpected is BadUnexpectedError. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Refusal) {
    return error;
  }
  const { code, metadata, details, message } = error as Partial<ServiceError> & Error;
  const word = metadata?.get("error-code")[0]?.toString() ?? "";
  const statusCode = BY_WORD[word] ?? BY_CODE[code ?? codes.UNKNOWN] ?? StatusCodes.BadUnexpectedError;
  return { statusCode, statusText: details || message };
}
