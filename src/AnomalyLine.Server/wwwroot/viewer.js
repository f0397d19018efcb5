// Layers, blending, zoom and pan of an inspection's pictures, and the arrow keys to its neighbours. What is chosen stays chosen for the next part.
for (const viewer of document.querySelectorAll("[data-viewer]")) {
  const stage = viewer.querySelector(".stage");
  const blend = viewer.querySelector("[data-blend]");
  const beside = viewer.querySelector("[data-beside]");
  const said = viewer.querySelector("[data-said]");
  const layers = [...viewer.querySelectorAll("[name=layer]")];
  let [scale, x, y] = [1, 0, 0];

  const show = () => {
    const rim = (size) => (size * (scale - 1)) / 2;
    const frame = stage.querySelector(".window");
    [x, y] = [Math.max(-rim(frame.clientWidth), Math.min(rim(frame.clientWidth), x)), Math.max(-rim(frame.clientHeight), Math.min(rim(frame.clientHeight), y))];
    for (const plane of stage.querySelectorAll(".plane")) {
      plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      plane.style.imageRendering = scale > 3 ? "pixelated" : "auto";
    }
  };
  const zoom = (factor) => {
    const next = Math.max(1, Math.min(16, scale * factor));
    [x, y, scale] = [(x * next) / scale, (y * next) / scale, next];
    show();
  };

  // Pictures that take the server's time are asked for once somebody wants them. A refusal is a sentence in the visitor's language.
  const load = async (image) => {
    const address = image.dataset.src;
    if (!address) return;
    delete image.dataset.src;
    said.textContent = said.dataset.busy;
    try {
      const answer = await fetch(address);
      if (answer.ok) image.src = URL.createObjectURL(await answer.blob());
      else image.dataset.src = address;
      said.textContent = answer.ok ? "" : ((await answer.json()).detail ?? said.dataset.failed);
    } catch {
      image.dataset.src = address;
      said.textContent = said.dataset.failed;
    }
  };
  const choose = () => {
    const chosen = layers.find((layer) => layer.checked);
    const together = chosen.value === "map" ? ["frame", "reconstruction", "map"] : ["frame", "reconstruction", "overlay"];
    const shown = beside.checked ? together : ["frame", chosen.value];
    stage.classList.toggle("beside", beside.checked);
    stage.style.setProperty("--blend", blend.value / 100);
    blend.disabled = beside.checked || chosen.value === "frame";
    viewer.querySelector("[data-chosen]").textContent = chosen.parentElement.textContent.trim();
    for (const view of stage.querySelectorAll(".view")) {
      view.hidden = !shown.includes(view.dataset.layer);
      if (!view.hidden) load(view.querySelector("img"));
    }
    show();
    sessionStorage.setItem("viewer", JSON.stringify({ layer: chosen.value, blend: blend.value, beside: beside.checked }));
  };

  if (layers.length) {
    const before = JSON.parse(sessionStorage.getItem("viewer"));
    const known = layers.find((layer) => layer.value === before?.layer && !layer.disabled);
    if (known) [known.checked, blend.value, beside.checked] = [true, before.blend, before.beside];
    for (const control of [...layers, blend, beside]) control.addEventListener("input", choose);
    choose();
  }
  for (const button of viewer.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
  viewer.querySelector("[data-reset]").addEventListener("click", () => {
    [scale, x, y] = [1, 0, 0];
    show();
  });
  stage.addEventListener("wheel", (e) => {
    e.preventDefault();
    zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  stage.addEventListener("pointerdown", (e) => stage.setPointerCapture(e.pointerId));
  stage.addEventListener("pointermove", (e) => {
    if (!stage.hasPointerCapture(e.pointerId)) return;
    [x, y] = [x + e.movementX, y + e.movementY];
    show();
  });
}

document.addEventListener("keydown", (e) => {
  const relation = { ArrowLeft: "prev", ArrowRight: "next" }[e.key];
  if (relation && e.target === document.body) document.querySelector(`a[rel=${relation}]`)?.click();
});
