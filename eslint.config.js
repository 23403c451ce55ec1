/* How the scripts are checked. The oldest browsers are Chromium 86 and Safari 15: syntax stops at ES2020. */
import js from "@eslint/js";

/** @param {string[]} names */
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

/* Of the two classic scripts that tsc does not read; of all others tsc knows every name. */
const CLASSIC = readonly(["DRS1", "TextDecoder", "TextEncoder", "atob", "module", "postMessage"]);

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

/* A door touches the page, the network or this browser's memory; every other module is pure. */
const DOORS = ["static/js/*/page.js", "static/js/form/item.js", "static/js/common/dom.js", "static/js/common/memory.js"];
const OUTSIDE = [
  "document", "window", "globalThis", "self", "navigator", "location", "localStorage", "sessionStorage", "indexedDB",
  "fetch", "XMLHttpRequest", "WebSocket", "Worker", "crypto", "setTimeout", "setInterval", "requestAnimationFrame",
  "performance", "matchMedia",
];
const PURE = {
  "no-restricted-globals": ["error", ...OUTSIDE],
  "no-restricted-imports": ["error", { patterns: ["**/page.js", "**/item.js", "**/dom.js", "**/memory.js"] }],
  "no-restricted-properties": ["error", { object: "Date", property: "now" }, { object: "Math", property: "random" }],
  "no-restricted-syntax": ["error", { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "The caller brings the time." }],
};

export default [
  { ignores: ["node_modules/", ".venv/", ".state/", ".state-test/", "static/vendor/", "staticfiles/", "docs/", "media/"] },
  {
    files: ["static/*.js", "tests/browser/*.js"],
    languageOptions: {
      ecmaVersion: 2020,
      sourceType: "script",
      globals: { ...CLASSIC, onmessage: "writable" },
    },
    rules: { ...RULES, "no-redeclare": "off" },
  },
  { files: ["static/modes.js", "static/verify_worker.js"], rules: { "no-undef": "off" } },
  /* The public verifier: one file for a page, a worker and Node alike; its patterns name control characters. */
  { files: ["static/drs1.js"], rules: { "no-var": "off", "no-control-regex": "off" } },
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "module" },
    rules: { ...RULES, "no-undef": "off" },
  },
  { files: ["static/js/**/*.js"], ignores: DOORS, rules: PURE },
  {
    files: ["*.js", "tests/js/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    rules: { ...RULES, "no-undef": "off" },
  },
];
