// Blending, zoom and pan of an inspection's pictures, and the arrow keys to its neighbours.
for (const viewer of document.querySelectorAll("[data-viewer]")) {
  const stage = viewer.querySelector(".stage");
  let [scale, x, y] = [1, 0, 0];

  const show = () => {
    const rim = (size) => (size * (scale - 1)) / 2;
    const view = stage.querySelector(".view");
    [x, y] = [Math.max(-rim(view.clientWidth), Math.min(rim(view.clientWidth), x)), Math.max(-rim(view.clientHeight), Math.min(rim(view.clientHeight), y))];
    for (const image of stage.querySelectorAll("img")) {
      image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      image.style.imageRendering = scale > 3 ? "pixelated" : "auto";
    }
  };
  const zoom = (factor) => {
    const next = Math.max(1, Math.min(16, scale * factor));
    [x, y, scale] = [(x * next) / scale, (y * next) / scale, next];
    show();
  };

  viewer.querySelector("[data-blend]")?.addEventListener("input", (e) => stage.style.setProperty("--blend", e.target.value / 100));
  viewer.querySelector("[data-beside]")?.addEventListener("change", (e) => {
    stage.classList.toggle("beside", e.target.checked);
    show();
  });
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
