import {
  type CallMethodResultOptions,
  DataType,
  type ISessionContext,
  type Namespace,
  type NodeId,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAObjectType,
  type Variant,
  VariantArrayType,
  type VariantOptions,
} from "node-opcua";
import { type Audit, auditCalls, userOf } from "./audit.ts";
import type { Inspection, Recipe } from "./contract.ts";
import { FIELDS, fieldsOf, TEXTS } from "./inspectionFields.ts";
import { permissions, type Role } from "./roles.ts";
import type { ServerCommands } from "./serverCommands.ts";
import type { Station } from "./station.ts";
import { Refusal, toFailure } from "./statusCodes.ts";
import { clip, toUInt32 } from "./tags.ts";

interface Argument {
  readonly type: DataType;
  readonly text: string;
  readonly array?: true;
}
type Arguments = Readonly<Record<string, Argument>>;

/** Most parts of one answer of GetResults. */
const MAX_RESULTS = 1_000;

const argument = (type: DataType, text: string): Argument => ({ type, text });

/** A method of a station: who may call it, what it takes and gives, and what it does. */
interface Method {
  readonly least: Role;
  readonly text: string;
  readonly inputs: Arguments;
  readonly outputs: Arguments;
  run(server: ServerCommands, station: Station, inputs: readonly unknown[], user: string): Promise<readonly unknown[]>;
}

const product = argument(DataType.String, "Product, at most 64 characters; empty: the default recipe");
const RECIPE: Arguments = {
  RecipeRevision: argument(DataType.UInt32, "Revision that is active now"),
  ModelVersion: argument(DataType.String, "Version of its model"),
  ProductId: argument(DataType.String, "Product that it judges; empty: the default recipe"),
};
const { Station: _station, Sequence, LogSequence, ...others } = FIELDS;
const RESULT: Arguments = Object.fromEntries(
  Object.entries({ LogSequence, Sequence, ...others }).map(([name, type]) => [
    name,
    argument(type, TEXTS[name as keyof typeof FIELDS]),
  ]),
);

const METHODS: Readonly<Record<string, Method>> = {
  Acknowledge: {
    least: "Operator",
    text: "The PLC has taken the part of this Sequence; the same as writing AckSequence",
    inputs: { Sequence: argument(DataType.UInt32, "Sequence of one of the last 16 parts; 0: none") },
    outputs: {},
    async run(_server, station, [sequence]) {
      station.acknowledge(sequence as number);
      return [];
    },
  },
  SetNextPart: {
    least: "Operator",
    text: "Says which part comes next, for the next frame that names none itself; gives the one announced before that no frame has used",
    inputs: {
      PartId: argument(DataType.String, "Identity of the part, at most 128 characters; empty: none"),
      ProductId: argument(DataType.String, "Its product, at most 64 characters; empty: the selected one"),
    },
    outputs: {
      ReplacedPartId: argument(DataType.String, "Identity of the part announced before, where no frame has used it"),
      ReplacedProductId: argument(DataType.String, "Its product"),
    },
    async run(server, station, [partId, productId]) {
      const { part, replaced } = await server.setNextPart(station.name, {
        partId: (partId as string | null) ?? "",
        productId: (productId as string | null) ?? "",
      });
      station.announced(part);
      return [replaced?.partId ?? "", replaced?.productId ?? ""];
    },
  },
  Trigger: {
    least: "Operator",
    text: "Has a camera with a software trigger take a frame; good once the camera has taken the trigger",
    inputs: { Camera: argument(DataType.String, "Name of the camera; empty: the station's only one") },
    outputs: { TriggeredCamera: argument(DataType.String, "Name of the camera that takes the frame") },
    run: async (server, station, [camera]) => [
      clip(await server.triggerCamera(station.name, (camera as string | null) ?? "")),
    ],
  },
  SelectRecipe: {
    least: "Operator",
    text: "Selects the product of the parts that name none; empty: the default recipe",
    inputs: { ProductId: product },
    outputs: RECIPE,
    run: async (server, station, [productId]) =>
      recipeOutputs(await server.selectRecipe(station.name, { productId: (productId as string | null) ?? "" })),
  },
  StartContinuous: {
    least: "Operator",
    text: "Judges frames again",
    inputs: {},
    outputs: {},
    async run(server, station) {
      station.changed(await server.start(station.name));
      return [];
    },
  },
  Stop: {
    least: "Operator",
    text: "Judges no further frame: each is NotDecidable with reason 10",
    inputs: {},
    outputs: {},
    async run(server, station) {
      station.changed(await server.stop(station.name));
      return [];
    },
  },
  Reset: {
    least: "Operator",
    text: "Counts from zero: Counters and Overrun",
    inputs: {},
    outputs: {},
    async run(server, station) {
      const status = await server.resetCounters(station.name);
      station.resetCounters();
      station.changed(status);
      return [];
    },
  },
  GetResultById: {
    least: "Observer",
    text: "A part from the server's log, to fill a gap: by LogSequence, or where that is 0 by Sequence",
    inputs: {
      Sequence: argument(DataType.UInt32, "The newest part with this Sequence; read where LogSequence is 0"),
      LogSequence: argument(DataType.UInt64, "The part's LogSequence, or 0"),
    },
    outputs: RESULT,
    async run(server, station, [sequence, logSequence]) {
      const wide = wideOf(logSequence) || station.widen(sequence as number);
      if (wide === undefined) {
        throw new Refusal(StatusCodes.BadNotFound, `The station has no part ${sequence}.`);
      }
      return resultOutputs(station.find(wide) ?? (await server.getInspection(station.name, wide)));
    },
  },
  GetResults: {
    least: "Observer",
    text: "Parts from the server's log in their order, for who was away: go on with Next until it stays as it was",
    inputs: {
      From: argument(DataType.UInt64, "LogSequence of the first part"),
      Count: argument(DataType.UInt32, `Most parts, 1..${MAX_RESULTS}`),
    },
    outputs: {
      Results: {
        type: DataType.ExtensionObject,
        text: "The parts; what is no longer kept is not among them",
        array: true,
      },
      Next: argument(DataType.UInt64, "LogSequence to go on with; From where there is no part yet"),
    },
    async run(server, station, [first, count]) {
      const most = count as number;
      if (most < 1 || most > MAX_RESULTS) {
        throw new Refusal(StatusCodes.BadInvalidArgument, `Count must be 1..${MAX_RESULTS}.`);
      }
      const from = wideOf(first) || 1n;
      const until = from + BigInt(most);
      const found = await server.listBefore(station.name, until, most);
      const parts = found.filter(({ sequence }) => BigInt(sequence) >= from).reverse();
      const last = parts.at(-1)?.sequence;
      return [parts.map((part) => station.parts.of(part)), halves(last === undefined ? from : BigInt(last) + 1n)];
    },
  },
  ActivateRecipe: {
    least: "Engineer",
    text: "Makes a model judge a product; Threshold 0: the model's calibrated one; DeadlineMs 0: 1 s",
    inputs: {
      ModelVersion: argument(DataType.String, "Version of a model that the server has"),
      ProductId: product,
      Threshold: argument(DataType.Float, "Score above which a part is NotOk, above 0; 0: the model's calibrated one"),
      DeadlineMs: argument(DataType.UInt32, "From a frame's arrival to its verdict, 1..60000 ms; 0: 1000"),
    },
    outputs: RECIPE,
    async run(server, station, [modelVersion, productId, threshold, deadlineMs]) {
      const milliseconds = deadlineMs as number;
      return recipeOutputs(
        await server.activateRecipe({
          station: station.name,
          modelVersion: (modelVersion as string | null) ?? "",
          productId: (productId as string | null) ?? "",
          ...(threshold === 0 ? {} : { threshold }),
          ...(milliseconds === 0 ? {} : { deadline: durationOf(milliseconds) }),
        }),
      );
    },
  },
  ActivateRevision: {
    least: "Engineer",
    text: "Brings an older revision back as a new one, and selects its product",
    inputs: { RecipeRevision: argument(DataType.UInt32, "A revision of this station") },
    outputs: RECIPE,
    run: async (server, station, [revision], user) =>
      recipeOutputs(await server.selectRecipe(station.name, { revision: revision as number, reason: reasonOf(user) })),
  },
  Rollback: {
    least: "Engineer",
    text: "Brings back the recipe before the active one, as a new revision; ProductId empty: the default recipe",
    inputs: { ProductId: product },
    outputs: RECIPE,
    run: async (server, station, [productId], user) =>
      recipeOutputs(await server.rollbackRecipe(station.name, (productId as string | null) ?? "", reasonOf(user))),
  },
  StartTraining: {
    least: "Engineer",
    text: "Queues a training on the station's approved samples; Method empty: from the active model; Preset empty: balanced. It ends with a candidate, never with an activation",
    inputs: {
      Method: argument(DataType.String, "Name of a training method; empty: from the active model"),
      Preset: argument(DataType.String, "Name of the method's preset; empty: balanced"),
    },
    outputs: { Job: argument(DataType.UInt32, "Number of the queued job") },
    run: async (server, station, [method, preset]) => [
      await server.startTraining(station.name, (method as string | null) ?? "", (preset as string | null) ?? ""),
    ],
  },
};

export const METHOD_NAMES: readonly string[] = Object.keys(METHODS);

/** The station's methods `s=<station>.<method>`. */
export function addMethods(namespace: Namespace, station: Station, server: ServerCommands, audit: Audit): void {
  for (const [name, declared] of Object.entries(METHODS)) {
    const method = addMethod(namespace, station.object, station.name, name, station.parts.dataType);
    method.bindMethod((inputs: Variant[], context: ISessionContext) =>
      answer(declared, server, station, inputs, userOf(context)),
    );
    auditCalls(method, audit);
  }
}

/** The methods that a type declares for its stations. */
export function declareMethods(namespace: Namespace, type: UAObjectType, name: string, partType: NodeId): void {
  for (const method of METHOD_NAMES) {
    addMethod(namespace, type, name, method, partType, "Mandatory");
  }
}

function addMethod(
  namespace: Namespace,
  owner: UAObject | UAObjectType,
  path: string,
  name: string,
  partType: NodeId,
  modellingRule?: "Mandatory",
): UAMethod {
  const { least, text, inputs, outputs } = METHODS[name] as Method;
  return namespace.addMethod(owner as UAObject, {
    nodeId: `s=${path}.${name}`,
    browseName: name,
    description: text,
    inputArguments: argumentsOf(inputs, partType),
    outputArguments: argumentsOf(outputs, partType),
    rolePermissions: permissions(least, "Call"),
    ...(modellingRule === undefined ? {} : { modellingRule }),
  });
}

async function answer(
  { run, outputs }: Method,
  server: ServerCommands,
  station: Station,
  inputs: readonly Variant[],
  user: string,
): Promise<CallMethodResultOptions> {
  try {
    const values = await run(
      server,
      station,
      inputs.map((input) => input.value),
      user,
    );
    const outputArguments: VariantOptions[] = Object.values(outputs).map(({ type, array }, index) => ({
      dataType: type,
      arrayType: array ? VariantArrayType.Array : VariantArrayType.Scalar,
      value: values[index],
    }));
    return { statusCode: StatusCodes.Good, outputArguments };
  } catch (error) {
    return { ...toFailure(error) } as CallMethodResultOptions;
  }
}

function argumentsOf(declared: Arguments, partType: NodeId) {
  return Object.entries(declared).map(([name, { type, text, array }]) => ({
    name,
    dataType: type === DataType.ExtensionObject ? partType : type,
    description: text,
    ...(array ? { valueRank: 1, arrayDimensions: [0] } : {}),
  }));
}

/** node-opcua holds 64 bits as [high, low]. */
function wideOf(value: unknown): bigint {
  const [high, low] = value as [number, number];
  return (BigInt(high) << 32n) | BigInt(low);
}

function halves(value: bigint): [number, number] {
  return [toUInt32(value >> 32n), toUInt32(value)];
}

function durationOf(milliseconds: number) {
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}

/** A recipe goes back for a reason, which a method call has no place for. */
function reasonOf(user: string): string {
  return user === "" ? "by OPC UA" : `by OPC UA: ${user}`;
}

function recipeOutputs(recipe: Recipe): unknown[] {
  return [recipe.revision, clip(recipe.modelVersion), clip(recipe.productId)];
}

function resultOutputs(inspection: Inspection): unknown[] {
  const values: Readonly<Record<string, unknown>> = fieldsOf(inspection);
  return Object.keys(RESULT).map((name) => values[name]);
}
