import type { StationStatus } from "../contract.ts";

/** States of VisionStateMachineType that this line can be in; Halted is never reached. */
export type MainState = "Preoperational" | "Error" | "Operational";
/** States of VisionAutomaticModeStateMachineType that this line can be in, from bottom to top; there are no single jobs. */
export const AUTOMATIC_STATES = ["Initialized", "Ready", "ContinuousExecution"] as const;
export type AutomaticState = (typeof AUTOMATIC_STATES)[number];

/** Where a vision system stands by OPC 40100-1. */
export interface VisionState {
  readonly main: MainState;
  /** Within Operational. */
  readonly automatic?: AutomaticState;
  /** SystemStateDataType: 1 production, 2 stand by, 5 unscheduled downtime. */
  readonly system: 1 | 2 | 5;
}

/** What the state follows from; a server that does not tell its mode judges every frame. */
export type VisionStatus = Pick<StationStatus, "name" | "ready" | "fault"> & {
  readonly recipeRevision?: number;
  /** 2: the station is stopped. */
  readonly mode?: number;
};

const STOPPED = 2;

/** The state of a station that the server tells of. */
export function visionStateOf({ ready, recipeRevision, mode }: VisionStatus): VisionState {
  if ((recipeRevision ?? 0) === 0) {
    return { main: "Operational", automatic: "Initialized", system: 2 };
  }
  if (mode === STOPPED) {
    return { main: "Operational", automatic: "Ready", system: 2 };
  }
  return ready ? { main: "Operational", automatic: "ContinuousExecution", system: 1 } : { main: "Error", system: 5 };
}

/** The states to go through from one to another, each a neighbour of the one before; the first step is not `from`. */
export function automaticPath(from: AutomaticState, to: AutomaticState): AutomaticState[] {
  const [begin, end] = [AUTOMATIC_STATES.indexOf(from), AUTOMATIC_STATES.indexOf(to)];
  return begin <= end ? [...AUTOMATIC_STATES.slice(begin + 1, end + 1)] : AUTOMATIC_STATES.slice(end, begin).reverse();
}
