/* Display modes: what was chosen wins, and only dark follows the system. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { classic } from "../classic.js";

const DisplayModes = classic("modes.js", "DisplayModes");
const NONE = { elder: null, contrast: null, dark: null };

const classes = (/** @type {Record<string, string | null>} */ chosen, systemDark = false) => [
  ...DisplayModes.classes({ ...NONE, ...chosen }, systemDark),
].sort();

test("without a choice dark follows the system and nothing else does", () => {
  assert.deepEqual(classes({}), ["light"]);
  assert.deepEqual(classes({}, true), ["dark"]);
});

test("a choice wins over the system, both ways", () => {
  assert.deepEqual(classes({ dark: "0" }, true), ["light"]);
  assert.deepEqual(classes({ dark: "1" }, false), ["dark"]);
});

test("modes stand beside each other", () => {
  assert.deepEqual(classes({ elder: "1", contrast: "1", dark: "1" }), ["contrast", "dark", "elder"]);
});

test("anything else in the memory is no choice", () => {
  assert.deepEqual(classes({ elder: "yes", contrast: "" }), ["light"]);
});
