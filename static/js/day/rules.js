/* Which day a text means, for the calendar beside it. The server reads the text by itself
   (core/days.py) and says what is wrong with it; here a text that is no day opens the calendar at today. */

const DAY = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$|^(\d{4})(\d{2})(\d{2})$/;

/**
 * Full-width signs and the ideographic space as plain ones.
 * @param {string} text
 */
export const plain = (text) => text
  .replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xFEE0))
  .replace(/\u3000/g, " ")
  .trim();

/**
 * The day behind a text as the calendar wants it, 2024-09-30; empty when there is none.
 * @param {string} text
 */
export function isoOf(text) {
  const found = DAY.exec(plain(text));
  if (!found) return "";
  const [year, month, day] = found.slice(1).filter((part) => part !== undefined).map(Number);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > last) return "";
  return [String(year), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
}
