/* Replays the stored ticket numbers of an opened draw: the real tickets, smallest first, up to the cut. At most two
   seconds, skippable, and not at all where less motion is wanted. Nothing is drawn here. */
import { all, element, one } from "../common/dom.js";
import { placeOf, reached } from "./timing.js";

const MARKS = "[data-strips] .strip__plot circle, [data-strips] .cut, [data-strips] .t-drawn";

/**
 * @param {HTMLElement} box
 * @param {HTMLButtonElement} skip
 */
function replay(box, skip) {
  const marks = all(box, MARKS, Element)
    .map((shape) => ({ shape, at: placeOf(["cx", "x", "x2"].map((name) => shape.getAttribute(name))) }))
    .sort((first, second) => first.at - second.at);
  const places = marks.map(({ at }) => at);
  const lines = all(box, "[data-strips] .taken", Element);
  let next = 0;
  let start = 0;
  for (const { shape } of marks) shape.classList.add("is-waiting");
  for (const line of lines) line.classList.add("is-waiting");

  function finish() {
    for (const { shape } of marks) shape.classList.remove("is-waiting");
    for (const line of lines) line.classList.remove("is-waiting");
    next = marks.length;
    skip.textContent = "回放抽签号";
    skip.onclick = () => replay(box, skip);
  }

  /** @param {number} time */
  function step(time) {
    if (next >= marks.length) return finish();
    start = start || time;
    const shown = reached(places, time - start);
    while (next < shown) marks[next++].shape.classList.remove("is-waiting");
    requestAnimationFrame(step);
  }

  skip.textContent = "跳过";
  skip.onclick = finish;
  requestAnimationFrame(step);
}

/** @param {HTMLElement} box */
function prepare(box) {
  if (box.dataset.replay === "ready" || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  box.dataset.replay = "ready";
  const skip = element("button", "btn btn--small", "回放抽签号");
  skip.type = "button";
  skip.onclick = () => replay(box, skip);
  one(box, "h2", HTMLElement).after(skip);
  if ("replayNow" in box.dataset) replay(box, skip);
}

function prepareAll() {
  for (const box of all(document, "[data-replay]", HTMLElement)) prepare(box);
}

prepareAll();
document.addEventListener("htmx:afterSettle", prepareAll);
