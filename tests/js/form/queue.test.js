/* The promises of the form on the phone: nothing entered is lost, nothing of a colleague's is overwritten unseen. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { AnswerQueue, EXPIRED, NOT_SAVED, parse } from "../../../static/js/form/queue.js";

/** @typedef {import("../../../static/js/form/queue.js").Answer} Answer */
/** @typedef {import("../../../static/js/form/queue.js").Outcome} Outcome */
/** @typedef {import("../../../static/js/form/queue.js").Entry} Entry */

/** A browser's memory; `broken` refuses as a full or forbidden storage does. */
class Memory {
  /** @param {string | null} text */
  constructor(text = null, broken = false) {
    this.text = text;
    this.broken = broken;
    this.read = () => this.text;
    this.write = (/** @type {string | null} */ next) => {
      if (!this.broken) this.text = next;
      return !this.broken;
    };
  }
}

/** A server that keeps versions as ours does; each answer can be bent. */
class Server {
  constructor() {
    /** @type {Map<string, number>} */
    this.versions = new Map();
    /** @type {string[]} */
    this.asked = [];
    /** @type {Map<string, Outcome>} */
    this.told = new Map();
    /** @type {Map<string, Answer | Error>} */
    this.bent = new Map();
    this.has = (/** @type {string} */ pk) => pk !== "gone";
    this.tell = (/** @type {string} */ pk, /** @type {Outcome} */ outcome) => { this.told.set(pk, outcome); };
    this.send = async (/** @type {string} */ pk, /** @type {Entry} */ entry) => {
      this.asked.push(pk);
      const bent = this.bent.get(pk);
      if (bent instanceof Error) throw bent;
      if (bent) return bent;
      const version = this.versions.get(pk) || 0;
      if (entry.version !== version) return { status: 409, body: { message: "被修改过", current: theirs(version) } };
      this.versions.set(pk, version + 1);
      return { status: 200, body: { answer: { version: version + 1 } } };
    };
  }
}

const theirs = (/** @type {number} */ version) => ({
  ...said("not_checked", version), updated_by: "王", updated_at: "2021-07-21T02:00:00Z", words: "未检查。设备停用",
});

const said = (result = "no_issue", version = 0) => ({ result, problems: [], remark: "", rectify_by: null, version });

const fresh = (memory = new Memory()) => ({ memory, queue: new AnswerQueue(memory), server: new Server() });

test("items go out in the order in which they were first changed", async () => {
  const { queue, server } = fresh();
  for (const [at, pk] of ["30", "4", "100", "30"].entries()) queue.change(pk, said(), at);
  assert.equal(await queue.send(server), "done");
  assert.deepEqual(server.asked, ["30", "4", "100"]);
  assert.equal(queue.standing, "empty");
});

test("what is entered is kept at once and forgotten only when the server has it", async () => {
  const { memory, queue, server } = fresh();
  assert.equal(queue.change("1", said(), 5), true);
  assert.deepEqual(JSON.parse(memory.text || ""), { 1: { ...said(), at: 5 } });
  await queue.send(server);
  assert.equal(memory.text, null);
});

test("without a network everything stays, in its order, and goes out later", async () => {
  const { memory, queue, server } = fresh();
  queue.change("1", said(), 1);
  queue.change("2", said(), 2);
  server.bent.set("1", new TypeError("Failed to fetch"));
  assert.equal(await queue.send(server), "offline");
  assert.deepEqual(server.asked, ["1"]);
  assert.deepEqual(Object.keys(JSON.parse(memory.text || "")), ["1", "2"]);
  server.bent.clear();
  assert.equal(await queue.send(server), "done");
  assert.deepEqual([...server.versions.keys()], ["1", "2"]);
});

test("a fault of the server loses nothing and is tried again as it is", async () => {
  const { queue, server } = fresh();
  queue.change("1", said("problem"), 1);
  server.bent.set("1", { status: 502, body: {} });
  assert.equal(await queue.send(server), "fault");
  assert.equal(server.told.size, 0);
  assert.equal(queue.standing, "unfinished");
  server.bent.clear();
  await queue.send(server);
  assert.equal(server.versions.get("1"), 1);
});

test("a storage that refuses takes nothing away: the page still sends", async () => {
  const { queue, server } = fresh(new Memory(null, true));
  assert.equal(queue.change("1", said(), 1), false);
  assert.equal(queue.size, 1);
  assert.equal(await queue.send(server), "done");
  assert.equal(server.versions.get("1"), 1);
  assert.equal(queue.size, 0);
});

test("a page that reopens finds what was not sent", async () => {
  const { memory, queue } = fresh();
  queue.change("1", said("not_checked"), 1);
  queue.change("2", said(), 2);
  const again = new AnswerQueue(memory);
  assert.deepEqual(again.restore(() => true).map(([pk, entry]) => [pk, entry.result]), [["1", "not_checked"], ["2", "no_issue"]]);
  assert.equal(again.latest, 2);
});

test("a page that reopens forgets what the server has already and what left the page", () => {
  const { memory, queue } = fresh();
  for (const pk of ["1", "2", "3"]) queue.change(pk, said(), 1);
  const again = new AnswerQueue(memory);
  again.restore((pk) => pk === "2");
  assert.deepEqual(Object.keys(JSON.parse(memory.text || "")), ["2"]);
});

test("memory that cannot be read is an empty one", () => {
  for (const text of [null, "", "null", "{", "[", "undefined"]) assert.equal(parse(text).size, 0);
});

test("a colleague's version is never overwritten: the item waits for a choice", async () => {
  const { memory, queue, server } = fresh();
  server.versions.set("1", 3);
  queue.change("1", said(), 1);
  assert.equal(await queue.send(server), "done");
  assert.deepEqual(server.told.get("1"), { kind: "conflict", current: theirs(3), message: "被修改过" });
  assert.equal(queue.standing, "conflict");
  assert.equal(await queue.send(server), "done");
  assert.deepEqual(server.asked, ["1"]);
  assert.equal(server.versions.get("1"), 3);
  assert.deepEqual(Object.keys(JSON.parse(memory.text || "")), ["1"]);
});

test("a conflict holds up its own item only", async () => {
  const { queue, server } = fresh();
  server.versions.set("1", 3);
  for (const pk of ["1", "2", "3"]) queue.change(pk, said(), 1);
  await queue.send(server);
  assert.deepEqual([server.versions.get("2"), server.versions.get("3")], [1, 1]);
  assert.deepEqual([...queue.entries.keys()], ["1"]);
});

test("to change an item that waits for a choice does not choose", async () => {
  const { queue, server } = fresh();
  server.versions.set("1", 3);
  queue.change("1", said(), 1);
  await queue.send(server);
  queue.change("1", said("problem"), 2);
  await queue.send(server);
  assert.equal(server.versions.get("1"), 3);
  assert.equal(queue.standing, "conflict");
});

test("to keep the own version sends it after the colleague's", async () => {
  const { queue, server } = fresh();
  server.versions.set("1", 3);
  queue.change("1", said(), 1);
  await queue.send(server);
  queue.keepMine("1");
  queue.change("1", said("no_issue", 3), 2);
  assert.equal(await queue.send(server), "done");
  assert.equal(server.versions.get("1"), 4);
});

test("to take the colleague's version gives the own one up", async () => {
  const { memory, queue, server } = fresh();
  server.versions.set("1", 3);
  queue.change("1", said(), 1);
  await queue.send(server);
  queue.takeTheirs("1");
  assert.equal(queue.standing, "empty");
  assert.equal(memory.text, null);
});

test("what is changed while it is on its way is sent again, after the version it made", async () => {
  const { queue, server } = fresh();
  queue.change("1", said(), 1);
  const send = server.send;
  server.send = async (pk, entry) => {
    const answer = await send(pk, entry);
    if (server.asked.length === 1) queue.change("1", said("problem"), 2);
    return answer;
  };
  assert.equal(await queue.send(server), "done");
  assert.deepEqual(server.asked, ["1", "1"]);
  assert.equal(server.versions.get("1"), 2);
  assert.equal(queue.size, 0);
});

test("what is refused is kept, not sent again as it is, and does not hold up the others", async () => {
  const { memory, queue, server } = fresh();
  server.bent.set("1", { status: 400, body: { message: "日期不存在。" } });
  queue.change("1", said("problem"), 1);
  queue.change("2", said(), 2);
  assert.equal(await queue.send(server), "done");
  await queue.send(server);
  assert.deepEqual(server.asked, ["1", "2"]);
  assert.deepEqual(server.told.get("1"), { kind: "refused", message: "日期不存在。" });
  assert.equal(queue.standing, "stuck");
  assert.deepEqual(Object.keys(JSON.parse(memory.text || "")), ["1"]);
});

test("what was refused goes out again when it is changed, when somebody asks, and when the page reopens", async () => {
  /** @type {((queue: AnswerQueue) => unknown)[]} */
  const ways = [
    (queue) => queue.change("1", said("problem"), 2), (queue) => queue.release(), (queue) => queue.restore(() => true),
  ];
  for (const way of ways) {
    const { queue, server } = fresh();
    server.bent.set("1", { status: 400, body: {} });
    queue.change("1", said(), 1);
    await queue.send(server);
    server.bent.clear();
    way(queue);
    await queue.send(server);
    assert.equal(server.versions.get("1"), 1);
  }
});

test("an answer without words is explained, an ended log-in by its own words", async () => {
  for (const [status, words] of /** @type {[number, string][]} */ ([[403, EXPIRED], [404, NOT_SAVED], [409, NOT_SAVED], [200, NOT_SAVED]])) {
    const { queue, server } = fresh();
    server.bent.set("1", { status, body: {} });
    queue.change("1", said(), 1);
    await queue.send(server);
    assert.deepEqual(server.told.get("1"), { kind: "refused", message: words });
    assert.equal(queue.size, 1);
  }
});

test("an item without a result is unsent but waits: a remark alone is no answer", async () => {
  const { queue, server } = fresh();
  queue.change("1", { ...said(""), remark: "先记下" }, 1);
  assert.equal(await queue.send(server), "done");
  assert.deepEqual(server.asked, []);
  assert.deepEqual([queue.size, queue.has("1"), queue.standing], [1, true, "unfinished"]);
});

test("an item that is not on the page is not sent", async () => {
  const { queue, server } = fresh();
  queue.change("gone", said(), 1);
  assert.equal(await queue.send(server), "done");
  assert.deepEqual([server.asked, queue.size], [[], 1]);
});

test("an answer for an item that left the queue meanwhile changes nothing", () => {
  const { queue } = fresh();
  assert.equal(queue.received("1", { ...said(), at: 1 }, { status: 200, body: { answer: { version: 1 } } }), null);
});

test("a conflict is told before a refusal, a refusal before what is unfinished", async () => {
  const { queue, server } = fresh();
  assert.equal(queue.standing, "empty");
  queue.change("3", said(""), 1);
  assert.equal(queue.standing, "unfinished");
  server.bent.set("2", { status: 400, body: {} });
  queue.change("2", said(), 1);
  await queue.send(server);
  assert.equal(queue.standing, "stuck");
  server.versions.set("1", 9);
  queue.change("1", said(), 1);
  await queue.send(server);
  assert.equal(queue.standing, "conflict");
});
