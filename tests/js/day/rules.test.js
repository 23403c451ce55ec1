/* The calendar opens at the day that is written, however it is written, and never at one that cannot be. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { isoOf, plain } from "../../../static/js/day/rules.js";

test("a day is found however people write it", () => {
  const ways = ["2024-09-30", "2024/9/30", "2024.9.30", "20240930", "2024年9月30日", " 2024 年 9 月 30 日 ", "２０２４－０９－３０", "　２０２４年９月３０日　"];
  for (const text of ways) assert.equal(isoOf(text), "2024-09-30", text);
});

test("what is no day, or a day that cannot be, opens at today", () => {
  for (const text of ["", "明天", "9月31日", "2024-09-31", "2024-13-01", "2024-00-10", "2023-02-29", "0000-01-01"]) assert.equal(isoOf(text), "", text);
  assert.equal(isoOf("2024-02-29"), "2024-02-29");
});

test("full-width signs are plain, the rest stays", () => {
  assert.equal(plain("　Ａ１－年　"), "A1-年");
});
