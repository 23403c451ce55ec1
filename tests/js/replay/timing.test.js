/* The replay shows stored numbers and invents none. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { LENGTH, placeOf, reached } from "../../../static/js/replay/timing.js";

test("a mark stands where its ticket number puts it", () => {
  assert.equal(placeOf([null, "12.5%", null]), 12.5);
  assert.equal(placeOf(["4", null, "60%"]), 60);
  assert.equal(placeOf(["4", null, null]), 0);
});

test("marks appear in their order and all are there at the end", () => {
  const places = [0, 10, 10, 50, 100];
  assert.equal(reached(places, 0), 1);
  assert.equal(reached(places, LENGTH * 0.1), 3);
  assert.equal(reached(places, LENGTH * 0.99), 4);
  assert.equal(reached(places, LENGTH), 5);
  assert.equal(reached([], 0), 0);
});
