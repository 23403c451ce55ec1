/* Seal and open an agency's random value (protocol 2.5). The value is made here, stays in this browser until it
   is opened, and can be kept as a slip; only its digest is sent. Needs drs1.js. */
"use strict";

(() => {
  const SUITE = "DRS1-SHA256";
  const form = document.querySelector("form[data-seal], form[data-reveal]");
  if (!form || typeof DRS1 === "undefined") return;
  const { draw, code, freeze } = form.dataset;
  const key = `seal.${draw}.${code}`;
  const note = form.querySelector("[data-seal-note]");
  const button = form.querySelector("[data-seal-button]");

  function commitOf(value) {
    const text = new TextEncoder().encode(`DRS1-commit\0${code}\0`);
    const bytes = new Uint8Array(text.length + 64);
    bytes.set(text);
    bytes.set(DRS1.unhex(freeze), text.length);
    bytes.set(DRS1.unhex(value), text.length + 32);
    return DRS1.digest(SUITE, bytes);
  }

  function kept() {
    try {
      return localStorage.getItem(key) || "";
    } catch {
      return "";
    }
  }

  function keep(value) {
    try {
      localStorage.setItem(key, value);
      return localStorage.getItem(key) === value;
    } catch {
      return false;
    }
  }

  function saveSlip(value) {
    const lines = [
      "密封凭条（公开以前请勿给任何人看）", `抽取编号\t${draw}`, `参与方\t${code}`, `封存指纹\t${freeze}`,
      `密封值\t${commitOf(value)}`, `随机数\t${value}`, "",
    ];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
    link.download = `密封凭条-${draw}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function seal() {
    button.disabled = false;
    form.addEventListener("submit", () => {
      let value = kept();
      if (!value) {
        value = DRS1.hex(crypto.getRandomValues(new Uint8Array(32)));
        if (!keep(value)) saveSlip(value);          /* a browser that keeps nothing: the slip is all there is */
      }
      form.elements.commit.value = commitOf(value);
    });
  }

  function open() {
    const slip = form.querySelector("[data-slip-save]");
    const field = form.querySelector("[data-slip-open]");
    let value = "";

    function take(found) {
      value = found;
      form.elements.value.value = found;
      if (button) button.disabled = false;
      slip.hidden = false;
      field.hidden = true;
      note.textContent = "随机数在这台电脑的浏览器里。换电脑公开的，请先保存密封凭条。";
    }

    slip.addEventListener("click", () => saveSlip(value));
    field.querySelector("input").addEventListener("change", async (event) => {
      const file = event.target.files[0];
      const text = file ? await file.text() : "";
      const found = (text.match(/^随机数\t([0-9a-f]{64})\r?$/m) || [])[1];
      if (found && commitOf(found) === form.dataset.commit) {
        keep(found);
        take(found);
      } else {
        note.textContent = "这张凭条不是本次抽取、本单位的密封凭条，没有采用。请另选一张。";
      }
    });
    const found = kept();
    if (found && commitOf(found) === form.dataset.commit) take(found);
    else field.hidden = false;
  }

  if (form.matches("[data-seal]")) seal();
  else open();
})();
