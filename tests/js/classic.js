/* Loads a classic script as a page does, without a page. */
import { readFileSync } from "node:fs";
import vm from "node:vm";

/**
 * What a classic script of static/ names at its top level.
 * @param {string} file
 * @param {string} name
 */
export function classic(file, name) {
  const source = readFileSync(new URL(`../../static/${file}`, import.meta.url), "utf8");
  const globals = { TextDecoder, TextEncoder };
  return vm.runInNewContext(`${source}\n${name};`, globals, { filename: file });
}
