// Small comforts; every page works without this file.
"use strict";
(() => {
  const sizes = ["", "large", "larger"];
  const root = document.documentElement;
  let size = 0;
  try { size = Number(localStorage.getItem("font-size")) || 0; } catch { /* storage switched off */ }
  const apply = () => { root.dataset.fontSize = sizes[size] || ""; };
  apply();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-font-size]");
    if (button) {
      size = (size + 1) % sizes.length;
      try { localStorage.setItem("font-size", String(size)); } catch { /* lasts for this page */ }
      apply();
    }
    if (event.target.closest("[data-print]")) window.print();
    for (const open of document.querySelectorAll("details.person[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
  // Escape closes an open menu and gives the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.person[open]")) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    }
  });
  // In a form as on paper Enter goes to the next cell, as in a spreadsheet; it never sends the form.
  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.key !== "Enter" || event.isComposing || !cell.matches("form[data-enter] input, form[data-enter] select")) return;
    event.preventDefault();
    const cells = [...cell.form.elements].filter((e) => e.matches("input:not([type=hidden]), select, textarea") && !e.disabled);
    const next = cells[cells.indexOf(cell) + 1];
    if (next) next.focus();
    if (next && next.select) next.select();
  });
  // Paper shows in full what the page folds away.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.full:not([open])")];
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
  // A refused form comes back with the first wrong cell in hand.
  const wrong = document.querySelector("main form [aria-invalid=true]");
  if (wrong) wrong.focus();
  // A second click on a submitting form does nothing; the server would refuse it anyway.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.busy) { event.preventDefault(); return; }
    event.target.dataset.busy = "1";
    setTimeout(() => { delete event.target.dataset.busy; }, 4000);
  });
  // A running clock counts down once a second: <b data-due="ISO instant">.
  const clocks = document.querySelectorAll("[data-due]");
  const tick = () => {
    for (const clock of clocks) {
      const left = Math.floor((Date.parse(clock.dataset.due) - Date.now() - skew) / 1000);
      const s = Math.abs(left);
      const text = [s / 3600, (s % 3600) / 60, s % 60].map((n) => String(Math.floor(n)).padStart(2, "0")).join(":");
      clock.textContent = (left < 0 ? "−" : "") + text;
    }
  };
  const served = document.querySelector("[data-now]");
  const skew = served ? Date.parse(served.dataset.now) - Date.now() : 0;
  if (clocks.length) { tick(); setInterval(tick, 1000); }
})();
