import type { Logger } from "pino";
import type { FeedListener } from "./feed.ts";

/**
 * Tells the line first and its view after it. A view that fails is left out from then on, its state bad:
 * PLCs live by the line's tags, and no fault of the view may take those away.
 */
export function lineWithView(line: FeedListener, view: FeedListener, log: Logger): FeedListener {
  let failed = false;
  const tell = (what: (listener: FeedListener) => void) => {
    what(line);
    if (failed) {
      return;
    }
    try {
      what(view);
    } catch (error) {
      failed = true;
      log.error({ err: error }, "the OPC 40100-1 view failed and is left out until a restart; the tags go on");
      view.lost("the view failed");
    }
  };
  return {
    inspection: (inspection, arrival) => tell((listener) => listener.inspection(inspection, arrival)),
    status: (status) => tell((listener) => listener.status(status)),
    lost: (reason) => tell((listener) => listener.lost(reason)),
    reset: () => tell((listener) => listener.reset()),
  };
}
