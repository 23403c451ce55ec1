/* Photos on their way: one after the other, each tried again until the server has it or refuses it. No
   page and no network in here; the caller uploads. */

/** @typedef {"waiting" | "failed" | "refused"} State */

/**
 * @template T
 * @typedef {{ file: T, name: string, item: string, state: State, words: string }} Job  `item`: "" is the visit itself
 */

/** @typedef {{ kind: "sent" } | { kind: "failed", words: string } | { kind: "refused", words: string }} Outcome */

export const NO_NETWORK = "网络不通，没有上传";

/** @template T */
export class PhotoQueue {
  /** @param {(job: Job<T>) => void} tell  a photo has changed its state, or is done */
  constructor(tell) {
    this.tell = tell;
    /** @type {Job<T>[]} chosen and not yet on the server, in the order of choice */
    this.jobs = [];
    this.sent = 0;
    this.running = false;
  }

  /**
   * Photos were chosen; the count of what is done begins anew when nothing was left.
   * @param {{ file: T, name: string }[]} files
   * @param {string} item
   */
  add(files, item) {
    this.sent = this.jobs.length ? this.sent : 0;
    for (const { file, name } of files) {
      /** @type {Job<T>} */
      const job = { file, name, item, state: "waiting", words: "等待上传" };
      this.jobs.push(job);
      this.tell(job);
    }
  }

  /** @param {Job<T>} job */
  has(job) {
    return this.jobs.includes(job);
  }

  /** Those that still have to go. */
  get left() {
    return this.jobs.filter((job) => job.state !== "refused").length;
  }

  /** Does something wait for another try? */
  get failed() {
    return this.jobs.some((job) => job.state === "failed");
  }

  /**
   * It is done, or the officer has read why it was refused.
   * @param {Job<T>} job
   */
  drop(job) {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    this.tell(job);
  }

  /** @param {Job<T>} job */
  retry(job) {
    job.state = "waiting";
  }

  /** What failed is tried once more. */
  retryAll() {
    for (const job of this.jobs) if (job.state === "failed") job.state = "waiting";
  }

  /**
   * Upload what is waiting, one after the other; a photo that fails does not hold the next ones up.
   * @param {(job: Job<T>) => Promise<Outcome>} upload
   * @returns {Promise<boolean>}  false when a run is on its way already
   */
  async run(upload) {
    if (this.running) return false;
    this.running = true;
    for (let job; (job = this.jobs.find((each) => each.state === "waiting"));) {
      job.words = "上传中";
      this.tell(job);
      const outcome = await upload(job);
      if (outcome.kind === "sent") {
        this.sent += 1;
        this.drop(job);
      } else {
        job.state = outcome.kind;
        job.words = outcome.words;
        this.tell(job);
      }
    }
    this.running = false;
    return true;
  }

  /**
   * How far a photo has come.
   * @param {Job<T>} job
   * @param {number} loaded
   * @param {number} total
   */
  progress(job, loaded, total) {
    job.words = `上传中 ${Math.round(100 * loaded / total)}%`;
    this.tell(job);
  }

  /** One line about all of them. */
  get status() {
    const left = this.left;
    const failed = this.jobs.filter((job) => job.state === "failed").length;
    if (!left) return this.sent ? `${this.sent} 张照片已上传。` : "";
    if (failed === left) return `${left} 张照片没有上传成功，会自动重试。表格可以继续填写。`;
    return `照片 ${this.sent}/${this.sent + left} 已上传。表格可以继续填写。`;
  }
}

/**
 * What the server's answer means: a fault of the server is tried again, a refusal is not.
 * @param {number} status
 * @param {string} text
 * @returns {Outcome}
 */
export function outcomeOf(status, text) {
  if (status === 200) return { kind: "sent" };
  if (status >= 500) return { kind: "failed", words: "系统出错，没有上传" };
  return { kind: "refused", words: refusal(status, text) };
}

/**
 * @param {number} status
 * @param {string} text
 * @returns {string}
 */
function refusal(status, text) {
  try {
    const body = JSON.parse(text);
    if (body.message) return body.message;
    if (body.photo) return body.photo.join("");
  } catch {
    /* no JSON: a proxy in between has spoken */
  }
  if (status === 413) return "照片太大，没有上传。请降低像素后重拍。";
  if (status === 403) return "登录已过期，没有上传。请重新登录后再传。";
  return "没有上传。请刷新页面后再试。";
}
