/* Seal and open an agency's random value (protocol 2.5). The value is made here, stays in this browser until it
   is opened, and can be kept as a slip; only its digest is sent. Needs drs1.js. */
import { control, element, maybe, one } from "../common/dom.js";
import { recall, remember } from "../common/memory.js";
import { commitment, slipOf, valueOn } from "./slip.js";

const SUITE = "DRS1-SHA256";

/** @param {HTMLFormElement} form */
function serve(form) {
  const { draw = "", code = "", freeze = "" } = form.dataset;
  const key = `seal.${draw}.${code}`;
  const button = maybe(form, "[data-seal-button]", HTMLButtonElement);

  /** @param {string} value */
  const commitOf = (value) => DRS1.digest(SUITE, commitment(code, DRS1.unhex(freeze), DRS1.unhex(value)));

  const kept = () => recall(key) || "";

  /** @param {string} value */
  const keep = (value) => remember(key, value) && recall(key) === value;

  /** @param {string} value */
  function saveSlip(value) {
    const slip = slipOf({ draw, code, freeze, commit: commitOf(value), value });
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([slip], { type: "text/plain" }));
    link.download = `密封凭条-${draw}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function seal() {
    if (button) button.disabled = false;
    form.addEventListener("submit", () => {
      let value = kept();
      if (!value) {
        value = DRS1.hex(crypto.getRandomValues(new Uint8Array(32)));
        if (!keep(value)) saveSlip(value);          /* a browser that keeps nothing: the slip is all there is */
      }
      control(form, "commit").value = commitOf(value);
    });
  }

  function open() {
    const note = one(form, "[data-seal-note]", HTMLElement);
    const slip = one(form, "[data-slip-save]", HTMLElement);
    const field = one(form, "[data-slip-open]", HTMLElement);
    let value = "";

    /** @param {string} found */
    const fits = (found) => found !== "" && commitOf(found) === form.dataset.commit;

    /** @param {string} found */
    function take(found) {
      value = found;
      control(form, "value").value = found;
      if (button) button.disabled = false;
      slip.hidden = false;
      field.hidden = true;
      note.textContent = "随机数在这台电脑的浏览器里。换电脑公开的，请先保存密封凭条。";
    }

    slip.addEventListener("click", () => saveSlip(value));
    const input = one(field, "input", HTMLInputElement);
    input.addEventListener("change", async () => {
      const file = input.files && input.files[0];
      const found = valueOn(file ? await file.text() : "");
      if (fits(found)) {
        keep(found);
        take(found);
      } else {
        note.textContent = "这张凭条不是本次抽取、本单位的密封凭条，没有采用。请另选一张。";
      }
    });
    if (fits(kept())) take(kept());
    else field.hidden = false;
  }

  if (form.matches("[data-seal]")) seal();
  else open();
}

const form = maybe(document, "form[data-seal], form[data-reveal]", HTMLFormElement);
if (form && typeof DRS1 !== "undefined") serve(form);
