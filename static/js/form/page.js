/* One form per enterprise on the phone: every change is kept here at once and sent a moment later.
   What has not reached the server stays in this browser and goes out when there is a network.
   The form works without this script; the server alone decides what is valid. */
import { clockOf } from "../common/clock.js";
import { all, control, element, maybe, one, targetOf, within } from "../common/dom.js";
import { recall, remember } from "../common/memory.js";
import { uuidOf } from "../common/number.js";
import { describe, dress, part, read, said, tell, write } from "./item.js";
import { AnswerQueue } from "./queue.js";
import { same } from "./values.js";

/** @typedef {import("./queue.js").Entry} Entry */
/** @typedef {import("./queue.js").Outcome} Outcome */
/** @typedef {import("./queue.js").Version} Version */

const TYPING = 2000;                                /* after the last key */
const AT_ONCE = 200;                                /* after a choice */
const RETRY = 15000;
const LOOK_AROUND = 20000;                          /* how colleagues are doing */

/**
 * The section the officer fills in.
 * @param {HTMLFormElement} form
 */
function fill(form) {
  const key = `form.${form.dataset.section}.${form.dataset.user}`;
  const queue = new AnswerQueue({ read: () => recall(key), write: (text) => remember(key, text) });
  let timer = 0;
  /** @type {Promise<boolean> | null} */
  let sending = null;
  let reached = true;                               /* the server, last time */
  /** @type {Date | null} */
  let savedAt = null;

  /* 1 The items of the own section ------------------------------------------ */
  const items = () => all(form, "[data-item]", HTMLElement);

  /** @param {string} pk */
  const itemOf = (pk) => maybe(form, `[data-item="${CSS.escape(pk)}"]`, HTMLElement);

  /** @param {HTMLElement} item */
  const numberOf = (item) => item.dataset.item || "";

  function countLeft() {
    const left = items().filter((item) => !read(item).result).length;
    for (const span of all(document, "[data-left]", HTMLElement)) span.textContent = String(left);
    const rest = maybe(form, "[data-rest]", HTMLElement);
    if (rest) rest.hidden = left === 0;
    const ask = document.getElementById("rest");
    if (ask && left === 0) ask.hidden = true;
  }

  /* 2 Words ---------------------------------------------------------------- */
  /**
   * @param {string} bold
   * @param {string} [rest]  without it the words beside stay
   */
  function say(bold, rest) {
    const line = maybe(document, "[data-sync]", HTMLElement);
    if (!line) return;
    const beside = maybe(line, "span", HTMLElement);
    const words = rest === undefined ? (beside && beside.textContent) || "" : rest;
    line.replaceChildren(element("b", "", bold), element("span", "", words));
  }

  function sayOffline() {
    const at = clockOf(new Date(queue.latest || Date.now()));
    say("网络已断开。", `您填写的内容已保存在本机（${at}），联网后会自动上传，可以继续填写。`);
  }

  function settled() {
    const standing = queue.standing;
    if (standing === "conflict") return say("有内容需要您选择", "请在标红的项目中选择保留哪个版本。");
    if (standing === "stuck") return say("有内容没有保存", "请看标红的项目，已填内容保存在本机。");
    if (standing === "unfinished") return say(`已存在本机 ${clockOf(new Date())}`, "还有项目没有选择结果。");
    if (savedAt) say(`已保存 ${clockOf(savedAt)}`);
    return refresh();
  }

  /* 3 A colleague was faster: both versions, one choice --------------------- */
  /**
   * @param {HTMLElement} item
   * @param {Version} current
   * @param {string} message
   */
  function showConflict(item, current, message) {
    tell(item, message);
    const list = element("dl", "versions");
    for (const [term, words] of [[`${current.updated_by}的版本`, current.words], ["您的版本", describe(item)]]) {
      list.append(element("div", "", element("dt", "", term), element("dd", "", words)));
    }
    const keepMine = element("button", "btn", "保留我的");
    const takeTheirs = element("button", "btn", "采用对方的");
    for (const button of [keepMine, takeTheirs]) button.type = "button";
    keepMine.addEventListener("click", () => {
      queue.keepMine(numberOf(item));
      said(item).replaceChildren();
      part(item, "version").value = String(current.version);
      changed(item, AT_ONCE);
    });
    takeTheirs.addEventListener("click", () => {
      queue.takeTheirs(numberOf(item));
      said(item).replaceChildren();
      write(item, current);
      savedAt = new Date(current.updated_at);
      settled();
    });
    said(item).append(list, element("p", "row", keepMine, takeTheirs));
  }

  /* 4 The queue ------------------------------------------------------------ */
  /**
   * @param {HTMLElement} item
   * @param {number} delay
   */
  function changed(item, delay) {
    for (const line of all(item, "[data-lack]", HTMLElement)) line.remove();
    const kept = queue.change(numberOf(item), read(item), Date.now());
    dress(item);
    countLeft();
    if (!navigator.onLine) sayOffline();
    else say(kept ? `已存在本机 ${clockOf(new Date())}` : "正在保存…");
    later(delay);
  }

  /** @param {number} delay */
  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(flush, delay);
  }

  /* Sends what is waiting, one after the other; true when nothing is left behind. */
  function flush() {
    clearTimeout(timer);
    sending = sending || sendAll().finally(() => { sending = null; });
    return sending;
  }

  async function sendAll() {
    const run = await queue.send({ has: (pk) => itemOf(pk) !== null, send, tell: received });
    reached = run === "done";
    if (run === "done") {
      settled();
      return queue.size === 0;
    }
    if (run === "offline") sayOffline();
    else say("系统出错，还没有上传。", `您填写的内容已保存在本机（${clockOf(new Date())}），会自动重试。`);
    later(RETRY);
    return false;
  }

  /**
   * @param {string} pk
   * @param {Entry} values
   */
  async function send(pk, values) {
    const item = itemOf(pk);
    const { result, problems, remark, rectify_by, version } = values;
    const answer = await fetch((item && item.dataset.url) || "", {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": control(form, "csrfmiddlewaretoken").value },
      body: JSON.stringify({ result, problems, remark, rectify_by, version }),
    });
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  }

  /**
   * @param {string} pk
   * @param {Outcome} outcome
   */
  function received(pk, outcome) {
    const item = itemOf(pk);
    if (!item) return;
    if (outcome.kind === "saved") {
      savedAt = new Date();
      part(item, "version").value = String(outcome.version);
      said(item).replaceChildren();
    } else if (outcome.kind === "conflict") {
      showConflict(item, outcome.current, outcome.message);
    } else {
      tell(item, outcome.message);
    }
  }

  /* 5 The rest of the page comes from the server, which alone knows what is next --- */
  async function refresh() {
    let page;
    try {
      const answer = await fetch(form.dataset.page || "", { credentials: "same-origin", headers: { "X-Background": "1" } });
      if (!answer.ok || answer.redirected) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return;
    }
    const fresh = page.getElementById("section-form");
    if (!fresh) {
      if (!queue.size) location.reload();           /* a colleague has handed the section in */
      return;
    }
    for (const id of ["count", "others", "outcome", "closing"]) swap(id, page);
    swapAction(page);
    for (const item of all(fresh, "[data-item]", HTMLElement)) takeOver(item);
    countLeft();
    numberSubmission();
    document.dispatchEvent(new CustomEvent("form:refreshed"));
    if (!navigator.onLine) sayOffline();
    else if (savedAt && !queue.size) say(`已保存 ${clockOf(savedAt)}`);
  }

  /**
   * What the colleague of the same section has entered meanwhile.
   * @param {HTMLElement} fresh
   */
  function takeOver(fresh) {
    const item = itemOf(numberOf(fresh));
    if (!item || queue.has(numberOf(fresh)) || item.contains(document.activeElement)) return;
    /** @param {HTMLElement} node */
    const version = (node) => part(node, "version").value || "0";
    if (version(item) === version(fresh)) return;
    const made = document.importNode(fresh, true);
    item.replaceWith(made);
    dress(made);
  }

  /* 6 What the officer does ------------------------------------------------- */
  async function saveAll() {
    queue.release();
    if (!navigator.onLine) return sayOffline();
    if (!(await flush())) return reached ? settled() : undefined;
    await refresh();
    const first = maybe(document, "#confirm .ready a", HTMLAnchorElement);
    const goal = document.getElementById(first ? first.hash.slice(1) : "confirm");
    if (goal) goal.scrollIntoView({ block: "start" });
    return say(`已保存 ${clockOf(savedAt || new Date())}`);
  }

  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (!(sent instanceof HTMLFormElement)) return;
    if (sent === form) {
      event.preventDefault();
      saveAll();
    } else if (["rest", "submit-form"].includes(sent.id) && queue.size) {
      event.preventDefault();                       /* first what is still on the phone */
      if (await flush() && sent.id === "rest") sent.submit();
    }
  }, true);

  form.addEventListener("input", (event) => {
    const item = within(event, "[data-item]");
    const target = targetOf(event);
    const typed = target !== null && target.matches("textarea, [type=date], [type=text]");
    if (item) changed(item, typed ? TYPING : AT_ONCE);
  });
  form.addEventListener("change", (event) => {
    const item = within(event, "[data-item]");
    if (item && queue.has(numberOf(item))) later(AT_ONCE);
  });
  window.addEventListener("online", () => {
    if (queue.size) flush();
    else settled();
  });
  window.addEventListener("offline", sayOffline);

  /* 7 Start: what was not sent last time is put back into the form --------- */
  const left = queue.restore((pk, values) => {
    const item = itemOf(pk);
    return item !== null && !same(read(item), values);
  });
  for (const [pk, values] of left) {
    const item = itemOf(pk);
    if (item) write(item, values);
  }
  for (const item of items()) dress(item);
  countLeft();
  if (queue.size) flush();
  setInterval(() => {
    if (!document.hidden && navigator.onLine && !queue.size && !sending) refresh();
  }, LOOK_AROUND);
}

/** @param {Element} node */
function busy(node) {
  return (node.contains(document.activeElement) && document.activeElement !== document.body)
    || node.querySelector("[data-drawn]") !== null;
}

/**
 * @param {string} id
 * @param {Document} page
 */
function swap(id, page) {
  const old = document.getElementById(id);
  const fresh = page.getElementById(id);
  if (!old || !fresh || busy(old)) return;
  const open = all(old, "details", HTMLDetailsElement).map((details) => details.open);
  const made = document.importNode(fresh, true);
  all(made, "details", HTMLDetailsElement).forEach((details, at) => {
    if (open[at]) details.open = true;
  });
  old.replaceWith(made);
}

/**
 * The bar keeps its live region; only the words and the one action change.
 * @param {Document} page
 */
function swapAction(page) {
  const old = maybe(document, "#sync .btn", HTMLElement);
  const fresh = page.querySelector("#sync .btn");
  const words = page.querySelector("[data-sync] span");
  if (!old || !fresh || !words) return;
  const focused = old === document.activeElement;
  const made = /** @type {HTMLElement} */ (document.importNode(fresh, true));
  old.replaceWith(made);
  if (focused) made.focus();
  one(document, "[data-sync] span", HTMLElement).textContent = words.textContent;
}

/* One number per submission, kept until the server has it. */
function numberSubmission() {
  const submit = maybe(document, "#submit-form", HTMLFormElement);
  if (!submit) return;
  const name = `submit.${submit.dataset.submit}`;
  const number = recall(name) || uuidOf(crypto.getRandomValues(new Uint8Array(16)));
  if (remember(name, number)) control(submit, "submission_id").value = number;
  /* else the number that came with the page serves as well */
}

/* The remark that is asked for, the question before 其余未发现问题. */
document.addEventListener("click", (event) => {
  const note = within(event, "[data-note]");
  const item = note && note.closest("[data-item]");
  if (item instanceof HTMLElement) {
    item.dataset.note = "";
    dress(item);
    part(item, "remark").focus();
  }
  const ask = document.getElementById("rest");
  if (!ask) return;
  if (within(event, "[data-ask-rest]")) {
    event.preventDefault();
    ask.hidden = false;
    one(ask, "button", HTMLElement).focus();
  } else if (within(event, "[data-no-rest]")) {
    event.preventDefault();
    ask.hidden = true;
  }
});

numberSubmission();
const section = maybe(document, "#section-form", HTMLFormElement);
if (section) fill(section);
