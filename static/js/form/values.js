/* What an officer enters for one item of the form, and how it reads. */

/**
 * @typedef {object} Values  one item as it is on the screen
 * @property {string} result  no_issue, problem, not_checked, or "" while nothing is chosen
 * @property {string[]} problems  codes
 * @property {string} remark
 * @property {string | null} rectify_by  a date, 2021-08-20
 * @property {number} version  of the server's answer that this one follows; 0 is none
 */

/** @type {Record<string, string>} */
const REMARK_LABELS = { problem: "问题说明（必填）", not_checked: "未检查的原因（必填）" };

/**
 * Would they be the same answer? The version does not count, nor the order of the problems.
 * @param {Values} first
 * @param {Values} second
 */
export function same(first, second) {
  /** @param {Values} values */
  const plain = (values) => JSON.stringify([
    values.result, [...values.problems].sort(), values.remark.trim(), values.rectify_by || null,
  ]);
  return plain(first) === plain(second);
}

/**
 * What belongs to the choice is shown, the rest is put away.
 * @param {{ result: string, remark: string }} values
 * @param {boolean} asked  a remark was asked for
 */
export function shown({ result, remark }, asked) {
  const more = result === "problem" || result === "not_checked" || remark !== "" || asked;
  return {
    more,
    problem: result === "problem",
    remarkLabel: REMARK_LABELS[result] || "备注",
    note: result === "no_issue" && !more,           /* the button that asks for a remark */
  };
}

/**
 * One line of words, as the server words an answer.
 * @param {{ result: string, problems: string[], remark: string, rectify_by: string | null }} said  labels, not codes
 */
export function sentence({ result, problems, remark, rectify_by }) {
  return [result, problems.join("；"), remark, rectify_by ? `改正期限 ${rectify_by}` : ""]
    .filter(Boolean).map((words) => words.replace(/。+$/, "")).join("。");
}
