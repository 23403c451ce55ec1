/* How the scripts are checked. The oldest browsers are Chromium 86 and Safari 15: syntax stops at ES2020. */
import js from "@eslint/js";

/** @param {string[]} names */
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

/* Of the classic scripts that tsc does not read; in modules it is tsc that knows every name. */
const BROWSER = readonly([
  "Blob", "URL", "Worker", "Intl", "TextDecoder", "TextEncoder", "atob", "clearTimeout", "crypto", "document", "fetch", "localStorage",
  "location", "matchMedia", "navigator", "performance", "requestAnimationFrame", "setInterval", "setTimeout", "window",
]);
const WORKER = readonly(["importScripts", "onmessage", "postMessage"]);

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
    files: ["static/*.js", "tests/browser/*.js"],
    languageOptions: {
      ecmaVersion: 2020,
      sourceType: "script",
      globals: { ...BROWSER, ...WORKER, DRS1: "readonly", module: "readonly", onmessage: "writable" },
    },
    rules: { ...RULES, "no-redeclare": "off" },
  },
  /* The public verifier: one file for a page, a worker and Node alike; its patterns name control characters. */
  { files: ["static/drs1.js"], rules: { "no-var": "off", "no-control-regex": "off" } },
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "module" },
    rules: { ...RULES, "no-undef": "off" },
  },
  {
    files: ["*.js", "tests/js/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    rules: { ...RULES, "no-undef": "off" },
  },
];
