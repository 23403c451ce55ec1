/* DRS1 in the browser: recomputes a public draw and checks its certificate, without network, without
   crypto.subtle, in a page, in a worker or in Node. It follows the text of the protocol (sections 2 and 3,
   whose numbers stand in the headings) and is written apart from tasks/drs1.py: lists stay bytes, tickets
   are words of one typed array, and a person's place on a team is an edge of a graph.

     DRS1.verify(bytes, files, tell)   report on a certificate; never throws for what it refuses
     DRS1.draw(input, options)         a whole draw from its input; throws DRS1.Refused
     DRS1.readJSON(bytes)              the strict reader of 3.1; throws DRS1.Refused

   Because lines of a file ascend by bytes and TAB is smaller than every letter, the order of lines is the
   order of the codes that start them. Nothing here ever sorts a text. */
"use strict";

var DRS1 = (() => {
  class Refused extends Error {
    constructor(message, verdict = "refused") {
      super(message);
      this.verdict = verdict;
    }
  }
  const refuse = (message) => { throw new Refused(message); };

  /* ---- Hashes (2.1) ---------------------------------------------------------------------- */

  /* The first 32 bits of the fractional part of a root of a prime: the constants of SHA-256. */
  function rootBits(prime, degree) {
    const goal = BigInt(prime) << BigInt(32 * degree);
    let root = 0n;
    for (let bit = 1n << 37n; bit; bit >>= 1n) {
      let power = 1n;
      for (let k = 0; k < degree; k += 1) power *= root | bit;
      if (power <= goal) root |= bit;
    }
    return Number(root & 0xffffffffn) | 0;
  }

  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
  const ROUND256 = Int32Array.from(PRIMES, (p) => rootBits(p, 3));
  const START256 = Int32Array.from(PRIMES.slice(0, 8), (p) => rootBits(p, 2));
  const W = new Int32Array(68);

  function load(block, at) {
    for (let j = 0; j < 16; j += 1, at += 4) {
      W[j] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
    }
  }

  function mix256(state, block, at) {
    load(block, at);
    for (let j = 16; j < 64; j += 1) {
      const x = W[j - 15];
      const y = W[j - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[j] = (W[j - 16] + s0 + W[j - 7] + s1) | 0;
    }
    let a = state[0]; let b = state[1]; let c = state[2]; let d = state[3];
    let e = state[4]; let f = state[5]; let g = state[6]; let h = state[7];
    for (let j = 0; j < 64; j += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND256[j] + W[j]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  const turn = (x, n) => (x << n) | (x >>> (32 - n));
  const ROUND_SM3 = Int32Array.from({ length: 64 }, (_, j) => turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));
  const START_SM3 = Int32Array.of(
    0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
  );

  function mixSM3(state, block, at) {
    load(block, at);
    for (let j = 16; j < 68; j += 1) {
      const x = W[j - 16] ^ W[j - 9] ^ turn(W[j - 3], 15);
      W[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(W[j - 13], 7) ^ W[j - 6];
    }
    let a = state[0]; let b = state[1]; let c = state[2]; let d = state[3];
    let e = state[4]; let f = state[5]; let g = state[6]; let h = state[7];
    for (let j = 0; j < 64; j += 1) {
      const a12 = turn(a, 12);
      const ss1 = turn((a12 + e + ROUND_SM3[j]) | 0, 7);
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ a12) + (W[j] ^ W[j + 4])) | 0;
      const tt2 = (gg + h + ss1 + W[j]) | 0;
      d = c; c = turn(b, 9); b = a; a = tt1;
      h = g; g = turn(f, 19); f = e; e = tt2 ^ turn(tt2, 9) ^ turn(tt2, 17);
    }
    state[0] ^= a; state[1] ^= b; state[2] ^= c; state[3] ^= d;
    state[4] ^= e; state[5] ^= f; state[6] ^= g; state[7] ^= h;
  }

  const SUITES = {
    "DRS1-SHA256": { start: START256, mix: mix256 },
    "DRS1-SM3": { start: START_SM3, mix: mixSM3 },
  };
  const SHA256 = SUITES["DRS1-SHA256"];

  /* One running hash: add bytes as they come; nothing is copied but the last, unfinished block. */
  class Hash {
    constructor(suite) {
      this.suite = suite;
      this.state = Int32Array.from(suite.start);
      this.rest = new Uint8Array(64);
      this.length = 0;
    }

    add(bytes, from = 0, to = bytes.length) {
      let fill = this.length % 64;
      this.length += to - from;
      if (fill) {
        while (fill < 64 && from < to) this.rest[fill++] = bytes[from++];
        if (fill < 64) return this;
        this.suite.mix(this.state, this.rest, 0);
      }
      for (; to - from >= 64; from += 64) this.suite.mix(this.state, bytes, from);
      for (fill = 0; from < to; from += 1) this.rest[fill++] = bytes[from];
      return this;
    }

    digest() {
      const bits = this.length * 8;
      const tail = new Uint8Array(this.length % 64 < 56 ? 64 - (this.length % 64) : 128 - (this.length % 64));
      const end = new DataView(tail.buffer);
      tail[0] = 0x80;
      end.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
      end.setUint32(tail.length - 4, bits >>> 0);
      this.add(tail);
      const out = new DataView(new ArrayBuffer(32));
      this.state.forEach((word, j) => out.setInt32(4 * j, word));
      return new Uint8Array(out.buffer);
    }
  }

  /* Many short hashes that start alike: H(key ‖ id) for each id, eight words each. */
  class Keyed {
    constructor(suite, key) {
      this.suite = suite;
      this.key = key.length;
      this.text = new Uint8Array(512);
      this.text.set(key);
      this.state = new Int32Array(8);
      this.end = this.key;
      this.dirty = this.key;
    }

    add(bytes, from = 0, to = bytes.length) {
      for (; from < to; from += 1) this.text[this.end++] = bytes[from];
      return this;
    }

    zero() {
      this.text[this.end++] = 0;
      return this;
    }

    into(words, at) {
      const { text, state, end } = this;
      const full = (end + 9 + 63) & ~63;
      text.fill(0, end, Math.max(full, this.dirty));
      text[end] = 0x80;
      text[full - 2] = end >>> 5;
      text[full - 1] = end << 3;
      this.dirty = full;
      this.end = this.key;
      state.set(this.suite.start);
      for (let from = 0; from < full; from += 64) this.suite.mix(state, text, from);
      for (let j = 0; j < 8; j += 1) words[at + j] = state[j];
    }
  }

  function less(words, a, b) {
    for (let j = 0; j < 8; j += 1) if (words[a + j] !== words[b + j]) return words[a + j] < words[b + j] ? -1 : 1;
    return 0;
  }

  const hash = (suite, ...parts) => parts.reduce((run, part) => run.add(bytesOf(part)), new Hash(suite)).digest();
  const hexHash = (suite, ...parts) => hex(hash(suite, ...parts));

  /* ---- Bytes, texts, numbers (2.1) ------------------------------------------------------- */

  const HEX = Array.from({ length: 256 }, (_, n) => (n + 256).toString(16).slice(1));
  const encoder = new TextEncoder();
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const LONE = /[\ud800-\udfff]/u;
  const BANNED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;
  const ODD = /[\p{Cf}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
  const ZERO = "0".repeat(64);
  const NUL = Uint8Array.of(0);
  const DIGITS = "0123456789abcdef";

  const hex = (bytes) => Array.from(bytes, (b) => HEX[b]).join("");
  const unhex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, k) => parseInt(text.substr(2 * k, 2), 16));
  const isHex = (text, digits = 64) => typeof text === "string" && text.length === digits && /^[0-9a-f]*$/.test(text);
  const wordsHex = (words, at) =>
    Array.from({ length: 8 }, (_, j) => (words[at + j] >>> 0).toString(16).padStart(8, "0")).join("");

  function bytesOf(text) {
    if (typeof text !== "string") return text;
    if (LONE.test(text)) refuse("一段文字里有不成对的代理字符，没有 UTF-8 形式。");
    return encoder.encode(text);
  }

  function textOf(bytes, what) {
    try {
      return strict.decode(bytes);
    } catch {
      return refuse(`${what}不是有效的 UTF-8 文本。`);
    }
  }

  function compare(a, a0, a1, b, b0, b1) {
    const n = Math.min(a1 - a0, b1 - b0);
    for (let k = 0; k < n; k += 1) if (a[a0 + k] !== b[b0 + k]) return a[a0 + k] - b[b0 + k];
    return a1 - a0 - (b1 - b0);
  }

  const same = (a, b) => a.length === b.length && compare(a, 0, a.length, b, 0, b.length) === 0;

  /* A text for a sentence: what cannot be seen is spelled out, what is long is cut. */
  function shown(value) {
    const text = typeof value === "string" ? value : JSON.stringify(value) || String(value);
    const spelled = (c) => `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
    const points = Array.from(text);
    const cut = points.length > 60 ? `${points.slice(0, 60).join("")}…` : text;
    return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|[\ud800-\udfff]/gu, spelled).replace(ODD, spelled);
  }

  /* Why a text is no token; empty if it is one. */
  function tokenFault(value, limit = 200) {
    if (typeof value !== "string") return "不是文字";
    if (LONE.test(value)) return "含不成对的代理字符";
    if (!value) return "是空的";
    if (encoder.encode(value).length > limit) return `超过 ${limit} 字节`;
    if (BANNED.test(value)) return "含控制字符或其他禁用字符";
    if (value[0] === " " || value[value.length - 1] === " ") return "首尾有空格";
    return "";
  }

  const nameFault = (value) => tokenFault(value) || (value === "-" || value === "*" ? `不能是“${value}”` : "");

  function integer(text, what, least = 0, most = Infinity) {
    if (!/^(?:0|[1-9][0-9]{0,11})$/.test(text)) refuse(`${what}“${shown(text)}”不是规范写法的整数。`);
    const value = Number(text);
    if (value < least || value > most) refuse(`${what} ${value} 超出范围。`);
    return value;
  }

  const choice = (text, allowed, what) =>
    (allowed.includes(text) ? text : refuse(`${what}“${shown(text)}”不在 ${allowed.join("、")} 之中。`));

  const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  function isTime(text) {
    const parts = typeof text === "string" && /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(text);
    if (!parts) return false;
    const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
    const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
    return year > 0 && month > 0 && day > 0 && day <= DAYS[month - 1] + leap && hour < 24 && minute < 60 && second < 60;
  }

  /* ---- JSON (3.1) ------------------------------------------------------------------------ */

  const unreadable = (message) => { throw new Refused(message, "unreadable"); };

  /* Reads one value after the other; texts are decoded by the engine, everything around them is ours. */
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    fail(why) {
      const line = this.text.slice(0, this.at).split("\n").length;
      return unreadable(`文件第 ${line} 行不是有效的 JSON：${why}。`);
    }

    peek() {
      const { text } = this;
      for (;; this.at += 1) {
        const c = text.charCodeAt(this.at);
        if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return text[this.at];
      }
    }

    take(mark) {
      if (this.peek() !== mark) this.fail(`此处应为“${mark}”`);
      this.at += 1;
    }

    value(depth) {
      if (depth > 100) this.fail("嵌套过深");
      const mark = this.peek();
      if (mark === "{") return this.object(depth);
      if (mark === "[") return this.array(depth);
      if (mark === '"') return this.string();
      for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
        if (this.text.startsWith(word, this.at)) {
          this.at += word.length;
          return value;
        }
      }
      return this.number();
    }

    number() {
      const rule = /-?[0-9][0-9.eE+-]*/y;
      rule.lastIndex = this.at;
      const found = rule.exec(this.text);
      if (!found) return this.fail("有无法识别的内容");
      if (!/^-?(?:0|[1-9][0-9]*)$/.test(found[0])) this.fail(`数 ${found[0].slice(0, 40)} 没有写成整数`);
      if (found[0].length > 17 || Math.abs(Number(found[0])) >= 2 ** 53) this.fail("有不小于 2⁵³ 的数");
      this.at += found[0].length;
      return Number(found[0]);
    }

    string() {
      const { text } = this;
      const from = this.at;
      let to = from + 1;
      let escaped = false;
      for (;; to += 1) {
        const c = text.charCodeAt(to);
        if (c === 34) break;
        if (c === 92) {
          to += 1;
          escaped = escaped || text.charCodeAt(to) === 117;
        } else if (!(c >= 32)) {
          this.at = to;
          this.fail(Number.isNaN(c) ? "文字没有结束" : "文字里有控制字符");
        }
      }
      this.at = to + 1;
      let value;
      try {
        value = JSON.parse(text.slice(from, to + 1));
      } catch {
        this.at = from;
        this.fail("文字里有错误的转义");
      }
      if (escaped && LONE.test(value)) this.fail("文字里有不成对的代理字符，没有 UTF-8 形式");
      return value;
    }

    array(depth) {
      const found = [];
      this.take("[");
      if (this.peek() !== "]") {
        for (;; this.at += 1) {
          found.push(this.value(depth + 1));
          if (this.peek() !== ",") break;
        }
      }
      this.take("]");
      return found;
    }

    object(depth) {
      const found = Object.create(null);
      this.take("{");
      if (this.peek() !== "}") {
        for (;; this.at += 1) {
          if (this.peek() !== '"') this.fail("键必须是文字");
          const key = this.string();
          if (key in found) this.fail(`同一对象里键“${shown(key)}”出现两次`);
          this.take(":");
          found[key] = this.value(depth + 1);
          if (this.peek() !== ",") break;
        }
      }
      this.take("}");
      return found;
    }
  }

  /* One JSON object of a file, with everything refused that an ordinary reader hides. */
  function readJSON(bytes) {
    let text;
    try {
      text = strict.decode(bytes);
    } catch {
      unreadable("文件不是有效的 UTF-8 文本。");
    }
    if (text.charCodeAt(0) === 0xfeff) unreadable("文件以字节顺序标记（BOM）开头。");
    const reader = new Reader(text);
    if (reader.peek() !== "{") unreadable("文件不是一个 JSON 对象。");
    const value = reader.value(0);
    if (reader.peek() !== undefined) reader.fail("对象之后还有别的内容");
    return value;
  }

  /* ---- Forms of objects (3.1, 3.2) ------------------------------------------------------- */

  /* A form is a test that throws, [form] for arrays, or {key: form}; a key that ends in ? may be absent. */
  function conform(value, form, path) {
    if (typeof form === "function") return form(value, path);
    if (Array.isArray(form)) {
      if (!Array.isArray(value)) refuse(`${path} 的类型不对，应为数组。`);
      return value.map((entry, k) => conform(entry, form[0], `${path}[${k}]`));
    }
    if (value === null || typeof value !== "object" || Array.isArray(value)) refuse(`${path} 的类型不对，应为对象。`);
    const found = Object.create(null);
    for (const key of Object.keys(value)) {
      if (value[key] === null) continue;
      const rule = Object.prototype.hasOwnProperty.call(form, key) ? form[key]
        : Object.prototype.hasOwnProperty.call(form, `${key}?`) ? form[`${key}?`] : null;
      if (!rule) refuse(`${path}里有协议不认识的键“${shown(key)}”。`);
      found[key] = conform(value[key], rule, `${path}.${key}`);
    }
    for (const key of Object.keys(form)) {
      if (!key.endsWith("?") && !(key in found)) refuse(`${path} 缺少必需的“${key}”。`);
    }
    return found;
  }

  const tested = (fault) => (value, path) => {
    const why = fault(value);
    if (why) refuse(`${path} ${why}。`);
    return value;
  };
  const word = (...allowed) => tested((v) => (allowed.includes(v) ? "" : `应为 ${allowed.join("、")}，实为“${shown(v)}”`));
  const token = tested(tokenFault);
  const name = tested(nameFault);
  const long = tested((v) => tokenFault(v, 2000));
  const digest = tested((v) => (isHex(v) ? "" : "不是 64 位小写十六进制数"));
  const moment = tested((v) => (isTime(v) ? "" : "不是存在的 UTC 时间（形如 2026-03-02T01:10:00Z）"));
  const count = tested((v) => (Number.isSafeInteger(v) && v >= 1 ? "" : "不是不小于 1 的整数"));
  const flag = tested((v) => (typeof v === "boolean" ? "" : "的类型不对，应为 true 或 false"));
  const text = tested((v) => (typeof v === "string" ? "" : "的类型不对，应为文字"));
  const anything = (value) => value;

  function table(form) {
    return (value, path) => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) refuse(`${path} 的类型不对，应为对象。`);
      return new Map(Object.keys(value).filter((key) => value[key] !== null).map((key) => [key, form(value[key], path)]));
    };
  }

  function atLeast(form, fault) {
    return (value, path) => {
      const found = conform(value, form, path);
      const why = fault(found);
      if (why) refuse(`${path} ${why}。`);
      return found;
    };
  }

  const REPLACE = {
    type: word("replace"), target: name, reason: name,
    "evidence_sha256?": digest, "proposed_by?": name, "confirmed_by?": name,
  };
  const SUBSTITUTE = {
    type: word("substitute"), target: name, agency: name, inspector: name, reason: name, "scope?": word("one", "all"),
  };
  function eventForm(value, path) {
    const kind = value && typeof value === "object" ? value.type : undefined;
    if (kind !== "replace" && kind !== "substitute") refuse(`${path} 的事件类型“${shown(kind)}”未知。`);
    return conform(value, kind === "replace" ? REPLACE : SUBSTITUTE, path);
  }

  const REFERENCE = { href: long, digest, bytes: count };
  const listForm = (value, path) => (typeof value === "string" ? value : conform(value, REFERENCE, path));
  const INPUT = {
    draw_id: token, plan: text, candidates: listForm, inspectors: listForm, recusals: listForm,
    prev: digest, anchor: digest, chain: [digest], commits: table(anything), reveals: table(anything),
    beacon_value: text, events: [eventForm],
  };
  const DRAND_CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
  const DRAND = {
    kind: word("drand"), network: word("quicknet"), chain_hash: word(DRAND_CHAIN), round: count, randomness: digest,
    signature: tested((v) => (isHex(v, 96) ? "" : "不是 96 位小写十六进制数")), at: moment,
  };
  const LOTTERY = {
    kind: word("ssq", "dlt", "ssq+dlt", "dice"), issue: token, value: token, at: moment,
    sources: atLeast([long], (v) => (v.length ? "" : "是空的，至少要有一个来源")),
  };
  const CERTIFICATE = {
    format: word("DRS1-certificate"), version: word(1), suite: word(...Object.keys(SUITES)), draw_id: token,
    title: token, authority: token, rehearsal: flag, assurance: word("A", "B", "C"),
    "disclosure?": word("full", "alias"), "supersedes?": token, "superseded_by?": token,
    "void?": {
      reason: token, at: moment,
      by: atLeast([name], (v) => (new Set(v).size > 1 ? "" : "不足两个不同的人，作废须经两人同意")),
    },
    publication: [{ what: word("freeze", "closed", "result"), digest, at: moment, where: long }],
    input: INPUT,
    "beacon?": (value, path) => conform(value, value && value.kind === "drand" ? DRAND : LOTTERY, path),
    "log?": { seq: count, prev: digest, time: moment, head: digest },
    claims: {
      freeze: digest, seed: digest, result: digest, result_text: text,
      events: [text], final_teams: [text], events_digest: digest,
    },
  };

  /* ---- Files (2.1, 2.2) ------------------------------------------------------------------ */

  const LABEL = { plan: "抽取规则", candidates: "候选名单", inspectors: "检查人员名单", recusals: "回避名单" };
  const LISTS = ["candidates", "inspectors", "recusals"];
  const TAB = 9;
  const LF = 10;

  /* A file as bytes, with the places where its lines start; refuses what 2.1 does not allow of a file. */
  class Lines {
    constructor(key, source, drawId) {
      this.label = LABEL[key];
      if (typeof source !== "string" && !(source instanceof Uint8Array)) refuse(`${this.label}不是文字。`);
      const bytes = this.bytes = bytesOf(source);
      if (bytes.length > 2 ** 28) refuse(`${this.label}超过 256 MiB。`);
      if (bytes[bytes.length - 1] !== LF) refuse(`${this.label}最后一行没有以换行结束。`);
      const header = bytesOf(`DRS1-${key}\t${drawId}\n`);
      if (!same(header, bytes.subarray(0, header.length))) {
        refuse(`${this.label}第 1 行不是“DRS1-${key}”加本次抽取编号“${shown(drawId)}”。`);
      }
      this.scan(header.length);
      this.order();
    }

    place(k) {
      return `${this.label}第 ${k + 2} 行`;
    }

    digest(suite) {
      this.known = this.known || hexHash(suite, this.bytes);
      return this.known;
    }

    scan(from) {
      const { bytes } = this;
      const starts = [from];
      let ascii = true;
      for (let at = from; at < bytes.length; at += 1) {
        const b = bytes[at];
        if (b === LF) {
          starts.push(at + 1);
        } else if ((b < 0x20 && b !== TAB) || b === 0x7f || (b >= 0x80 && bannedAt(bytes, at))) {
          refuse(`${this.place(starts.length - 1)}含控制字符或其他禁用字符。`);
        } else if (b >= 0x80) {
          ascii = false;
        }
      }
      this.starts = Uint32Array.from(starts);
      this.count = starts.length - 1;
      this.ascii = ascii;
    }

    order() {
      const { bytes, starts } = this;
      for (let k = 0; k < this.count; k += 1) {
        if (starts[k + 1] - starts[k] === 1) refuse(`${this.place(k)}是空行。`);
        if (k && compare(bytes, starts[k - 1], starts[k] - 1, bytes, starts[k], starts[k + 1] - 1) >= 0) {
          refuse(`${this.place(k)}没有排在上一行之后：各行须按字节严格升序。`);
        }
      }
    }

    /* Ends of the fields of line k into `ends`; their number. Every field is a token but for its length. */
    fields(k, ends) {
      const { bytes, starts } = this;
      const stop = starts[k + 1] - 1;
      let n = 0;
      for (let at = starts[k], from = at; at <= stop; at += 1) {
        if (at < stop && bytes[at] !== TAB) continue;
        if (at === from) refuse(`${this.place(k)}第 ${n + 1} 个字段是空的。`);
        if (bytes[from] === 32 || bytes[at - 1] === 32) refuse(`${this.place(k)}第 ${n + 1} 个字段首尾有空格。`);
        ends[n++] = at;
        from = at + 1;
      }
      return n;
    }

    line(k) {
      return strict.decode(this.bytes.subarray(this.starts[k], this.starts[k + 1] - 1));
    }

    /* The fields of line k as texts; `lists` are the columns that may be longer than a token. */
    texts(k, wanted, lists = []) {
      const ends = [];
      const n = this.fields(k, ends);
      if (wanted && n !== wanted) refuse(`${this.place(k)}有 ${n} 个字段，应为 ${wanted} 个。`);
      ends.forEach((end, j) => {
        const size = end - (j ? ends[j - 1] + 1 : this.starts[k]);
        const limit = lists.includes(j) ? 65535 : 200;
        if (size > limit) refuse(`${this.place(k)}第 ${j + 1} 个字段超过 ${limit} 字节。`);
      });
      return this.line(k).split("\t");
    }
  }

  const linesOf = (key, source, drawId) => (source instanceof Lines ? source : new Lines(key, source, drawId));

  /* C1 controls, U+2028, U+2029 and U+FEFF by their first byte. */
  function bannedAt(bytes, at) {
    const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    return (a === 0xc2 && b < 0xa0) || (a === 0xe2 && b === 0x80 && (c === 0xa8 || c === 0xa9))
      || (a === 0xef && b === 0xbb && c === 0xbf);
  }

  /* Names in ascending order of bytes; finds one from a slice of a file. */
  class Names {
    constructor(names) {
      this.all = names.map(bytesOf);
      this.last = 0;
    }

    find(bytes, from, to) {
      const { all } = this;
      if (all.length && compare(all[this.last], 0, all[this.last].length, bytes, from, to) === 0) return this.last;
      for (let low = 0, high = all.length - 1; low <= high;) {
        const middle = (low + high) >> 1;
        const sign = compare(all[middle], 0, all[middle].length, bytes, from, to);
        if (sign === 0) return (this.last = middle);
        if (sign < 0) low = middle + 1;
        else high = middle - 1;
      }
      return -1;
    }
  }

  function nameAt(where, value, banned = "") {
    const why = nameFault(value) || (Array.from(banned).some((c) => value.includes(c)) ? `含有“${banned}”之一` : "");
    if (why) refuse(`${where}“${shown(value)}”${why}。`);
    return value;
  }

  /* A list field as an array; null means everything. */
  function listAt(where, field, star) {
    if (field === "-") return [];
    if (field === "*" && star) return null;
    const found = field.split(",").map((element) => nameAt(`${where}的列表元素`, element));
    const raw = found.map(bytesOf);
    for (let k = 1; k < raw.length; k += 1) {
      if (compare(raw[k - 1], 0, raw[k - 1].length, raw[k], 0, raw[k].length) >= 0) {
        refuse(`${where}的列表元素“${shown(found[k])}”没有按升序排列。`);
      }
    }
    return found;
  }

  /* Each key of the plan: how many values, whether it may come again, and how it is read. */
  const PLAN = {
    suite: [1, false, (plan, at, [v]) => { plan.suite = SUITES[choice(v, Object.keys(SUITES), `${at}：算法`)]; plan.suiteName = v; }],
    beacon: [2, false, (plan, at, [kind, ref]) => {
      if (!Object.prototype.hasOwnProperty.call(BEACONS, kind)) refuse(`${at}：公共随机源“${shown(kind)}”未知。`);
      if (!BEACONS[kind].ref(ref)) refuse(`${at}：公共随机源的期号“${shown(ref)}”写法不规范。`);
      plan.beacon = { kind, ref };
    }],
    base: [1, false, (plan, at, [v]) => { plan.base = choice(v, ["eligible", "registered"], `${at}：base `); }],
    forced: [1, false, (plan, at, [v]) => { plan.forced = choice(v, ["outside", "inside"], `${at}：forced `); }],
    missing: [1, false, (plan, at, [v]) => { plan.missing = choice(v, ["proceed", "void"], `${at}：missing `); }],
    batches: [1, false, (plan, at, [v]) => { plan.batches = integer(v, `${at}：批数`, 1); }],
    floor: [2, false, (plan, at, [ppm, least]) => {
      plan.floor = { ppm: integer(ppm, `${at}：总数下限比例`, 0, 1e6), least: integer(least, `${at}：总数下限`) };
    }],
    title: [1, false, (plan, at, [v]) => { plan.title = v; }],
    authority: [1, false, (plan, at, [v]) => { plan.authority = v; }],
    period: [1, false, () => {}],
    stratum: [6, true, (plan, at, [code, mode, value, min, max, topup]) => {
      const [ratio, least] = [mode !== "fixed", integer(min, `${at}：最少数`)];
      choice(mode, ["up", "down", "half", "lr", "fixed"], `${at}：取整方式`);
      const most = max === "-" ? Infinity : integer(max, `${at}：最多数`);
      if (least > most) refuse(`${at}：最少数 ${least} 大于最多数 ${most}。`);
      choice(topup, ["0", "1"], `${at}：补足标志`);
      plan.strata.push({
        code, mode, value: integer(value, ratio ? `${at}：比例` : `${at}：户数`, 0, ratio ? 1e6 : Infinity),
        least, most, topup: topup === "1",
      });
    }],
    agency: [2, true, (plan, at, [code, m]) => {
      nameAt(`${at}：部门代码`, code, ",:");
      plan.agencies.push({ code, demand: integer(m, `${at}：每户人数`, 1, 99) });
    }],
    contributor: [2, true, (plan, at, [code, kind]) => {
      plan.contributors.push({ code, sealed: choice(kind, ["sealed", "open"], `${at}：参与方式`) === "sealed" });
    }],
    reason: [1, true, (plan, at, [code]) => { plan.reasons.add(code); }],
    outside: [1, true, (plan, at, [code]) => { plan.outside.add(code); }],
    deadline: [2, true, (plan, at, [what, time]) => {
      choice(what, ["commit", "reveal", "beacon"], `${at}：期限`);
      if (!isTime(time)) refuse(`${at}：期限“${shown(time)}”不是存在的 UTC 时间。`);
    }],
  };

  function readPlan(source, drawId) {
    const file = new Lines("plan", source, drawId);
    if (file.count > 10000) refuse("抽取规则超过 10000 行。");
    const plan = {
      file, strata: [], agencies: [], contributors: [], reasons: new Set(), outside: new Set(),
      base: "eligible", forced: "outside", missing: "proceed", batches: 1, floor: { ppm: 0, least: 0 },
    };
    const seen = new Set();
    for (let k = 0; k < file.count; k += 1) {
      const at = file.place(k);
      const [key, ...values] = file.texts(k, 0);
      if (!Object.prototype.hasOwnProperty.call(PLAN, key)) refuse(`${at}：不认识规则“${shown(key)}”。`);
      const [width, many, read] = PLAN[key];
      if (values.length !== width) refuse(`${at}：“${key}”有 ${values.length} 个值，应为 ${width} 个。`);
      const slot = many ? `${key}\t${nameAt(`${at}：代码`, values[0])}` : key;
      if (seen.has(slot)) refuse(`${at}：“${shown(slot.replace("\t", " "))}”重复。`);
      seen.add(slot);
      read(plan, at, values);
    }
    for (const [key, found] of [["suite", plan.suite], ["beacon", plan.beacon], ["stratum", plan.strata.length]]) {
      if (!found) refuse(`抽取规则缺少“${key}”一行。`);
    }
    const known = new Set(plan.contributors.map((c) => c.code));
    for (const code of plan.outside) {
      if (!known.has(code)) refuse(`抽取规则的 outside 指名“${shown(code)}”，但参与方里没有这个代码。`);
    }
    return plan;
  }

  const [POOL, FORCED, EXCLUDED] = [80, 70, 88];   // the bytes P, F, X

  /* The candidates stay bytes: where each id ends, its stratum, its status. */
  function readCandidates(source, drawId, plan) {
    const file = linesOf("candidates", source, drawId);
    const { bytes, starts, count: n } = file;
    const list = { file, count: n, idEnd: new Uint32Array(n), stratum: new Uint16Array(n), status: new Uint8Array(n) };
    const strata = new Names(plan.strata.map((s) => s.code));
    const agencies = new Set(plan.agencies.map((a) => a.code));
    const ends = [];
    const lone = (from, to, c) => to - from === 1 && bytes[from] === c;
    for (let k = 0; k < n; k += 1) {
      const columns = file.fields(k, ends);
      if (columns !== 6) refuse(`${file.place(k)}有 ${columns} 个字段，应为 6 个。`);
      const [id, tier, status, reason, region] = ends;
      if (id - starts[k] > 200) refuse(`${file.place(k)}的代码超过 200 字节。`);
      if (lone(starts[k], id, 45) || lone(starts[k], id, 42)) refuse(`${file.place(k)}的代码不能是“-”或“*”。`);
      if (k && compare(bytes, starts[k - 1], list.idEnd[k - 1], bytes, starts[k], id) === 0) {
        refuse(`${file.place(k)}的代码与上一行相同：一户只能有一行。`);
      }
      list.idEnd[k] = id;
      const found = strata.find(bytes, id + 1, tier);
      if (found < 0) refuse(`${file.place(k)}的档不在抽取规则里。`);
      list.stratum[k] = found;
      const mark = bytes[tier + 1];
      if (status - tier !== 2 || (mark !== POOL && mark !== FORCED && mark !== EXCLUDED)) {
        refuse(`${file.place(k)}的状态不是 P、F、X 之一。`);
      }
      list.status[k] = mark;
      if (lone(status + 1, reason, 45) !== (mark === POOL)) {
        refuse(`${file.place(k)}：恰好是状态 P 的没有理由，其余都要有理由。`);
      }
      if (reason - status > 201 || lone(status + 1, reason, 42)) refuse(`${file.place(k)}的理由代码无效。`);
      if (!lone(reason + 1, region, 45)) regionAt(file, k, reason + 1, region);
      if (!lone(region + 1, ends[5], 45)) needsOf(file, k, region + 1, ends[5], agencies);
    }
    return list;
  }

  function regionAt(file, k, from, to) {
    if (to - from > 200 || (to - from === 1 && file.bytes[from] === 42)) refuse(`${file.place(k)}的地区代码无效。`);
    for (let at = from; at < to; at += 1) if (file.bytes[at] === 44) refuse(`${file.place(k)}的地区代码含逗号。`);
  }

  function needsOf(file, k, from, to, agencies) {
    if (to - from > 65535) refuse(`${file.place(k)}的专长要求超过 65535 字节。`);
    return listAt(file.place(k), strict.decode(file.bytes.subarray(from, to))).map((need) => {
      const colon = need.indexOf(":");
      if (colon < 0) refuse(`${file.place(k)}的专长要求“${shown(need)}”不是“部门:标签”。`);
      const [agency, tag] = [need.slice(0, colon), need.slice(colon + 1)];
      if (!agencies.has(agency)) refuse(`${file.place(k)}的专长要求指名规则里没有的部门“${shown(agency)}”。`);
      return { agency, tag: nameAt(`${file.place(k)}的标签`, tag) };
    });
  }

  const idOf = (list, k) => strict.decode(list.file.bytes.subarray(list.file.starts[k], list.idEnd[k]));

  /* The line of an id, by halving; -1 if there is none. */
  function lineOf(list, id) {
    if (tokenFault(id)) return -1;
    const wanted = bytesOf(id);
    for (let low = 0, high = list.count - 1; low <= high;) {
      const middle = (low + high) >> 1;
      const sign = compare(list.file.bytes, list.file.starts[middle], list.idEnd[middle], wanted, 0, wanted.length);
      if (sign === 0) return middle;
      if (sign < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  function readInspectors(source, drawId, plan) {
    const file = linesOf("inspectors", source, drawId);
    const codes = new Map(plan.agencies.map((a, g) => [a.code, g]));
    const staff = { file, all: [], index: new Map() };
    for (let k = 0; k < file.count; k += 1) {
      const at = file.place(k);
      const [id, agency, regions, skills, cap, load0] = file.texts(k, 6, [2, 3]);
      nameAt(`${at}的人员代码`, id, ",");
      if (staff.index.has(id)) refuse(`${at}的人员代码“${shown(id)}”与前面重复。`);
      if (!codes.has(agency)) refuse(`${at}的部门“${shown(agency)}”不在抽取规则里。`);
      const [areas, talents] = [listAt(`${at}地区`, regions, true), listAt(`${at}专长`, skills, true)];
      staff.index.set(id, k);
      staff.all.push({
        id, agency: codes.get(agency), regions: areas && new Set(areas), skills: talents && new Set(talents),
        cap: integer(cap, `${at}的上限`), load0: integer(load0, `${at}的已有任务数`),
      });
    }
    return staff;
  }

  /* Who may not inspect whom: for each person a set of lines of candidates, or everything. */
  function readRecusals(source, drawId, list, staff) {
    const file = linesOf("recusals", source, drawId);
    const barred = new Map();
    for (let k = 0; k < file.count; k += 1) {
      const at = file.place(k);
      const [person, target, reason] = file.texts(k, 3);
      const who = staff.index.get(person);
      if (who === undefined) refuse(`${at}的人员“${shown(person)}”不在检查人员名单里。`);
      const whom = target === "*" ? -1 : lineOf(list, target);
      if (target !== "*" && whom < 0) refuse(`${at}的对象“${shown(target)}”不在候选名单里。`);
      nameAt(`${at}的理由`, reason);
      if (!barred.has(who)) barred.set(who, new Set());
      if (barred.get(who).has(whom)) refuse(`${at}与前面重复：同一人对同一对象只能回避一次。`);
      barred.get(who).add(whom);
    }
    return { file, barred };
  }

  /* ---- Ceremony: chain, contributions, beacon (2.3-2.5) ---------------------------------- */

  const numbers = (text, howMany, most) => {
    const parts = text.split("-");
    return parts.length === howMany && parts.every((part, k) => /^[0-9][0-9]$/.test(part)
      && Number(part) >= 1 && Number(part) <= most && (!k || part > parts[k - 1]));
  };
  const pair = (text, mark, first, second) => {
    const at = text.indexOf(mark);
    return at >= 0 && first(text.slice(0, at)) && second(text.slice(at + 1));
  };
  const isSsq = (v) => pair(v, "+", (f) => numbers(f, 6, 33), (b) => numbers(b, 1, 16));
  const isDlt = (v) => pair(v, "+", (f) => numbers(f, 5, 35), (b) => numbers(b, 2, 12));
  const isIssue = (v) => /^[0-9]{5,7}$/.test(v);
  const isCount = (v, most) => /^[1-9][0-9]{0,11}$/.test(v) && Number(v) <= most;
  const BEACONS = {
    "drand-quicknet": { ref: (r) => isCount(r, 1e12), value: (v) => isHex(v) },
    ssq: { ref: isIssue, value: isSsq },
    dlt: { ref: isIssue, value: isDlt },
    "ssq+dlt": { ref: (r) => pair(r, "+", isIssue, isIssue), value: (v) => pair(v, "/", isSsq, isDlt) },
    dice: { ref: (r) => isCount(r, 200), value: (v, r) => v.length === Number(r) && /^[1-6]+$/.test(v) },
    none: { ref: (r) => r === "-", value: (v) => v === "-" },
  };

  const lines = (...rows) => rows.map((row) => `${row.join("\t")}\n`).join("");

  function openChain(input, suite) {
    if (!input.chain.length) refuse("没有打开系统随机数：chain 是空的。");
    const values = input.chain.map(unhex);
    input.chain.forEach((value, k) => {
      const made = hexHash(suite, "DRS1-chain", NUL, input.draw_id, NUL, values[k]);
      if (made === (k ? input.chain[k - 1] : input.anchor)) return;
      refuse(k ? `系统随机数链第 ${k + 1} 个值与前一个值对不上。` : "打开的系统随机数与封存的锚（anchor）对不上。");
    });
    return values;
  }

  function freezeText(input, plan, files) {
    const row = (key) => [key, files[key].digest(plan.suite), files[key].count];
    return lines(
      ["DRS1-freeze", input.draw_id], ["anchor", input.anchor], row("candidates"), row("inspectors"),
      row("plan").slice(0, 2), ["prev", input.prev], row("recusals"),
    );
  }

  function contributionOf({ code, sealed }, freeze, input, suite) {
    const [commit, reveal] = [input.commits.get(code), input.reveals.get(code)];
    const who = `参与方“${shown(code)}”`;
    if (!sealed) {
      if (commit !== undefined) refuse(`${who}是当场公开的，不应有密封值。`);
      if (reveal === undefined) return "-";
      const why = tokenFault(reveal);
      if (why) refuse(`${who}的短语${why}。`);
      return hexHash(suite, "DRS1-open", NUL, reveal);
    }
    if (commit !== undefined && !isHex(commit)) refuse(`${who}的密封值不是 64 位小写十六进制数。`);
    if (reveal === undefined) return "-";
    if (!isHex(reveal)) refuse(`${who}公开的值不是 64 位小写十六进制数。`);
    if (commit === undefined) refuse(`${who}没有先交密封值就公开了。`);
    if (hexHash(suite, "DRS1-commit", NUL, code, NUL, unhex(freeze), unhex(reveal)) !== commit) {
      refuse(`${who}公开的值与事先提交的密封值不一致。`);
    }
    return reveal;
  }

  function contributionsOf(input, plan, freeze) {
    const known = new Set(plan.contributors.map((c) => c.code));
    for (const [key, map] of [["密封值", input.commits], ["公开的值", input.reveals]]) {
      for (const code of map.keys()) if (!known.has(code)) refuse(`${key}里的“${shown(code)}”不是规则里的参与方。`);
    }
    return plan.contributors.map((part) => ["contribution", part.code, contributionOf(part, freeze, input, plan.suite)]);
  }

  /* ---- Allocation (2.6) ------------------------------------------------------------------ */

  const PPM = 1000000n;
  const up = (a, b) => (a + b - 1n) / b;
  const most = (a, b) => (a > b ? a : b);
  const least = (a, b) => (a < b ? a : b);

  function rawShare({ mode, value }, base) {
    const v = BigInt(value);
    if (mode === "fixed") return v;
    if (mode === "up") return up(base * v, PPM);
    return mode === "half" ? (2n * base * v + PPM) / (2n * PPM) : (base * v) / PPM;
  }

  function allocate(plan, list) {
    const tally = new Float64Array(3 * plan.strata.length);
    const slot = { [POOL]: 0, [FORCED]: 1, [EXCLUDED]: 2 };
    for (let k = 0; k < list.count; k += 1) tally[3 * list.stratum[k] + slot[list.status[k]]] += 1;
    const shares = plan.strata.map((stratum, s) => {
      const [pool, forced, excluded] = tally.subarray(3 * s, 3 * s + 3);
      const base = BigInt(pool + forced + (plan.base === "registered" ? excluded : 0));
      return { stratum, pool, forced, excluded, base, raw: rawShare(stratum, base), n: 0, topup: 0, cut: -1 };
    });
    spreadRemainders(shares.filter((share) => share.stratum.mode === "lr"));
    const inside = plan.forced === "inside";
    let [have, whole] = [0n, 0n];
    for (const share of shares) {
      const { stratum, pool } = share;
      const forced = inside ? BigInt(share.forced) : 0n;
      let n = most(share.raw, BigInt(stratum.least));
      if (stratum.most !== Infinity) n = least(n, BigInt(stratum.most));
      share.n = Number(least(most(0n, n - forced), BigInt(pool)));
      have += BigInt(share.n) + forced;
      whole += share.base;
    }
    const need = most(up(whole * BigInt(plan.floor.ppm), PPM), BigInt(plan.floor.least));
    return { shares, deficit: Number(most(0n, need - have)), need: Number(need) };
  }

  function spreadRemainders(shares) {
    const parts = shares.map((share) => share.base * BigInt(share.stratum.value));
    let spare = up(parts.reduce((sum, part) => sum + part, 0n), PPM)
      - shares.reduce((sum, share) => sum + share.raw, 0n);
    const left = shares.map((share, k) => ({ share, rest: parts[k] % PPM }));
    left.sort((a, b) => (a.rest === b.rest ? 0 : a.rest > b.rest ? -1 : 1));   // stable: ties by code
    for (const { share } of left) if (spare-- > 0n) share.raw += 1n;
  }

  /* ---- Selection (2.7) ------------------------------------------------------------------- */

  const key = (plan, seed, purpose) => hash(plan.suite, seed, purpose);

  function ticketsOf(plan, list, seed) {
    const words = new Uint32Array(8 * list.count);
    const keyed = new Keyed(plan.suite, key(plan, seed, "DRS1/target"));
    const { bytes, starts } = list.file;
    for (let k = 0; k < list.count; k += 1) keyed.add(bytes, starts[k], list.idEnd[k]).into(words, 8 * k);
    return words;
  }

  /* Indices by ticket: a radix sort by the first word keeps the order of ids, the rest is put right by hand. */
  function byTicket(words) {
    const n = words.length / 8;
    let from = Uint32Array.from({ length: n }, (_, k) => k);
    let to = new Uint32Array(n);
    for (const shift of [0, 16]) {
      const places = new Uint32Array(65537);
      for (let k = 0; k < n; k += 1) places[((words[8 * k] >>> shift) & 0xffff) + 1] += 1;
      for (let j = 0; j < 65536; j += 1) places[j + 1] += places[j];
      for (let k = 0; k < n; k += 1) to[places[(words[8 * from[k]] >>> shift) & 0xffff]++] = from[k];
      [from, to] = [to, from];
    }
    for (let k = 1; k < n; k += 1) {
      const one = from[k];
      let at = k;
      for (; at && less(words, 8 * one, 8 * from[at - 1]) < 0; at -= 1) from[at] = from[at - 1];
      from[at] = one;
    }
    return from;
  }

  const HOW = ["", "forced", "draw", "topup", "waiting"];

  function select(plan, list, seed, allocation) {
    const words = ticketsOf(plan, list, seed);
    const order = byTicket(words);
    const how = new Uint8Array(list.count);
    const quota = Float64Array.from(allocation.shares, (share) => share.n);
    for (const k of order) {
      const tier = list.stratum[k];
      if (list.status[k] === FORCED) {
        how[k] = 1;
      } else if (list.status[k] === POOL && quota[tier] > 0) {
        quota[tier] -= 1;
        how[k] = 2;
        allocation.shares[tier].cut = k;
      } else if (list.status[k] === POOL) {
        how[k] = 4;
      }
    }
    let missing = allocation.deficit;
    for (let j = 0; missing > 0 && j < order.length; j += 1) {
      const share = allocation.shares[list.stratum[order[j]]];
      if (how[order[j]] !== 4 || !share.stratum.topup) continue;
      how[order[j]] = 3;
      share.topup += 1;
      missing -= 1;
    }
    const chosen = order.filter((k) => how[k] >= 1 && how[k] <= 3);
    return { words, order, how, chosen, shortfall: missing };
  }

  function batchOf(index, plan, total) {
    return plan.batches === 1 ? "1" : String(1n + (BigInt(index) * BigInt(plan.batches)) / BigInt(total));
  }

  /* ---- Assignment (2.9) ------------------------------------------------------------------ */

  /* The people of one agency and the chosen targets as a graph. An edge says who may go where; the edges of
     a target lie side by side in the order of (ε, id), so a team is read off in its order. */
  class Matching {
    constructor(draw, g) {
      const { plan, list, staff, selection, seed } = draw;
      const { code, demand } = plan.agencies[g];
      Object.assign(this, { code, demand, suite: plan.suite, seed, list, staff });
      this.people = staff.all.map((person, i) => i).filter((i) => staff.all[i].agency === g && !barred(draw, i, -1));
      this.targets = Array.from(selection.chosen);
      this.place = new Map(this.targets.map((line, t) => [line, t]));
      this.load = Float64Array.from(staff.all, (person) => person.load0);
      this.fresh = new Uint32Array(staff.all.length);
      this.cap = Float64Array.from(staff.all, (person) => person.cap);
      this.search = 0;
      this.found = new Uint32Array(staff.all.length);
      this.reached = new Int32Array(staff.all.length);
      this.left = new Uint32Array(this.targets.length);
      this.through = new Int32Array(this.targets.length);
      this.posts = staff.all.map(() => []);
      this.unfilled = this.targets.map(() => 0);
      this.hall = [];
      this.connect(draw);
      this.queue = this.lot(key(plan, seed, `DRS1/assign/${code}`));
    }

    connect(draw) {
      const { file } = this.list;
      const keyed = new Keyed(this.suite, key(draw.plan, this.seed, `DRS1/edge/${this.code}`));
      const ids = this.staff.all.map((person) => bytesOf(person.id));
      const [person, first] = [[], [0]];
      let words = new Uint32Array(1024);
      this.targets.forEach((line) => {
        const wants = requirements(draw, line, this.code);
        const row = this.people.filter((i) => fits(this.staff.all[i], wants) && !barred(draw, i, line));
        const at = person.length;
        while (8 * (at + row.length) > words.length) words = grown(words);
        row.forEach((i, k) => keyed.add(file.bytes, file.starts[line], this.list.idEnd[line]).zero().add(ids[i]).into(words, 8 * (at + k)));
        const order = row.map((_, k) => k).sort((a, b) => less(words, 8 * (at + a), 8 * (at + b)) || a - b);
        const sorted = order.map((k) => words.slice(8 * (at + k), 8 * (at + k) + 8));
        order.forEach((k, j) => {
          words.set(sorted[j], 8 * (at + j));
          person.push(row[k]);
        });
        first.push(person.length);
      });
      this.words = words;
      this.first = first;
      this.person = Int32Array.from(person);
      this.target = new Int32Array(person.length);
      for (let t = 0; t < this.targets.length; t += 1) this.target.fill(t, first[t], first[t + 1]);
      this.open = new Uint8Array(person.length).fill(1);
      this.taken = new Uint8Array(person.length);
    }

    /* Targets by (τ, id). */
    lot(purpose) {
      const { file } = this.list;
      const keyed = new Keyed(this.suite, purpose);
      const words = new Uint32Array(8 * this.targets.length);
      this.targets.forEach((line, t) => keyed.add(file.bytes, file.starts[line], this.list.idEnd[line]).into(words, 8 * t));
      return this.targets.map((_, t) => t)
        .sort((a, b) => less(words, 8 * a, 8 * b) || this.targets[a] - this.targets[b]);
    }

    fill(tell) {
      for (let round = 0; round < this.demand; round += 1) {
        for (const t of this.queue) if (this.augment(t) < 0) this.unfilled[t] += 1;
        tell((round + 1) / this.demand);
      }
    }

    hasRoom(i) {
      return this.fresh[i] < this.cap[i];
    }

    better(edge, depth, best) {
      if (best === null) return true;
      const [i, j] = [this.person[edge], this.person[best.edge]];
      return (this.load[i] - this.load[j] || depth - best.depth || less(this.words, 8 * edge, 8 * best.edge) || i - j) < 0;
    }

    /* One more person for target t, shifting others where that is cheapest. Gives the person, or -1 and a Hall set.
       A mark equal to `search` means seen in this search: nothing has to be cleared between searches. */
    augment(t) {
      const { person, target, taken, open, first, load, reached, found, through, left } = this;
      const search = this.search += 1;
      let least = Infinity;
      for (const i of this.people) if (this.hasRoom(i)) least = Math.min(least, load[i]);
      left[t] = search;                       // targets seen, and the edge whose person would leave
      through[t] = -1;
      const [targets, people] = [[t], []];
      let best = null;
      let [from, start] = [0, 0];
      /* Deeper ends lose unless their load is smaller: nobody's is once `least` is reached. */
      for (let depth = 1; from < targets.length && !(best && load[person[best.edge]] <= least); depth += 1) {
        for (const stop = targets.length; from < stop; from += 1) {
          const w = targets[from];
          for (let e = first[w]; e < first[w + 1]; e += 1) {
            const i = person[e];
            if (found[i] === search || !open[e] || taken[e]) continue;
            found[i] = search;                // people seen, and the edge that found them
            reached[i] = e;
            people.push(i);
            if (this.hasRoom(i) && this.better(e, depth, best)) best = { edge: e, depth };
          }
        }
        for (; start < people.length; start += 1) {
          for (const e of this.posts[people[start]]) {
            const w = target[e];
            if (left[w] === search) continue;
            left[w] = search;
            through[w] = e;
            targets.push(w);
          }
        }
      }
      if (best) return this.shift(best.edge);
      this.hall.push({
        target: t, targets: targets.sort((a, b) => this.targets[a] - this.targets[b]), inspectors: people.sort((a, b) => a - b),
      });
      return -1;
    }

    shift(edge) {
      this.load[this.person[edge]] += 1;
      this.fresh[this.person[edge]] += 1;
      for (;;) {
        this.join(edge);
        const freed = this.through[this.target[edge]];
        if (freed < 0) return this.person[edge];
        this.leave(freed);
        edge = this.reached[this.person[freed]];
      }
    }

    /* Posts of a person stay sorted by (ε, id of the target). */
    join(edge) {
      const posts = this.posts[this.person[edge]];
      const before = (e) => (less(this.words, 8 * e, 8 * edge) || this.targets[this.target[e]] - this.targets[this.target[edge]]) < 0;
      this.taken[edge] = 1;
      posts.splice(posts.filter(before).length, 0, edge);
    }

    leave(edge) {
      const posts = this.posts[this.person[edge]];
      this.taken[edge] = 0;
      posts.splice(posts.indexOf(edge), 1);
    }

    team(t) {
      const found = [];
      for (let e = this.first[t]; e < this.first[t + 1]; e += 1) if (this.taken[e]) found.push(this.staff.all[this.person[e]].id);
      return found;
    }

    edgeOf(t, i) {
      for (let e = this.first[t]; e < this.first[t + 1]; e += 1) if (this.person[e] === i) return e;
      return -1;
    }

    /* 2.10: `gone` leaves target t; the newcomer's id, or '-'. */
    substitute(t, gone, everywhere, opened) {
      const edge = this.edgeOf(t, gone);
      if (edge < 0 || !this.taken[edge]) return null;
      this.leave(edge);
      this.load[gone] -= 1;
      this.fresh[gone] -= 1;
      this.open[edge] = 0;
      if (everywhere) this.person.forEach((i, e) => { if (i === gone) this.open[e] = 0; });
      const pool = [];
      for (let e = this.first[t]; e < this.first[t + 1]; e += 1) {
        if (this.open[e] && !this.taken[e] && this.hasRoom(this.person[e])) pool.push(e);
      }
      const come = pool.length ? this.drawFrom(pool, t, gone, opened) : this.augment(t);
      return come < 0 ? "-" : this.staff.all[come].id;
    }

    drawFrom(pool, t, gone, opened) {
      const band = Math.min(...pool.map((e) => this.load[this.person[e]])) + 1;
      const line = this.targets[t];
      const id = this.list.file.bytes.subarray(this.list.file.starts[line], this.list.idEnd[line]);
      const s = hash(this.suite, "DRS1-sub", NUL, this.seed, opened, id, NUL, this.staff.all[gone].id);
      const near = pool.filter((e) => this.load[this.person[e]] <= band);
      const drawn = near.map((e) => ({ e, lot: hexHash(this.suite, s, this.staff.all[this.person[e]].id) }));
      drawn.sort((a, b) => (a.lot === b.lot ? this.person[a.e] - this.person[b.e] : a.lot < b.lot ? -1 : 1));
      const i = this.person[drawn[0].e];
      this.join(drawn[0].e);
      this.load[i] += 1;
      this.fresh[i] += 1;
      return i;
    }
  }

  const grown = (words) => {
    const more = new Uint32Array(2 * words.length);
    more.set(words);
    return more;
  };
  const barred = (draw, i, line) => draw.barred.has(i) && draw.barred.get(i).has(line);

  function requirements(draw, line, code) {
    const fields = draw.list.file.line(line).split("\t");
    const needs = fields[5] === "-" ? [] : fields[5].split(",");
    return { region: fields[4], tags: needs.filter((need) => need.startsWith(`${code}:`)).map((need) => need.slice(code.length + 1)) };
  }

  const fits = (person, { region, tags }) =>
    (!person.regions || person.regions.has(region)) && (!person.skills || tags.every((tag) => person.skills.has(tag)));

  /* ---- The draw (2.11) ------------------------------------------------------------------- */

  /* Bytes that grow; result texts may hold a hundred thousand lines. */
  class Writer {
    constructor() {
      this.bytes = new Uint8Array(4096);
      this.end = 0;
    }

    room(more) {
      if (this.end + more <= this.bytes.length) return;
      const wider = new Uint8Array(2 * (this.end + more));
      wider.set(this.bytes.subarray(0, this.end));
      this.bytes = wider;
    }

    ascii(text) {
      this.room(text.length);
      for (let k = 0; k < text.length; k += 1) this.bytes[this.end++] = text.charCodeAt(k);
      return this;
    }

    ticket(words, at) {
      this.room(64);
      for (let j = at; j < at + 8; j += 1) {
        for (let shift = 28; shift >= 0; shift -= 4) this.bytes[this.end++] = DIGITS.charCodeAt((words[j] >>> shift) & 15);
      }
      return this;
    }

    raw(bytes, from = 0, to = bytes.length) {
      this.room(to - from);
      this.bytes.set(bytes.subarray(from, to), this.end);
      this.end += to - from;
      return this;
    }

    done() {
      return this.bytes.slice(0, this.end);
    }
  }

  function resultBytes(draw) {
    const { list, selection, teams } = draw;
    const out = new Writer();
    const { bytes, starts } = list.file;
    const strata = draw.plan.strata.map((s) => bytesOf(s.code));
    out.ascii("DRS1-result\t").raw(bytesOf(draw.drawId)).ascii(`\nseed\t${hex(draw.seed)}\n`);
    draw.allocation.shares.forEach((share, s) => {
      out.ascii("allocation\t").raw(strata[s])
        .ascii(`\t${share.pool}\t${share.forced}\t${share.excluded}\t${share.n}\t${share.topup}\n`);
    });
    out.ascii(`shortfall\t${selection.shortfall}\n`);
    selection.chosen.forEach((k, index) => {
      out.ascii(`selected\t${index + 1}\t`).raw(bytes, starts[k], list.idEnd[k]).ascii("\t").raw(strata[list.stratum[k]])
        .ascii(`\t${HOW[selection.how[k]]}\t${batchOf(index, draw.plan, selection.chosen.length)}\t`)
        .ticket(selection.words, 8 * k).ascii("\n");
    });
    if (teams.length) {
      selection.chosen.forEach((k, t) => {
        for (const team of teams) {
          team.team(t).forEach((id, place) => {
            out.ascii("assigned\t").raw(bytes, starts[k], list.idEnd[k])
              .raw(bytesOf(`\t${team.code}\t${id}\t${place ? "member" : "lead"}\n`));
          });
          if (team.unfilled[t]) {
            out.ascii("unfilled\t").raw(bytes, starts[k], list.idEnd[k]).raw(bytesOf(`\t${team.code}\t${team.unfilled[t]}\n`));
          }
        }
      });
    }
    return out.done();
  }

  const LISTS_AS_TEXT = (value, path) => (typeof value === "string" || value instanceof Uint8Array ? value : refuse(`${path} 不是文字。`));
  const DRAW_INPUT = { ...INPUT, candidates: LISTS_AS_TEXT, inspectors: LISTS_AS_TEXT, recusals: LISTS_AS_TEXT };

  /* A whole draw. options.voided: opened although contributions may be missing; options.tell(step, share). */
  function draw(given, { voided = false, tell = () => {} } = {}) {
    return drawFrom(conform(given, DRAW_INPUT, "input"), voided, tell);
  }

  function drawFrom(input, voided, tell) {
    const made = ceremony(input, voided, tell);
    made.allocation = allocate(made.plan, made.list);
    tell("tickets", 0);
    made.selection = select(made.plan, made.list, made.seed, made.allocation);
    tell("teams", 0);
    made.teams = made.plan.agencies.map((agency, g) => {
      const matching = new Matching(made, g);
      matching.fill((share) => tell("teams", (g + share) / made.plan.agencies.length));
      return matching;
    });
    made.resultBytes = resultBytes(made);
    made.result = hexHash(made.plan.suite, made.resultBytes);
    made.hall = made.teams.map((team) => team.hall.slice());
    made.warnings = warningsOf(made);
    tell("events", 0);
    runEvents(made, input);
    return made;
  }

  /* Everything up to the seed: files, freeze, chain, contributions, beacon. */
  function ceremony(input, voided, tell) {
    const plan = readPlan(input.plan, input.draw_id);
    tell("lists", 0);
    const list = readCandidates(input.candidates, input.draw_id, plan);
    const staff = readInspectors(input.inspectors, input.draw_id, plan);
    const recusals = readRecusals(input.recusals, input.draw_id, list, staff);
    const files = { plan: plan.file, candidates: list.file, inspectors: staff.file, recusals: recusals.file };
    const opened = openChain(input, plan.suite);
    const freezeFile = freezeText(input, plan, files);
    const freeze = hexHash(plan.suite, freezeFile);
    const parts = contributionsOf(input, plan, freeze);
    if (plan.missing === "void" && !voided && parts.some((row) => row[2] === "-")) {
      refuse("有参与方没有公开，而规则写明缺一即作废。");
    }
    if (!BEACONS[plan.beacon.kind].value(input.beacon_value, plan.beacon.ref)) {
      refuse(`公共随机源的值“${shown(input.beacon_value)}”写法不规范。`);
    }
    const closedFile = lines(["DRS1-closed", input.draw_id], ["freeze", freeze], ...parts);
    const seedFile = lines(
      ["DRS1-seed", input.draw_id], ["freeze", freeze], ["system", input.chain[0]], ...parts,
      ["beacon", plan.beacon.kind, plan.beacon.ref, input.beacon_value],
    );
    return {
      drawId: input.draw_id, plan, list, staff, barred: recusals.barred, files, opened, freezeFile, freeze, parts,
      closedFile, closed: hexHash(plan.suite, closedFile), seedFile, seed: hash(plan.suite, seedFile),
    };
  }

  function oddIn(texts) {
    const found = new Set();
    for (const each of texts) for (const c of each.match(ODD) || []) found.add(c);
    return Array.from(found, (c) => shown(c)).sort();
  }

  function warningsOf({ plan, allocation, files }) {
    const found = plan.agencies.filter((agency) => agency.demand < 2)
      .map((agency) => `部门“${shown(agency.code)}”每户只派 ${agency.demand} 人，少于法律要求的 2 人。`);
    for (const { stratum, raw } of allocation.shares) {
      if (stratum.most < Math.max(Number(raw), stratum.least)) {
        found.push(`档“${shown(stratum.code)}”按比例应抽 ${raw} 户，被规则中的最多数截为 ${stratum.most} 户。`);
      }
    }
    const odd = oddIn(["plan", "candidates", "inspectors"].filter((k) => !files[k].ascii).map((k) => strict.decode(files[k].bytes)));
    if (odd.length) found.push(`名单或规则里有看不见的字符：${odd.join("、")}。`);
    return found;
  }

  /* ---- Events (2.8, 2.10) ---------------------------------------------------------------- */

  function waitingOf({ plan, list, selection }) {
    const queues = plan.strata.map(() => []);
    for (const k of selection.order) if (selection.how[k] === 4) queues[list.stratum[k]].push(k);
    return queues;
  }

  function runEvents(made, input) {
    const { plan } = made;
    const state = { made, queues: null, used: plan.strata.map(() => 0), removed: new Set(), came: new Set(), opened: 0, left: new Map() };
    made.events = input.events.map((event, k) => {
      const at = `第 ${k + 1} 个事件`;
      if (plan.reasons.size && !plan.reasons.has(event.reason)) refuse(`${at}的理由“${shown(event.reason)}”不在规则里。`);
      return event.type === "replace" ? replaced(state, event, at) : substituted(state, event, at);
    });
    for (const [i, g] of state.left) {
      if (made.teams[g].posts[i].length) {
        made.warnings.push(`“${shown(made.staff.all[i].id)}”已整体退出，但还在别的小组里。`);
      }
    }
    const text = lines(["DRS1-events", made.drawId], ["result", made.result], ...made.events.map((row) => [row]));
    made.eventsFile = text;
    made.eventsDigest = hexHash(plan.suite, text);
    made.finalTeams = [];
    if (made.teams.length) {
      made.selection.chosen.forEach((line, t) => {
        for (const team of made.teams) {
          made.finalTeams.push(`team\t${idOf(made.list, line)}\t${team.code}\t${team.team(t).join(",") || "-"}`);
        }
      });
    }
  }

  function replaced(state, { target, reason }, at) {
    const { list, selection } = state.made;
    const line = lineOf(list, target);
    const chosen = line >= 0 && ((selection.how[line] >= 1 && selection.how[line] <= 3) || state.came.has(line));
    if (!chosen) refuse(`${at}：“${shown(target)}”没有被抽中，不能替换。`);
    if (state.removed.has(line)) refuse(`${at}：“${shown(target)}”先前已被替换。`);
    if (selection.how[line] === 1) return `replace\t${target}\t-\t${reason}`;
    state.removed.add(line);
    state.queues = state.queues || waitingOf(state.made);
    const tier = list.stratum[line];
    const next = state.queues[tier][state.used[tier]++];
    if (next !== undefined) state.came.add(next);
    return `replace\t${target}\t${next === undefined ? "-" : idOf(list, next)}\t${reason}`;
  }

  function substituted(state, { target, agency, inspector, reason, scope }, at) {
    const { made } = state;
    state.opened += 1;
    if (state.opened >= made.opened.length) refuse(`${at}：换人没有对应的系统随机数链值。`);
    const g = made.plan.agencies.findIndex((each) => each.code === agency);
    if (g < 0) refuse(`${at}：部门“${shown(agency)}”不在规则里。`);
    const t = made.teams[g].place.get(lineOf(made.list, target));
    const gone = made.staff.index.get(inspector);
    const come = t === undefined || gone === undefined ? null
      : made.teams[g].substitute(t, gone, scope === "all", made.opened[state.opened]);
    if (come === null) refuse(`${at}：“${shown(inspector)}”不在“${shown(target)}”的检查小组里。`);
    if (scope === "all") state.left.set(gone, g);
    return `substitute\t${target}\t${agency}\t${inspector}\t${come}\t${reason}`;
  }

  /* ---- Certificates (3) ------------------------------------------------------------------ */

  const NAMED = { freeze: "总指纹（封存）", closed: "贡献截止指纹", seed: "种子", result: "结果指纹", events_digest: "事件指纹" };
  const first = (publication, what) => publication.filter((entry) => entry.what === what).map((entry) => entry.at).sort()[0];

  /* The grade of 3.4, and why it is no better. */
  function gradeOf(plan, parts, publication, beacon) {
    const outside = plan.contributors.filter((part, k) => part.sealed && plan.outside.has(part.code) && parts[k][2] !== "-").length;
    const [freeze, closed] = [first(publication, "freeze"), first(publication, "closed")];
    if (!freeze) return ["C", "没有公布总指纹的记录"];
    if (!closed) return ["C", "没有公布贡献截止指纹的记录"];
    const strong = plan.beacon.kind === "drand-quicknet" || plan.beacon.kind === "ssq+dlt";
    let why = "没有公共随机源";
    if (plan.beacon.kind !== "none") {
      if (closed >= beacon.at) return ["C", "贡献截止指纹不是在公共随机源出现之前公布的"];
      if (freeze < beacon.at && (strong || outside)) return ["A", ""];
      why = freeze < beacon.at ? "公共随机源的可能性太少，又没有外部参与方密封" : "总指纹不是在公共随机源出现之前公布的";
    }
    return outside >= 2 ? ["B", why] : ["C", `${why}，外部密封参与方不足两个`];
  }

  function supply(key, given, raw, suite) {
    if (raw === undefined) return given;
    if (typeof given === "string") {
      if (!same(bytesOf(given), raw)) refuse(`您提供的${LABEL[key]}文件与证书里的名单不同。`);
      return given;
    }
    if (raw.length !== given.bytes) refuse(`您提供的${LABEL[key]}文件有 ${raw.length} 字节，证书写的是 ${given.bytes} 字节。`);
    if (hexHash(suite, raw) !== given.digest) refuse(`您提供的${LABEL[key]}文件的指纹与证书写的不同。`);
    textOf(raw, `您提供的${LABEL[key]}文件`);
    return raw;
  }

  function checkHead(doc, plan) {
    const id = doc.input.draw_id;
    if (doc.suite !== plan.suiteName) refuse(`证书写的算法是 ${doc.suite}，规则里是 ${plan.suiteName}。`);
    if (doc.draw_id !== id) refuse("证书的抽取编号与输入里的编号不同。");
    for (const [key, what] of [["title", "标题"], ["authority", "机关"]]) {
      if (plan[key] !== undefined && doc[key] !== plan[key]) refuse(`证书的${what}与封存的规则不同。`);
    }
    if (doc.rehearsal !== id.startsWith("REHEARSAL-")) refuse("演练标志与抽取编号不符：只有以 REHEARSAL- 开头的编号是演练。");
    if (doc.supersedes === id) refuse("证书声称这次抽取取代了它自己。");
    if (doc.superseded_by === id) refuse("证书声称这次抽取被它自己取代。");
  }

  function checkBeacon({ beacon, input }, { kind, ref }) {
    if (!BEACONS[kind].value(input.beacon_value, ref)) refuse(`公共随机源的值“${shown(input.beacon_value)}”写法不规范。`);
    if (kind === "none") return beacon ? refuse("规则没有公共随机源，证书却给了一个。") : undefined;
    if (!beacon) return refuse("规则写明了公共随机源，证书里却没有。");
    if (kind === "drand-quicknet") return checkDrand(beacon, ref, input.beacon_value);
    if (beacon.kind !== kind) refuse(`证书的公共随机源是 ${beacon.kind}，规则里是 ${kind}。`);
    if (beacon.issue !== ref) refuse("公共随机源的期号与封存的规则不同。");
    if (beacon.value !== input.beacon_value) refuse("公共随机源的值与参与计算的值不同。");
    return undefined;
  }

  function checkDrand(beacon, ref, value) {
    if (beacon.kind !== "drand") refuse(`证书的公共随机源是 ${beacon.kind}，规则里是 drand。`);
    if (String(beacon.round) !== ref) refuse("公共随机源的轮次与封存的规则不同。");
    if (beacon.randomness !== value) refuse("drand 的随机值与参与计算的值不同。");
    if (hexHash(SHA256, unhex(beacon.signature)) !== value) refuse("drand 的随机值不是其签名的 SHA-256。");
    const time = new Date((1692803367 + 3 * (beacon.round - 1)) * 1000);
    if (Number.isNaN(time.getTime()) || time.toISOString().replace(".000Z", "Z") !== beacon.at) {
      refuse("公共随机源的时间不是这一轮的时间。");
    }
  }

  function checkEvents({ input }, plan) {
    openChain(input, plan.suite);
    const wanted = 1 + input.events.filter((event) => event.type === "substitute").length;
    if (input.chain.length > wanted) refuse(`系统随机数链打开了 ${input.chain.length} 个值，只应打开 ${wanted} 个。`);
    if (input.chain.length < wanted) refuse(`系统随机数链只有 ${input.chain.length} 个值，换人次数要求 ${wanted} 个。`);
    input.events.forEach((event, k) => {
      if (event.type !== "replace") return;
      for (const [key, what] of [["evidence_sha256", "证据指纹"], ["proposed_by", "提出部门"], ["confirmed_by", "确认部门"]]) {
        if (!(key in event)) refuse(`第 ${k + 1} 个事件（替换）没有${what}。`);
      }
      if (event.proposed_by === event.confirmed_by) refuse(`第 ${k + 1} 个事件（替换）由提出的部门自己确认。`);
    });
  }

  function checkLog({ log, input, claims }, plan) {
    if (!log) return;
    if (log.prev !== input.prev) refuse("日志记录的前一指纹（log.prev）与封存的不同。");
    if ((log.seq === 1) !== (log.prev === ZERO)) refuse("日志的第一条记录（且只有它）前一指纹是 64 个零。");
    const record = lines(
      ["DRS1-event", log.seq], ["prev", log.prev], ["time", log.time], ["type", "freeze"],
      ["draw", input.draw_id], ["body", claims.freeze],
    );
    if (hexHash(plan.suite, record) !== log.head) refuse("日志记录的指纹（log.head）与封存记录不符。");
  }

  function checkPublished(doc, digests) {
    doc.publication.forEach((entry) => {
      if (entry.what in digests && digests[entry.what] !== entry.digest) refuse(`公布的${NAMED[entry.what]}不是这次抽取的。`);
    });
  }

  /* The first line in which two texts differ, counted from 1. */
  const differing = (a, b) => {
    let k = 0;
    while (k < a.length && a[k] === b[k]) k += 1;
    return k + 1;
  };

  /* Why the claimed freeze digest is not that of the files, as far as the claimed result shows it. */
  function frozenFault(doc, input, plan) {
    const list = readCandidates(input.candidates, input.draw_id, plan);
    const shares = new Map(allocate(plan, list).shares.map((share) => [share.stratum.code, share]));
    for (const row of doc.claims.result_text.split("\n")) {
      const [kind, code, ...values] = row.split("\t");
      if (kind !== "allocation" && kind !== "selected") continue;
      const share = shares.get(code);
      if (kind === "selected" && lineOf(list, values[0]) < 0) return `公布为抽中的“${shown(values[0])}”不在候选名单里`;
      if (kind === "allocation" && !share) return `公布的结果有档“${shown(code)}”，规则里没有`;
      if (kind === "allocation" && [share.pool, share.forced, share.excluded].join() !== values.slice(0, 3).join()) {
        return `候选名单里档“${shown(code)}”的户数与公布的结果不同`;
      }
      if (kind === "allocation" && String(share.n) !== values[3]) return `按这份规则档“${shown(code)}”应抽 ${share.n} 户，公布的结果不同`;
    }
    return "名单或规则有改动，或封存值（anchor、prev）有改动";
  }

  function checkClaims(doc, input, plan, tell) {
    const made = drawFrom(input, Boolean(doc.void), tell);
    const { claims } = doc;
    tell("claims", 0);
    if (claims.seed !== hex(made.seed)) refuse("证书声称的种子与重算的不同。");
    if (!same(made.resultBytes, bytesOf(claims.result_text))) {
      const k = differing(claims.result_text.split("\n"), strict.decode(made.resultBytes).split("\n"));
      refuse(`证书的结果文本从第 ${k} 行起与重算的不同。`);
    }
    if (claims.result !== made.result) refuse("证书声称的结果指纹与重算的不同。");
    for (const [key, what, rows] of [["events", "事件", made.events], ["final_teams", "最终人员", made.finalTeams]]) {
      const k = differing(rows, claims[key]);
      if (k <= Math.max(rows.length, claims[key].length)) refuse(`证书的${what}从第 ${k} 行起与重算的不同。`);
    }
    if (claims.events_digest !== made.eventsDigest) refuse("证书声称的事件指纹与重算的不同。");
    return made;
  }

  function check(source, files, tell) {
    tell("read", 0);
    const doc = conform(source instanceof Uint8Array ? readJSON(source) : source, CERTIFICATE, "证书");
    const plan = readPlan(doc.input.plan, doc.input.draw_id);
    const input = { ...doc.input };
    for (const key of LISTS) input[key] = supply(key, input[key], files[key], plan.suite);
    const absent = LISTS.filter((key) => !(typeof input[key] === "string" || input[key] instanceof Uint8Array));
    checkHead(doc, plan);
    checkBeacon(doc, plan.beacon);
    checkEvents(doc, plan);
    checkLog(doc, plan);
    if (!absent.length) {
      for (const key of LISTS) input[key] = new Lines(key, input[key], input.draw_id);
      const frozen = hexHash(plan.suite, freezeText(input, plan, { ...input, plan: plan.file }));
      if (frozen !== doc.claims.freeze) refuse(`证书声称的总指纹与名单、规则算出的不同：${frozenFault(doc, input, plan)}。`);
    }
    const parts = contributionsOf(input, plan, doc.claims.freeze);
    const closedFile = lines(["DRS1-closed", input.draw_id], ["freeze", doc.claims.freeze], ...parts);
    checkPublished(doc, { freeze: doc.claims.freeze, closed: hexHash(plan.suite, closedFile) });
    const made = absent.length ? null : checkClaims(doc, input, plan, tell);
    checkPublished(doc, { result: doc.claims.result });
    const [grade, why] = gradeOf(plan, parts, doc.publication, doc.beacon);
    if (doc.assurance < grade) refuse(`证书自称保证等级 ${doc.assurance}，按公布的时间只能是 ${grade}：${why}。`);
    return report(doc, plan, made, absent, { grade, why });
  }

  /* ---- Report (3.3) ---------------------------------------------------------------------- */

  const GRADES = {
    A: "公共随机源在名单和各方的值固定以后才产生，组织者无法操纵结果",
    B: "两个以上外部参与方密封了随机数，除非他们都与组织者串通，否则无法操纵结果",
    C: "可被操作员操纵",
  };

  function report(doc, plan, made, absent, { grade, why }) {
    const found = [];
    const say = (mark, message, code = "") => found.push({ mark, text: shownLong(message), code });
    if (made) {
      for (const [key, value] of [
        ["freeze", made.freeze], ["closed", made.closed], ["seed", hex(made.seed)], ["result", made.result],
        ["events_digest", made.eventsDigest],
      ]) say("RECOMPUTED", `${NAMED[key]}重算一致`, value);
    }
    if (doc.rehearsal) say("REHEARSAL", "这是演练，不是正式抽取。");
    const beside = doc.beacon ? `公共随机源出现于 ${doc.beacon.at}` : "没有公共随机源";
    for (const e of doc.publication) say("TIMES CLAIMED, NOT PROVEN", `证书自称 ${e.at} 公布${NAMED[e.what]}（${e.where}）；${beside}。`);
    if (!doc.publication.length) say("TIMES CLAIMED, NOT PROVEN", `证书没有任何公布记录；${beside}。`);
    say("BEACON AUTHENTICITY", beaconLine(doc, plan.beacon));
    say("LOG", doc.log ? `日志第 ${doc.log.seq} 条记录自身一致；与公开日志是否衔接未核对，前一指纹：` : "证书没有日志记录；未与公开日志核对，前一指纹：", doc.input.prev);
    say("GRADE", gradeLine(doc.assurance, grade, why));
    if (doc.disclosure === "alias") say("DISCLOSURE", "名单用化名；化名与企业的对照表由审计机关保管。");
    if (doc.void) say("VOID", `这次抽取已作废：${doc.void.reason}，${doc.void.at}，${doc.void.by.join("、")} 同意。`);
    if (doc.supersedes) say("SUPERSEDES", `这次抽取取代了 ${doc.supersedes}。`);
    if (doc.superseded_by) say("SUPERSEDED BY", `这次抽取已被 ${doc.superseded_by} 取代。`);
    for (const warning of made ? made.warnings : []) say("WARNING", warning);
    const texts = [doc.title, doc.authority, ...doc.publication.map((e) => e.where), ...doc.input.reveals.values()];
    if (made && !made.files.recusals.ascii) texts.push(strict.decode(made.files.recusals.bytes));
    const odd = oddIn(texts);
    if (odd.length) say("WARNING", `证书的文字里有看不见的字符：${odd.join("、")}。`);
    const missing = absent.map((key) => ({ key, label: LABEL[key], href: doc.input[key].href, bytes: doc.input[key].bytes, digest: doc.input[key].digest }));
    const sentence = absent.length ? `还缺文件：${absent.map((key) => LABEL[key]).join("、")}。证书只写了它们的指纹，请提供文件再验算。` : "";
    return {
      verdict: absent.length ? "incomplete" : "passed", why: sentence, lines: found, absent: missing, outcome: made,
      grade: doc.assurance, alias: doc.disclosure === "alias", drawId: doc.input.draw_id, title: doc.title,
    };
  }

  const shownLong = (message) => message.replace(ODD, (c) => shown(c));

  function beaconLine(doc, { kind, ref }) {
    if (kind === "none") return "没有公共随机源。";
    if (kind === "drand-quicknet") {
      return `未验证真伪：随机值确是签名的指纹，但签名本身没有验证；请自行查对 drand quicknet 第 ${ref} 轮。`;
    }
    return `未验证真伪：请自行查对 ${kind} 第 ${ref} 期的开奖号码 ${doc.beacon.value}，来源：${doc.beacon.sources.join("；")}。`;
  }

  function gradeLine(claimed, grade, why) {
    const line = `${claimed}（时间以证书自称为准）：${GRADES[claimed]}。`;
    if (claimed !== grade) return `${line}按公布的记录可以评为 ${grade}。`;
    return why ? `${line}未评更高等级的原因：${why}。` : line;
  }

  /* source: the bytes of a certificate, or the object that readJSON gave. files: bytes of lists given by
     reference. tell(step, share) hears of progress. What is refused comes back as a verdict and a sentence. */
  function verify(source, files = {}, tell = () => {}) {
    try {
      return check(source, files, tell);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { verdict: error.verdict, why: shownLong(error.message), lines: [], absent: [], outcome: null };
    }
  }

  /* ---- For readers ----------------------------------------------------------------------- */

  /* What a test vector expects of a draw, and what `drs1.py recompute` prints. */
  function facts(made) {
    const { list, plan } = made;
    const waiting = {};
    waitingOf(made).forEach((queue, s) => { waiting[plan.strata[s].code] = queue.slice(0, 10).map((k) => idOf(list, k)); });
    const hall = {};
    made.teams.forEach((team, g) => {
      if (!made.hall[g].length) return;
      const target = (t) => idOf(list, team.targets[t]);
      hall[team.code] = made.hall[g].map((entry) => ({
        target: target(entry.target), targets: entry.targets.map(target),
        inspectors: entry.inspectors.map((i) => made.staff.all[i].id),
      }));
    });
    return {
      freeze: made.freeze, freeze_text: made.freezeFile, closed: made.closed, closed_text: made.closedFile,
      seed: hex(made.seed), seed_text: made.seedFile, result: made.result, result_text: strict.decode(made.resultBytes),
      events: made.events, events_digest: made.eventsDigest, final_teams: made.finalTeams, waiting, hall,
    };
  }

  /* The text files that were hashed, each with its digest. */
  function filesOf(made) {
    const { files, plan } = made;
    const entry = (name, label, raw) => ({ name, label, digest: hexHash(plan.suite, raw), bytes: raw });
    return [
      entry("plan", LABEL.plan, files.plan.bytes),
      ...LISTS.map((key) => entry(key, LABEL[key], files[key].bytes)),
      entry("freeze", "封存文件（总指纹）", bytesOf(made.freezeFile)),
      entry("closed", "贡献截止文件", bytesOf(made.closedFile)),
      entry("seed", "种子文件", bytesOf(made.seedFile)),
      entry("result", "结果文本", made.resultBytes),
      entry("events", "事件文本", bytesOf(made.eventsFile)),
    ];
  }

  /* One stratum for a reader: counts and the largest ticket that was drawn. */
  const strataOf = ({ allocation, selection }) => allocation.shares.map((share) => ({
    code: share.stratum.code, base: Number(share.base), pool: share.pool, forced: share.forced, excluded: share.excluded,
    n: share.n, topup: share.topup, cut: share.cut < 0 ? "" : wordsHex(selection.words, 8 * share.cut),
  }));

  /* My code, my ticket, my tier's cut; null if the id is not on the list. */
  function find(made, id) {
    const { list, selection } = made;
    const line = lineOf(list, id);
    if (line < 0) return null;
    const tier = list.stratum[line];
    const fields = list.file.line(line).split("\t");
    const peers = [];
    for (const k of selection.order) if (list.stratum[k] === tier && list.status[k] === POOL) peers.push(k);
    const queue = peers.filter((k) => selection.how[k] === 4);
    const chosen = Array.from(selection.chosen);
    return {
      id, ticket: wordsHex(selection.words, 8 * line), status: fields[2], reason: fields[3], how: HOW[selection.how[line]],
      stratum: strataOf(made)[tier], rank: peers.indexOf(line) + 1, waiting: queue.indexOf(line) + 1,
      number: chosen.indexOf(line) + 1, batch: batchOf(Math.max(0, chosen.indexOf(line)), made.plan, chosen.length || 1),
    };
  }

  const salt = (master, id, suite = "DRS1-SHA256") => hash(SUITES[suite], "DRS1-salt", NUL, master, id);
  const alias = (own, id, suite = "DRS1-SHA256") => hexHash(SUITES[suite], "DRS1-alias", NUL, own, id);

  return {
    Refused, verify, draw, facts, find, filesOf, strataOf, readJSON, salt, alias, hex, unhex, isHex,
    digest: (suite, bytes) => hexHash(SUITES[suite], bytes),
  };
})();

if (typeof module === "object" && module.exports) module.exports = DRS1;
