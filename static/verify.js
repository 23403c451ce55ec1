/* 自己验算: runs drs1.js in a worker on the certificate of this page and says in plain words what came out.
   On the site the certificate is fetched from the same site; in a saved page it stands in the page itself.
   Everything that comes from a certificate is set as text, never as markup. */
"use strict";

(() => {
  const box = document.querySelector("[data-verify]");
  if (!box) return;
  const part = (name) => box.querySelector(`[data-verify-${name}]`);
  const inline = (id) => document.getElementById(`verify-${id}`);
  const STEPS = {
    read: [0.03, "读取证书"], lists: [0.1, "核对名单和规则"], tickets: [0.3, "计算抽签号"], teams: [0.6, "配备人员"],
    events: [0.9, "重放替换和换人"], claims: [0.95, "与公布的结果对照"],
  };
  const MARKS = {
    RECOMPUTED: "已重算", "TIMES CLAIMED, NOT PROVEN": "时间为自称，未证明", "BEACON AUTHENTICITY": "公共随机源真伪",
    LOG: "日志", GRADE: "保证等级", DISCLOSURE: "化名", REHEARSAL: "演练", VOID: "作废", SUPERSEDES: "取代",
    "SUPERSEDED BY": "已被取代", WARNING: "注意",
  };
  let files = {};
  let missing = [];
  let worker = null;
  let waiting = null;
  let certificate = null;

  /* 1 Small pieces of the page --------------------------------------------- */
  function el(tag, className, ...inside) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside);
    return made;
  }

  /* A digest in groups of eight, copied without blanks. */
  function code(value, groups = 8) {
    const made = el("span", "code");
    for (const group of value.slice(0, 8 * groups).match(/.{1,8}/g) || []) made.append(el("span", "", group));
    return made;
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

  function show(name, ...inside) {
    part(name).replaceChildren(...inside);
    part(name).hidden = !inside.length;
  }

  function notice(name, level, bold, ...rest) {
    const text = el("p", "", el("b", "", bold), ...rest);
    show(name, el("div", `notice${level ? ` notice--${level}` : ""}`, icon(level === "ok" ? "check" : level ? "alert" : "info"), text));
  }

  /* Times of a certificate are UTC; people here read Beijing time. */
  function readable(text) {
    return text.replace(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ?/g, (_, at) => {
      const local = new Date(Date.parse(at) + 8 * 3600e3).toISOString();
      return `${local.slice(0, 10)} ${local.slice(11, 19)}（北京时间）`;
    });
  }

  /* 2 Running ------------------------------------------------------------------ */
  function start() {
    if (!inline("worker")) return new Worker(box.dataset.worker);
    const source = [inline("drs1").textContent, "\n", inline("worker").textContent];
    return new Worker(URL.createObjectURL(new Blob(source, { type: "text/javascript" })));
  }

  async function read(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`服务器回答 ${response.status}`);
    return response.arrayBuffer();
  }

  function send(message) {
    if (!worker) {
      worker = start();
      worker.onmessage = ({ data }) => answers[data.type](data);
      worker.onerror = () => answers.failed({ why: "验算程序没有启动" });
    }
    worker.postMessage({ ...message, drs1: box.dataset.drs1 });
  }

  async function run() {
    part("start").disabled = true;
    for (const name of ["verdict", "lists", "report", "found", "files"]) show(name);
    part("find").hidden = true;
    progress({ step: "read", share: 0 });
    part("progress").hidden = false;
    try {
      certificate = certificate || (inline("certificate")
        ? new TextEncoder().encode(inline("certificate").textContent).buffer
        : await read(box.dataset.certificate));
    } catch (error) {
      finish();
      notice("verdict", "warn", "没有取到证书。", `${error.message}。什么也没有验算；请检查网络后再按一次，或者下载证书用离线程序验算。`);
      return;
    }
    send({ type: "check", certificate, files });
  }

  function progress({ step, share }) {
    const names = Object.keys(STEPS);
    const [from, label] = STEPS[step];
    const [to] = STEPS[names[names.indexOf(step) + 1]] || [1];
    part("bar").setAttribute("width", String(Math.round(100 * (from + (to - from) * share))));
    part("step").textContent = `正在${label}…`;
  }

  function finish() {
    part("progress").hidden = true;
    part("start").disabled = false;
    part("start").textContent = "再验算一次";
  }

  const answers = {
    progress,

    report({ report, seconds }) {
      finish();
      verdict(report, seconds);
      missing = report.absent.map(({ key }) => key);
      if (missing.length) show("lists", ...report.absent.map(wanted));
      if (report.verdict === "refused") files = {};   /* so that another file can be brought */
      if (report.lines.length) show("report", ...reported(report));
      if (!report.files) return;
      part("find").hidden = false;
      part("salt").hidden = !report.alias;
      show("files", ...listed(report.files));
    },

    file({ name, bytes }) {
      if (waiting && waiting.name === name) waiting.done(bytes);
    },

    found,

    failed({ why }) {
      finish();
      worker.terminate();
      worker = null;
      notice("verdict", "warn", "验算没有做完。", `${why}。这不说明证书有问题；请换一个浏览器，或者下载证书用离线程序验算。`);
    },
  };

  /* 3 What came out -------------------------------------------------------------- */
  function verdict(report, seconds) {
    const took = el("span", "meta", seconds < 0.1 ? "用时不到 0.1 秒" : `用时 ${seconds.toFixed(1)} 秒`);
    if (report.verdict === "passed") {
      notice(
        "verdict", report.grade === "C" ? "warn" : "ok",
        `${report.candidates} 个抽签号一致，${report.selected} 户抽中结果一致。`,
        "重算的总指纹、种子、结果与公布的相同；哪些只是自称、哪些没有核对，见下表。",
        report.grade === "C" ? "保证等级 C：验算一致，但这次抽取可被操作员操纵。" : "", took,
      );
    } else if (report.verdict === "incomplete") {
      notice("verdict", "warn", "还没有验算完。", report.why, took);
    } else {
      notice(
        "verdict", "danger", report.verdict === "unreadable" ? "证书读不懂。" : "验算不通过。", report.why,
        "请不要采信这份证书。可以重新下载再验算一次；仍不通过，请带着这句话向公布机关提出异议。", took,
      );
    }
  }

  function reported({ lines, strata }) {
    const facts = el("dl", "facts facts--ruled");
    let last = null;
    for (const { mark, text, code: value } of lines) {
      if (!last || last.mark !== mark) {
        last = { mark, said: el("dd") };
        facts.append(el("div", "", el("dt", "", MARKS[mark] || mark, el("br"), el("span", "fine", mark)), last.said));
      }
      last.said.append(el("p", "", readable(text), ...(value ? [el("br"), code(value)] : [])));
    }
    return strata ? [facts, tiers(strata)] : [facts];
  }

  function tiers(strata) {
    const head = el("tr");
    for (const [label, right] of [["档", ""], ["基数", "r"], ["应抽", "r"], ["补抽", "r"], ["分界号", ""]]) {
      const cell = el("th", right, label);
      cell.scope = "col";
      head.append(cell);
    }
    const body = el("tbody");
    for (const tier of strata) {
      const name = el("th", "main", tier.code);
      name.scope = "row";
      const cells = [["基数", "r", tier.base], ["应抽", "r", tier.n], ["补抽", "r", tier.topup]].map(([label, right, value]) => {
        const cell = el("td", right, String(value));
        cell.dataset.l = label;
        return cell;
      });
      const cut = el("td", "", tier.cut ? code(tier.cut, 2) : "没有抽取");
      cut.dataset.l = "分界号";
      body.append(el("tr", "", name, ...cells, cut));
    }
    return el("table", "table table--stack after", el("caption", "", "各档重算的结果"), el("thead", "", head), body);
  }

  /* Lists that the certificate only names: the visitor brings the file, or has it read from this site. */
  function wanted({ key, label, href, bytes, digest }) {
    const input = el("input", "input input--file");
    input.type = "file";
    input.id = `verify-list-${key}`;
    input.addEventListener("change", async () => {
      if (input.files.length) supply(key, await input.files[0].arrayBuffer());
    });
    const name = el("label", "", `提供${label}文件`);
    name.htmlFor = input.id;
    const hint = el("p", "hint", `${bytes} 字节，指纹 `, code(digest));
    const field = el("div", "field", name, hint, input);
    const address = sameSite(href);
    if (!address) return field;
    const button = el("button", "btn", "从本站读取");
    button.type = "button";
    button.addEventListener("click", async () => {
      try {
        supply(key, await read(address));
      } catch (error) {
        notice("verdict", "warn", "没有取到文件。", `${error.message}。请另行下载后在下面选择。`);
      }
    });
    return el("div", "row", field, button);
  }

  function supply(key, file) {
    files[key] = file;
    if (missing.every((each) => each in files)) run();
  }

  function sameSite(href) {
    if (inline("worker")) return "";
    try {
      const address = new URL(href, new URL(box.dataset.certificate, location.href));
      return address.origin === location.origin ? address.href : "";
    } catch {
      return "";
    }
  }

  /* 4 Intermediate files ------------------------------------------------------------- */
  function listed(all) {
    const rows = all.map(({ name, label, digest, size }) => {
      const text = el("pre", "code");
      text.tabIndex = 0;                     /* it scrolls: the keyboard must reach it */
      const save = el("a", "btn", icon("down"), `保存 ${name}.txt`);
      save.download = `${name}.txt`;
      const view = el("details", "", el("summary", "", `看内容（${size} 字节）`), text, save);
      view.addEventListener("toggle", () => {
        if (!view.open || text.textContent) return;
        waiting = { name, done: (bytes) => fill(text, save, bytes) };
        send({ type: "file", name });
      });
      return el("div", "", el("dt", "", label), el("dd", "", code(digest), view));
    });
    const facts = el("dl", "facts", ...rows);
    const how = el("p", "meta", "保存下来，用 sha256sum 或 certutil -hashfile 就能自己算指纹（国密套件用 SM3）。");
    return [el("details", "", el("summary", "", `重算用到的 ${all.length} 个文件和它们的指纹`), how, facts)];
  }

  const LONGEST = 20000;
  function fill(text, save, bytes) {
    const decoder = new TextDecoder();
    const cut = bytes.length > LONGEST;
    text.textContent = decoder.decode(bytes.subarray(0, LONGEST)) + (cut ? "\n…（只显示开头，完整内容请保存）" : "");
    save.href = URL.createObjectURL(new Blob([bytes], { type: "text/plain;charset=utf-8" }));
  }

  /* 5 My code, my ticket, my tier's cut ------------------------------------------------- */
  function look(event) {
    event.preventDefault();
    const id = box.querySelector("#verify-id").value.trim();
    const salt = part("salt").hidden ? "" : box.querySelector("#verify-salt").value.trim().toLowerCase();
    if (id) send({ type: "find", id, salt });
  }

  function found({ id, alias, fault, found: row }) {
    if (fault) return notice("found", "warn", "没有查。", fault);
    if (!row) {
      return notice(
        "found", "warn", `名单里没有“${id}”。`,
        alias ? "这个代码和盐值算出的化名不在名单里，请核对两项是否填对。" : "请核对代码；如果您认为自己应在名单里，可以向公布机关提出异议。",
      );
    }
    const { stratum } = row;
    const own = ["抽签号 ", code(row.ticket, 2)];
    if (alias) own.unshift("化名 ", code(alias), "。");
    const cut = stratum.cut ? ["；分界号 ", code(stratum.cut, 2)] : [];
    const place = `。“${stratum.code}”档 ${stratum.pool} 户待抽，应抽 ${stratum.n} 户`;
    const said = {
      draw: ["抽中了。", `按号从小到大排第 ${row.rank}，在应抽的 ${stratum.n} 户之内。全部抽中对象里是第 ${row.number} 个，第 ${row.batch} 批。`],
      topup: ["抽中了（补抽）。", `本档没有排进应抽的户数，但总数没有达到下限，按号补抽。第 ${row.batch} 批。`],
      forced: ["必查，不靠抽签。", `事先列为必查，理由代码 ${row.reason}。`],
      waiting: ["没有抽中。", `按号从小到大排第 ${row.rank}，在应抽的 ${stratum.n} 户之外；候补第 ${row.waiting} 位。`],
      "": ["不参加抽取。", `封存前已排除，理由代码 ${row.reason}。`],
    }[row.how];
    return notice("found", "", `${id}：${said[0]}`, ...own, place, ...cut, "。", said[1]);
  }

  part("find").addEventListener("submit", look);
  part("start").addEventListener("click", run);
  part("start").hidden = false;
})();
