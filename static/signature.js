/* The firm's signature: drawn with a finger, kept as strokes on a pad 1000 wide, never empty. */
"use strict";

(() => {
  const WIDTH = 1000;
  const SHORTEST = 60;

  function strokesOf(pad, canvas) {
    const scale = WIDTH / canvas.clientWidth;
    const fit = (value) => Math.min(WIDTH, Math.max(0, Math.round(value * scale)));
    return pad.toData()
      .map((group) => group.points.map((point) => [fit(point.x), fit(point.y)]))
      .filter((points) => points.length);
  }

  function lengthOf(strokes) {
    let sum = 0;
    for (const points of strokes) {
      points.forEach(([x, y], at) => {
        if (at) sum += Math.abs(x - points[at - 1][0]) + Math.abs(y - points[at - 1][1]);
      });
    }
    return sum;
  }

  function prepare(form) {
    const box = form.querySelector("[data-pad]");
    const canvas = box.querySelector("canvas");
    const error = form.querySelector("[data-pad-error]");
    form.dataset.ready = "";
    form.querySelector("[data-no-script]").hidden = true;
    box.hidden = false;
    form.querySelector("[data-pad-buttons]").hidden = false;
    const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3, penColor: getComputedStyle(box).color });
    let width = 0;

    /* A turned phone redraws the strokes at the new size. */
    function fit() {
      const now = canvas.clientWidth;
      if (!now || now === width) return;
      const data = pad.toData();
      const scale = width ? now / width : 1;
      for (const group of data) {
        for (const point of group.points) {
          point.x *= scale;
          point.y *= scale;
        }
      }
      const ratio = Math.max(window.devicePixelRatio || 1, 1);
      canvas.width = now * ratio;
      canvas.height = canvas.clientHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      width = now;
      pad.clear();
      pad.fromData(data);
    }

    pad.addEventListener("endStroke", () => {
      form.dataset.drawn = "";
      error.hidden = true;
    });
    form.querySelector("[data-clear]").addEventListener("click", () => {
      pad.clear();
      delete form.dataset.drawn;
    });
    form.addEventListener("submit", (event) => {
      const strokes = strokesOf(pad, canvas);
      error.hidden = lengthOf(strokes) >= SHORTEST;
      if (!error.hidden) {
        event.preventDefault();
        error.scrollIntoView({ block: "center" });
        return;
      }
      form.elements.strokes.value = JSON.stringify(strokes);
    });
    const fold = form.closest("details");           /* a second signature waits behind 重签 */
    if (fold) fold.addEventListener("toggle", fit);
    window.addEventListener("resize", fit);
    fit();
  }

  function start() {
    for (const form of document.querySelectorAll("[data-sign]:not([data-ready])")) prepare(form);
  }

  document.addEventListener("form:refreshed", start);
  start();
})();
