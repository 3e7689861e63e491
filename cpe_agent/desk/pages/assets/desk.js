// Improves what works without it. Texts only ever go in as text.
"use strict";

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});
document.addEventListener("keydown", (event) => {
  // "/" goes to the search, as in many desks; not while somebody types.
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
  const box = document.querySelector(".find input[type=search]");
  if (box) { event.preventDefault(); box.focus(); box.select(); }
});

// A case follows its customer's run: numbered events, replayed by the desk after a break. What is not a step (a report
// arrived, or something was missed) is the page's own to show: it is loaded anew, unless somebody is typing in it.
const run = document.querySelector("[data-events]");
if (run instanceof HTMLElement) {
  const words = new Map([...run.querySelectorAll("[data-key]")].map((item) => [item.dataset.key, item.textContent]));
  const say = (key, otherwise) => words.get(key) ?? otherwise;
  const one = (selector) => run.querySelector(selector);
  const stations = [...run.querySelectorAll("[data-segment]")];
  let heard = null;

  const show = (segments, going) => {
    let trying = going;
    for (const station of stations) {
      let state = segments[station.dataset.segment] ?? "unknown";
      if (!["ok", "degraded", "broken", "unknown"].includes(state)) state = "unknown";
      if (state === "unknown" && trying) { state = "trying"; trying = false; }
      station.className = `is-${state}`;
      station.querySelector("[data-state]").textContent = say(`state.${state}`, state);
    }
  };
  const begin = (data) => {
    if (heard === data.run) return;
    if (heard !== null || data.n === 1) { one("[data-steps]").replaceChildren(); show({}, true); }
    heard = data.run;
    one("[data-status]").textContent = say("run.running", "");
  };
  const edited = (field) => {
    if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
    return field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  };
  const busy = () => [...document.querySelectorAll("main input, main textarea, main select, .find [type=search]")].some(edited);
  const anew = () => {
    if (busy()) one("[data-news]").hidden = false; else location.reload();
  };
  const on = {
    started: begin,
    section(data) {
      begin(data);
      const step = document.createElement("li"), outcome = document.createElement("span");
      step.className = data.outcome === "measured" ? "is-ok" : "is-weak";
      step.textContent = `${say(`section.${data.section}`, data.section)} `;
      outcome.className = "soft";
      outcome.textContent = say(`outcome.${data.outcome}`, data.outcome);
      step.append(outcome);
      const steps = one("[data-steps]");
      steps.append(step);
      steps.scrollTop = steps.scrollHeight;
    },
    segments(data) { begin(data); show(data.segments, true); },
    ended(data) {
      begin(data);
      for (const station of stations) {
        if (station.className !== "is-trying") continue;
        station.className = "is-unknown";
        station.querySelector("[data-state]").textContent = say("state.unknown", "");
      }
      one("[data-status]").textContent = say(`run.ended.${data.verdict}`, say("run.ended", ""));
    },
    wish(data) {
      let row = [...run.querySelectorAll("[data-wish]")].find((item) => item.dataset.wish === data.id);
      if (!row) {
        row = document.createElement("li");
        row.dataset.wish = data.id;
        const name = document.createElement("strong"), answer = document.createElement("span");
        name.textContent = say(`wish.${data.wish}`, data.wish);
        answer.dataset.answer = "";
        row.append(name, " ", answer);
        one("[data-wishes]").append(row);
      }
      const answer = row.querySelector("[data-answer]"), state = data.answer ?? "waiting";
      answer.className = `is-${state}`;
      answer.textContent = say(`wish.${state}`, state);
    },
    report: anew,
    reload: anew,
  };
  const feed = new EventSource(`${run.dataset.events}?last=${encodeURIComponent(run.dataset.last)}`);
  for (const [kind, act] of Object.entries(on)) {
    feed.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  }
  feed.addEventListener("open", () => { one("[data-lost]").hidden = true; });
  feed.addEventListener("error", () => { one("[data-lost]").hidden = false; });
}

// Passkeys: at the door, and one more in the account. Where the browser has none, the button stays hidden.
const key = document.querySelector("[data-passkey]");
if (key instanceof HTMLElement && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  const { passkey: path, next, form } = key.dataset;
  const making = path === "/account/passkeys";
  const name = key.querySelector("input"), button = key.querySelector("button"), said = key.querySelector("[role=alert]");
  const send = (where, what) => fetch(where, {
    method: "POST", body: JSON.stringify(what), redirect: "error",
    headers: { "Content-Type": "application/json", "Accept": "application/json", ...(form ? { "X-Form": form } : {}) },
  });
  key.hidden = false;
  button.addEventListener("click", async () => {
    said.hidden = true;
    try {
      const asked = await send(`${path}/options`, {});
      if (asked.status === 403 && making) { location.assign("/confirm?next=/account"); return; }
      const options = await asked.json(), class_ = PublicKeyCredential;
      const credential = making
        ? await navigator.credentials.create({ publicKey: class_.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: class_.parseRequestOptionsFromJSON(options) });
      const done = await send(path, { credential: credential.toJSON(), ...(making ? { name: name.value } : { next }) });
      if (!done.ok) throw new Error("refused");
      location.assign((await done.json()).next);
    } catch {
      said.hidden = false;
    }
  });
}
