/* One item of the form: reading and writing its controls, showing what belongs to the choice. */
"use strict";

const FormItem = (() => {
  const part = (item, name) => item.querySelector(`[name="${item.dataset.name}-${name}"]`);
  const parts = (item, name) => [...item.querySelectorAll(`[name="${item.dataset.name}-${name}"]`)];

  function read(item) {
    const result = parts(item, "result").find((input) => input.checked);
    return {
      result: result ? result.value : "",
      problems: parts(item, "problems").filter((input) => input.checked).map((input) => input.value),
      remark: part(item, "remark").value,
      rectify_by: part(item, "rectify_by").value || null,
      version: Number(part(item, "version").value) || 0,
    };
  }

  function write(item, values) {
    for (const input of parts(item, "result")) input.checked = input.value === values.result;
    for (const input of parts(item, "problems")) input.checked = values.problems.includes(input.value);
    part(item, "remark").value = values.remark;
    part(item, "rectify_by").value = values.rectify_by || "";
    part(item, "version").value = values.version;
    dress(item);
  }

  function same(one, two) {
    const plain = (values) => JSON.stringify([
      values.result, [...values.problems].sort(), values.remark.trim(), values.rectify_by || null,
    ]);
    return plain(one) === plain(two);
  }

  /* What belongs to the choice is shown, the rest is put away. */
  function dress(item) {
    const { result, remark } = read(item);
    const more = item.querySelector("[data-more]");
    const wanted = result === "problem" || result === "not_checked" || remark || "note" in item.dataset;
    more.open = true;
    more.querySelector("summary").hidden = true;
    more.hidden = !wanted;
    more.querySelector("[data-problem]").classList.toggle("problem", result === "problem");
    for (const only of more.querySelectorAll("[data-only-problem]")) only.hidden = result !== "problem";
    more.querySelector("[data-remark-label]").textContent =
      { problem: "问题说明（必填）", not_checked: "未检查的原因（必填）" }[result] || "备注";
    item.querySelector("[data-note]").hidden = result !== "no_issue" || Boolean(wanted);
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  }

  function element(tag, words, className = "") {
    const made = document.createElement(tag);
    made.textContent = words;
    made.className = className;
    return made;
  }

  function tell(item, words) {
    const line = element("p", "", "error");
    line.append(icon("alert"), element("span", words));
    line.setAttribute("role", "alert");
    item.querySelector("[data-said]").replaceChildren(line);
    return line;
  }

  function describe(item) {
    const values = read(item);
    const label = parts(item, "result").find((input) => input.checked);
    const picked = parts(item, "problems").filter((input) => input.checked)
      .map((input) => input.nextElementSibling.textContent);
    return [
      label ? item.querySelector(`label[for="${label.id}"]`).textContent.trim() : "",
      picked.join("；"), values.remark, values.rectify_by ? `改正期限 ${values.rectify_by}` : "",
    ].filter(Boolean).map((words) => words.replace(/。+$/, "")).join("。");
  }

  /* A number nobody else has, also where randomUUID is missing. */
  function newNumber() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  return { part, read, write, same, dress, element, tell, describe, newNumber };
})();
