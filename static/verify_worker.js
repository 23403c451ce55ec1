/* The worker behind 自己验算: checks one certificate, keeps the recomputed draw, answers questions about it.
   A classic script: it loads drs1.js by importScripts, or stands behind it in a saved page. */
"use strict";

(() => {
  /** @type {DRS1Outcome | null} */
  let made = null;

  const answers = {
    /** @param {{ certificate: ArrayBuffer, files: Record<string, ArrayBuffer> }} asked */
    check({ certificate, files }) {
      const from = performance.now();
      /** @type {Record<string, Uint8Array>} */
      const lists = {};
      for (const key of Object.keys(files)) lists[key] = new Uint8Array(files[key]);
      /** @type {(step: string, share: number) => void} */
      const tell = (step, share) => postMessage({ type: "progress", step, share });
      const { outcome, ...report } = DRS1.verify(new Uint8Array(certificate), lists, tell);
      made = outcome;
      if (made) {
        report.candidates = made.list.count;
        report.selected = made.selection.chosen.length;
        report.strata = DRS1.strataOf(made);
        report.files = DRS1.filesOf(made).map(({ name, label, digest, bytes }) => ({ name, label, digest, size: bytes.length }));
      }
      postMessage({ type: "report", report, seconds: (performance.now() - from) / 1000 });
    },

    /** @param {{ name: string }} asked */
    file({ name }) {
      const file = made && DRS1.filesOf(made).find((each) => each.name === name);
      if (file) postMessage({ type: "file", name, bytes: file.bytes.slice() });
    },

    /** @param {{ id: string, salt: string }} asked */
    find({ id, salt }) {
      if (!made) return undefined;
      let code = id;
      if (salt) {
        if (!DRS1.isHex(salt)) return postMessage({ type: "found", fault: "盐值应为 64 位十六进制数（0–9、a–f）。" });
        code = DRS1.alias(DRS1.unhex(salt), id, made.plan.suiteName);
      }
      return postMessage({ type: "found", id, alias: salt ? code : "", found: DRS1.find(made, code) });
    },
  };

  onmessage = ({ data }) => {
    try {
      if (typeof DRS1 === "undefined") importScripts(data.drs1);
      answers[/** @type {keyof typeof answers} */ (data.type)](data);
    } catch (error) {
      postMessage({ type: "failed", why: error instanceof Error ? error.message : String(error) });
    }
  };
})();
