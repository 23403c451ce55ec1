/* Shortcuts stay out of typing; a form is sent once; a date that is none is never sent as nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { askedBy, isGuarded, isUnread, LONG, PATIENCE, patienceFor, titled, unreadWords } from "../../../static/js/portal/rules.js";

const press = (/** @type {string} */ key, more = {}) => askedBy({ key, combined: false, typing: false, off: false, ...more });

test("two keys are shortcuts, and only by themselves", () => {
  assert.deepEqual([press("/"), press("?"), press("a")], ["find", "keys", null]);
  for (const more of [{ combined: true }, { typing: true }, { off: true }]) assert.equal(press("/", more), null);
});

test("Escape closes menus even while typing and with shortcuts switched off", () => {
  assert.equal(press("Escape", { typing: true, off: true, combined: true }), "close");
});

test("what changes something is sent once; a new window, a search and a repeatable form are not held", () => {
  const form = { method: "post", target: "", again: false };
  assert.ok(isGuarded(form));
  for (const more of [{ method: "get" }, { target: "_blank" }, { again: true }]) assert.ok(!isGuarded({ ...form, ...more }));
});

test("what says that it takes long is waited for longer", () => {
  assert.deepEqual([patienceFor(undefined), patienceFor("正在抽取…")], [PATIENCE, LONG]);
});

test("only a date that cannot be is asked for in writing, with an example of its kind", () => {
  assert.ok(isUnread({ type: "date", bad: true }));
  assert.ok(!isUnread({ type: "date", bad: false }));
  assert.ok(!isUnread({ type: "number", bad: true }));
  assert.match(unreadWords("datetime-local"), /例如 2024-09-30 10:00。$/);
});

test("the summary of errors stands before the title once", () => {
  assert.equal(titled("有 1 处要改", "新建"), "有 1 处要改 · 新建");
  assert.equal(titled("有 1 处要改", "有 1 处要改 · 新建"), "有 1 处要改 · 新建");
});
