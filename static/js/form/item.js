/* One item of the form: reading and writing its controls, showing what belongs to the choice. */
import { all, element, icon, maybe, one } from "../common/dom.js";
import { sentence, shown } from "./values.js";

/** @typedef {import("./values.js").Values} Values */

/**
 * @param {HTMLElement} item
 * @param {string} name
 */
const selector = (item, name) => `[name="${item.dataset.name}-${name}"]`;

/**
 * @param {HTMLElement} item
 * @param {string} name
 */
export function part(item, name) {
  const found = item.querySelector(selector(item, name));
  if (found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement) return found;
  throw new Error(`${name} is missing in item ${item.dataset.item}`);
}

/**
 * @param {HTMLElement} item
 * @param {string} name
 */
const parts = (item, name) => all(item, selector(item, name), HTMLInputElement);

/**
 * @param {HTMLElement} item
 * @returns {Values}
 */
export function read(item) {
  const result = parts(item, "result").find((input) => input.checked);
  return {
    result: result ? result.value : "",
    problems: parts(item, "problems").filter((input) => input.checked).map((input) => input.value),
    remark: part(item, "remark").value,
    rectify_by: part(item, "rectify_by").value || null,
    version: Number(part(item, "version").value) || 0,
  };
}

/**
 * @param {HTMLElement} item
 * @param {Values} values
 */
export function write(item, values) {
  for (const input of parts(item, "result")) input.checked = input.value === values.result;
  for (const input of parts(item, "problems")) input.checked = values.problems.includes(input.value);
  part(item, "remark").value = values.remark;
  part(item, "rectify_by").value = values.rectify_by || "";
  part(item, "version").value = String(values.version);
  dress(item);
}

/**
 * The element that folds the rest of an item away.
 * @param {HTMLElement} item
 */
export function dress(item) {
  const wanted = shown(read(item), "note" in item.dataset);
  const more = one(item, "[data-more]", HTMLDetailsElement);
  more.open = true;
  one(more, "summary", HTMLElement).hidden = true;
  more.hidden = !wanted.more;
  one(more, "[data-problem]", HTMLElement).classList.toggle("problem", wanted.problem);
  for (const only of all(more, "[data-only-problem]", HTMLElement)) only.hidden = !wanted.problem;
  one(more, "[data-remark-label]", HTMLElement).textContent = wanted.remarkLabel;
  one(item, "[data-note]", HTMLElement).hidden = !wanted.note;
}

/**
 * Where an item says what became of it.
 * @param {HTMLElement} item
 */
export const said = (item) => one(item, "[data-said]", HTMLElement);

/**
 * Say in red what stands in the way.
 * @param {HTMLElement} item
 * @param {string} words
 */
export function tell(item, words) {
  const line = element("p", "error", icon("alert"), element("span", "", words));
  line.setAttribute("role", "alert");
  said(item).replaceChildren(line);
}

/**
 * What is entered, in words.
 * @param {HTMLElement} item
 */
export function describe(item) {
  const { remark, rectify_by } = read(item);
  const chosen = parts(item, "result").find((input) => input.checked);
  const label = chosen && maybe(item, `label[for="${chosen.id}"]`, HTMLLabelElement);
  const problems = parts(item, "problems").filter((input) => input.checked)
    .map((input) => (input.nextElementSibling && input.nextElementSibling.textContent) || "");
  return sentence({ result: label ? (label.textContent || "").trim() : "", problems, remark, rectify_by });
}
