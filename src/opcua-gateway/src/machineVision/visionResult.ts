import {
  type AddressSpace,
  DataType,
  type ExtensionObject,
  type RaiseEventData,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { type Inspection, OK, toDate, VERDICTS } from "../contract.ts";
import { clip } from "../tags.ts";

export const MACHINE_VISION = "http://opcfoundation.org/UA/MachineVision";

const NOT_OK = 2;
const STOPPING = 8;
const CANCELLED = 9;
/** ResultStateDataType. */
const STATES = { undefined: 0, completed: 1, aborted: 3, failed: 4 } as const;

/** Structures that a result is made of, by the names of their fields in the result. */
const PARTS = {
  resultId: "ResultIdDataType",
  partId: "PartIdDataType",
  internalRecipeId: "RecipeIdInternalDataType",
  internalConfigurationId: "ConfigurationIdDataType",
  jobId: "JobIdDataType",
  processingTimes: "ProcessingTimesDataType",
} as const;

type Part = keyof typeof PARTS;
type Fields = Record<string, unknown>;
type Constructor = new (fields: Fields) => ExtensionObject;

/** Turns inspections into results of OPC 40100-1. */
export class ResultMaker {
  readonly #result: Constructor;
  readonly #parts: Record<Part, Constructor>;
  readonly #systemState: Constructor;

  constructor(addressSpace: AddressSpace) {
    const index = addressSpace.getNamespaceIndex(MACHINE_VISION);
    const constructorOf = (name: string) => {
      const dataType = addressSpace.findDataType(name, index);
      if (dataType === null) {
        throw new Error(`${name} is not in the nodeset of ${MACHINE_VISION}`);
      }
      return addressSpace.getExtensionObjectConstructor(dataType) as unknown as Constructor;
    };
    this.#result = constructorOf("ResultDataType");
    this.#systemState = constructorOf("SystemStateDescriptionDataType");
    const parts = Object.entries(PARTS).map(([field, type]) => [field, constructorOf(type)]);
    this.#parts = Object.fromEntries(parts) as Record<Part, Constructor>;
  }

  /** A ResultDataType. */
  result(inspection: Inspection): ExtensionObject {
    return new this.#result({
      ...partsOf(inspection),
      isPartial: false,
      isSimulated: false,
      hasTransferableDataOnFile: false,
      resultState: resultStateOf(inspection),
      creationTime: toDate(inspection.completionTime),
      resultContent: contentOf(inspection),
    });
  }

  /** A ResultDataType that says there is none. */
  none(): ExtensionObject {
    return new this.#result({ isPartial: false, resultState: STATES.undefined });
  }

  /** One of a result's structures; without fields where the inspection is absent. */
  part(field: Part, inspection: Inspection | undefined): Variant {
    const fields = inspection === undefined ? {} : (partsOf(inspection)[field] ?? {});
    return new Variant({ dataType: DataType.ExtensionObject, value: new this.#parts[field](fields) });
  }

  /** A RecipeIdInternalDataType. */
  recipeId(id: string): ExtensionObject {
    return new this.#parts.internalRecipeId({ id });
  }

  /** A JobIdDataType. */
  jobId(id: string): ExtensionObject {
    return new this.#parts.jobId({ id });
  }

  /** A SystemStateDescriptionDataType. */
  systemState(state: number, stateDescription: string): ExtensionObject {
    return new this.#systemState({ state, stateDescription });
  }

  /** The fields of a ResultReadyEventType. */
  eventFields(inspection: Inspection): RaiseEventData {
    const boolean = (value: boolean) => new Variant({ dataType: DataType.Boolean, value });
    const completion = toDate(inspection.completionTime);
    const fields: RaiseEventData = {
      time: new Variant({ dataType: DataType.DateTime, value: completion }),
      severity: new Variant({ dataType: DataType.UInt16, value: inspection.verdict === OK ? 100 : 500 }),
      message: new Variant({ dataType: DataType.LocalizedText, value: { text: messageOf(inspection) } }),
      creationTime: new Variant({ dataType: DataType.DateTime, value: completion }),
      isPartial: boolean(false),
      isSimulated: boolean(false),
      resultState: resultStateVariant(inspection),
      resultContent: contentVariant(inspection),
    };
    for (const field of Object.keys(partsOf(inspection)) as Part[]) {
      fields[field] = this.part(field, inspection);
    }
    return fields;
  }
}

/** "station:sequence"; the same for ever. */
export function resultIdOf(station: string, sequence: string): string {
  return `${station}:${sequence}`;
}

/** Completed where there is a verdict on the part; Aborted and Failed where there is none. */
export function resultStateOf({ verdict, reasonCode }: Inspection): number {
  if (verdict === OK || verdict === NOT_OK) {
    return STATES.completed;
  }
  if (verdict === 0) {
    return STATES.undefined;
  }
  return reasonCode === STOPPING || reasonCode === CANCELLED ? STATES.aborted : STATES.failed;
}

export function resultStateVariant(inspection: Inspection | undefined): Variant {
  const value = inspection === undefined ? STATES.undefined : resultStateOf(inspection);
  return new Variant({ dataType: DataType.Int32, value });
}

/** ResultContent as an array of variants. */
export function contentVariant(inspection: Inspection | undefined): Variant {
  const value = inspection === undefined ? [] : contentOf(inspection);
  return new Variant({ dataType: DataType.Variant, arrayType: VariantArrayType.Array, value });
}

function partsOf(inspection: Inspection): Partial<Record<Part, Fields>> {
  const { station, sequence, partId, recipeRevision } = inspection;
  const end = toDate(inspection.completionTime);
  const duration = inspection.timings?.totalMs ?? 0;
  return {
    resultId: { id: resultIdOf(station, sequence) },
    ...(partId === "" ? {} : { partId: { id: clip(partId) } }),
    internalRecipeId: { id: recipeIdOf(station, recipeRevision) },
    internalConfigurationId: { id: "default" },
    jobId: { id: jobIdOf(station) },
    processingTimes: {
      startTime: new Date(end.getTime() - duration),
      endTime: end,
      processingDuration: duration,
    },
  };
}

/** A station judges frame by frame without an end: one job. */
export function jobIdOf(station: string): string {
  return `${station}:continuous`;
}

/** "station:revision" of a recipe. */
export function recipeIdOf(station: string, revision: number): string {
  return `${station}:${revision}`;
}

/** Evaluation (OPC 40001-101, number and word), Score, Threshold, ReasonCode, ReasonText, ModelVersion. */
function contentOf({ verdict, score, threshold, reasonCode, reasonText, modelVersion }: Inspection): Variant[] {
  return [
    new Variant({ dataType: DataType.Int32, value: verdict }),
    new Variant({ dataType: DataType.String, value: VERDICTS[verdict] ?? "" }),
    new Variant({ dataType: DataType.Float, value: score }),
    new Variant({ dataType: DataType.Float, value: threshold }),
    new Variant({ dataType: DataType.Int32, value: reasonCode }),
    new Variant({ dataType: DataType.String, value: clip(reasonText) }),
    new Variant({ dataType: DataType.String, value: clip(modelVersion) }),
  ];
}

function messageOf({ station, sequence, verdict }: Inspection): string {
  return `${station} ${sequence}: ${VERDICTS[verdict] ?? verdict}`;
}
