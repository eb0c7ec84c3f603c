/* Keys of the worklist, and the row that opens under a line. Everything here is also done by mouse, and without
   scripts: the buttons are forms and links. Keys press the row's own buttons, so they can do no more than these. */
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("tr[data-line]")];
  let current = "";
  // What was pressed last, in which row, and which row comes after it: an answer may put another row in its place.
  let pressed = null;
  const GOES_ON = new Set(["release", "hold", "return", "edit"]);

  const row = () => (current ? document.getElementById(`line-${current}`) : null);

  function mark(to) {
    document.querySelectorAll("tr.oc-row-current").forEach((one) => one.classList.remove("oc-row-current"));
    current = to.dataset.line;
    to.classList.add("oc-row-current");
  }

  function go(to) {
    if (!to) return;
    mark(to);
    to.tabIndex = -1;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const place = all.findIndex((one) => one.dataset.line === current);
    if (place + by >= all.length) more();
    else go(all[Math.max(place + by, 0)]);
  }

  // Past the last row come the next lines. What was decided has left the list, so that they stand on this very page;
  // where nothing was decided, or what is decided stays in the list, they stand on the next one.
  function more() {
    const table = document.getElementById("lines");
    const next = document.querySelector(".oc-pages a[rel=next]");
    if (next && "drops" in table.dataset && table.querySelector("tr[data-decided]")) leave(() => location.reload());
    else if (next) leave(() => next.click());
    else {
      go(row());
      tell("That was the last line of this list.");
    }
  }

  // Which line is the current one outlives a page: its number only, in this browser tab only.
  const KEPT = "oc-line";
  function keep(value) {
    try {
      if (value) sessionStorage.setItem(KEPT, value);
      else sessionStorage.removeItem(KEPT);
    } catch { /* Storage is switched off: one presses j. */ }
  }
  function kept() {
    try {
      return sessionStorage.getItem(KEPT) || "";
    } catch {
      return "";
    }
  }
  let leaving = false;
  function leave(how) {
    leaving = true;
    keep("first");
    how();
  }
  window.addEventListener("pagehide", () => leaving || keep(current));

  function tell(text) {
    const message = document.getElementById("oc-message-template").content.firstElementChild.cloneNode(true);
    message.classList.add("oc-tone-info");
    message.querySelector("use").setAttribute("href", "#oc-info");
    message.querySelector(".oc-message-text").textContent = text;
    message.dataset.said = text;
    document.querySelector(`.oc-toasts [data-said="${CSS.escape(text)}"]`)?.remove();
    document.getElementById("oc-toasts").append(message);
  }

  // Between the answer to a release and the step to the next line a quick hand would be told of the line behind it.
  const isGoingOn = () => pressed?.deed === "release" && pressed.line === current;
  function press(deed, otherwise) {
    const button = row()?.querySelector(`[data-deed="${deed}"]`);
    if (button && !button.disabled) button.click();
    else if (!button && row() && !isGoingOn()) tell(otherwise);
  }

  // After a decision the keys stand on the next line: there u means the decision that the message tells of.
  // While a decision is on its way, the message on screen tells of an earlier one.
  const isSaving = () => document.querySelector("form[data-submitted]");
  function takeBack() {
    if (isSaving()) tell("The last decision is still being saved. Then u takes it back.");
    else if (lastUndo()) lastUndo().click();
    else press("undo", "Nothing is decided about this line.");
  }
  function lastUndo() {
    if (row()?.querySelector('[data-deed="undo"]')) return null;
    return [...document.querySelectorAll(".oc-message form:not([data-submitted]) button")].at(-1);
  }

  const DECIDED = "This line is decided already. u takes it back.";
  const SOLVED = "It can be released once that is solved";
  const passes = () => ("mend" in row().dataset ? "" : ", or overridden by a billing manager");
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => row()?.querySelector("input[name=line]")?.click(),
    a: () => press("release", row()?.dataset.why ? `Not released. ${row().dataset.why.trim()} ${SOLVED}${passes()}.` : DECIDED),
    h: () => press("hold", `${DECIDED} Or you may not hold it.`),
    r: () => press("return", `${DECIDED} Or you may not ask about it.`),
    e: () => press("edit", `${DECIDED} Or you may not edit it.`),
    o: () => press("override", "Nothing holds this line that you may override."),
    u: takeBack,
    Enter: () => press("expand", ""),
    "/": () => document.getElementById("find")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !KEYS[event.key]) return;
    if (document.querySelector("dialog[open]")) return;
    const at = event.target;
    if (at.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (event.key === "Enter" && !at.matches("tr, body")) return;
    event.preventDefault();
    if (event.repeat && !"jk".includes(event.key)) return; // a key held down decides once
    KEYS[event.key]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("#find, .oc-filter input, .oc-filter select")) {
      event.target.blur();
      go(row());
    }
  });

  // The row opens under its line, and shuts again.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-deed=expand]");
    const line = opener?.closest("tr[data-line]");
    if (!line || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const open = document.getElementById(`why-${line.dataset.line}`);
    if (open) open.remove();
    else htmx.ajax("GET", opener.dataset.detail, { source: opener, target: line, swap: "afterend" });
    opener.setAttribute("aria-expanded", String(!open));
  });

  function sayWhatOpens(line) {
    const opener = line?.querySelector("[data-deed=expand]");
    opener?.setAttribute("role", "button");
    opener?.setAttribute("aria-expanded", String(Boolean(document.getElementById(`why-${line.dataset.line}`))));
  }
  document.addEventListener("DOMContentLoaded", () => {
    rows().forEach(sayWhatOpens);
    const at = kept();
    keep("");
    go(at === "first" ? rows()[0] : document.getElementById(`line-${at}`));
  });

  document.addEventListener("focusin", (event) => {
    const line = event.target.closest?.("tr[data-line]");
    if (line) mark(line);
  });

  // What the mouse touches is where the keys go on.
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("tr[data-line]");
    if (!line) return;
    mark(line);
    const deed = event.target.closest("[data-deed]")?.dataset.deed;
    const all = rows();
    if (deed) pressed = { deed, line: current, next: all[all.indexOf(line) + 1]?.dataset.line };
  }, true);

  // A decided row stays where it is, with its undo; the keys go on to the next one. Nothing was decided where the answer
  // is a refusal: then they stay.
  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.target.closest?.("tr");
    if (swapped?.dataset.line) sayWhatOpens(swapped);
    // One message with an undo at a time: the earlier ones are undone in their rows.
    const undos = [...document.querySelectorAll(".oc-toasts .oc-message:has(form:not([data-submitted]))")];
    undos.slice(0, -1).forEach((message) => message.remove());
    if (!swapped?.id.startsWith("line-") || !pressed || document.querySelector("dialog[open]")) return;
    if (swapped.id !== `line-${pressed.line}`) document.getElementById(`why-${pressed.line}`)?.remove();
    const { deed, line, next } = pressed;
    if (deed === "expand" || line !== current) return;
    pressed = null;
    const isRefused = event.detail.xhr?.status >= 400;
    // What was done last has no undo: then u has none either, and not that of the deed before.
    if (!isRefused && !GOES_ON.has(deed) && deed !== "release") undos.forEach((message) => message.remove());
    if (swapped.dataset.line) mark(swapped);
    if (!isRefused && GOES_ON.has(deed) && swapped.dataset.line) step(1);
    else if (swapped.dataset.line) go(swapped);
    else go(document.getElementById(`line-${next}`) || rows().at(-1));
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches("#dialog-place dialog, #keys")) go(row());
  }, true);
})();
