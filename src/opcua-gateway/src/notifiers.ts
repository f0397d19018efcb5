import type { UAObject } from "node-opcua";

/** As node-opcua has it: sends the retained conditions of an object again, and of what its HasNotifier references lead to. */
interface Refreshed {
  _conditionRefresh(cache?: Map<string, unknown>): void;
}

/**
 * Makes the events of an object events of its folder. A HasNotifier reference would do the same, and would show the object a second time
 * to everybody who browses the folder: tags would be imported twice.
 */
export function passEventsUp(source: UAObject, folder: UAObject): void {
  source.on("event", (event) => folder.emit("event", event));
  refreshWith(folder, source);
}

/** Sends the conditions of an object again with those of another one, as ConditionRefresh begins at the Server object. */
export function refreshWith(above: UAObject, below: UAObject): void {
  const node = above as unknown as Refreshed;
  const refresh = node._conditionRefresh.bind(above);
  node._conditionRefresh = (cache) => {
    refresh(cache);
    (below as unknown as Refreshed)._conditionRefresh(cache);
  };
}
