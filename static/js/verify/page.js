/* 自己验算: runs drs1.js in a worker on the certificate of this page and says in plain words what came out.
   On the site the certificate is fetched from the same site; in a saved page it stands in the page itself.
   Everything that comes from a certificate is set as text, never as markup. */
import { element, icon, maybe, one } from "../common/dom.js";
import { barOf, groupsOf, nameOf, notFound, placeOf, readable, sameSite, tookOf, verdictOf } from "./words.js";

/**
 * @typedef {(
 *   | { type: "progress", step: string, share: number }
 *   | { type: "report", report: DRS1Report, seconds: number }
 *   | { type: "file", name: string, bytes: Uint8Array }
 *   | { type: "found", id: string, alias: string, fault?: string, found?: DRS1Row | null }
 *   | { type: "failed", why: string }
 * )} Message  of the worker
 */

const LONGEST = 20000;                              /* bytes of an intermediate file that are shown */

/**
 * A digest in groups of eight, copied without blanks.
 * @param {string} value
 */
function code(value, groups = 8) {
  return element("span", "code", ...groupsOf(value, groups).map((group) => element("span", "", group)));
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} address */
async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`服务器回答 ${response.status}`);
  return response.arrayBuffer();
}

/** @param {HTMLElement} box */
function offer(box) {
  /** @param {string} name */
  const part = (name) => one(box, `[data-verify-${name}]`, HTMLElement);
  /** @param {string} id */
  const inline = (id) => document.getElementById(`verify-${id}`);
  const start = one(box, "[data-verify-start]", HTMLButtonElement);
  const bar = one(box, "[data-verify-bar]", Element);
  /** @type {Record<string, ArrayBuffer>} */
  let files = {};
  /** @type {string[]} */
  let missing = [];
  /** @type {Worker | null} */
  let worker = null;
  /** @type {{ name: string, done: (bytes: Uint8Array) => void } | null} */
  let waiting = null;
  /** @type {ArrayBuffer | null} */
  let certificate = null;

  /* 1 Small pieces of the page --------------------------------------------- */
  /**
   * @param {string} name
   * @param {...(string | Node)} inside
   */
  function show(name, ...inside) {
    part(name).replaceChildren(...inside);
    part(name).hidden = !inside.length;
  }

  /**
   * @param {string} name
   * @param {string} level
   * @param {string} bold
   * @param {...(string | Node)} rest
   */
  function notice(name, level, bold, ...rest) {
    const sign = icon(level === "ok" ? "check" : level ? "alert" : "info");
    const text = element("p", "", element("b", "", bold), ...rest);
    show(name, element("div", `notice${level ? ` notice--${level}` : ""}`, sign, text));
  }

  /* 2 Running ------------------------------------------------------------------ */
  function startWorker() {
    const own = inline("worker");
    const drs1 = inline("drs1");
    if (!own || !drs1) return new Worker(box.dataset.worker || "");
    const source = [drs1.textContent || "", "\n", own.textContent || ""];
    return new Worker(URL.createObjectURL(new Blob(source, { type: "text/javascript" })));
  }

  /** @param {Record<string, unknown>} message */
  function send(message) {
    if (!worker) {
      worker = startWorker();
      worker.onmessage = ({ data }) => take(data);
      worker.onerror = () => failed("验算程序没有启动");
    }
    worker.postMessage({ ...message, drs1: box.dataset.drs1 });
  }

  async function readCertificate() {
    const own = inline("certificate");
    if (own) return new TextEncoder().encode(own.textContent || "").buffer;
    return load(box.dataset.certificate || "");
  }

  async function run() {
    start.disabled = true;
    for (const name of ["verdict", "lists", "report", "found", "files"]) show(name);
    part("find").hidden = true;
    progress({ step: "read", share: 0 });
    part("progress").hidden = false;
    try {
      certificate = certificate || await readCertificate();
    } catch (error) {
      finish();
      notice("verdict", "warn", "没有取到证书。", `${messageOf(error)}。什么也没有验算；请检查网络后再按一次，或者下载证书用离线程序验算。`);
      return;
    }
    send({ type: "check", certificate, files });
  }

  /** @param {import("./words.js").Progress} at */
  function progress(at) {
    const { percent, words } = barOf(at);
    bar.setAttribute("width", String(percent));
    part("step").textContent = words;
  }

  function finish() {
    part("progress").hidden = true;
    start.disabled = false;
    start.textContent = "再验算一次";
  }

  /** @param {Message} message */
  function take(message) {
    if (message.type === "progress") progress(message);
    else if (message.type === "report") report(message.report, message.seconds);
    else if (message.type === "found") found(message);
    else if (message.type === "failed") failed(message.why);
    else if (waiting && waiting.name === message.name) waiting.done(message.bytes);
  }

  /** @param {string} why */
  function failed(why) {
    finish();
    if (worker) worker.terminate();
    worker = null;
    notice("verdict", "warn", "验算没有做完。", `${why}。这不说明证书有问题；请换一个浏览器，或者下载证书用离线程序验算。`);
  }

  /* 3 What came out -------------------------------------------------------------- */
  /**
   * @param {DRS1Report} came
   * @param {number} seconds
   */
  function report(came, seconds) {
    finish();
    const { level, bold, rest } = verdictOf(came);
    notice("verdict", level, bold, ...rest, element("span", "meta", tookOf(seconds)));
    missing = came.absent.map(({ key }) => key);
    if (missing.length) show("lists", ...came.absent.map(wanted));
    if (came.verdict === "refused") files = {};     /* so that another file can be brought */
    if (came.lines.length) show("report", ...reported(came));
    if (!came.files) return;
    part("find").hidden = false;
    part("salt").hidden = !came.alias;
    show("files", ...listed(came.files));
  }

  /* Lists that the certificate only names: the visitor brings the file, or has it read from this site. */
  /** @param {DRS1Report["absent"][number]} list */
  function wanted({ key, label, href, bytes, digest }) {
    const input = element("input", "input input--file");
    input.type = "file";
    input.id = `verify-list-${key}`;
    input.addEventListener("change", async () => {
      const file = input.files && input.files[0];
      if (file) supply(key, await file.arrayBuffer());
    });
    const name = element("label", "", `提供${label}文件`);
    name.htmlFor = input.id;
    const hint = element("p", "hint", `${bytes} 字节，指纹 `, code(digest));
    const field = element("div", "field", name, hint, input);
    const base = inline("worker") ? "" : new URL(box.dataset.certificate || "", location.href).href;
    const address = sameSite(href, base, location.origin);
    if (!address) return field;
    const button = element("button", "btn", "从本站读取");
    button.type = "button";
    button.addEventListener("click", async () => {
      try {
        supply(key, await load(address));
      } catch (error) {
        notice("verdict", "warn", "没有取到文件。", `${messageOf(error)}。请另行下载后在下面选择。`);
      }
    });
    return element("div", "row", field, button);
  }

  /**
   * @param {string} key
   * @param {ArrayBuffer} file
   */
  function supply(key, file) {
    files[key] = file;
    if (missing.every((each) => each in files)) run();
  }

  /* 4 Intermediate files ------------------------------------------------------------- */
  /** @param {NonNullable<DRS1Report["files"]>} all */
  function listed(all) {
    const rows = all.map(({ name, label, digest, size }) => {
      const text = element("pre", "code");
      text.tabIndex = 0;                            /* it scrolls: the keyboard must reach it */
      const save = element("a", "btn", icon("down"), `保存 ${name}.txt`);
      save.download = `${name}.txt`;
      const view = element("details", "", element("summary", "", `看内容（${size} 字节）`), text, save);
      view.addEventListener("toggle", () => {
        if (!view.open || text.textContent) return;
        waiting = { name, done: (bytes) => fill(text, save, bytes) };
        send({ type: "file", name });
      });
      return element("div", "", element("dt", "", label), element("dd", "", code(digest), view));
    });
    const facts = element("dl", "facts", ...rows);
    const how = element("p", "meta", "保存下来，用 sha256sum 或 certutil -hashfile 就能自己算指纹（国密套件用 SM3）。");
    const title = element("summary", "", `重算用到的 ${all.length} 个文件和它们的指纹`);
    return [element("details", "", title, how, facts)];
  }

  /* 5 My code, my ticket, my tier's cut ------------------------------------------------- */
  /** @param {Event} event */
  function look(event) {
    event.preventDefault();
    const id = one(box, "#verify-id", HTMLInputElement).value.trim();
    const own = one(box, "#verify-salt", HTMLInputElement).value.trim().toLowerCase();
    if (id) send({ type: "find", id, salt: part("salt").hidden ? "" : own });
  }

  /** @param {Extract<Message, { type: "found" }>} message */
  function found({ id, alias, fault, found: row }) {
    if (fault) return notice("found", "warn", "没有查。", fault);
    if (!row) return notice("found", "warn", `名单里没有“${id}”。`, notFound(alias !== ""));
    const { stratum } = row;
    const own = ["抽签号 ", code(row.ticket, 2)];
    if (alias) own.unshift("化名 ", code(alias), "。");
    const cut = stratum.cut ? ["；分界号 ", code(stratum.cut, 2)] : [];
    const place = `。“${stratum.code}”档 ${stratum.pool} 户待抽，应抽 ${stratum.n} 户`;
    const { bold, rest } = placeOf(row);
    return notice("found", "", `${id}：${bold}`, ...own, place, ...cut, "。", rest);
  }

  part("find").addEventListener("submit", look);
  start.addEventListener("click", run);
  start.hidden = false;
}

/** @param {DRS1Report} report */
function reported({ lines, strata }) {
  const facts = element("dl", "facts facts--ruled");
  /** @type {{ mark: string, said: HTMLElement } | null} */
  let last = null;
  for (const { mark, text, code: value } of lines) {
    if (!last || last.mark !== mark) {
      last = { mark, said: element("dd") };
      const name = element("dt", "", nameOf(mark), element("br"), element("span", "fine", mark));
      facts.append(element("div", "", name, last.said));
    }
    last.said.append(element("p", "", readable(text), ...(value ? [element("br"), code(value)] : [])));
  }
  return strata ? [facts, tiers(strata)] : [facts];
}

/** @param {DRS1Stratum[]} strata */
function tiers(strata) {
  const head = element("tr");
  for (const [label, right] of [["档", ""], ["基数", "r"], ["应抽", "r"], ["补抽", "r"], ["分界号", ""]]) {
    const cell = element("th", right, label);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody");
  for (const tier of strata) {
    const name = element("th", "main", tier.code);
    name.scope = "row";
    const numbers = /** @type {[string, number][]} */ ([["基数", tier.base], ["应抽", tier.n], ["补抽", tier.topup]]);
    const cells = numbers.map(([label, value]) => {
      const cell = element("td", "r", String(value));
      cell.dataset.l = label;
      return cell;
    });
    const cut = element("td", "", tier.cut ? code(tier.cut, 2) : "没有抽取");
    cut.dataset.l = "分界号";
    body.append(element("tr", "", name, ...cells, cut));
  }
  return element("table", "table table--stack after", element("caption", "", "各档重算的结果"), element("thead", "", head), body);
}

/**
 * Show an intermediate file, and offer all of it for saving.
 * @param {HTMLElement} text
 * @param {HTMLAnchorElement} save
 * @param {Uint8Array} bytes
 */
function fill(text, save, bytes) {
  const cut = bytes.length > LONGEST;
  text.textContent = new TextDecoder().decode(bytes.subarray(0, LONGEST)) + (cut ? "\n…（只显示开头，完整内容请保存）" : "");
  save.href = URL.createObjectURL(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: "text/plain;charset=utf-8" }));
}

const box = maybe(document, "[data-verify]", HTMLElement);
if (box) offer(box);
