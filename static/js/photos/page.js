/* Photos of the form: each is an upload of its own with its progress, and is tried again; the text
   of the form goes its own way meanwhile. Without this script a button sends what was chosen. */
import { control, element, maybe, one, within } from "../common/dom.js";
import { NO_NETWORK, outcomeOf, PhotoQueue } from "./queue.js";

/** @typedef {import("./queue.js").Job<File>} Job */
/** @typedef {import("./queue.js").Outcome} Outcome */

const RETRY = 15000;

/** @param {HTMLFormElement} form */
function serve(form) {
  const list = one(document, "[data-waiting]", HTMLElement);
  const status = one(document, "[data-photo-status]", HTMLElement);
  /** @type {Map<Job, HTMLElement>} */
  const tiles = new Map();
  /** @type {PhotoQueue<File>} */
  const queue = new PhotoQueue(show);
  let timer = 0;

  form.dataset.live = "";
  one(form, "[data-upload]", HTMLElement).hidden = true;

  /* 1 What was chosen ------------------------------------------------------- */
  /** @param {Job} job */
  function tileOf(job) {
    const known = tiles.get(job);
    if (known) return known;
    const made = element("li");
    list.append(made);
    tiles.set(job, made);
    return made;
  }

  /** @param {Job} job */
  function show(job) {
    const tile = tileOf(job);
    if (queue.has(job)) {
      tile.classList.toggle("failed", job.state === "failed" || job.state === "refused");
      tile.replaceChildren(element("span", "", job.name), element("b", "", job.words), ...buttons(job));
    } else {
      tile.remove();
      tiles.delete(job);
    }
    status.textContent = queue.status;
  }

  /** @param {Job} job */
  function buttons(job) {
    if (job.state === "failed") return [button("重试", () => { queue.retry(job); run(); })];
    if (job.state === "refused") return [button("知道了", () => queue.drop(job))];
    return [];
  }

  /**
   * @param {string} words
   * @param {() => void} act
   */
  function button(words, act) {
    const made = element("button", "link", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /* 2 One after the other ---------------------------------------------------- */
  async function run() {
    if (queue.running) return;
    clearTimeout(timer);
    await queue.run(upload);
    if (queue.sent) await refresh();
    if (queue.failed) timer = setTimeout(again, RETRY);
  }

  function again() {
    queue.retryAll();
    run();
  }

  /**
   * @param {Job} job
   * @returns {Promise<Outcome>}
   */
  function upload(job) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("photo", job.file);
      if (job.item) body.append("item", job.item);
      request.open("POST", form.dataset.url || "");
      request.setRequestHeader("X-CSRFToken", control(form, "csrfmiddlewaretoken").value);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) queue.progress(job, event.loaded, event.total);
      });
      request.addEventListener("load", () => resolve(outcomeOf(request.status, request.responseText)));
      for (const kind of ["error", "abort", "timeout"]) {
        request.addEventListener(kind, () => resolve({ kind: "failed", words: NO_NETWORK }));
      }
      request.send(body);
    });
  }

  /* 3 The list comes from the server ------------------------------------------ */
  async function refresh() {
    try {
      const answer = await fetch(form.dataset.page || "", { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["photo-list", "photo-count"]) {
        const fresh = page.getElementById(id);
        const old = document.getElementById(id);
        if (fresh && old) old.replaceWith(document.importNode(fresh, true));
      }
    } catch {
      /* the photos are kept; the list is there when the page is opened again */
    }
  }

  /* 4 What the officer does ---------------------------------------------------- */
  form.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
    const files = [...(input.files || [])].map((file) => ({ file, name: file.name }));
    queue.add(files, control(form, "item").value);
    input.value = "";
    run();
  });

  document.addEventListener("click", (event) => {
    const shoot = within(event, "[data-shoot]");
    if (!shoot) return;
    control(form, "item").value = shoot.dataset.shoot || "";
    one(document, "#id_photos", HTMLElement).click();
  });

  window.addEventListener("online", again);
  window.addEventListener("beforeunload", (event) => {
    if (queue.left) event.preventDefault();
  });
}

const form = maybe(document, "#photo-form", HTMLFormElement);
if (form) serve(form);
