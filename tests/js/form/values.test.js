/* What an answer is, and how it reads. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { same, sentence, shown } from "../../../static/js/form/values.js";

const values = (more = {}) => ({ result: "problem", problems: ["a", "b"], remark: "录像", rectify_by: "2021-08-20", version: 1, ...more });

test("order of problems, blanks around a remark and the version make no other answer", () => {
  assert.ok(same(values(), values({ problems: ["b", "a"], remark: " 录像\n", version: 7 })));
});

test("every field makes another answer", () => {
  for (const more of [{ result: "no_issue" }, { problems: ["a"] }, { remark: "录音" }, { rectify_by: null }]) {
    assert.ok(!same(values(), values(more)), JSON.stringify(more));
  }
});

test("comparing does not reorder what was entered", () => {
  const entered = values({ problems: ["b", "a"] });
  same(entered, values());
  assert.deepEqual(entered.problems, ["b", "a"]);
});

test("a problem opens problems, remark and date; an item without fault hides them behind a button", () => {
  assert.deepEqual(shown({ result: "problem", remark: "" }, false), { more: true, problem: true, remarkLabel: "问题说明（必填）", note: false });
  assert.deepEqual(shown({ result: "not_checked", remark: "" }, false), { more: true, problem: false, remarkLabel: "未检查的原因（必填）", note: false });
  assert.deepEqual(shown({ result: "no_issue", remark: "" }, false), { more: false, problem: false, remarkLabel: "备注", note: true });
});

test("a remark that is there, or was asked for, is never hidden", () => {
  assert.equal(shown({ result: "no_issue", remark: "好" }, false).more, true);
  assert.equal(shown({ result: "", remark: "" }, true).more, true);
});

test("an answer reads as one sentence without doubled stops", () => {
  assert.equal(
    sentence({ result: "发现问题", problems: ["未公示", "责令改正"], remark: "录像只存 12 天。。", rectify_by: "2021-08-20" }),
    "发现问题。未公示；责令改正。录像只存 12 天。改正期限 2021-08-20",
  );
  assert.equal(sentence({ result: "未发现问题", problems: [], remark: "", rectify_by: null }), "未发现问题");
});
