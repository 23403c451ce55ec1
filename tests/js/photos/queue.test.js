/* Photos: none is lost, one that fails holds no other up, a refusal is told and not repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { NO_NETWORK, outcomeOf, PhotoQueue } from "../../../static/js/photos/queue.js";

/** @typedef {import("../../../static/js/photos/queue.js").Outcome} Outcome */

const chosen = (/** @type {string[]} */ ...names) => names.map((name) => ({ file: name, name }));

/** @returns {PhotoQueue<string>} */
const fresh = () => new PhotoQueue(() => {});

/** @param {PhotoQueue<string>} queue @param {Record<string, Outcome>} bent */
async function run(queue, bent = {}) {
  /** @type {string[]} */
  const asked = [];
  await queue.run(async (job) => {
    asked.push(job.name);
    return bent[job.name] || { kind: "sent" };
  });
  return asked;
}

test("photos go out in the order of choice", async () => {
  const queue = fresh();
  queue.add(chosen("a", "b"), "7");
  queue.add(chosen("c"), "");
  assert.deepEqual(queue.jobs.map((job) => job.item), ["7", "7", ""]);
  assert.deepEqual(await run(queue), ["a", "b", "c"]);
  assert.equal(queue.status, "3 张照片已上传。");
});

test("a photo that fails stays and does not hold the next ones up", async () => {
  const queue = fresh();
  queue.add(chosen("a", "b"), "");
  assert.deepEqual(await run(queue, { a: { kind: "failed", words: NO_NETWORK } }), ["a", "b"]);
  assert.deepEqual([queue.failed, queue.left, queue.sent], [true, 1, 1]);
  assert.deepEqual(await run(queue), []);
  queue.retryAll();
  assert.deepEqual(await run(queue), ["a"]);
  assert.deepEqual([queue.failed, queue.left, queue.sent], [false, 0, 2]);
});

test("a refused photo is not tried again and goes when its reason was read", async () => {
  const queue = fresh();
  queue.add(chosen("a"), "");
  await run(queue, { a: { kind: "refused", words: "不是照片" } });
  queue.retryAll();
  assert.deepEqual(await run(queue), []);
  assert.deepEqual([queue.left, queue.jobs[0].words], [0, "不是照片"]);
  queue.drop(queue.jobs[0]);
  assert.equal(queue.jobs.length, 0);
});

test("a second run does not send a photo twice", async () => {
  const queue = fresh();
  queue.add(chosen("a"), "");
  /** @type {(outcome: Outcome) => void} */
  let finish = () => {};
  const first = queue.run(() => new Promise((resolve) => { finish = resolve; }));
  assert.equal(await queue.run(() => { throw new Error("sent twice"); }), false);
  finish({ kind: "sent" });
  assert.equal(await first, true);
});

test("photos chosen during a run go out with it", async () => {
  const queue = fresh();
  queue.add(chosen("a"), "");
  await queue.run(async (job) => {
    if (job.name === "a") queue.add(chosen("b"), "");
    return { kind: "sent" };
  });
  assert.equal(queue.sent, 2);
});

test("the line tells how many are done and whether all have failed", async () => {
  const queue = fresh();
  assert.equal(queue.status, "");
  queue.add(chosen("a", "b"), "");
  assert.equal(queue.status, "照片 0/2 已上传。表格可以继续填写。");
  await run(queue, { a: { kind: "failed", words: NO_NETWORK } });
  assert.equal(queue.status, "1 张照片没有上传成功，会自动重试。表格可以继续填写。");
});

test("a new choice counts anew when nothing was left", async () => {
  const queue = fresh();
  queue.add(chosen("a"), "");
  await run(queue);
  queue.add(chosen("b"), "");
  assert.equal(queue.sent, 0);
});

test("only a fault of the server is worth another try", () => {
  assert.deepEqual(outcomeOf(200, ""), { kind: "sent" });
  assert.equal(outcomeOf(503, "").kind, "failed");
  assert.deepEqual(outcomeOf(422, '{"message": "这不是照片。"}'), { kind: "refused", words: "这不是照片。" });
  assert.deepEqual(outcomeOf(400, '{"photo": ["没有照片。"]}'), { kind: "refused", words: "没有照片。" });
  assert.deepEqual(outcomeOf(413, "<html>"), { kind: "refused", words: "照片太大，没有上传。请降低像素后重拍。" });
  assert.deepEqual(outcomeOf(403, "{}"), { kind: "refused", words: "登录已过期，没有上传。请重新登录后再传。" });
  assert.deepEqual(outcomeOf(404, ""), { kind: "refused", words: "没有上传。请刷新页面后再试。" });
});
