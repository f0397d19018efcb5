import { type Client, Metadata, type ServiceClientConstructor, type ServiceError } from "@grpc/grpc-js";
import {
  connect,
  type HistoryInterval,
  type HistoryPage,
  type HistoryRequest,
  type Inspection,
  type NextPart,
  type Recipe,
  type ServerAccess,
  type StationStatus,
  type SummaryRequest,
} from "./contract.ts";

/** Most calls only change a few values; an activation loads and warms a model. */
const SHORT_MS = 3_000;
const LOAD_MS = 120_000;
/** A summary may have to look at a whole log. */
const HISTORY_MS = 30_000;

type Answer = (error: ServiceError | null, response: unknown) => void;
type Unary = (request: object, metadata: Metadata, options: { deadline: number }, answer: Answer) => void;
type Calls = Client & Record<string, Unary>;

export type Services = Readonly<
  Record<"inspection" | "station" | "camera" | "recipe" | "training", ServiceClientConstructor>
>;

/** What the gateway asks the server to do. Each rejects with gRPC's ServiceError. */
export class ServerCommands {
  readonly #inspections: Calls;
  readonly #stations: Calls;
  readonly #cameras: Calls;
  readonly #recipes: Calls;
  readonly #training: Calls;

  constructor(services: Services, server: ServerAccess) {
    this.#inspections = connect(services.inspection, server) as Calls;
    this.#stations = connect(services.station, server) as Calls;
    this.#cameras = connect(services.camera, server) as Calls;
    this.#recipes = connect(services.recipe, server) as Calls;
    this.#training = connect(services.training, server) as Calls;
  }

  async start(name: string): Promise<StationStatus> {
    return (await call<{ station: StationStatus }>(this.#stations, "startStation", { name })).station;
  }

  async stop(name: string): Promise<StationStatus> {
    return (await call<{ station: StationStatus }>(this.#stations, "stopStation", { name })).station;
  }

  async resetCounters(name: string): Promise<StationStatus> {
    return (await call<{ station: StationStatus }>(this.#stations, "resetCounters", { name })).station;
  }

  /** Announces the next part; what is left out stays as announced and not used yet. */
  setNextPart(station: string, part: Partial<NextPart>): Promise<{ part: NextPart | null; replaced: NextPart | null }> {
    return call(this.#stations, "setNextPart", { station, ...part });
  }

  /** Has a camera take a frame; without a name the station's only one with a software trigger. Gives its name. */
  async triggerCamera(station: string, camera: string): Promise<string> {
    return (await call<{ camera: string }>(this.#cameras, "triggerCamera", { station, camera })).camera;
  }

  async selectRecipe(
    station: string,
    selection: { productId: string } | { revision: number; reason: string },
  ): Promise<Recipe> {
    return (await call<{ recipe: Recipe }>(this.#recipes, "selectRecipe", { station, ...selection }, LOAD_MS)).recipe;
  }

  async rollbackRecipe(station: string, productId: string, reason: string): Promise<Recipe> {
    const request = { station, productId, reason };
    return (await call<{ recipe: Recipe }>(this.#recipes, "rollbackRecipe", request, LOAD_MS)).recipe;
  }

  async activateRecipe(request: object): Promise<Recipe> {
    return (await call<{ recipe: Recipe }>(this.#recipes, "activateRecipe", request, LOAD_MS)).recipe;
  }

  /** Queues a training on the station's approved samples; without a method it starts from the active model. Gives the job's number. */
  async startTraining(station: string, method: string, preset: string): Promise<number> {
    const order = { station, method, preset, warmStart: method === "" };
    return Number((await call<{ job: { id: string } }>(this.#training, "startJob", { order })).job.id);
  }

  /** One inspection from the durable log. */
  async getInspection(station: string, sequence: bigint | string, withinMs = SHORT_MS): Promise<Inspection> {
    const request = { station, sequence: sequence.toString() };
    return (await call<{ inspection: Inspection }>(this.#inspections, "getInspection", request, withinMs)).inspection;
  }

  /** At most 1000 inspections before a sequence, newest first. */
  async listBefore(station: string, sequence: bigint, most: number): Promise<readonly Inspection[]> {
    const request = { station, beforeSequence: sequence.toString(), pageSize: most };
    return (await call<{ inspections: Inspection[] }>(this.#inspections, "listInspections", request)).inspections;
  }

  /** A page of a station's log in the order of completion. */
  readHistory(request: HistoryRequest): Promise<HistoryPage> {
    return call(this.#inspections, "readHistory", request, HISTORY_MS);
  }

  /** What a station's inspections were in each interval that has some. */
  async summarizeHistory(request: SummaryRequest): Promise<readonly HistoryInterval[]> {
    const answer = await call<{ intervals: HistoryInterval[] }>(
      this.#inspections,
      "summarizeHistory",
      request,
      HISTORY_MS,
    );
    return answer.intervals;
  }

  close(): void {
    for (const client of [this.#inspections, this.#stations, this.#cameras, this.#recipes, this.#training]) {
      client.close();
    }
  }
}

function call<T>(client: Calls, method: string, request: object, withinMs = SHORT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const answer: Answer = (error, response) => (error === null ? resolve(response as T) : reject(error));
    client[method]?.(request, new Metadata(), { deadline: Date.now() + withinMs }, answer);
  });
}
