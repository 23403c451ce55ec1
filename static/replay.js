/* Replays the stored ticket numbers of an opened draw: the real tickets, smallest first, up to the cut. At most two
   seconds, skippable, and not at all where less motion is wanted. Nothing is drawn here. */
"use strict";

(() => {
  const LENGTH = 2000;                              /* ms for the whole range of numbers */

  function place(shape) {
    const at = ["cx", "x", "x2"].map((name) => shape.getAttribute(name)).find((value) => value && value.endsWith("%"));
    return at ? parseFloat(at) : 0;
  }

  function replay(box, skip) {
    const marks = [...box.querySelectorAll("[data-strips] .strip__plot circle, [data-strips] .cut, [data-strips] .t-drawn")]
      .map((shape) => ({ shape, at: place(shape) }))
      .sort((one, two) => one.at - two.at);
    const lines = [...box.querySelectorAll("[data-strips] .taken")];
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

    function step(time) {
      if (next >= marks.length) return finish();
      start = start || time;
      const reached = ((time - start) / LENGTH) * 100;
      while (next < marks.length && marks[next].at <= reached) marks[next++].shape.classList.remove("is-waiting");
      requestAnimationFrame(step);
    }

    skip.textContent = "跳过";
    skip.onclick = finish;
    requestAnimationFrame(step);
  }

  function prepare(box) {
    if (box.dataset.replay === "ready" || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    box.dataset.replay = "ready";
    const skip = document.createElement("button");
    skip.type = "button";
    skip.className = "btn btn--small";
    skip.textContent = "回放抽签号";
    skip.onclick = () => replay(box, skip);
    box.querySelector("h2").after(skip);
    if ("replayNow" in box.dataset) replay(box, skip);
  }

  function all() {
    for (const box of document.querySelectorAll("[data-replay]")) prepare(box);
  }

  all();
  document.addEventListener("htmx:afterSettle", all);
})();
