/* Small help on every page: shortcuts, menus, one submission per form. Every page works without it. */
"use strict";

(() => {
  const KEYS_OFF = "keys.off";
  const PATIENCE = 20000;                           /* a stopped request gives the button back */
  const LONG = 120000;                              /* the same for what says data-busy */
  const SHOW = 1000;                                /* what takes longer shows a bar */

  /* 1 Shortcuts ----------------------------------------------------------- */
  function keysOff() {
    try {
      return localStorage.getItem(KEYS_OFF) === "1";
    } catch {
      return false;
    }
  }

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function openKeys() {
    const dialog = document.getElementById("keys");
    if (!dialog || !dialog.showModal || dialog.open) return;
    dialog.querySelector("[data-keys-on]").checked = !keysOff();
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || keysOff()) return;
    if (event.key === "/") {
      const find = [...document.querySelectorAll("[data-find], input[type=search]")]
        .find((input) => input.offsetParent !== null);
      if (!find) return;
      event.preventDefault();
      find.focus();
      find.select();
    } else if (event.key === "?") {
      event.preventDefault();
      openKeys();
    }
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-on]")) return;
    try {
      localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
    } catch {
      /* the choice cannot be kept */
    }
  });

  /* 2 Menus: closed by Escape, by a click elsewhere ----------------------- */
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (menu === except) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("[data-menu]"));
    if (event.target.closest("[data-keys]")) openKeys();
    const link = event.target.closest(".errors a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus({ preventScroll: true });
      field.scrollIntoView({ block: "center" });
    }
  });

  /* 3 A date that cannot be: the browser would send nothing in its place, so it is asked for in
     writing; then the server can say which day was meant ----------------------------------- */
  const DATES = { date: "2024-09-30", "datetime-local": "2024-09-30 10:00" };

  function sign(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS(svg.namespaceURI, "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#${name}`);
    svg.append(use);
    return svg;
  }

  function inWriting(input) {
    const said = document.createElement("p");
    const words = document.createElement("span");
    said.id = `${input.id || input.name}_unread`;
    said.className = "error";
    words.textContent = `这个日期不存在，或者没有填完整，没有提交。请在这里写明，例如 ${DATES[input.type]}。`;
    said.append(sign("i-alert"), words);
    input.before(said);
    const field = input.closest(".field");
    if (field) field.classList.add("field--error");
    input.type = "text";
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${said.id}`.trim());
  }

  document.addEventListener("submit", (event) => {
    const unread = [...event.target.elements].filter((one) => one.type in DATES && one.validity.badInput);
    if (!unread.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();               /* nobody else sends it */
    unread.forEach(inWriting);
    unread[0].focus();
  }, true);

  /* 4 One submission per form --------------------------------------------- */
  const waiting = new Map();                        /* form -> how to make it usable again */

  function hold(form, button) {
    if (waiting.has(form)) return;
    const old = button && [...button.childNodes];
    const said = (button && button.dataset.busy) || form.dataset.busy;
    if (button) {
      button.disabled = true;
      if (button.tagName === "BUTTON") button.replaceChildren(said || "正在提交…");
    }
    const done = showBar(said || "正在提交…");
    const timer = setTimeout(() => release(form), said ? LONG : PATIENCE);
    waiting.set(form, () => {
      clearTimeout(timer);
      done();
      if (!button) return;
      button.disabled = false;
      if (button.tagName === "BUTTON") button.replaceChildren(...old);
    });
  }

  /* A bar across the top while the server works; returns how to take it away. Links that take long
     (papers) say data-busy too. */
  function showBar(words) {
    const bar = document.createElement("div");
    const line = document.createElement("p");
    bar.className = "busy";
    bar.setAttribute("role", "status");
    const timer = setTimeout(() => {
      document.body.append(bar);
      line.textContent = `${words}请不要关闭本页，完成后自动显示结果。`;
      bar.append(document.createElement("progress"), line);
      bar.firstChild.setAttribute("aria-label", words);
    }, SHOW);
    return () => {
      clearTimeout(timer);
      bar.remove();
    };
  }

  function release(form) {
    const undo = waiting.get(form);
    waiting.delete(form);
    if (undo) undo();
  }

  function guarded(form) {
    return form.method === "post" && !form.target && !("again" in form.dataset);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!guarded(form)) return;
    if (waiting.has(form)) return event.preventDefault();
    if (event.defaultPrevented) return;             /* htmx or another script sends it */
    const button = event.submitter || form.querySelector("button:not([type=button])");
    waiting.set(form, () => {});
    setTimeout(() => {                              /* after the browser has read the form: the button's value counts */
      waiting.delete(form);
      hold(form, button);
    });
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.tagName !== "FORM" || !guarded(form)) return;
    if (waiting.has(form)) return event.preventDefault();
    const sent = event.detail.requestConfig.triggeringEvent;
    hold(form, (sent && sent.submitter) || form.querySelector("button:not([type=button])"));
  });
  document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt));

  const leaving = [];                               /* bars of links */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-busy]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const done = showBar(link.dataset.busy);
    leaving.push(done);
    setTimeout(done, PATIENCE);                     /* a download leaves the page where it is */
  });

  window.addEventListener("pageshow", () => {
    for (const form of [...waiting.keys()]) release(form);
    for (const done of leaving.splice(0)) done();
  });

  /* 5 After loading: the summary of errors gets the focus and the title ---- */
  function ready(root) {
    if (document.getElementById("keys")) {
      for (const button of root.querySelectorAll("[data-keys]")) button.hidden = false;
    }
    const errors = root.querySelector("[data-errors]");
    if (!errors) return;
    const words = errors.querySelector("h2").textContent.trim();
    if (!document.title.startsWith(words)) document.title = `${words} · ${document.title}`;
    errors.focus();
  }

  ready(document);
  document.addEventListener("htmx:afterSettle", (event) => ready(event.detail.elt));
})();
