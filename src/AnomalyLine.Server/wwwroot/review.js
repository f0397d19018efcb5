// Keys of the samples to review, wherever the focus is. What is not on the screen, or not loaded yet, is not approved: it is brought into view instead.
"use strict";

// The framework makes the page's elements anew when it comes alive, this script's too: it must not listen twice.
if (!window.hasReviewKeys) {
  window.hasReviewKeys = true;
  const patience = 3000, mostWaiting = 3;
  const keys = [];
  let until = 0;
  let shown = null;
  const all = () => [...document.querySelectorAll(".wall li")];
  const current = () => document.querySelector(".wall li.current");
  const buttonOf = (key) => [...document.querySelectorAll("[data-key]")].find((button) => button.dataset.key === key.toLowerCase() && !button.disabled);
  const follow = () => current()?.scrollIntoView({ block: "nearest" });
  const isSeen = (item) => {
    const [box, bar, picture] = [item.getBoundingClientRect(), document.querySelector(".review-bar").getBoundingClientRect(), item.querySelector("img")];
    return box.top >= Math.max(0, bar.bottom) && box.bottom <= innerHeight && picture.complete && picture.naturalWidth > 0;
  };
  const stepOf = (key, items) => {
    const columns = items.filter((item) => item.offsetTop === items[0].offsetTop).length;
    return { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  };

  // Does what a key asks for, and whether the page has to answer first.
  const act = (key) => {
    const items = all();
    const step = stepOf(key, items);
    if (step) {
      const to = items[items.indexOf(current()) + step];
      to?.click();
      return to !== undefined;
    }
    const approves = key.toLowerCase() === "a" || key.toLowerCase() === "d";
    if (approves && !isSeen(current())) {
      follow();
      return false;
    }
    buttonOf(key)?.click();
    return true;
  };
  const next = () => {
    while (keys.length && performance.now() + 1 >= until && current()) {
      if (!act(keys.shift())) continue;
      until = performance.now() + patience;
      setTimeout(next, patience);
    }
  };

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || !current() || e.target.closest("input, select, textarea")) return;
    if (!stepOf(e.key, all()) && !buttonOf(e.key)) return;
    e.preventDefault();
    // A key that is held down decides about one sample, not about all that come by.
    if (e.repeat || keys.length >= mostWaiting) return;
    keys.push(e.key);
    next();
  });
  new MutationObserver(() => {
    until = 0;
    if (current() !== shown) follow();
    shown = current();
    next();
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"] });
}
