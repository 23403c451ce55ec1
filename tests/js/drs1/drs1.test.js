/* The public verifier in Node: the vectors of the protocol and the sealed value of a party. Browsers run the same
   file in tests/browser/test_drs1.py, where drs1.py stands beside it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { commitment } from "../../../static/js/seal/slip.js";
import { classic } from "../classic.js";

const DRS1 = classic("drs1.js", "DRS1");

const FILE = new URL("../../draws/vectors.json", import.meta.url);
/** @type {any[]} */
const VECTORS = JSON.parse(readFileSync(FILE, "utf8")).vectors;

const plain = (/** @type {unknown} */ value) => JSON.parse(JSON.stringify(value));

for (const { name, why, input, expect, error } of VECTORS) {
  if (name === "large-20000") continue;             /* its list is made by the Python tests */
  test(`vector ${name}: ${why}`, () => {
    if (error) {
      assert.throws(() => DRS1.draw(plain(input)), (/** @type {unknown} */ thrown) => thrown instanceof DRS1.Refused);
      return;
    }
    const facts = plain(DRS1.facts(DRS1.draw(plain(input))));
    for (const key of Object.keys(expect)) assert.deepEqual(facts[key], expect[key], key);
  });
}

test("what a party seals is what the verifier expects of its value", () => {
  const { input } = VECTORS.find((each) => Object.keys(each.input.reveals).length && !each.error);
  const [party] = Object.keys(input.reveals);
  const freeze = DRS1.facts(DRS1.draw(plain(input))).freeze;
  const suite = input.plan.includes("SM3") ? "DRS1-SM3" : "DRS1-SHA256";
  const bytes = commitment(party, DRS1.unhex(freeze), DRS1.unhex(input.reveals[party]));
  assert.equal(DRS1.digest(suite, bytes), input.commits[party]);
});
