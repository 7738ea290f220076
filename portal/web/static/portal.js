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
    for (const open of document.querySelectorAll("details.person[open], .cell-field details.define[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
  // Escape closes an open menu and gives the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.person[open], .cell-field details.define[open]")) {
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
  // A page that shows progress asks again: data-reload="seconds".
  const running = document.querySelector("[data-reload]");
  if (running) setTimeout(() => location.reload(), 1000 * Number(running.dataset.reload));
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
  // Repeating tables: rows come and go without asking the server; the buttons work without this, too.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[value^='row-']");
    if (!button) return;
    const [, what, table] = button.value.split("-");
    const box = document.querySelector(`[data-table="${table}"]`);
    const body = box && box.querySelector("tbody");
    if (!body) return;
    event.preventDefault();
    const clear = (row) => {
      row.classList.remove("prefilled");
      for (const part of row.querySelectorAll(".problem")) part.remove();
      for (const part of row.querySelectorAll(".wrong")) part.classList.remove("wrong");
      for (const cell of row.querySelectorAll("input, select, textarea")) {
        cell.removeAttribute("aria-invalid"); cell.removeAttribute("aria-describedby");
        if (cell.type === "checkbox") cell.checked = false;
        else if (cell.multiple) cell.selectedIndex = -1;
        else cell.value = "";
      }
    };
    if (what === "add" && body.rows.length < Number(box.dataset.max)) {
      const row = body.rows[body.rows.length - 1].cloneNode(true);
      clear(row);
      const free = 1 + Math.max(...[...body.querySelectorAll("[name]")].map((e) => Number(e.name.split("-")[1]) || 0));
      for (const cell of row.querySelectorAll("[name^='" + table + "-']")) cell.name = cell.name.replace(/-\d+-/, `-${free}-`);
      body.append(row);
      row.querySelector("input, select, textarea").focus();
    } else if (what === "drop") {
      const row = button.closest("tr");
      const near = row.nextElementSibling || row.previousElementSibling;
      if (near) row.remove(); else clear(row);
      (near || row).querySelector("input, select, textarea").focus();
    }
    [...body.rows].forEach((row, n) => {
      row.querySelector(".n").textContent = n + 1;
      row.querySelector("button[value^='row-drop-']").value = `row-drop-${table}-${n + 1}`;
      for (const cell of row.querySelectorAll("[aria-label]")) cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+/, n + 1));
    });
    body.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();

// A form that is being filled in: reasons of corrections, the last period beside the cells, autosave.
(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  const plain = (text) => text.normalize("NFKC").replace(/[,\s]/g, "");
  const inputOf = (cell) => cell.querySelector("input:not([type=hidden]), select, textarea");
  const valueOf = (input) => (input.type === "checkbox" ? (input.checked ? "1" : "") : input.value);
  const change = (now, base) => {
    if (plain(now) === "" || Number.isNaN(Number(plain(now)))) return "";
    const before = Number(plain(base)), by = Math.round((Number(plain(now)) - before) * 1e6) / 1e6, sign = by > 0 ? "+" : "";
    const share = before ? ` (${sign}${Math.round((by * 1000) / Math.abs(before)) / 10}%)` : "";
    return sign + by.toLocaleString("en-US", { maximumFractionDigits: 6 }) + share;
  };
  // The reason is asked for as long as the cell says something else than what was offered.
  const look = (cell) => {
    const input = inputOf(cell), reason = cell.querySelector(".correct"), by = cell.querySelector(".change");
    if (reason && reason.dataset.offered !== undefined) {
      const same = plain(valueOf(input)) === plain(reason.dataset.offered);
      reason.hidden = same && !reason.classList.contains("wrong");
      cell.classList.toggle("prefilled", same);
    } else if (reason) reason.hidden = false;
    if (by) by.textContent = change(valueOf(input), by.dataset.base);
  };
  sheet.addEventListener("input", (event) => {
    const cell = event.target.closest(".cell-field");
    if (cell && !event.target.closest(".correct")) look(cell);
  });
  for (const button of sheet.querySelectorAll("[data-take]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const cell = button.closest(".cell-field"), input = inputOf(cell);
      input.value = cell.querySelector(".correct").dataset.offered;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.focus();
    });
  }
  const compare = document.querySelector("[data-compare]");
  if (compare) compare.addEventListener("click", (event) => {
    event.preventDefault();
    const on = sheet.classList.toggle("compare"), here = new URL(location.href);
    compare.setAttribute("aria-pressed", String(on));
    if (on) here.searchParams.set("compare", "1"); else here.searchParams.delete("compare");
    history.replaceState(null, "", here);
  });

  const form = sheet.querySelector("form[data-autosave]");
  if (!form) return;
  const said = form.querySelector("[data-saved]");
  let timer = 0, dirty = false, stopped = false, sending = null, lost = null;
  const say = (text, bad) => { said.textContent = text; said.classList.toggle("bad", bad); };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const collect = () => {
    const found = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") found.append(name, value);
    return found;
  };
  const read = async (answer) => {
    const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    if (answer.ok && told.version) {
      form.elements.version.value = told.version;
      say(told.saved_at, false);
      lost = null;
    } else if (answer.status >= 500) {
      throw new Error(answer.status);
    } else {
      stopped = true;
      say(told.problem || said.dataset.failed, true);
    }
  };
  const save = () => {
    clearTimeout(timer);
    if (stopped || sending || !(dirty || lost)) return;
    // What may have arrived although its answer was lost goes again as it was: the server then knows it.
    const body = lost || collect();
    if (!lost) dirty = false;
    sending = fetch(form.dataset.autosave, {
      method: "POST", body, redirect: "error", keepalive: String(body).length < 60000, signal: AbortSignal.timeout(15000),
      headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
    }).then((answer) => read(answer)).catch(() => {
      lost = body;
      say(said.dataset.failed, true);
      later(10000);
    }).finally(() => { sending = null; if (!stopped && dirty && !lost) later(4000); });
  };
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => { dirty = true; if (!stopped) later(4000); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  addEventListener("beforeunload", (event) => { if (lost && !stopped) event.preventDefault(); });
  // The form's own version must not be overtaken by a save that is still on its way.
  form.addEventListener("submit", (event) => {
    stopped = true;
    clearTimeout(timer);
    if (!sending) return;
    event.preventDefault();
    event.stopPropagation();
    const pressed = event.submitter;
    sending.finally(() => form.requestSubmit(pressed));
  });
})();

// Who will see what is being written: the names follow the choice; without this a button asks the server.
(() => {
  const box = document.querySelector("[data-audience]");
  if (!box) return;
  const shown = box.querySelector("[data-shown]"), units = box.querySelector("[data-chosen]"), button = box.querySelector(".no-script");
  const look = () => {
    const level = box.querySelector("[name=level]:checked");
    if (units) units.hidden = !level || level.value !== "chosen";
    if (!level) return;
    const names = level.dataset.names ? [level.dataset.names] : [];
    if (level.value === "chosen") for (const unit of box.querySelectorAll("[data-name]:checked")) names.push(unit.dataset.name);
    shown.textContent = names.join("、");
  };
  if (button) button.hidden = true;
  box.addEventListener("change", look);
  look();
})();

// How long a paper is getting, counted as WPS does; the server counts again.
(() => {
  const text = document.querySelector("textarea[data-count]"), shown = document.querySelector("[data-counted]");
  if (!text || !shown) return;
  const pattern = new RegExp(text.dataset.count, "g"), limit = Number(text.dataset.limit), words = shown.textContent;
  const look = () => {
    const n = (text.value.match(pattern) || []).length;
    shown.textContent = words.replace(/[\d,]+/, n);
    shown.classList.toggle("problem", limit > 0 && n > limit);
  };
  text.addEventListener("input", look);
  look();
})();

// Resolutions of minutes: rows are added, moved and taken out without asking the server; Alt+↑↓ moves the one in hand.
(() => {
  const form = document.querySelector("form[data-lines]"), box = form && form.querySelector("#lines");
  if (!box) return;
  const rows = () => [...box.querySelectorAll("[data-line]")];
  const settle = (hand) => {
    rows().forEach((row, n, all) => {
      row.querySelector(".n").textContent = n + 1;
      for (const button of row.querySelectorAll(".moves button")) {
        const what = button.value.split("-")[0];
        button.value = `${what}-${n}`;
        button.disabled = (what === "up" && !n) || (what === "down" && n === all.length - 1);
      }
    });
    if (hand) hand.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const move = (row, what, hand) => {
    const other = what === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other || !other.matches("[data-line]")) return;
    if (what === "up") other.before(row); else other.after(row);
    settle(hand);
  };
  const more = () => {
    const row = rows().at(-1).cloneNode(true), free = 1 + Math.max(...rows().map((r) => Number(r.querySelector("[name=row]").value)));
    for (const part of row.querySelectorAll(".problem, .help")) part.remove();
    for (const part of row.querySelectorAll(".wrong")) part.classList.remove("wrong");
    for (const part of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/-\d+$/, `-${free}`));
      for (const name of ["aria-invalid", "aria-describedby"]) part.removeAttribute(name);
      if (part.name === "row") part.value = free;
      else if (part.type === "checkbox") part.checked = false;
      else if (part.matches("input, textarea, select")) part.value = "";
    }
    row.id = `line-${free}`;
    row.querySelector(".supporting").open = false;
    row.querySelector(".chosen").textContent = "";
    rows().at(-1).after(row);
    settle(row.querySelector("textarea"));
  };
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=action]");
    if (!button) return;
    const what = button.value.split("-")[0], row = button.closest("[data-line]"), last = rows().at(-1);
    if (what === "add" ? !last || !last.querySelector("[value^=drop]") || rows().length >= Number(box.dataset.most) : !["up", "down", "drop", "off"].includes(what)) return;
    if (["drop", "off"].includes(what) && rows().length === 1) return;
    event.preventDefault();
    if (what === "add") { more(); return; }
    if (what === "up" || what === "down") { move(row, what, button); return; }
    const left = form.elements.undecided, words = row.querySelector("textarea").value.trim().replaceAll("\n", " ");
    if (what === "off") left.value = [left.value.trimEnd(), words].filter(Boolean).join("\n");
    const near = row.nextElementSibling && row.nextElementSibling.matches("[data-line]") ? row.nextElementSibling : row.previousElementSibling;
    row.remove();
    settle(near.querySelector("textarea"));
  });
  box.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-line]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? "up" : "down", event.target);
  });
  box.addEventListener("change", (event) => {
    const part = event.target.closest(".supporting");
    if (part) part.querySelector(".chosen").textContent = [...part.querySelectorAll(":checked")].map((c) => c.parentElement.textContent.trim()).join("、");
  });
})();
