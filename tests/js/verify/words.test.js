/* What a visitor reads after 自己验算: never better than what was proved. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { barOf, groupsOf, nameOf, notFound, placeOf, readable, sameSite, tookOf, verdictOf } from "../../../static/js/verify/words.js";

/** @returns {DRS1Report} */
const report = (more = {}) => ({
  verdict: "passed", why: "", grade: "A", alias: false, absent: [], lines: [], candidates: 20, selected: 5, ...more,
});

/** @returns {DRS1Row} */
const row = (more = {}) => ({
  id: "甲", ticket: "", status: "P", reason: "R1", how: "draw", rank: 3, waiting: 1, number: 4, batch: 2,
  stratum: { code: "S", base: 9, pool: 9, forced: 0, excluded: 0, n: 5, topup: 0, cut: "" }, ...more,
});

test("only a passed certificate of grade A or B is shown as good", () => {
  assert.equal(verdictOf(report()).level, "ok");
  assert.equal(verdictOf(report({ grade: "B" })).level, "ok");
  assert.equal(verdictOf(report({ grade: "C" })).level, "warn");
  assert.equal(verdictOf(report({ verdict: "incomplete", why: "还缺文件" })).level, "warn");
  for (const verdict of ["refused", "unreadable"]) assert.equal(verdictOf(report({ verdict })).level, "danger");
});

test("grade C says that the operator could have chosen", () => {
  assert.match(verdictOf(report({ grade: "C" })).rest.join(""), /可被操作员操纵/);
  assert.doesNotMatch(verdictOf(report()).rest.join(""), /操纵/);
});

test("a refusal gives the verifier's own sentence and says what to do", () => {
  const { bold, rest } = verdictOf(report({ verdict: "refused", why: "种子不符。" }));
  assert.deepEqual([bold, rest[0]], ["验算不通过。", "种子不符。"]);
  assert.match(rest[1], /提出异议/);
  assert.equal(verdictOf(report({ verdict: "unreadable" })).bold, "证书读不懂。");
});

test("times of a certificate are read in Beijing, also over midnight", () => {
  assert.equal(readable("证书自称 2021-07-20T16:30:00Z 公布"), "证书自称 2021-07-21 00:30:00（北京时间）公布");
  assert.equal(readable("2021-07-20"), "2021-07-20");
});

test("a firm reads what became of it", () => {
  assert.equal(placeOf(row()).bold, "抽中了。");
  assert.match(placeOf(row()).rest, /第 3.*5 户之内.*第 4 个，第 2 批/);
  assert.equal(placeOf(row({ how: "topup" })).bold, "抽中了（补抽）。");
  assert.match(placeOf(row({ how: "forced" })).rest, /理由代码 R1/);
  assert.match(placeOf(row({ how: "waiting" })).rest, /候补第 1 位/);
  assert.equal(placeOf(row({ how: "" })).bold, "不参加抽取。");
});

test("a list is read only from the certificate's own site", () => {
  const [certificate, origin] = ["https://a.cn/draws/1/certificate.json", "https://a.cn"];
  assert.equal(sameSite("candidates.txt", certificate, origin), "https://a.cn/draws/1/candidates.txt");
  assert.equal(sameSite("https://b.cn/candidates.txt", certificate, origin), "");
  assert.equal(sameSite("javascript:alert(1)", certificate, origin), "");
  assert.equal(sameSite("http://[", certificate, origin), "");
  assert.equal(sameSite("candidates.txt", "", origin), "");
});

test("the bar never runs backwards", () => {
  const steps = ["read", "lists", "tickets", "teams", "events", "claims"];
  const seen = steps.flatMap((step) => [0, 0.5, 1].map((share) => barOf({ step, share }).percent));
  assert.deepEqual(seen, [...seen].sort((first, second) => first - second));
  assert.equal(barOf({ step: "claims", share: 1 }).percent, 100);
  assert.equal(barOf({ step: "tickets", share: 0 }).words, "正在计算抽签号…");
});

test("digests stand in groups of eight, a ticket in its first ones", () => {
  assert.deepEqual(groupsOf("0123456789abcdef0", 8), ["01234567", "89abcdef", "0"]);
  assert.deepEqual(groupsOf("0123456789abcdef0", 1), ["01234567"]);
  assert.deepEqual(groupsOf("", 8), []);
});

test("small words", () => {
  assert.equal(nameOf("GRADE"), "保证等级");
  assert.equal(nameOf("NEW"), "NEW");
  assert.deepEqual([tookOf(0.05), tookOf(2.34)], ["用时不到 0.1 秒", "用时 2.3 秒"]);
  assert.match(notFound(true), /盐值/);
  assert.match(notFound(false), /提出异议/);
});
