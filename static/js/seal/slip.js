/* The sealed random value of one party (protocol 2.5): what is hashed, and the slip that keeps it. */

/**
 * What the digest is made of.
 * @param {string} code  of the party
 * @param {Uint8Array} freeze  digest of the frozen draw
 * @param {Uint8Array} value  the party's 32 random bytes
 */
export function commitment(code, freeze, value) {
  const text = new TextEncoder().encode(`DRS1-commit\0${code}\0`);
  const bytes = new Uint8Array(text.length + freeze.length + value.length);
  bytes.set(text);
  bytes.set(freeze, text.length);
  bytes.set(value, text.length + freeze.length);
  return bytes;
}

/**
 * The text of the slip.
 * @param {{ draw: string, code: string, freeze: string, commit: string, value: string }} sealed
 */
export function slipOf({ draw, code, freeze, commit, value }) {
  return [
    "密封凭条（公开以前请勿给任何人看）", `抽取编号\t${draw}`, `参与方\t${code}`, `封存指纹\t${freeze}`,
    `密封值\t${commit}`, `随机数\t${value}`, "",
  ].join("\n");
}

/**
 * The random value on a slip, or "".
 * @param {string} slip
 */
export function valueOn(slip) {
  const found = slip.match(/^随机数\t([0-9a-f]{64})\r?$/m);
  return found ? found[1] : "";
}
