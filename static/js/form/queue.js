/* What an officer has entered and the server has not: kept at once, sent one after the other, never
   overwriting a colleague's version unseen. No page, no storage and no network in here: the caller
   brings them, so that another page can keep the same promises. */

/** @typedef {import("./values.js").Values} Values */
/** @typedef {Values & { at: number, stopped?: boolean }} Entry  `at` is when it was entered, in ms */
/** @typedef {Values & { updated_by: string, updated_at: string, words: string }} Version  the server's */

/**
 * @typedef {object} Memory  what outlives the page
 * @property {() => string | null} read
 * @property {(text: string | null) => boolean} write  null forgets; false: this browser keeps nothing
 */

/**
 * @typedef {object} Answer  of the server
 * @property {number} status
 * @property {{ answer?: { version: number }, current?: Version, message?: string }} body
 */

/**
 * @typedef {(
 *   | { kind: "saved", version: number }
 *   | { kind: "conflict", current: Version, message: string }
 *   | { kind: "refused", message: string }
 * )} Outcome
 */

/**
 * @typedef {object} Door  how one page sends
 * @property {(pk: string) => boolean} has  is the item on the page?
 * @property {(pk: string, values: Entry) => Promise<Answer>} send  rejects without a network
 * @property {(pk: string, outcome: Outcome) => void} tell
 */

/** @typedef {"done" | "offline" | "fault"} Run  sent what could be; no network; the server is at fault */
/** @typedef {"conflict" | "stuck" | "unfinished" | "empty"} Standing */

export const EXPIRED = "登录已过期。您填写的内容已保存在本机，请重新登录后打开本页，会自动上传。";
export const NOT_SAVED = "这一项没有保存，请核对填写的内容。您填写的内容没有丢失。";

/**
 * What an earlier page has left; unreadable text is none.
 * @param {string | null} text
 * @returns {Map<string, Entry>}
 */
export function parse(text) {
  try {
    return new Map(Object.entries(JSON.parse(text || "{}") || {}));
  } catch {
    return new Map();
  }
}

/** Answers that are not on the server yet, by the item's number, oldest change of an item first. */
export class AnswerQueue {
  /** @param {Memory} memory */
  constructor(memory) {
    this.memory = memory;
    this.entries = parse(memory.read());
    /** @type {Map<string, Version>} a colleague was faster: waits for a choice */
    this.conflicts = new Map();
  }

  /** How many items are not on the server. */
  get size() {
    return this.entries.size;
  }

  /** @param {string} pk */
  has(pk) {
    return this.entries.has(pk);
  }

  /** When the latest of them was entered, in ms; 0 without any. */
  get latest() {
    return Math.max(...[...this.entries.values()].map((entry) => entry.at), 0);
  }

  /** What the page should say; a conflict comes first, for only a person can end it. */
  get standing() {
    if (this.conflicts.size) return "conflict";
    if ([...this.entries.values()].some((entry) => entry.stopped)) return "stuck";
    return this.entries.size ? "unfinished" : "empty";
  }

  /** Write down what is left; false when this browser keeps nothing. */
  keep() {
    return this.memory.write(this.entries.size ? JSON.stringify(Object.fromEntries(this.entries)) : null);
  }

  /**
   * An item was changed on the screen; what was refused before is tried again.
   * @param {string} pk
   * @param {Values} values
   * @param {number} at
   * @returns {boolean}  whether it is kept should the page go away
   */
  change(pk, values, at) {
    this.entries.set(pk, { ...values, at });
    return this.keep();
  }

  /**
   * The next to send: with a result, not refused as it is, not waiting for a choice, on the page.
   * @param {(pk: string) => boolean} has
   */
  next(has) {
    return [...this.entries].find(
      ([pk, entry]) => entry.result && !entry.stopped && !this.conflicts.has(pk) && has(pk),
    );
  }

  /**
   * Send what is waiting, one after the other; the first failure of network or server ends the run and
   * leaves everything where it is.
   * @param {Door} door
   * @returns {Promise<Run>}
   */
  async send(door) {
    for (let waiting; (waiting = this.next(door.has));) {
      const [pk, entry] = waiting;
      let answer;
      try {
        answer = await door.send(pk, entry);
      } catch {
        return "offline";
      }
      if (answer.status >= 500) return "fault";
      const outcome = this.received(pk, entry, answer);
      if (outcome) door.tell(pk, outcome);
    }
    return "done";
  }

  /**
   * What an answer means for the item; null when it left the queue meanwhile.
   * @param {string} pk
   * @param {Entry} sent
   * @param {Answer} answer
   * @returns {Outcome | null}
   */
  received(pk, sent, { status, body }) {
    const entry = this.entries.get(pk);
    if (!entry) return null;
    const outcome = outcomeOf(status, body);
    if (outcome.kind === "saved") {
      if (entry.at === sent.at) this.entries.delete(pk);
      else entry.version = outcome.version;         /* changed again while it was on its way */
    } else if (outcome.kind === "conflict") {
      this.conflicts.set(pk, outcome.current);
    } else {
      entry.stopped = true;                         /* until it is changed again */
    }
    this.keep();
    return outcome;
  }

  /**
   * The officer keeps the own version; it follows the colleague's from now on.
   * @param {string} pk
   */
  keepMine(pk) {
    this.conflicts.delete(pk);
  }

  /**
   * The officer takes the colleague's version; the own one is given up.
   * @param {string} pk
   */
  takeTheirs(pk) {
    this.conflicts.delete(pk);
    this.entries.delete(pk);
    this.keep();
  }

  /** Somebody asked for it: what was refused is tried once more. */
  release() {
    for (const entry of this.entries.values()) delete entry.stopped;
  }

  /**
   * A page opens: what was not sent last time goes back onto it. What the server has already, and what
   * is no longer on the page, is forgotten.
   * @param {(pk: string, entry: Entry) => boolean} wanted  is it on the page and other than the server's?
   * @returns {[string, Entry][]}  to put back; one older than the server's is answered with both
   */
  restore(wanted) {
    this.release();
    for (const [pk, entry] of [...this.entries]) {
      if (!wanted(pk, entry)) this.entries.delete(pk);
    }
    this.keep();
    return [...this.entries];
  }
}

/**
 * @param {number} status
 * @param {Answer["body"]} body
 * @returns {Outcome}
 */
function outcomeOf(status, body) {
  if (status >= 200 && status < 300 && body.answer) return { kind: "saved", version: body.answer.version };
  if (status === 409 && body.current) {
    return { kind: "conflict", current: body.current, message: body.message || "" };
  }
  const expired = status === 403 && !body.message;
  return { kind: "refused", message: body.message || (expired ? EXPIRED : NOT_SAVED) };
}
