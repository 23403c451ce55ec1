/* Photos of the form: each is an upload of its own with its progress, and is tried again; the text
   of the form goes its own way meanwhile. Without this script a button sends what was chosen. */
"use strict";

(() => {
  const RETRY = 15000;
  const form = document.getElementById("photo-form");
  if (!form) return;
  const { element } = FormItem;
  const list = document.querySelector("[data-waiting]");
  const status = document.querySelector("[data-photo-status]");
  const jobs = [];                                  /* chosen and not yet on the server */
  let running = false;
  let sent = 0;
  let timer = 0;

  form.dataset.live = "";
  form.querySelector("[data-upload]").hidden = true;

  /* 1 What was chosen ------------------------------------------------------- */
  function add(file) {
    const job = { file, item: form.elements.item.value, state: "waiting" };
    job.tile = element("li", "");
    list.append(job.tile);
    jobs.push(job);
    show(job, "等待上传");
  }

  function show(job, words, ...buttons) {
    job.tile.classList.toggle("failed", job.state === "failed" || job.state === "refused");
    job.tile.replaceChildren(element("span", job.file.name), element("b", words), ...buttons);
    const left = jobs.filter((one) => one.state !== "refused").length;
    const failed = jobs.filter((one) => one.state === "failed").length;
    if (!left) status.textContent = sent ? `${sent} 张照片已上传。` : "";
    else if (failed === left) status.textContent = `${left} 张照片没有上传成功，会自动重试。表格可以继续填写。`;
    else status.textContent = `照片 ${sent}/${sent + left} 已上传。表格可以继续填写。`;
  }

  function button(words, act) {
    const made = element("button", words, "link");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function drop(job) {
    jobs.splice(jobs.indexOf(job), 1);
    job.tile.remove();
  }

  /* 2 One after the other ---------------------------------------------------- */
  async function run() {
    if (running) return;
    running = true;
    clearTimeout(timer);
    for (let job; (job = jobs.find((one) => one.state === "waiting"));) await upload(job);
    running = false;
    if (sent) await refresh();
    if (jobs.some((one) => one.state === "failed")) timer = setTimeout(again, RETRY);
  }

  function again() {
    for (const job of jobs) if (job.state === "failed") job.state = "waiting";
    run();
  }

  function upload(job) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("photo", job.file);
      if (job.item) body.append("item", job.item);
      request.open("POST", form.dataset.url);
      request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) show(job, `上传中 ${Math.round(100 * event.loaded / event.total)}%`);
      });
      request.addEventListener("load", () => resolve(answered(job, request)));
      for (const kind of ["error", "abort", "timeout"]) {
        request.addEventListener(kind, () => resolve(failed(job, "网络不通，没有上传")));
      }
      show(job, "上传中");
      request.send(body);
    });
  }

  function answered(job, request) {
    if (request.status === 200) {
      sent += 1;
      drop(job);
      show(job, "");
      return;
    }
    if (request.status >= 500) {
      failed(job, "系统出错，没有上传");
      return;
    }
    job.state = "refused";
    show(job, wordsOf(request), button("知道了", () => { drop(job); show(job, ""); }));
  }

  function wordsOf(request) {
    try {
      const body = JSON.parse(request.responseText);
      if (body.message) return body.message;
      if (body.photo) return body.photo.join("");
    } catch {
      /* no JSON: a proxy in between has spoken */
    }
    if (request.status === 413) return "照片太大，没有上传。请降低像素后重拍。";
    if (request.status === 403) return "登录已过期，没有上传。请重新登录后再传。";
    return "没有上传。请刷新页面后再试。";
  }

  function failed(job, words) {
    job.state = "failed";
    show(job, words, button("重试", () => { job.state = "waiting"; run(); }));
  }

  /* 3 The list comes from the server ------------------------------------------ */
  async function refresh() {
    try {
      const answer = await fetch(form.dataset.page, { credentials: "same-origin" });
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
    if (event.target.type !== "file") return;
    sent = jobs.length ? sent : 0;
    for (const file of event.target.files) add(file);
    event.target.value = "";
    run();
  });

  document.addEventListener("click", (event) => {
    const shoot = event.target.closest("[data-shoot]");
    if (!shoot) return;
    form.elements.item.value = shoot.dataset.shoot;
    document.getElementById("id_photos").click();
  });

  window.addEventListener("online", again);
  window.addEventListener("beforeunload", (event) => {
    if (jobs.some((job) => job.state !== "refused")) event.preventDefault();
  });
})();
