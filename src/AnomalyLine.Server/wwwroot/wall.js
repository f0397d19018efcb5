// Hands the secret of a link to the wall view over, and goes there. Tries on while the server is away: a display may start before it.
"use strict";

{
  const period = 2000;
  const show = (name) => {
    for (const text of document.querySelectorAll("[data-wall-opening], [data-wall-refused]")) text.hidden = !(name in text.dataset);
  };
  const enter = async () => {
    try {
      const answer = await fetch("wall/key", { method: "POST", body: location.hash.slice(1) });
      if (answer.ok) return location.replace(new URL("wall", document.baseURI) + location.search);
      if (answer.status === 401) return show("wallRefused");
    } catch {
      // Asked again.
    }
    setTimeout(enter, period);
  };
  enter();
}
