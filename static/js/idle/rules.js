/* When a device left alone is asked about, warned and told; times in ms. The server ends the session by
   itself (agencies/middleware.py); this only tells in time. */

/** @typedef {{ last: number, warn: number, tell: number }} Limits */

/**
 * @typedef {object} Moment
 * @property {number} now
 * @property {number} act  when somebody last did something, in any window
 * @property {number} told  when the server last heard of it
 * @property {number} quiet  no question before this time
 * @property {boolean} ended  the end is on the screen
 * @property {boolean} open  the dialog is on the screen
 * @property {boolean} hidden  the page is not looked at
 */

/** @typedef {{ ask: "look" | "act" | null, count: boolean, close: boolean }} Step  "act" counts as work, "look" does not */

/** @typedef {{ user: number | string | null, left: number }} Session  the server's answer; `left` in seconds */

/**
 * The warning comes two minutes before the end, in a short session after half of it.
 * @param {number} seconds
 * @returns {Limits}
 */
export function limitsOf(seconds) {
  const last = seconds * 1000;
  return { last, warn: Math.min(120000, last / 2), tell: Math.min(60000, last / 4) };
}

/**
 * What to do at this moment.
 * @param {Moment} moment
 * @param {Limits} limits
 * @returns {Step}
 */
export function stepOf({ now, act, told, quiet, ended, open, hidden }, { last, warn, tell }) {
  const left = act + last - now;
  if (ended) return { ask: hidden ? null : "look", count: false, close: false };
  if (left <= 0) return { ask: "look", count: false, close: false };
  if (left <= warn) return { ask: open ? null : "look", count: open, close: false };
  const recent = now - act < 2 * tell;              /* an act from before the computer slept is none */
  const due = recent && act > told && now - told >= tell && now >= quiet;
  return { ask: due ? "act" : null, count: false, close: open };   /* another window goes on */
}

/**
 * What the server's answer means for this page.
 * @param {Session} session
 * @param {string} owner
 * @param {Limits} limits
 * @returns {"other" | "end" | "warning" | "on"}
 */
export function standingOf({ user, left }, owner, { warn }) {
  if (user !== null && String(user) !== owner) return "other";
  if (user === null || left <= 0) return "end";
  return left * 1000 > warn ? "on" : "warning";
}

/**
 * The latest act in all windows of one browser; a time to come is none, whatever another window has written.
 * @param {number} seen  in this window
 * @param {string | null} written  by the others
 * @param {number} now
 */
export const latestAct = (seen, written, now) => Math.max(seen, Math.min(Number(written) || 0, now));

const FRESH = 5000;                                 /* what the server said this lately still holds */

/**
 * Must the server be asked for the session before a form is sent? One that opens another window is not held up.
 * @param {{ method: string, target: string, heard: number, now: number }} sending  heard: when the session was last known to live
 */
export const asksFirst = ({ method, target, heard, now }) => method === "post" && !target && now - heard > FRESH;

/**
 * Whole seconds until the end.
 * @param {number} act
 * @param {number} now
 * @param {Limits} limits
 */
export const secondsLeft = (act, now, { last }) => Math.max(0, Math.ceil((act + last - now) / 1000));
