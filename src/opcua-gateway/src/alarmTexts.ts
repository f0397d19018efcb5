import type { BaseNode, UAObject } from "node-opcua";

/** What the parts of an alarm are (OPC 10000-9), by their names; node-opcua's instances say nothing of themselves. */
const TEXTS: Readonly<Record<string, string>> = {
  EventId: "Identity of the newest event, by which it is acknowledged",
  EventType: "Type of the alarm",
  SourceNode: "Node that the alarm is of",
  SourceName: "Name of what the alarm is of",
  Time: "When the state last changed (UTC)",
  ReceiveTime: "When this server learnt of it (UTC)",
  Message: "What is wrong, or that it is well again",
  Severity: "How urgent it is, 1..1000",
  ConditionClassId: "Class of the alarm, for filters",
  ConditionClassName: "Name of its class",
  ConditionName: "Name of the alarm",
  BranchId: "Always null: there are no branches",
  Retain: "True while somebody should look at it: active, or not acknowledged",
  EnabledState: "Always enabled",
  Quality: "Quality of what the alarm goes by",
  LastSeverity: "Severity before the newest event",
  Comment: "What the operator last wrote",
  ClientUserId: "Who last acknowledged or commented",
  Enable: "Refused: the alarm is always enabled",
  Disable: "Refused: the alarm cannot be switched off",
  AddComment: "Adds a comment to an event",
  Acknowledge: "Says that somebody has seen it",
  AckedState: "Whether somebody has seen it",
  ActiveState: "Whether something is wrong now",
  InputNode: "Variable that shows the same, if one does",
  NormalState: "Always null: the alarm has its state from the line's server",
  SuppressedOrShelved: "True while somebody has shelved it",
  ShelvingState: "Whether somebody has put it out of sight for a time",
  CurrentState: "Unshelved, TimedShelved or OneShotShelved",
  "CurrentState.Id": "The state's node in ShelvedStateMachineType",
  UnshelveTime: "Until it is unshelved by itself, ms; bad while it is not shelved",
  MaxTimeShelved: "Longest time that it can be shelved for, ms",
  TimedShelve: "Puts it out of sight for a time",
  OneShotShelve: "Puts it out of sight until it is inactive again",
  Unshelve: "Puts it in sight again",
  ConfirmedState: "Whether somebody has said that something was done about it",
  Confirm: "Says that something was done about it",
  Id: "The state as a Boolean",
  SourceTimestamp: "When the value was set (UTC)",
  EffectiveDisplayName: "The state in words",
  EffectiveTransitionTime: "When the state last changed (UTC)",
  TransitionTime: "When the state last changed (UTC)",
  TrueState: "The word for true",
  FalseState: "The word for false",
};

/** Describes every part of an alarm that says nothing of itself. */
export function describeParts(node: BaseNode): void {
  for (const part of (node as UAObject).findReferencesExAsObject("Aggregates")) {
    const name = part.browseName.name ?? "";
    const text = TEXTS[`${node.browseName.name}.${name}`] ?? TEXTS[name];
    if (text !== undefined && !part.description?.text) {
      part.setDescription(text);
    }
    describeParts(part);
  }
}
