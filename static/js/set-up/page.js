/* The first run: take the code from the address, and print the letters. */
import { maybe } from "../common/dom.js";
import { codeIn } from "./rules.js";

const field = maybe(document, "#id_code", HTMLInputElement);
const code = codeIn(location.hash);
if (field && code && !field.value) {
  field.value = code;
  history.replaceState(null, "", location.pathname); /* it does not stay in the history of the browser */
}

maybe(document, "[data-print]", HTMLButtonElement)?.addEventListener("click", () => window.print());
