// Keys of the samples to review, wherever the focus is, and the strip that follows. What is not on the screen, or not loaded yet, is not approved, by key or by button: it is brought into view instead.
"use strict";

// The framework makes the page's elements anew when it comes alive, this script's too: it must not listen twice.
if (!window.hasReviewKeys) {
  window.hasReviewKeys = true;
  const patience = 3000, mostWaiting = 3, leastSeen = 0.6;
  const keys = [];
  let until = 0;
  let shown = null;
  const current = () => document.querySelector(".film li.current");
  const pictures = () => [...document.querySelectorAll(".looked-at [data-picture]")];
  const buttonOf = (key) => [...document.querySelectorAll("[data-key]")].find((button) => button.dataset.key === key.toLowerCase() && !button.disabled);

  // Zoomed or not, what counts is the window that the picture is in.
  const isSeen = (picture) => {
    if (!picture.complete || picture.naturalWidth === 0) return false;
    const box = (picture.closest(".window") ?? picture).getBoundingClientRect();
    const visible = Math.max(0, Math.min(box.right, innerWidth) - Math.max(box.left, 0)) * Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
    return visible >= leastSeen * box.width * box.height && visible > 0;
  };
  const mayApprove = () => {
    const hidden = pictures().find((picture) => !isSeen(picture));
    if (!hidden && pictures().length > 0) return true;
    hidden?.scrollIntoView({ block: "center" });
    const status = document.querySelector("[data-hidden-picture]");
    if (status) status.dataset.note = status.dataset.hiddenPicture;
    return false;
  };
  // Only as far as it must, and only the strip: the page stays where it is.
  const follow = () => {
    const item = current();
    const film = item?.parentElement;
    if (!film) return;
    const [a, b] = [item.offsetLeft - film.offsetLeft, item.offsetLeft - film.offsetLeft + item.offsetWidth];
    if (a < film.scrollLeft) film.scrollLeft = a - item.offsetWidth;
    else if (b > film.scrollLeft + film.clientWidth) film.scrollLeft = b + item.offsetWidth - film.clientWidth;
  };

  // Does what a key asks for, and says whether the page has to answer first.
  const act = (key) => {
    const button = buttonOf(key);
    if (!button || ("approves" in button.dataset && !mayApprove())) return false;
    button.click();
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
    if (e.ctrlKey || e.altKey || e.metaKey || !current() || !buttonOf(e.key)) return;
    if (e.target.closest("select, textarea, input:not([type=radio], [type=checkbox], [type=range])") || (e.key.startsWith("Arrow") && e.target.closest("input"))) return;
    e.preventDefault();
    // A key that is held down decides about one sample, not about all that come by.
    if (e.repeat || keys.length >= mostWaiting) return;
    keys.push(e.key);
    next();
  });
  document.addEventListener("click", (e) => {
    if (!e.target.closest("[data-approves]") || mayApprove()) return;
    e.preventDefault();
    e.stopPropagation();
  }, true);
  new MutationObserver((changes) => {
    // Only what the server says of the review is an answer; pictures that move and load by themselves are none.
    const isAnswer = ({ target }) => {
      const element = target.closest ? target : target.parentElement;
      return element?.closest("main.review") && !element.closest("[data-viewer]");
    };
    if (!changes.some(isAnswer)) return;
    until = 0;
    if (current() !== shown) {
      follow();
      document.querySelector("[data-hidden-picture]")?.removeAttribute("data-note");
    }
    shown = current();
    next();
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"] });
}
