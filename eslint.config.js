/* How the scripts are checked. The oldest browsers are Chromium 86 and Safari 15: syntax stops at ES2020. */
import js from "@eslint/js";

/** @param {string[]} names */
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

const BROWSER = readonly([
  "Blob", "CSS", "CustomEvent", "DOMParser", "Element", "FormData", "HTMLButtonElement", "HTMLCanvasElement", "HTMLDetailsElement",
  "HTMLDialogElement", "HTMLElement", "HTMLFormElement", "HTMLInputElement", "Intl", "Node", "TextDecoder", "TextEncoder",
  "URL", "Worker", "XMLHttpRequest", "clearInterval", "clearTimeout", "crypto", "document", "fetch", "getComputedStyle",
  "localStorage", "location", "matchMedia", "navigator", "performance", "requestAnimationFrame", "setInterval",
  "setTimeout", "window",
]);
const WORKER = readonly(["importScripts", "onmessage", "postMessage"]);
const NODE = readonly(["URL", "TextEncoder", "TextDecoder", "console", "process"]);

const RULES = {
  ...js.configs.recommended.rules,
  "eqeqeq": ["error", "always"],
  "no-var": "error",
  "prefer-const": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-alert": "error",
  "no-console": "error",
  "no-unused-vars": ["error", { args: "after-used" }],
};

export default [
  { ignores: ["node_modules/", ".venv/", ".state/", ".state-test/", "static/vendor/", "staticfiles/", "docs/", "media/"] },
  {
    files: ["static/*.js"],
    languageOptions: {
      ecmaVersion: 2020,
      sourceType: "script",
      globals: { ...BROWSER, ...WORKER, ...readonly(["DRS1", "FormItem"]), module: "readonly", onmessage: "writable" },
    },
    rules: { ...RULES, "no-redeclare": "off" },
  },
  /* The public verifier: one file for a page, a worker and Node alike; its patterns name control characters. */
  { files: ["static/drs1.js"], rules: { "no-var": "off", "no-control-regex": "off" } },
  { files: ["static/form_item.js"], rules: { "no-unused-vars": "off" } },
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "module", globals: { ...BROWSER, ...readonly(["DRS1", "SignaturePad"]) } },
    rules: RULES,
  },
  {
    files: ["*.js", "tests/js/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: NODE },
    rules: RULES,
  },
];
