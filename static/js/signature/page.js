/* The firm's signature: drawn with a finger, kept as strokes on a field 1000 wide, never empty. */
import { all, control, one } from "../common/dom.js";
import { isSigned, rescale, strokesOf } from "./geometry.js";

/** @param {HTMLFormElement} form */
function prepare(form) {
  const box = one(form, "[data-pad]", HTMLElement);
  const canvas = one(box, "canvas", HTMLCanvasElement);
  const error = one(form, "[data-pad-error]", HTMLElement);
  form.dataset.ready = "";
  one(form, "[data-no-script]", HTMLElement).hidden = true;
  box.hidden = false;
  one(form, "[data-pad-buttons]", HTMLElement).hidden = false;
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3, penColor: getComputedStyle(box).color });
  let width = 0;

  /* A turned phone redraws the strokes at the new size. */
  function fit() {
    const now = canvas.clientWidth;
    if (!now || now === width) return;
    const data = pad.toData();
    rescale(data, width ? now / width : 1);
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = now * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const context = canvas.getContext("2d");
    if (context) context.scale(ratio, ratio);
    width = now;
    pad.clear();
    pad.fromData(data);
  }

  pad.addEventListener("endStroke", () => {
    form.dataset.drawn = "";
    error.hidden = true;
  });
  one(form, "[data-clear]", HTMLElement).addEventListener("click", () => {
    pad.clear();
    delete form.dataset.drawn;
  });
  form.addEventListener("submit", (event) => {
    const strokes = strokesOf(pad.toData(), canvas.clientWidth);
    error.hidden = isSigned(strokes);
    if (!error.hidden) {
      event.preventDefault();
      error.scrollIntoView({ block: "center" });
      return;
    }
    control(form, "strokes").value = JSON.stringify(strokes);
  });
  const fold = form.closest("details");             /* a second signature waits behind 重签 */
  if (fold) fold.addEventListener("toggle", fit);
  window.addEventListener("resize", fit);
  fit();
}

function start() {
  for (const form of all(document, "[data-sign]:not([data-ready])", HTMLFormElement)) prepare(form);
}

document.addEventListener("form:refreshed", start);
start();
