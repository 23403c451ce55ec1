/* Small pure parts that several scripts use. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { clockOf, spanOf } from "../../../static/js/common/clock.js";
import { uuidOf } from "../../../static/js/common/number.js";

test("a clock shows Beijing's time wherever the device stands", () => {
  assert.equal(clockOf(new Date("2021-07-20T16:05:00Z")), "00:05");
});

test("a span is told in minutes until the last one", () => {
  assert.deepEqual([spanOf(121), spanOf(61), spanOf(60), spanOf(0)], ["3 分钟", "2 分钟", "60 秒", "0 秒"]);
});

test("a number is a UUID of version 4 made of all the given bytes", () => {
  const bytes = new Uint8Array(16).fill(255);
  assert.equal(uuidOf(bytes), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assert.deepEqual([...bytes], Array(16).fill(255));
  assert.equal(uuidOf(new Uint8Array(16)), "00000000-0000-4000-8000-000000000000");
});
