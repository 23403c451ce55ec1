/* Numbers that nobody else has. */

/**
 * A UUID of version 4 from 16 random bytes; `crypto.randomUUID` is missing in old browsers and without TLS.
 * @param {Uint8Array} random
 */
export function uuidOf(random) {
  const bytes = Uint8Array.from(random);
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
