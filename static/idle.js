/* The log-out of a device left alone: a warning two minutes before, and nothing typed is lost.
   The server ends the session by itself (agencies/middleware.py); this only tells in time. */
"use strict";

(() => {
  const dialog = document.getElementById("idle");
  if (!dialog || !dialog.showModal) return;

  const LAST = Number(dialog.dataset.seconds) * 1000;
  const WARN = Math.min(120000, LAST / 2);
  const TELL = Math.min(60000, LAST / 4);           /* work without requests is told this often */
  const AGAIN = 15000;                              /* no network: ask again */
  const owner = dialog.dataset.user;
  const key = `idle.${owner}`;                      /* all windows of one browser share the last act */

  let seen = Date.now();
  let told = seen;
  let quiet = 0;                                    /* no question before this time */
  let asking = false;
  let ended = false;

  /* 1 The last act --------------------------------------------------------- */
  function mark(at) {
    seen = at;
    try {
      localStorage.setItem(key, String(at));
    } catch {
      /* every window counts for itself */
    }
  }

  function lastAct() {
    try {
      return Math.max(seen, Math.min(Number(localStorage.getItem(key)) || 0, Date.now()));
    } catch {
      return seen;
    }
  }

  function act() {
    if (dialog.open || document.hidden) return;
    mark(Date.now());
  }

  /* 2 The server knows ----------------------------------------------------- */
  async function ask(headers) {
    const answer = await fetch(dialog.dataset.url, { credentials: "same-origin", cache: "no-store", headers });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  /* acts: whether this counts as work, or only looks */
  async function check(acts) {
    if (asking || (!acts && Date.now() < quiet)) return;
    asking = true;
    const now = Date.now();
    try {
      const state = await ask(acts ? {} : { "X-Background": "1" });
      if (acts) told = now;
      settle(state);
    } catch {
      quiet = Date.now() + AGAIN;                   /* without a network nothing is closed */
    }
    asking = false;
  }

  function settle(state) {
    if (state.user !== null && String(state.user) !== owner) return location.reload();
    if (state.user === null || state.left <= 0) return showEnd();
    for (const token of document.getElementsByName("csrfmiddlewaretoken")) token.value = state.csrf;
    seen = Date.now() - (LAST - state.left * 1000);
    if (state.left * 1000 > WARN) {
      mark(seen);
      ended = false;
      if (dialog.open) dialog.close();
    } else {
      showWarning();
    }
  }

  /* 3 What the reader sees ------------------------------------------------- */
  function show(part) {
    for (const each of dialog.querySelectorAll("[data-idle]")) {
      each.hidden = each.dataset.idle !== part;
    }
    dialog.setAttribute("aria-labelledby", `idle-${part}`);
    dialog.classList.toggle("dialog--shut", part === "end");
    for (const other of document.querySelectorAll("dialog[open]")) {
      if (other !== dialog) other.close();
    }
    if (!dialog.open) dialog.showModal();
  }

  function showWarning() {
    if (dialog.open && !ended) return;
    ended = false;
    show("warning");
    count();
    dialog.querySelector("[data-idle-stay]").focus();
  }

  function showEnd() {
    if (ended && dialog.open) return;
    ended = true;
    show("end");
  }

  function count() {
    const left = Math.max(0, Math.ceil((lastAct() + LAST - Date.now()) / 1000));
    const words = left > 60 ? `${Math.ceil(left / 60)} 分钟` : `${left} 秒`;
    dialog.querySelector("[data-idle-left]").textContent = words;
  }

  function tick() {
    const now = Date.now();
    const left = lastAct() + LAST - now;
    if (ended) {
      if (!document.hidden) check(false);
      quiet = Math.max(quiet, now + 5000);
    } else if (left <= 0) {
      check(false);
    } else if (left <= WARN) {
      if (dialog.open) count();
      else check(false);
    } else {
      if (dialog.open) dialog.close();              /* another window goes on */
      const recent = now - lastAct() < 2 * TELL;    /* an act from before the computer slept is none */
      if (recent && lastAct() > told && now - told >= TELL && now >= quiet) check(true);
    }
  }

  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-idle-stay]")) check(true);
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!ended) check(true);
  });
  for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
    document.addEventListener(kind, act, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (ended && !document.hidden) quiet = 0;
    tick();
  });
  mark(seen);
  setInterval(tick, 1000);
})();
