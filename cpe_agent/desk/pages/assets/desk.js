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
  const box = document.querySelector(".find input");
  if (box) { event.preventDefault(); box.focus(); box.select(); }
});
