/* Runs drs1.js for the tests, in a worker of a real browser: lists in, lists out. */
"use strict";

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function outcome(run) {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DRS1.Refused)) return { crash: String(error.stack) };
    return { refused: error.message, verdict: error.verdict };
  }
}

const WORK = {
  draw: (input) => outcome(() => DRS1.facts(DRS1.draw(JSON.parse(input)))),
  read: (raw) => outcome(() => ({ value: DRS1.readJSON(bytes(raw)) })),
  aliases: ({ master, ids }) => outcome(() => {
    const salts = ids.map((id) => DRS1.salt(DRS1.unhex(master), id));
    return { salts: salts.map(DRS1.hex), aliases: ids.map((id, k) => DRS1.alias(salts[k], id)) };
  }),
  digest: ([suite, raw]) => DRS1.digest(suite, bytes(raw)),
  verify: ({ raw, files }) => outcome(() => {
    const lists = Object.fromEntries(Object.entries(files || {}).map(([key, value]) => [key, bytes(value)]));
    const { verdict, why, lines, grade } = DRS1.verify(bytes(raw), lists);
    return { verdict, why, lines, grade };
  }),
};

onmessage = ({ data: { work, given } }) => postMessage(given.map((each) => WORK[work](each)));
