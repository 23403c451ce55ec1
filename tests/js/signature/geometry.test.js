/* The strokes that a signature leaves on the paper. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { isSigned, lengthOf, rescale, strokesOf, WIDTH } from "../../../static/js/signature/geometry.js";

test("the same drawing gives the same strokes on every screen", () => {
  const drawn = (/** @type {number} */ width) => [{ points: [{ x: 0.1 * width, y: 0.05 * width }, { x: 0.9 * width, y: 0.2 * width }] }];
  assert.deepEqual(strokesOf(drawn(390), 390), [[[100, 50], [900, 200]]]);
  assert.deepEqual(strokesOf(drawn(1280), 1280), strokesOf(drawn(390), 390));
});

test("a finger that leaves the field stays on its edge", () => {
  assert.deepEqual(strokesOf([{ points: [{ x: -20, y: 5 }, { x: 900, y: 5 }] }], 500), [[[0, 10], [WIDTH, 10]]]);
});

test("a stroke without points is none", () => {
  assert.deepEqual(strokesOf([{ points: [] }], 500), []);
});

test("an empty field and a touch are no signature", () => {
  assert.equal(isSigned([]), false);
  assert.equal(isSigned([[[500, 100], [520, 120]]]), false);
});

test("many short strokes add up to a signature", () => {
  /** @type {[number, number][]} */
  const stroke = [[0, 0], [15, 15]];
  assert.equal(lengthOf([stroke, stroke]), 60);
  assert.equal(isSigned([stroke, stroke]), true);
});

test("between two strokes nothing is drawn", () => {
  assert.equal(lengthOf([[[0, 0]], [[900, 900]]]), 0);
});

test("a turned phone keeps the drawing's shape", () => {
  const data = [{ points: [{ x: 100, y: 50 }] }];
  rescale(data, 2);
  assert.deepEqual(data, [{ points: [{ x: 200, y: 100 }] }]);
});
