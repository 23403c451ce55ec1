/* The code of the first run as it stands in the address that the terminal printed. */

/**
 * The code in the part of an address behind #, which no server ever sees; empty without one.
 * @param {string} hash as in location.hash
 * @returns {string}
 */
export function codeIn(hash) {
  const text = hash.replace(/^#/, "").toUpperCase();
  return /^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/.test(text) ? text : "";
}
