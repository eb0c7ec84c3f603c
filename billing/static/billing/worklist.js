/* Keys of the worklist, and the row that opens under a line. Everything here is also done by mouse, and without
   scripts: the buttons are forms and links. Keys press the row's own buttons, so they can do no more than these. */
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("tr[data-line]")];
  let current = "";

  const row = () => (current ? document.getElementById(`line-${current}`) : null);

  function go(to) {
    document.querySelectorAll("tr.oc-row-current").forEach((one) => one.classList.remove("oc-row-current"));
    if (!to) return;
    current = to.dataset.line;
    to.classList.add("oc-row-current");
    to.tabIndex = -1;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const place = all.findIndex((one) => one.dataset.line === current);
    go(all[Math.min(Math.max(place + by, 0), all.length - 1)]);
  }

  function tell(text) {
    const message = document.getElementById("oc-message-template").content.firstElementChild.cloneNode(true);
    message.classList.add("oc-tone-info");
    message.querySelector("use").setAttribute("href", "#oc-info");
    message.querySelector(".oc-message-text").textContent = text;
    message.dataset.said = text;
    document.querySelector(`.oc-toasts [data-said="${CSS.escape(text)}"]`)?.remove();
    document.getElementById("oc-toasts").append(message);
  }

  function press(deed, otherwise) {
    const button = row()?.querySelector(`[data-deed="${deed}"]`);
    if (button && !button.disabled) button.click();
    else if (!button && row()) tell(otherwise);
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => row()?.querySelector("input[name=line]")?.click(),
    r: () => press("release", row()?.dataset.why || "This line is decided already. u takes it back."),
    a: () => KEYS.r(),
    h: () => press("hold", "This line is decided already, or you may not hold it. u takes a decision back."),
    o: () => press("override", "Nothing holds this line that you may override."),
    u: () => press("undo", "Nothing is decided about this line."),
    e: () => press("expand", ""),
    Enter: () => row()?.querySelector("a.oc-code")?.click(),
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
    KEYS[event.key]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("#find, .oc-filter input, .oc-filter select")) event.target.blur();
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
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-deed=expand]").forEach((opener) => {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-expanded", "false");
    });
  });

  // What the mouse touches is where the keys go on.
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("tr[data-line]");
    if (!line) return;
    document.querySelectorAll("tr.oc-row-current").forEach((one) => one.classList.remove("oc-row-current"));
    current = line.dataset.line;
    line.classList.add("oc-row-current");
  }, true);

  // A decided row stays where it is, with its undo; the keys go on to the next one.
  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.target.closest?.("tr[data-line]") || (event.target.matches?.("tr[data-line]") ? event.target : null);
    const opener = swapped?.querySelector("[data-deed=expand]");
    if (opener) {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-expanded", String(Boolean(document.getElementById(`why-${swapped.dataset.line}`))));
    }
    // One message with an undo at a time: the earlier ones are undone in their rows.
    const undos = [...document.querySelectorAll(".oc-toasts .oc-message:has(form:not([data-submitted]))")];
    undos.slice(0, -1).forEach((message) => message.remove());
    if (!row() || document.querySelector("dialog[open]")) return;
    if (swapped?.dataset.line !== current) return;
    if ("decided" in row().dataset) step(1);
    else go(row());
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches("#dialog-place dialog")) go(row());
  }, true);
})();
