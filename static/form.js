/* One form per enterprise on the phone: every change is kept here at once and sent a moment later.
   What has not reached the server stays in this browser and goes out when there is a network.
   The form works without this script; the server alone decides what is valid. */
"use strict";

(() => {
  const TYPING = 2000;                              /* after the last key */
  const AT_ONCE = 200;                              /* after a choice */
  const RETRY = 15000;
  const LOOK_AROUND = 20000;                        /* how colleagues are doing */
  const SEND = "application/json";

  const { part, read, write, same, dress, element, tell, describe, newNumber } = FormItem;
  const form = document.getElementById("section-form");
  const key = form && `form.${form.dataset.section}.${form.dataset.user}`;
  const conflicts = new Map();                      /* item -> the colleague's version */
  const queue = load();                               /* item -> values not yet on the server */
  let timer = 0;
  let sending = null;
  let reached = true;                               /* the server, last time */
  let savedAt = null;

  /* 1 This browser's memory ------------------------------------------------ */
  function load() {
    try {
      return new Map(Object.entries(JSON.parse(localStorage.getItem(key)) || {}));
    } catch {
      return new Map();
    }
  }

  function keep() {
    try {
      if (queue.size) localStorage.setItem(key, JSON.stringify(Object.fromEntries(queue)));
      else localStorage.removeItem(key);
      return true;
    } catch {
      return false;                                 /* storage full or forbidden: the page still sends */
    }
  }

  /* 2 The items of the own section ------------------------------------------ */
  const items = () => [...form.querySelectorAll("[data-item]")];
  const itemOf = (pk) => form.querySelector(`[data-item="${CSS.escape(pk)}"]`);

  function countLeft() {
    const left = items().filter((item) => !read(item).result).length;
    for (const span of document.querySelectorAll("[data-left]")) span.textContent = left;
    const rest = form.querySelector("[data-rest]");
    if (rest) rest.hidden = left === 0;
    const ask = document.getElementById("rest");
    if (ask && left === 0) ask.hidden = true;
  }

  /* 3 Words ---------------------------------------------------------------- */
  const beijing = new Intl.DateTimeFormat("zh-CN", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai",
  });

  function clockOf(date) {
    return beijing.format(date);
  }

  function say(bold, rest) {
    const line = document.querySelector("[data-sync]");
    if (!line) return;
    const strong = document.createElement("b");
    const span = document.createElement("span");
    strong.textContent = bold;
    span.textContent = rest === undefined ? (line.querySelector("span") || span).textContent : rest;
    line.replaceChildren(strong, span);
  }

  function sayOffline() {
    const at = clockOf(new Date(Math.max(...[...queue.values()].map((values) => values.at), 0) || Date.now()));
    say("网络已断开。", `您填写的内容已保存在本机（${at}），联网后会自动上传，可以继续填写。`);
  }

  /* 4 A colleague was faster: both versions, one choice --------------------- */
  function showConflict(item, current, message) {
    const pk = item.dataset.item;
    conflicts.set(pk, current);
    tell(item, message);
    const list = element("dl", "", "versions");
    for (const [term, words] of [[`${current.updated_by}的版本`, current.words], ["您的版本", describe(item)]]) {
      const row = element("div", "");
      row.append(element("dt", term), element("dd", words));
      list.append(row);
    }
    const keepMine = element("button", "保留我的", "btn");
    const takeTheirs = element("button", "采用对方的", "btn");
    for (const button of [keepMine, takeTheirs]) button.type = "button";
    keepMine.addEventListener("click", () => {
      settle(item);
      part(item, "version").value = current.version;
      changed(item, AT_ONCE);
    });
    takeTheirs.addEventListener("click", () => {
      settle(item);
      queue.delete(pk);
      keep();
      write(item, current);
      savedAt = new Date(current.updated_at);
      settled();
    });
    const row = element("p", "", "row");
    row.append(keepMine, takeTheirs);
    item.querySelector("[data-said]").append(list, row);
  }

  function settle(item) {
    conflicts.delete(item.dataset.item);
    item.querySelector("[data-said]").replaceChildren();
  }

  /* 5 The queue ------------------------------------------------------------ */
  function changed(item, delay) {
    for (const line of item.querySelectorAll("[data-lack]")) line.remove();
    queue.set(item.dataset.item, { ...read(item), at: Date.now() });
    const kept = keep();
    dress(item);
    countLeft();
    if (!navigator.onLine) sayOffline();
    else say(kept ? `已存在本机 ${clockOf(new Date())}` : "正在保存…");
    later(delay);
  }

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(flush, delay);
  }

  const waiting = () => [...queue].filter(
    ([pk, values]) => values.result && !values.stopped && !conflicts.has(pk) && itemOf(pk),
  );

  /* Sends what is waiting, one after the other; true when nothing is left behind. */
  function flush() {
    clearTimeout(timer);
    sending = sending || sendAll().finally(() => { sending = null; });
    return sending;
  }

  async function sendAll() {
    while (waiting().length) {
      const [pk, values] = waiting()[0];
      let answer;
      try {
        answer = await send(itemOf(pk), values);
      } catch {
        reached = false;
        sayOffline();
        later(RETRY);
        return false;
      }
      const body = await answer.json().catch(() => ({}));
      reached = answer.status < 500;
      if (!reached) {
        say("系统出错，还没有上传。", `您填写的内容已保存在本机（${clockOf(new Date())}），会自动重试。`);
        later(RETRY);
        return false;
      }
      received(itemOf(pk), pk, values, answer, body);
    }
    settled();
    return queue.size === 0;
  }

  function send(item, values) {
    const { result, problems, remark, rectify_by, version } = values;
    return fetch(item.dataset.url, {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": SEND, "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ result, problems, remark, rectify_by, version }),
    });
  }

  function received(item, pk, values, answer, body) {
    const current = queue.get(pk);
    if (!current) return;
    if (answer.ok) {
      savedAt = new Date();
      part(item, "version").value = body.answer.version;
      if (current.at === values.at) queue.delete(pk);
      else current.version = body.answer.version;
      item.querySelector("[data-said]").replaceChildren();
    } else if (answer.status === 409 && body.current) {
      showConflict(item, body.current, body.message);
    } else {
      current.stopped = true;                       /* until it is changed again */
      const expired = answer.status === 403 && !body.message;
      tell(item, body.message || (expired
        ? "登录已过期。您填写的内容已保存在本机，请重新登录后打开本页，会自动上传。"
        : "这一项没有保存，请核对填写的内容。您填写的内容没有丢失。"));
    }
    keep();
  }

  function settled() {
    if (conflicts.size) return say("有内容需要您选择", "请在标红的项目中选择保留哪个版本。");
    const stuck = [...queue.values()].some((values) => values.stopped);
    if (stuck) return say("有内容没有保存", "请看标红的项目，已填内容保存在本机。");
    if (queue.size) return say(`已存在本机 ${clockOf(new Date())}`, "还有项目没有选择结果。");
    if (savedAt) say(`已保存 ${clockOf(savedAt)}`);
    return refresh();
  }

  /* 6 The rest of the page comes from the server, which alone knows what is next --- */
  function busy(node) {
    return node.contains(document.activeElement) && document.activeElement !== document.body
      || node.querySelector("[data-drawn]") !== null;
  }

  async function refresh() {
    let page;
    try {
      const answer = await fetch(form.dataset.page, { credentials: "same-origin", headers: { "X-Background": "1" } });
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
    for (const item of fresh.querySelectorAll("[data-item]")) takeOver(item);
    countLeft();
    numberSubmission();
    document.dispatchEvent(new CustomEvent("form:refreshed"));
    if (!navigator.onLine) sayOffline();
    else if (savedAt && !queue.size) say(`已保存 ${clockOf(savedAt)}`);
  }

  function swap(id, page) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || busy(old)) return;
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    const made = document.importNode(fresh, true);
    made.querySelectorAll("details").forEach((details, at) => {
      if (open[at]) details.open = true;
    });
    old.replaceWith(made);
  }

  /* The bar keeps its live region; only the words and the one action change. */
  function swapAction(page) {
    const old = document.querySelector("#sync .btn");
    const fresh = page.querySelector("#sync .btn");
    const words = page.querySelector("[data-sync] span");
    if (!old || !fresh || !words) return;
    const focused = old === document.activeElement;
    const made = document.importNode(fresh, true);
    old.replaceWith(made);
    if (focused) made.focus();
    document.querySelector("[data-sync] span").textContent = words.textContent;
  }

  /* What the colleague of the same section has entered meanwhile. */
  function takeOver(fresh) {
    const item = itemOf(fresh.dataset.item);
    const pk = fresh.dataset.item;
    if (!item || queue.has(pk) || item.contains(document.activeElement)) return;
    const version = (node) => node.querySelector(`[name="${fresh.dataset.name}-version"]`).value || "0";
    if (version(item) === version(fresh)) return;
    const made = document.importNode(fresh, true);
    item.replaceWith(made);
    dress(made);
  }

  /* 7 One number per submission, kept until the server has it -------------- */
  function numberSubmission() {
    const submit = document.getElementById("submit-form");
    if (!submit) return;
    const name = `submit.${submit.dataset.submit}`;
    try {
      const number = localStorage.getItem(name) || newNumber();
      localStorage.setItem(name, number);
      submit.elements.submission_id.value = number;
    } catch {
      /* the number that came with the page serves as well */
    }
  }

  /* 8 What the officer does ------------------------------------------------- */
  async function saveAll() {
    for (const values of queue.values()) delete values.stopped;
    if (!navigator.onLine) return sayOffline();
    if (!(await flush())) return reached && settled();
    await refresh();
    const first = document.querySelector("#confirm .ready a");
    const goal = document.getElementById(first ? first.hash.slice(1) : "confirm");
    goal.scrollIntoView({ block: "start" });
    return say(`已保存 ${clockOf(savedAt || new Date())}`);
  }

  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (sent === form) {
      event.preventDefault();
      saveAll();
    } else if (["rest", "submit-form"].includes(sent.id) && queue.size) {
      event.preventDefault();                       /* first what is still on the phone */
      if (await flush() && sent.id === "rest") sent.submit();
    }
  }, true);

  form && form.addEventListener("input", (event) => {
    const item = event.target.closest("[data-item]");
    if (item) changed(item, event.target.matches("textarea, [type=date], [type=text]") ? TYPING : AT_ONCE);
  });
  form && form.addEventListener("change", (event) => {
    const item = event.target.closest("[data-item]");
    if (item && queue.has(item.dataset.item)) later(AT_ONCE);
  });

  document.addEventListener("click", (event) => {
    const note = event.target.closest("[data-note]");
    if (note) {
      const item = note.closest("[data-item]");
      item.dataset.note = "";
      dress(item);
      part(item, "remark").focus();
    }
    const ask = document.getElementById("rest");
    if (!ask) return;
    if (event.target.closest("[data-ask-rest]")) {
      event.preventDefault();
      ask.hidden = false;
      ask.querySelector("button").focus();
    } else if (event.target.closest("[data-no-rest]")) {
      event.preventDefault();
      ask.hidden = true;
    }
  });

  window.addEventListener("online", flushIfAny);
  window.addEventListener("offline", () => form && sayOffline());

  function flushIfAny() {
    if (form && queue.size) flush();
    else if (form) settled();
  }

  /* 9 Start: what was not sent last time is put back into the form --------- */
  function restore() {
    for (const [pk, values] of [...queue]) {
      const item = itemOf(pk);
      const stored = item && read(item);
      delete values.stopped;
      if (!item || same(stored, values)) queue.delete(pk);
      else write(item, values);                     /* older than the server's: it answers with both */
    }
    keep();
  }

  numberSubmission();
  if (form) {
    restore();
    for (const item of items()) dress(item);
    countLeft();
    if (queue.size) flush();
    setInterval(() => {
      if (!document.hidden && navigator.onLine && !queue.size && !sending) refresh();
    }, LOOK_AROUND);
  }
})();
