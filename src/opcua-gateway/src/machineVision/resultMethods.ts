import {
  type CallMethodResultOptions,
  DataType,
  type ExtensionObject,
  type ISessionContext,
  StatusCodes,
  type UAMethod,
  type UAObject,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { type Inspection, toDate } from "../contract.ts";
import { permissions } from "../roles.ts";
import { KEPT_RESULTS, type RecentResults } from "./recentResults.ts";
import { contentVariant, type ResultMaker, recipeIdOf, resultStateOf, resultStateVariant } from "./visionResult.ts";

/** Values of the methods' output Error: 0 is success, negative ones are the application's. */
export const ERRORS = { none: 0, unknownResult: -1, serverNotReached: -2, unknownArgument: -3 } as const;

/** Asks the server's log for an inspection; undefined where it has none. Rejects where the server is not reached in time. */
export type FetchInspection = (station: string, sequence: string, timeoutMs: number) => Promise<Inspection | undefined>;

const MAX_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 2_000;

interface Found {
  readonly inspection?: Inspection;
  readonly error: number;
}

/** Binds GetResultById, GetResultComponentsById and GetResultListFiltered of a station's ResultManagement. */
export class ResultMethods {
  readonly #station: string;
  readonly #recent: RecentResults;
  readonly #fetch: FetchInspection;
  readonly #maker: ResultMaker;
  /** Handles stand for nothing that is kept: they are only told apart. */
  #handle = 0;

  constructor(station: string, recent: RecentResults, fetch: FetchInspection, maker: ResultMaker) {
    this.#station = station;
    this.#recent = recent;
    this.#fetch = fetch;
    this.#maker = maker;
  }

  bind(management: UAObject): void {
    bind(management, "GetResultById", async ([id, timeout]) => {
      const { inspection, error } = await this.#find(id, timeout);
      const result = inspection === undefined ? this.#maker.none() : this.#maker.result(inspection);
      return [this.#nextHandle(), structure(result), int32(error)];
    });
    bind(management, "GetResultComponentsById", async ([id, timeout]) => {
      const { inspection, error } = await this.#find(id, timeout);
      return this.#components(inspection, error);
    });
    bind(management, "GetResultListFiltered", async (inputs) => this.#list(inputs));
  }

  async #find(id: Variant | undefined, timeout: Variant | undefined): Promise<Found> {
    const text = idOf(id) ?? "";
    const [, station, sequence = ""] = /^(.+):(\d{1,20})$/.exec(text) ?? [];
    if (station !== this.#station) {
      return { error: ERRORS.unknownResult };
    }
    const recent = this.#recent.find(sequence);
    if (recent !== undefined) {
      return { inspection: recent, error: ERRORS.none };
    }
    try {
      const asked = Number(timeout?.value) || DEFAULT_TIMEOUT_MS;
      const inspection = await this.#fetch(station, sequence, Math.min(Math.max(asked, 1), MAX_TIMEOUT_MS));
      return inspection === undefined ? { error: ERRORS.unknownResult } : { inspection, error: ERRORS.none };
    } catch {
      return { error: ERRORS.serverNotReached };
    }
  }

  #components(inspection: Inspection | undefined, error: number): Variant[] {
    const boolean = (value: boolean) => new Variant({ dataType: DataType.Boolean, value });
    const none = new Variant({ dataType: DataType.ExtensionObject, value: null });
    return [
      boolean(false),
      this.#nextHandle(),
      boolean(false),
      boolean(false),
      resultStateVariant(inspection),
      none,
      this.#maker.part("partId", inspection),
      none,
      this.#maker.part("internalRecipeId", inspection),
      none,
      none,
      this.#maker.part("internalConfigurationId", inspection),
      this.#maker.part("jobId", inspection),
      new Variant({ dataType: DataType.DateTime, value: toDate(inspection?.completionTime ?? null) }),
      this.#maker.part("processingTimes", inspection),
      contentVariant(inspection),
      int32(error),
    ];
  }

  /** Filters: state, MeasId, PartId, external and internal recipe, external and internal configuration, ProductId, JobId; then maximum, start, timeout. */
  #list(inputs: readonly Variant[]): Variant[] {
    const [state, measId, partId, externalRecipe, recipe, externalConfiguration, , productId] = inputs;
    const wanted = { state: Number(state?.value ?? 0), partId: idOf(partId), recipe: idOf(recipe) };
    // What the line does not know of a result cannot be asked for: such a filter fits nothing.
    const impossible = [measId, externalRecipe, externalConfiguration, productId].some((id) => idOf(id) !== undefined);
    const fitting = impossible ? [] : this.#recent.newestFirst().filter((inspection) => fits(inspection, wanted));
    const maximum = Number(inputs[9]?.value ?? 0) || KEPT_RESULTS;
    const start = Number(inputs[10]?.value ?? 0);
    const page = fitting.slice(start, start + maximum);
    const results = page.map((inspection) => this.#maker.result(inspection));
    return [
      new Variant({ dataType: DataType.Boolean, value: start + page.length >= fitting.length }),
      uint32(page.length),
      this.#nextHandle(),
      new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: results }),
      int32(ERRORS.none),
    ];
  }

  #nextHandle(): Variant {
    this.#handle = (this.#handle + 1) >>> 0;
    return uint32(this.#handle);
  }
}

interface Wanted {
  readonly state: number;
  readonly partId: string | undefined;
  readonly recipe: string | undefined;
}

/** Undefined, 0 and empty filters let everything through. */
function fits(inspection: Inspection, { state, partId, recipe }: Wanted): boolean {
  return (
    (state === 0 || resultStateOf(inspection) === state) &&
    (partId === undefined || inspection.partId === partId) &&
    (recipe === undefined || recipeIdOf(inspection.station, inspection.recipeRevision) === recipe)
  );
}

/** The Id within an identifier structure; undefined where it is absent or empty. */
export function idOf(variant: Variant | undefined): string | undefined {
  const value: unknown = variant?.value;
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" && id.trim() !== "" ? id.trim() : undefined;
}

function structure(value: ExtensionObject): Variant {
  return new Variant({ dataType: DataType.ExtensionObject, value });
}

export function int32(value: number): Variant {
  return new Variant({ dataType: DataType.Int32, value });
}

export function uint32(value: number): Variant {
  return new Variant({ dataType: DataType.UInt32, value });
}

/** Binds a method by its name; `answer` gives the output arguments. */
export function bind(object: UAObject, name: string, answer: (inputs: Variant[]) => Promise<Variant[]>): void {
  const method = object.getMethodByName(name) as UAMethod;
  // They only look; what a namespace's methods need otherwise is an Operator.
  method.setRolePermissions(permissions("Observer", "Call"));
  // node-opcua takes a function of two parameters for one that gives a promise.
  method.bindMethod(async (inputs: Variant[], _: ISessionContext): Promise<CallMethodResultOptions> => {
    return { statusCode: StatusCodes.Good, outputArguments: await answer(inputs) };
  });
}
