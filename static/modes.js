/* Display modes: classes on <html>, remembered in this browser. Runs in the head, before the first paint,
   so it is a classic script that stands alone; the page of a fault names it without its digest. */
"use strict";

/** @typedef {"elder" | "contrast" | "dark"} Mode */
/** @typedef {Record<Mode, string | null>} Chosen  "1" is on, "0" is off, null is no choice */

const DisplayModes = {
  /** @type {Mode[]} */
  NAMES: ["elder", "contrast", "dark"],

  /**
   * Without a choice, dark follows the system.
   * @param {Mode} name
   * @param {Chosen} chosen
   * @param {boolean} systemDark
   */
  isOn(name, chosen, systemDark) {
    if (name === "dark" && chosen.dark === null) return systemDark;
    return chosen[name] === "1";
  },

  /**
   * The classes of <html>: `light` says that dark is off, whatever the system wants.
   * @param {Chosen} chosen
   * @param {boolean} systemDark
   * @returns {string[]}
   */
  classes(chosen, systemDark) {
    const on = DisplayModes.NAMES.filter((name) => DisplayModes.isOn(name, chosen, systemDark));
    return on.includes("dark") ? on : [...on, "light"];
  },
};

if (typeof document !== "undefined") {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  /** @param {Mode} name */
  const recall = (name) => {
    try {
      return localStorage.getItem(`mode.${name}`);
    } catch {
      return null;                                  /* storage may be forbidden */
    }
  };

  /**
   * @param {Mode} name
   * @param {string} value
   */
  const remember = (name, value) => {
    try {
      localStorage.setItem(`mode.${name}`, value);
    } catch {
      /* the choice then lasts for this page */
    }
  };

  /** @type {Chosen} */
  const chosen = { elder: recall("elder"), contrast: recall("contrast"), dark: recall("dark") };

  const paint = () => {
    const wanted = DisplayModes.classes(chosen, system.matches);
    for (const name of [...DisplayModes.NAMES, "light"]) root.classList.toggle(name, wanted.includes(name));
  };

  /** @type {() => HTMLElement[]} */
  const buttons = () => [...document.querySelectorAll("[data-mode]")].map((each) => /** @type {HTMLElement} */ (each));

  /** @param {HTMLElement} button */
  const modeOf = (button) => /** @type {Mode} */ (button.dataset.mode);

  const show = () => {
    for (const group of document.querySelectorAll("[data-modes]")) /** @type {HTMLElement} */ (group).hidden = false;
    for (const button of buttons()) {
      button.setAttribute("aria-pressed", String(DisplayModes.isOn(modeOf(button), chosen, system.matches)));
    }
  };

  paint();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);
  system.addEventListener("change", () => { paint(); show(); });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-mode]");
    if (!(button instanceof HTMLElement)) return;
    const name = modeOf(button);
    chosen[name] = DisplayModes.isOn(name, chosen, system.matches) ? "0" : "1";
    remember(name, chosen[name] || "0");
    paint();
    show();
  });
}
