// Layers, blending, zoom and pan of a part's pictures, the jump to an area, and the arrow keys to the part's neighbours. What is chosen stays chosen for the next part.
"use strict";

// The framework may load this script and make the page's elements anew: each viewer is taken once, whenever it comes.
if (!window.hasViewer) {
  window.hasViewer = true;
  const largest = 16, taken = new WeakMap();

  const take = (viewer) => {
    const stage = viewer.querySelector(".stage");
    const blend = viewer.querySelector("[data-blend]");
    const beside = viewer.querySelector("[data-beside]");
    const said = viewer.querySelector("[data-said]");
    const layers = [...viewer.querySelectorAll("[name=layer]")];
    const fingers = new Map();
    let [scale, x, y] = [1, 0, 0];

    const frame = () => stage.querySelector(".view:not([hidden]) .window");
    const show = () => {
      const rim = (size) => (size * (scale - 1)) / 2;
      [x, y] = [Math.max(-rim(frame().clientWidth), Math.min(rim(frame().clientWidth), x)), Math.max(-rim(frame().clientHeight), Math.min(rim(frame().clientHeight), y))];
      for (const plane of stage.querySelectorAll(".plane")) {
        plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
        plane.style.imageRendering = scale > 3 ? "pixelated" : "auto";
      }
      // A swipe over the whole picture scrolls the page; over a part of it, it moves the picture.
      stage.classList.toggle("near", scale > 1);
    };
    // What is at the place, counted from the middle of the picture, stays there.
    const zoom = (factor, [px, py] = [0, 0]) => {
      const next = Math.max(1, Math.min(largest, scale * factor));
      [x, y, scale] = [px - ((px - x) * next) / scale, py - ((py - y) * next) / scale, next];
      show();
    };
    const placeOf = (e) => {
      const box = (e.target.closest?.(".window") ?? frame()).getBoundingClientRect();
      return [e.clientX - box.left - box.width / 2, e.clientY - box.top - box.height / 2];
    };
    const jump = (left, top, width, height) => {
      scale = Math.max(1.5, Math.min(largest, 0.4 / Math.max(width, height)));
      [x, y] = [(0.5 - left - width / 2) * frame().clientWidth * scale, (0.5 - top - height / 2) * frame().clientHeight * scale];
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
      if (before) [blend.value, beside.checked] = [before.blend, before.beside];
      if (known) known.checked = true;
      for (const control of [...layers, blend, beside]) control.addEventListener("input", choose);
      choose();
    }
    for (const button of viewer.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
    viewer.querySelector("[data-reset]").addEventListener("click", () => {
      [scale, x, y] = [1, 0, 0];
      show();
    });

    // The wheel scrolls the page until the picture is zoomed, so that nobody is caught over it.
    stage.addEventListener("wheel", (e) => {
      if (scale === 1 && !e.ctrlKey) return;
      e.preventDefault();
      zoom(e.deltaY < 0 ? 1.25 : 1 / 1.25, placeOf(e));
    }, { passive: false });
    stage.addEventListener("dblclick", (e) => zoom(scale < largest ? 2.5 : 1 / largest, placeOf(e)));
    const lift = (e) => fingers.delete(e.pointerId);
    stage.addEventListener("pointerdown", (e) => {
      if (scale > 1 || e.pointerType !== "touch") stage.setPointerCapture(e.pointerId);
      fingers.set(e.pointerId, e);
    });
    stage.addEventListener("pointermove", (e) => {
      const before = fingers.get(e.pointerId);
      if (!before) return;
      const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
      fingers.set(e.pointerId, e);
      if (other) {
        const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
        const [ax, ay] = placeOf(e), [bx, by] = placeOf(other);
        zoom(apart(e) / Math.max(1, apart(before)), [(ax + bx) / 2, (ay + by) / 2]);
      } else if (scale > 1) {
        [x, y] = [x + e.clientX - before.clientX, y + e.clientY - before.clientY];
        show();
      }
    });
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, lift);
    return { jump };
  };

  const takeAll = () => {
    for (const viewer of document.querySelectorAll("[data-viewer]")) if (!taken.has(viewer)) taken.set(viewer, take(viewer));
  };
  takeAll();
  new MutationObserver(takeAll).observe(document.body, { subtree: true, childList: true });

  document.addEventListener("click", (e) => {
    const place = e.target.closest("[data-jump]");
    const viewer = place && document.querySelector("[data-viewer]");
    if (!viewer) return;
    taken.get(viewer).jump(...place.dataset.jump.split(",").map(Number));
    viewer.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("keydown", (e) => {
    const relation = { ArrowLeft: "prev", ArrowRight: "next" }[e.key];
    if (relation && e.target === document.body) document.querySelector(`a[rel=${relation}]`)?.click();
  });
}
