import { status as codes, type ServiceError } from "@grpc/grpc-js";
import type { ServerCommands } from "../serverCommands.ts";
import type { FetchInspection } from "./resultMethods.ts";

/** Asks the server's log. */
export function fetchInspections(server: ServerCommands): FetchInspection {
  return async (station, sequence, timeoutMs) => {
    try {
      return await server.getInspection(station, sequence, timeoutMs);
    } catch (error) {
      const { code } = error as ServiceError;
      if (code === codes.NOT_FOUND || code === codes.INVALID_ARGUMENT) {
        return undefined;
      }
      throw error;
    }
  };
}
