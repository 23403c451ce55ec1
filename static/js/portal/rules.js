/* What the small helpers of every page decide. */

export const PATIENCE = 20000;                      /* ms: a stopped request gives the button back */
export const LONG = 120000;                         /* the same for what says data-busy */

/** @type {Record<string, string>} */
const EXAMPLES = { date: "2024-09-30", "datetime-local": "2024-09-30 10:00" };

/**
 * @typedef {object} Press
 * @property {string} key
 * @property {boolean} combined  with Ctrl, Meta or Alt, or inside an input method
 * @property {boolean} typing  into a field
 * @property {boolean} off  the reader has switched shortcuts off
 */

/**
 * What a key asks for. Escape always closes menus; the others are shortcuts and stay out of typing.
 * @param {Press} press
 * @returns {"close" | "find" | "keys" | null}
 */
export function askedBy({ key, combined, typing, off }) {
  if (key === "Escape") return "close";
  if (combined || typing || off) return null;
  if (key === "/") return "find";
  return key === "?" ? "keys" : null;
}

/**
 * Is a form sent once only? One that opens another window, or may be sent again, is not held.
 * @param {{ method: string, target: string, again: boolean }} form
 */
export const isGuarded = ({ method, target, again }) => method === "post" && !target && !again;

/**
 * How long a button stays pressed without an answer.
 * @param {string | undefined} said  data-busy
 */
export const patienceFor = (said) => (said ? LONG : PATIENCE);

/**
 * Is it a date field whose content is no date? The browser would send nothing in its place.
 * @param {{ type: string, bad: boolean }} input
 */
export const isUnread = ({ type, bad }) => type in EXAMPLES && bad;

/**
 * What is said at a date that cannot be.
 * @param {string} type
 */
export const unreadWords = (type) => `这个日期不存在，或者没有填完整，没有提交。请在这里写明，例如 ${EXAMPLES[type]}。`;

/**
 * The page's title with the summary of errors before it, once.
 * @param {string} words
 * @param {string} title
 */
export const titled = (words, title) => (title.startsWith(words) ? title : `${words} · ${title}`);
