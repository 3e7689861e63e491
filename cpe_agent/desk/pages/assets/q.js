// Takes a report out of pictures (docs/qr.md). Nothing is unpacked or checked here: the desk does that. What stands
// behind "#" never becomes markup; of it only numbers are shown, and the desk's own short code.
"use strict";

(() => {
  const HOUR = 3600 * 1000, PREFIX = "cpe-agent-picture.", MOST = 4096;
  const SINGLE = /^[0-9]{1,3}\.[A-Za-z0-9_-]+$/;
  const PART = /^([0-9]{1,3}\.[0-9a-f]{6})\.([0-9]{1,2})of([0-9]{1,2})\.([0-9a-f]{8})\.[A-Za-z0-9_-]+$/;
  const by = (id) => document.getElementById(id);
  const button = by("send"), have = by("have"), missing = by("missing"), send = button.textContent;
  let texts = [], key = null, count = 0;

  const fragment = location.hash.slice(1);
  // It stays in no history. A link to another language carries it on.
  history.replaceState(null, "", location.pathname + location.search);
  for (const link of document.querySelectorAll("nav a")) {
    link.addEventListener("click", () => { if (fragment) link.hash = fragment; });
  }

  function show(name) {
    for (const part of document.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== name;
  }

  function offer(on) {
    button.hidden = !on;
    button.disabled = false;
    button.textContent = send;
  }

  function read(name) {
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      return kept && Date.now() - kept.at < HOUR && kept.at <= Date.now() ? kept : null;
    } catch { return null; }
  }

  function forget(name) {
    try { if (name) localStorage.removeItem(name); } catch { /* it kept nothing */ }
  }

  function tidy() {
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && !read(name)) forget(name);
    } catch { /* a browser that keeps nothing */ }
  }

  function numbers(all) {
    return all.map((n) => n.toLocaleString(document.documentElement.lang, { numberingSystem: "latn" })).join(", ");
  }

  function progress() {
    const kept = read(key) || { parts: {} };
    texts = Object.values(kept.parts);
    const still = [];
    for (let n = 1; n <= count; n += 1) if (!kept.parts[n]) still.push(n);
    have.hidden = count < 2;
    have.textContent = have.dataset.text.replace("{have}", texts.length).replace("{count}", count);
    missing.hidden = !still.length;
    missing.textContent = missing.dataset.text.replace("{numbers}", numbers(still));
    show(still.length ? "several" : "ready");
    offer(!still.length);
  }

  function keep(part) {
    const number = Number(part[2]);
    count = Number(part[3]);
    if (number < 1 || number > count) return show("refused");
    key = `${PREFIX}${part[1]}.${count}.${part[4]}`;
    const kept = read(key) || { parts: {} };
    kept.at = Date.now();
    kept.parts[number] = fragment;
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      if (count > 1) return show("kept-not");
    }
    if (count === 1) { texts = [fragment]; show("ready"); return offer(true); }
    progress();
  }

  function end(name, over) {
    if (over) { forget(key); have.hidden = missing.hidden = true; }
    show(name);
    offer(!over);
  }

  async function post() {
    button.disabled = true;
    button.textContent = button.dataset.sending;
    let answer, said = {};
    try {
      answer = await fetch("/q", {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit", redirect: "error",
        cache: "no-store", body: JSON.stringify({ fragments: texts }),
      });
      said = await answer.json();
    } catch {
      if (!answer) return end("again", false);
    }
    if (answer.status === 201 && typeof said.code === "string") {
      by("code").textContent = said.code.slice(0, 32);
      by("watched").hidden = said.watched !== true;
      return end("done", true);
    }
    if (answer.status === 200) return end("scan", true);
    const word = String(said.reason || "").split(":")[0];
    if (answer.status === 422) {
      const again = ["damaged", "contradiction", "other-report"].includes(word);
      return end(again ? "scan" : word === "newer" ? "newer" : "refused", true);
    }
    return [400, 409, 413, 415].includes(answer.status) ? end("refused", true) : end("again", false);
  }

  tidy();
  button.addEventListener("click", post);
  // The next picture may open in another tab.
  addEventListener("storage", (event) => { if (key && event.key === key && event.newValue) progress(); });
  const part = fragment.length <= MOST ? PART.exec(fragment) : null;
  if (!fragment) show("none");
  else if (fragment.length <= MOST && SINGLE.test(fragment)) { texts = [fragment]; show("ready"); offer(true); }
  else if (part) keep(part);
  else show("refused");
})();
