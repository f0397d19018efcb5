import { type Client, status as codes, type ServiceError } from "@grpc/grpc-js";
import type { Inspection } from "../contract.ts";
import type { FetchInspection } from "./resultMethods.ts";

type Answer = { readonly inspection: Inspection | null };
type LogClient = Client & {
  getInspection(
    request: { station: string; sequence: string },
    options: { deadline: number },
    callback: (error: ServiceError | null, answer?: Answer) => void,
  ): void;
};

/** Asks the server's log, by the connection that the feed has. */
export function fetchInspections(client: Client): FetchInspection {
  return (station, sequence, timeoutMs) =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + timeoutMs };
      (client as LogClient).getInspection({ station, sequence }, options, (error, answer) => {
        if (error === null) {
          resolve(answer?.inspection ?? undefined);
        } else if (error.code === codes.NOT_FOUND || error.code === codes.INVALID_ARGUMENT) {
          resolve(undefined);
        } else {
          reject(error);
        }
      });
    });
}
