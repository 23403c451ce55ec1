/* A device left alone: warned in time, never closed by mistake, work is told to the server. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { asksFirst, latestAct, limitsOf, secondsLeft, standingOf, stepOf } from "../../../static/js/idle/rules.js";

const LIMITS = limitsOf(1800);
const MINUTE = 60000;
const NOTHING = { ask: null, count: false, close: false };

const at = (/** @type {number} */ minutes, more = {}) => ({
  now: minutes * MINUTE, act: 0, told: 0, quiet: 0, ended: false, open: false, hidden: false, ...more,
});

test("the warning comes two minutes before the end, in a short session after half of it", () => {
  assert.deepEqual(LIMITS, { last: 30 * MINUTE, warn: 2 * MINUTE, tell: MINUTE });
  assert.deepEqual(limitsOf(60), { last: 60000, warn: 30000, tell: 15000 });
});

test("a page that is only looked at asks nothing before the warning", () => {
  for (const minute of [0, 5, 27.9]) assert.deepEqual(stepOf(at(minute), LIMITS), NOTHING);
});

test("before it warns it asks the server, which may know of another device's work", () => {
  assert.equal(stepOf(at(28), LIMITS).ask, "look");
  assert.deepEqual(stepOf(at(29, { open: true }), LIMITS), { ask: null, count: true, close: false });
});

test("after the last second the server says whether it is the end", () => {
  assert.equal(stepOf(at(30), LIMITS).ask, "look");
  assert.equal(stepOf(at(31, { open: true }), LIMITS).ask, "look");
});

test("work without requests is told once a minute", () => {
  assert.equal(stepOf(at(10, { act: 9.9 * MINUTE, told: 9.5 * MINUTE }), LIMITS).ask, null);
  assert.equal(stepOf(at(10, { act: 9.9 * MINUTE, told: 9 * MINUTE }), LIMITS).ask, "act");
});

test("an act that the server knows is not told again", () => {
  assert.equal(stepOf(at(10, { act: 9 * MINUTE, told: 9 * MINUTE }), LIMITS).ask, null);
});

test("an act from before the computer slept does not count as work", () => {
  assert.equal(stepOf(at(20, { act: 10 * MINUTE, told: 9 * MINUTE }), LIMITS).ask, null);
});

test("without a network it waits before it asks again", () => {
  assert.equal(stepOf(at(10, { act: 9.9 * MINUTE, told: 0, quiet: 10.2 * MINUTE }), LIMITS).ask, null);
});

test("work in another window takes the warning away", () => {
  assert.equal(stepOf(at(29, { act: 28.9 * MINUTE, told: 28.9 * MINUTE, open: true }), LIMITS).close, true);
});

test("after the end only a page that is looked at asks whether somebody has logged in", () => {
  assert.equal(stepOf(at(40, { ended: true, open: true }), LIMITS).ask, "look");
  assert.equal(stepOf(at(40, { ended: true, open: true, hidden: true }), LIMITS).ask, null);
});

test("the server's answer decides: another person, the end, the warning, or on", () => {
  assert.equal(standingOf({ user: 8, left: 1800 }, "7", LIMITS), "other");
  assert.equal(standingOf({ user: null, left: 0 }, "7", LIMITS), "end");
  assert.equal(standingOf({ user: 7, left: 0 }, "7", LIMITS), "end");
  assert.equal(standingOf({ user: 7, left: 120 }, "7", LIMITS), "warning");
  assert.equal(standingOf({ user: 7, left: 121 }, "7", LIMITS), "on");
});

test("the last act of any window counts; nonsense and times to come do not keep a session open", () => {
  assert.equal(latestAct(10, "20", 30), 20);
  assert.equal(latestAct(10, null, 30), 10);
  assert.equal(latestAct(10, "never", 30), 10);
  assert.equal(latestAct(10, "99999", 30), 30);
});

test("seconds are counted down to nought", () => {
  assert.equal(secondsLeft(0, 29.5 * MINUTE + 1, LIMITS), 30);
  assert.equal(secondsLeft(0, 31 * MINUTE, LIMITS), 0);
});

test("a form asks for the session before it is sent, unless the server has just spoken", () => {
  const sending = { method: "post", target: "", heard: 0, now: 60000 };
  assert.ok(asksFirst(sending));
  for (const more of [{ method: "get" }, { target: "_blank" }, { heard: 58000 }]) assert.ok(!asksFirst({ ...sending, ...more }));
});
