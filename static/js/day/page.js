/* A button beside every date: it opens the browser's calendar and writes the chosen day into the text. */
import { all, element, icon, maybe } from "../common/dom.js";
import { isoOf } from "./rules.js";

/** @typedef {HTMLInputElement & { showPicker?: () => void }} Calendar */

/** @param {HTMLInputElement} text */
function dress(text) {
  if (text.dataset.day === "dressed" || text.readOnly || text.disabled) return;
  text.dataset.day = "dressed";
  const calendar = /** @type {Calendar} */ (element("input", "vh"));
  calendar.type = "date";                            /* without a name: it is never sent */
  calendar.tabIndex = -1;
  calendar.setAttribute("aria-hidden", "true");
  if (!calendar.showPicker) return;                  /* an older browser: the text alone works */

  const button = element("button", "btn", icon("cal"), "选择日期");
  button.type = "button";
  const label = maybe(document, `label[for="${text.id}"]`, HTMLLabelElement);
  if (label) {
    label.id = label.id || `${text.id}_label`;
    button.setAttribute("aria-describedby", label.id);
  }
  button.addEventListener("click", () => {
    calendar.value = isoOf(text.value);
    if (calendar.showPicker) calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    if (!calendar.value) return;
    text.value = calendar.value;
    for (const kind of ["input", "change"]) text.dispatchEvent(new Event(kind, { bubbles: true }));
    text.focus();
  });

  const group = element("div", "day");
  text.replaceWith(group);
  group.append(text, button, calendar);
}

/** @param {ParentNode} root */
function ready(root) {
  for (const text of all(root, "input[data-day]", HTMLInputElement)) dress(text);
}

ready(document);
document.addEventListener("htmx:afterSettle", (event) => {
  ready(/** @type {CustomEvent<{ elt: Element }>} */ (event).detail.elt);
});
