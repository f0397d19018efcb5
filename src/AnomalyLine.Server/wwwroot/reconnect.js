// Brings a page back by itself, whatever became of the server or of the page: panels on a wall have nobody who presses a key.
"use strict";

{
  const period = 1000, answerWithin = 5000, ownWay = 5000, settle = 15000;
  const modal = document.getElementById("components-reconnect-modal");
  const fault = document.getElementById("blazor-error-ui");
  const has = (...states) => states.some((state) => modal.classList.contains(`components-reconnect-${state}`));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const answers = async (address) => {
    try {
      return (await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(answerWithin) })).ok;
    } catch {
      return false;
    }
  };

  // The connection is lost, and may come back with all that the page holds.
  const isCut = () => has("show", "retrying");

  // Only another page helps. One that has just been loaded is given time: a page that always fails must not be asked for without end.
  const isOver = () =>
    has("failed", "rejected", "resume-failed", "paused") || (performance.now() > settle && (document.querySelector("[data-live=no]") || getComputedStyle(fault).display !== "none"));

  const watch = async () => {
    for (;;) {
      await pause(period);
      if (!isCut() && !isOver()) continue;
      if (!(await answers(new URL("health/live", document.baseURI)))) continue;
      const since = performance.now();
      while (isCut() && performance.now() - since < ownWay) await pause(period / 4);
      if (!isCut() && !isOver()) continue;

      // Asked for before, so that the browser's own error page never takes the place of this one.
      if (await answers(location.href)) location.reload();
    }
  };

  watch();
}
