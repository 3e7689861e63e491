// Shows what the program publishes without losing the reader's place, and presses buttons without loading the page
// anew. Everything works without it, more plainly.
(() => {
  "use strict";
  const main = document.querySelector("main");
  const said = document.getElementById("said");
  const gone = document.getElementById("gone");
  document.documentElement.classList.add("js");

  const status = () => {
    const now = main.querySelector("[data-status]");
    const words = now ? now.textContent : "";
    if (words !== said.textContent) said.textContent = words;
  };

  // What the reader has opened, chosen and focused is found again by its id.
  const show = (html) => {
    const at = document.activeElement;
    const inside = main.contains(at) ? at.id : "";
    const open = new Map([...main.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    const chosen = [...main.querySelectorAll("input:checked")].map((i) => i.id);
    const typed = [...main.querySelectorAll("input[type=text]")].map((i) => [i.id, i.value, i.selectionStart]);
    const left = [scrollX, scrollY];
    main.innerHTML = html;
    for (const [id, is] of open) {
      const again = document.getElementById(id);
      if (again) again.open = is;
    }
    for (const id of chosen) {
      const again = document.getElementById(id);
      if (again) again.checked = true;
    }
    for (const [id, value, at] of typed) {
      const again = document.getElementById(id);
      if (again) again.value = value;
      if (again && id === inside) again.setSelectionRange(at, at);
    }
    if (inside) {
      const again = document.getElementById(inside) || main.querySelector("h1");
      if (again) again.focus({ preventScroll: true });
    }
    scrollTo(...left);
    status();
  };

  const events = new EventSource("events");
  let silent = 0;
  events.addEventListener("open", () => {
    silent = 0;
    gone.hidden = true;
  });
  events.addEventListener("main", (event) => {
    const told = JSON.parse(event.data);
    show(told.html);
    document.title = told.title;
    const language = main.firstElementChild.lang;
    if (language && language !== document.documentElement.lang) location.reload();
    if (told.phase === "ended") {
      events.close();
      for (const button of document.querySelectorAll("form button")) button.disabled = true;
      scrollTo(0, 0);
    }
  });
  events.addEventListener("error", () => {
    silent += 1;
    if (silent >= 3) gone.hidden = false;
  });

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const button = event.submitter;
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    if (button) button.disabled = true;
    try {
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST", body, headers: { "X-Requested-With": "cpe-agent" }
      });
      if (!answer.ok) throw new Error(answer.status);
    } catch {
      gone.hidden = false;
    }
    if (button) button.disabled = false;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  status();
})();
