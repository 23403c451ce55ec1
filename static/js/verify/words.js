/* What 自己验算 says of a certificate: the report of drs1.js in words for a reader. */

/** @typedef {{ step: string, share: number }} Progress  share: 0 to 1 of this step */
/** @typedef {{ level: "" | "ok" | "warn" | "danger", bold: string, rest: string[] }} Verdict */

/** @type {Record<string, [number, string]>} step -> where it starts, its name */
const STEPS = {
  read: [0.03, "读取证书"], lists: [0.1, "核对名单和规则"], tickets: [0.3, "计算抽签号"], teams: [0.6, "配备人员"],
  events: [0.9, "重放替换和换人"], claims: [0.95, "与公布的结果对照"],
};

/** @type {Record<string, string>} */
const MARKS = {
  RECOMPUTED: "已重算", "TIMES CLAIMED, NOT PROVEN": "时间为自称，未证明", "BEACON AUTHENTICITY": "公共随机源真伪",
  LOG: "日志", GRADE: "保证等级", DISCLOSURE: "化名", REHEARSAL: "演练", VOID: "作废", SUPERSEDES: "取代",
  "SUPERSEDED BY": "已被取代", WARNING: "注意",
};

/**
 * How far the bar is, in per cent, and what is being done.
 * @param {Progress} progress
 */
export function barOf({ step, share }) {
  const names = Object.keys(STEPS);
  const [from, label] = STEPS[step];
  const [to] = STEPS[names[names.indexOf(step) + 1]] || [1];
  return { percent: Math.round(100 * (from + (to - from) * share)), words: `正在${label}…` };
}

/**
 * The name of a kind of line in the report.
 * @param {string} mark
 */
export const nameOf = (mark) => MARKS[mark] || mark;

/**
 * Times of a certificate are UTC; people here read Beijing time.
 * @param {string} text
 */
export function readable(text) {
  return text.replace(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ?/g, (_, at) => {
    const local = new Date(Date.parse(at) + 8 * 3600e3).toISOString();
    return `${local.slice(0, 10)} ${local.slice(11, 19)}（北京时间）`;
  });
}

/**
 * A digest in groups of eight.
 * @param {string} digest
 * @param {number} groups  at most so many
 * @returns {string[]}
 */
export const groupsOf = (digest, groups) => digest.slice(0, 8 * groups).match(/.{1,8}/g) || [];

/** @param {number} seconds */
export const tookOf = (seconds) => (seconds < 0.1 ? "用时不到 0.1 秒" : `用时 ${seconds.toFixed(1)} 秒`);

/**
 * What came out. Grade C passes, but is never shown as good.
 * @param {DRS1Report} report
 * @returns {Verdict}
 */
export function verdictOf({ verdict, why, grade, candidates, selected }) {
  if (verdict === "passed") {
    return {
      level: grade === "C" ? "warn" : "ok",
      bold: `${candidates} 个抽签号一致，${selected} 户抽中结果一致。`,
      rest: [
        "重算的总指纹、种子、结果与公布的相同；哪些只是自称、哪些没有核对，见下表。",
        grade === "C" ? "保证等级 C：验算一致，但这次抽取可被操作员操纵。" : "",
      ],
    };
  }
  if (verdict === "incomplete") return { level: "warn", bold: "还没有验算完。", rest: [why] };
  return {
    level: "danger",
    bold: verdict === "unreadable" ? "证书读不懂。" : "验算不通过。",
    rest: [why, "请不要采信这份证书。可以重新下载再验算一次；仍不通过，请带着这句话向公布机关提出异议。"],
  };
}

/**
 * What became of one firm.
 * @param {DRS1Row} row
 * @returns {{ bold: string, rest: string }}
 */
export function placeOf({ how, rank, number, batch, waiting, reason, stratum }) {
  if (how === "draw") {
    return { bold: "抽中了。", rest: `按号从小到大排第 ${rank}，在应抽的 ${stratum.n} 户之内。全部抽中对象里是第 ${number} 个，第 ${batch} 批。` };
  }
  if (how === "topup") {
    return { bold: "抽中了（补抽）。", rest: `本档没有排进应抽的户数，但总数没有达到下限，按号补抽。第 ${batch} 批。` };
  }
  if (how === "forced") return { bold: "必查，不靠抽签。", rest: `事先列为必查，理由代码 ${reason}。` };
  if (how === "waiting") {
    return { bold: "没有抽中。", rest: `按号从小到大排第 ${rank}，在应抽的 ${stratum.n} 户之外；候补第 ${waiting} 位。` };
  }
  return { bold: "不参加抽取。", rest: `封存前已排除，理由代码 ${reason}。` };
}

/**
 * Whether a firm was looked for by its code or by code and salt, when it is not on the list.
 * @param {boolean} byAlias
 */
export const notFound = (byAlias) => (byAlias
  ? "这个代码和盐值算出的化名不在名单里，请核对两项是否填对。"
  : "请核对代码；如果您认为自己应在名单里，可以向公布机关提出异议。");

/**
 * Where a list may be read from without asking another site; "" where it may not.
 * @param {string} href  as the certificate names it
 * @param {string} certificate  the certificate's own address, "" in a saved page
 * @param {string} origin  of this site
 */
export function sameSite(href, certificate, origin) {
  if (!certificate) return "";
  try {
    const address = new URL(href, certificate);
    return address.origin === origin ? address.href : "";
  } catch {
    return "";
  }
}
