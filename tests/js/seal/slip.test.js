/* The sealed value: what the server, the verifier and the slip must agree on. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { commitment, slipOf, valueOn } from "../../../static/js/seal/slip.js";

const VALUE = "ab".repeat(32);

test("the digest covers label, party, frozen draw and value, in this order", () => {
  const bytes = commitment("A", new Uint8Array([1, 2]), new Uint8Array([3]));
  assert.deepEqual(Buffer.from(bytes), Buffer.concat([Buffer.from("DRS1-commit\0A\0"), Buffer.from([1, 2, 3])]));
});

test("what a slip says can be read back", () => {
  const slip = slipOf({ draw: "2021-1", code: "A", freeze: "f", commit: "c", value: VALUE });
  assert.equal(valueOn(slip), VALUE);
  assert.equal(valueOn(slip.replace(/\n/g, "\r\n")), VALUE);
});

test("a file that is no slip gives no value", () => {
  for (const text of ["", "随机数\t12", `密封值\t${VALUE}`, `x随机数\t${VALUE}`, `随机数\t${VALUE}0`]) assert.equal(valueOn(text), "");
});

test("a party's code in Chinese is hashed as UTF-8", () => {
  const expected = createHash("sha256").update("DRS1-commit\0公安\0").digest("hex");
  assert.equal(createHash("sha256").update(commitment("公安", new Uint8Array(), new Uint8Array())).digest("hex"), expected);
});
