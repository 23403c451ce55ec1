/* The log-out of a device left alone: a warning two minutes before, and nothing typed is lost. */
import { spanOf } from "../common/clock.js";
import { all, maybe, one, within } from "../common/dom.js";
import { recall, remember } from "../common/memory.js";
import { asksFirst, latestAct, limitsOf, secondsLeft, standingOf, stepOf } from "./rules.js";

const AGAIN = 15000;                                /* no network: ask again */
const END_AGAIN = 5000;                             /* after the end: has somebody logged in elsewhere? */

/** @param {HTMLDialogElement} dialog */
function watch(dialog) {
  const limits = limitsOf(Number(dialog.dataset.seconds));
  const owner = dialog.dataset.user || "";
  const key = `idle.${owner}`;                      /* all windows of one browser share the last act */

  let seen = Date.now();
  let told = seen;
  let heard = seen;                                 /* when the session was last known to live */
  let quiet = 0;                                    /* no question before this time */
  let asking = false;
  let ended = false;

  /* 1 The last act --------------------------------------------------------- */
  /** @param {number} at */
  function mark(at) {
    seen = at;
    remember(key, String(at));                      /* else every window counts for itself */
  }

  const lastAct = () => latestAct(seen, recall(key), Date.now());

  function act() {
    if (dialog.open || document.hidden) return;
    mark(Date.now());
  }

  /* 2 The server knows ----------------------------------------------------- */
  /** @param {Record<string, string>} headers */
  async function ask(headers) {
    const answer = await fetch(dialog.dataset.url || "", { credentials: "same-origin", cache: "no-store", headers });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  /** @param {boolean} acts  whether this counts as work, or only looks */
  async function check(acts) {
    if (asking || (!acts && Date.now() < quiet)) return;
    asking = true;
    const now = Date.now();
    try {
      const session = await ask(acts ? {} : { "X-Background": "1" });
      if (acts) told = now;
      settle(session);
    } catch {
      quiet = Date.now() + AGAIN;                   /* without a network nothing is closed */
    }
    asking = false;
  }

  /** @param {import("./rules.js").Session & { csrf: string }} session */
  function settle(session) {
    const standing = standingOf(session, owner, limits);
    if (standing === "other") return location.reload();
    if (standing === "end") return showEnd();
    heard = Date.now();
    for (const token of all(document, "[name=csrfmiddlewaretoken]", HTMLInputElement)) token.value = session.csrf;
    seen = Date.now() - (limits.last - session.left * 1000);
    if (standing === "warning") return showWarning();
    mark(seen);
    ended = false;
    if (dialog.open) dialog.close();
  }

  /* 3 What the reader sees ------------------------------------------------- */
  /** @param {"warning" | "end"} part */
  function show(part) {
    for (const each of all(dialog, "[data-idle]", HTMLElement)) each.hidden = each.dataset.idle !== part;
    dialog.setAttribute("aria-labelledby", `idle-${part}`);
    dialog.classList.toggle("dialog--shut", part === "end");
    for (const other of all(document, "dialog[open]", HTMLDialogElement)) {
      if (other !== dialog) other.close();
    }
    if (!dialog.open) dialog.showModal();
  }

  function showWarning() {
    if (dialog.open && !ended) return;
    ended = false;
    show("warning");
    count();
    one(dialog, "[data-idle-stay]", HTMLElement).focus();
  }

  function showEnd() {
    if (ended && dialog.open) return;
    ended = true;
    show("end");
  }

  function count() {
    one(dialog, "[data-idle-left]", HTMLElement).textContent = spanOf(secondsLeft(lastAct(), Date.now(), limits));
  }

  function tick() {
    const now = Date.now();
    const moment = { now, act: lastAct(), told, quiet, ended, open: dialog.open, hidden: document.hidden };
    const step = stepOf(moment, limits);
    if (step.close) dialog.close();
    if (step.count) count();
    if (step.ask) check(step.ask === "act");
    if (moment.ended) quiet = Math.max(quiet, now + END_AGAIN);
  }

  /* 4 Before a form is sent ------------------------------------------------ */
  /** @type {WeakSet<HTMLFormElement>} */
  const cleared = new WeakSet();
  let clearing = false;

  /**
   * A session may have ended unnoticed: on another device, or by an administrator. What was typed would be
   * lost on the way to the log-in; so the log-in is asked for here, and the form waits.
   * @param {HTMLFormElement} form
   * @param {HTMLElement | null} submitter
   */
  async function sendIfOn(form, submitter) {
    if (clearing) return;
    clearing = true;
    const before = heard;
    try {
      settle(await ask({}));
      if (heard !== before) cleared.add(form);
    } catch {
      cleared.add(form);                            /* no network: the browser says so */
    }
    clearing = false;
    if (cleared.has(form) && form.isConnected) form.requestSubmit(submitter);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.requestSubmit || cleared.delete(form)) return;
    if (!asksFirst({ method: form.method, target: form.target, heard, now: Date.now() })) return;
    event.preventDefault();
    event.stopImmediatePropagation();               /* nobody else sends it */
    sendIfOn(form, event.submitter);
  }, true);

  dialog.addEventListener("click", (event) => {
    if (within(event, "[data-idle-stay]")) check(true);
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
}

/* Safari before 15.4 knows no dialogs: there the server's log-out comes without a warning. */
if ("HTMLDialogElement" in window) {
  const dialog = maybe(document, "#idle", HTMLDialogElement);
  if (dialog) watch(dialog);
}
