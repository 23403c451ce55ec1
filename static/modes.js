/* Display modes: classes on <html>, remembered in this browser. Runs in the head, before the first paint. */
"use strict";

(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function read(name) {
    try {
      return localStorage.getItem(`mode.${name}`);
    } catch {
      return null;                                  /* storage may be forbidden */
    }
  }

  function write(name, value) {
    try {
      localStorage.setItem(`mode.${name}`, value);
    } catch {
      /* the choice then lasts for this page */
    }
  }

  const chosen = { elder: read("elder"), contrast: read("contrast"), dark: read("dark") };

  /* Without a choice, dark follows the system. */
  function on(name) {
    if (name === "dark" && chosen.dark === null) return system.matches;
    return chosen[name] === "1";
  }

  function paint() {
    for (const name of ["elder", "contrast", "dark"]) root.classList.toggle(name, on(name));
    root.classList.toggle("light", !on("dark"));
  }

  function show() {
    for (const group of document.querySelectorAll("[data-modes]")) group.hidden = false;
    for (const button of document.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(on(button.dataset.mode)));
    }
  }

  paint();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);
  system.addEventListener("change", () => { paint(); show(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mode]");
    if (!button) return;
    const name = button.dataset.mode;
    chosen[name] = on(name) ? "0" : "1";
    write(name, chosen[name]);
    paint();
    show();
  });
})();
