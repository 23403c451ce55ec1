/* Small help on every page: shortcuts, menus, one submission per form. Every page works without it. */
import { all, element, icon, maybe, one, targetOf, within } from "../common/dom.js";
import { recall, remember } from "../common/memory.js";
import { askedBy, isGuarded, isUnread, PATIENCE, patienceFor, titled, unreadWords } from "./rules.js";

const KEYS_OFF = "keys.off";
const SHOW = 1000;                                  /* what takes longer shows a bar */

/* 1 Shortcuts ----------------------------------------------------------- */
const keysOff = () => recall(KEYS_OFF) === "1";

/** @param {Element | null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function openKeys() {
  const dialog = document.getElementById("keys");
  if (!(dialog instanceof HTMLElement) || !("showModal" in dialog)) return;
  const keys = /** @type {HTMLDialogElement} */ (dialog);
  if (keys.open) return;
  one(keys, "[data-keys-on]", HTMLInputElement).checked = !keysOff();
  keys.showModal();
}

/** @param {Event} event */
function focusFind(event) {
  const find = all(document, "[data-find], input[type=search]", HTMLInputElement)
    .find((input) => input.offsetParent !== null);
  if (!find) return;
  event.preventDefault();
  find.focus();
  find.select();
}

document.addEventListener("keydown", (event) => {
  const combined = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const asked = askedBy({ key: event.key, combined, typing: typing(targetOf(event)), off: keysOff() });
  if (asked === "close") closeMenus(null);
  if (asked === "find") focusFind(event);
  if (asked === "keys") {
    event.preventDefault();
    openKeys();
  }
});

document.addEventListener("change", (event) => {
  const box = targetOf(event);
  if (box instanceof HTMLInputElement && box.matches("[data-keys-on]")) remember(KEYS_OFF, box.checked ? "0" : "1");
});

/* 2 Menus: closed by Escape, by a click elsewhere ----------------------- */
/** @param {Element | null} except */
function closeMenus(except) {
  for (const menu of all(document, "[data-menu][open]", HTMLDetailsElement)) {
    if (menu === except) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) one(menu, "summary", HTMLElement).focus();
  }
}

document.addEventListener("click", (event) => {
  closeMenus(within(event, "[data-menu]"));
  if (within(event, "[data-keys]")) openKeys();
  const link = within(event, ".errors a[href^='#']");
  const field = link instanceof HTMLAnchorElement && document.getElementById(link.hash.slice(1));
  if (field) {
    event.preventDefault();
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  }
});

/* 3 A date that cannot be: the browser would send nothing in its place, so it is asked for in
   writing; then the server can say which day was meant ----------------------------------- */
/** @param {HTMLInputElement} input */
function inWriting(input) {
  const said = element("p", "error", icon("alert"), element("span", "", unreadWords(input.type)));
  said.id = `${input.id || input.name}_unread`;
  input.before(said);
  const field = input.closest(".field");
  if (field) field.classList.add("field--error");
  input.type = "text";
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${said.id}`.trim());
}

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  const unread = [...event.target.elements].filter(
    (each) => each instanceof HTMLInputElement && isUnread({ type: each.type, bad: each.validity.badInput }),
  ).map((each) => /** @type {HTMLInputElement} */ (each));
  if (!unread.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();                 /* nobody else sends it */
  unread.forEach(inWriting);
  unread[0].focus();
}, true);

/* 4 One submission per form --------------------------------------------- */
/** @type {Map<Element, () => void>} form -> how to make it usable again */
const waiting = new Map();

/** @typedef {HTMLButtonElement | HTMLInputElement} Button */

/**
 * The button that sends a form, or the first that could.
 * @param {HTMLElement | null | undefined} submitter
 * @param {HTMLFormElement} form
 * @returns {Button | null}
 */
function buttonOf(submitter, form) {
  const found = submitter || form.querySelector("button:not([type=button])");
  return found instanceof HTMLButtonElement || found instanceof HTMLInputElement ? found : null;
}

/**
 * @param {HTMLFormElement} form
 * @param {Button | null} button
 */
function hold(form, button) {
  if (waiting.has(form)) return;
  const old = button ? [...button.childNodes] : [];
  const said = (button && button.dataset.busy) || form.dataset.busy;
  if (button) {
    button.disabled = true;
    if (button.tagName === "BUTTON") button.replaceChildren(said || "正在提交…");
  }
  const done = showBar(said || "正在提交…");
  const timer = setTimeout(() => release(form), patienceFor(said));
  waiting.set(form, () => {
    clearTimeout(timer);
    done();
    if (!button) return;
    button.disabled = false;
    if (button.tagName === "BUTTON") button.replaceChildren(...old);
  });
}

/**
 * A bar across the top while the server works; returns how to take it away. Links that take long
 * (papers) say data-busy too.
 * @param {string} words
 */
function showBar(words) {
  const bar = element("div", "busy");
  bar.setAttribute("role", "status");
  const timer = setTimeout(() => {
    document.body.append(bar);
    const progress = element("progress");
    progress.setAttribute("aria-label", words);
    bar.append(progress, element("p", "", `${words}请不要关闭本页，完成后自动显示结果。`));
  }, SHOW);
  return () => {
    clearTimeout(timer);
    bar.remove();
  };
}

/** @param {Element} form */
function release(form) {
  const undo = waiting.get(form);
  waiting.delete(form);
  if (undo) undo();
}

/** @param {HTMLFormElement} form */
const guarded = (form) => isGuarded({ method: form.method, target: form.target, again: "again" in form.dataset });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !guarded(form)) return;
  if (waiting.has(form)) return event.preventDefault();
  if (event.defaultPrevented) return;               /* htmx or another script sends it */
  const button = buttonOf(event.submitter, form);
  waiting.set(form, () => {});
  setTimeout(() => {                                /* after the browser has read the form: the button's value counts */
    waiting.delete(form);
    hold(form, button);
  });
});

/** @typedef {{ elt: Element, requestConfig: { triggeringEvent?: SubmitEvent } }} HtmxDetail */

/** @param {Event} event */
const detailOf = (event) => /** @type {CustomEvent<HtmxDetail>} */ (event).detail;

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: form, requestConfig } = detailOf(event);
  if (!(form instanceof HTMLFormElement) || !guarded(form)) return;
  if (waiting.has(form)) return event.preventDefault();
  const sent = requestConfig.triggeringEvent;
  hold(form, buttonOf(sent && sent.submitter, form));
});
document.addEventListener("htmx:afterRequest", (event) => release(detailOf(event).elt));

/** @type {(() => void)[]} bars of links */
const leaving = [];
document.addEventListener("click", (event) => {
  const link = within(event, "a[data-busy]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const done = showBar(link.dataset.busy || "");
  leaving.push(done);
  setTimeout(done, PATIENCE);                       /* a download leaves the page where it is */
});

window.addEventListener("pageshow", () => {
  for (const form of [...waiting.keys()]) release(form);
  for (const done of leaving.splice(0)) done();
});

/* 5 After loading: the summary of errors gets the focus and the title ---- */
/** @param {ParentNode} root */
function ready(root) {
  if (document.getElementById("keys")) {
    for (const button of all(root, "[data-keys]", HTMLElement)) button.hidden = false;
  }
  const errors = maybe(root, "[data-errors]", HTMLElement);
  if (!errors) return;
  document.title = titled((one(errors, "h2", HTMLElement).textContent || "").trim(), document.title);
  errors.focus();
}

ready(document);
document.addEventListener("htmx:afterSettle", (event) => ready(detailOf(event).elt));
