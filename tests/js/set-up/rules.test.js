import assert from "node:assert/strict";
import { test } from "node:test";

import { codeIn } from "../../../static/js/set-up/rules.js";

test("the code of the address is taken as it was printed", () => {
  assert.equal(codeIn("#7GK2-MWQ4-XH9T"), "7GK2-MWQ4-XH9T");
  assert.equal(codeIn("#7gk2-mwq4-xh9t"), "7GK2-MWQ4-XH9T");
});

test("anything else behind the # is not a code", () => {
  for (const hash of ["", "#", "#main", "#7GK2-MWQ4", "#7GK2-MWQ4-XH9T-AAAA", "#<b>-aaaa-bbbb"]) {
    assert.equal(codeIn(hash), "");
  }
});
