// Draws shapes of an inspection area with mouse, pen or finger. What was drawn goes to the page as JSON in a hidden field, and the page shows it.
"use strict";

// The framework makes the page's elements anew when it comes alive, this script's too: it must not listen twice.
if (!window.hasAreaDrawing) {
  window.hasAreaDrawing = true;
  const mostPoints = 1000, near = 14;
  let drawn = null;

  const toolOf = (panel) => panel.querySelector("[name=area-tool]:checked")?.value ?? "";
  const place = (svg, e) => {
    const [box, view] = [svg.getBoundingClientRect(), svg.viewBox.baseVal];
    const within = (value, most) => Math.round(Math.max(0, Math.min(1, value)) * most);
    return [within((e.clientX - box.left) / box.width, view.width), within((e.clientY - box.top) / box.height, view.height)];
  };
  const pathOf = ({ kind, points: p }) => {
    if (kind === "Rectangle" || kind === "Region") return `M${p[0][0]} ${p[0][1]}H${p[1][0]}V${p[1][1]}H${p[0][0]}Z`;
    if (kind === "Ellipse") {
      const [rx, ry] = [Math.abs(p[1][0] - p[0][0]) / 2, Math.abs(p[1][1] - p[0][1]) / 2];
      const [left, middle] = [Math.min(p[0][0], p[1][0]), (p[0][1] + p[1][1]) / 2];
      return `M${left} ${middle}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
    }
    return `M${p.map((point) => point.join(" ")).join("L")}${kind === "Stroke" ? "h0.01" : ""}`;
  };
  const preview = () => {
    const path = drawn.svg.querySelector("[data-preview]");
    path.setAttribute("d", pathOf(drawn));
    path.setAttribute("stroke-width", drawn.width);
    path.setAttribute("class", drawn.kind === "Stroke" ? "stroke" : "filled");
  };
  const drop = () => {
    drawn?.svg.querySelector("[data-preview]").removeAttribute("d");
    drawn = null;
  };
  const finish = () => {
    const { panel, kind, width } = drawn;
    let { points } = drawn;
    drop();
    if (kind === "Rectangle" || kind === "Ellipse" || kind === "Region") {
      const [[ax, ay], [bx, by]] = points;
      if (ax === bx || ay === by) return;
      points = [[Math.min(ax, bx), Math.min(ay, by)], [Math.max(ax, bx), Math.max(ay, by)]];
    }
    if (kind === "Polygon" && points.length < 3) return;
    const step = Math.ceil(points.length / mostPoints);
    const field = panel.querySelector("[data-drawn]");
    field.value = JSON.stringify({ kind, points: points.filter((_, i) => i % step === 0).flat(), width: Math.round(width) });
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("pointerdown", (e) => {
    const svg = e.target.closest?.("[data-canvas]");
    const panel = svg?.closest("[data-area]");
    if (!panel || e.button !== 0 || !toolOf(panel)) return;
    e.preventDefault();
    const [kind, point] = [toolOf(panel), place(svg, e)];
    if (kind === "Polygon") {
      if (drawn?.svg !== svg || drawn.kind !== kind) drawn = { panel, svg, kind, points: [], width: 1 };
      const box = svg.getBoundingClientRect();
      const first = drawn.points[0];
      const closes = drawn.points.length > 2 && Math.hypot(((first[0] - point[0]) * box.width) / svg.viewBox.baseVal.width, ((first[1] - point[1]) * box.height) / svg.viewBox.baseVal.height) < near;
      if (closes) return finish();
      drawn.points.push(point);
    } else {
      svg.setPointerCapture(e.pointerId);
      drawn = { panel, svg, kind, points: kind === "Stroke" ? [point] : [point, point], width: Number(panel.querySelector("[data-brush]").value) || 1, pointer: e.pointerId };
    }
    preview();
  });
  document.addEventListener("pointermove", (e) => {
    if (!drawn || drawn.pointer !== e.pointerId) return;
    const point = place(drawn.svg, e);
    if (drawn.kind === "Stroke") drawn.points.push(point);
    else drawn.points[1] = point;
    preview();
  });
  document.addEventListener("pointerup", (e) => {
    if (drawn?.pointer === e.pointerId) finish();
  });
  document.addEventListener("pointercancel", (e) => {
    if (drawn?.pointer === e.pointerId) drop();
  });
  document.addEventListener("dblclick", () => {
    if (drawn?.kind === "Polygon") finish();
  });
  document.addEventListener("keydown", (e) => {
    if (!drawn || drawn.kind !== "Polygon") return;
    if (e.key === "Escape") drop();
    else if (e.key === "Enter") finish();
  });
}
