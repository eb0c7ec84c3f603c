/* An entry begun while the network is gone: the form of each patient on the list is fetched beforehand, one after the
   other while nothing else is asked for, and opened from there when the server cannot be reached. Saved, it waits as
   any entry does (kept.js). The forms are held by this page alone: they are in no store of the browser, and go with
   the page, with another page, and with signing out. */
(() => {
  "use strict";

  const EVERY_MS = 1000;
  const OLD_MS = 30 * 60 * 1000;
  const forms = new Map(); // by course: the form, the mark of the row it was made for, and when
  let is_busy = false;
  let is_over = false;
  let clock_off_ms = 0; // the server's clock against this one, which may be wrong

  const list = () => document.getElementById("day-lists");
  const links = () => [...document.querySelectorAll("#day-lists > .oc-table-box a[data-entry]")];
  const mark_of = (course) => document.getElementById(`course-${course}`)?.dataset.mark;

  function missing() {
    const now = Date.now();
    return links().find((link) => {
      const held = forms.get(link.dataset.entry);
      return !held || held.url !== link.getAttribute("hx-get") || held.mark !== mark_of(link.dataset.entry) || now - held.at > OLD_MS;
    });
  }

  async function fetch_next() {
    if (is_busy || is_over || document.visibilityState === "hidden" || document.documentElement.hasAttribute("data-busy")) return;
    const link = missing();
    if (!link) return;
    is_busy = true;
    const { entry } = link.dataset;
    const url = link.getAttribute("hx-get");
    const mark = mark_of(entry);
    try {
      const answer = await fetch(url, {
        headers: { "X-Background": "1" }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(15000),
      });
      is_over = answer.type === "opaqueredirect";
      if (!answer.ok) return;
      const server = Date.parse(answer.headers.get("Date") || "");
      if (server) clock_off_ms = server - Date.now();
      forms.set(entry, { url, mark, html: await answer.text(), at: Date.now() });
      link.dataset.held = "";
    } catch {
      // No network: what is held by now has to do.
    } finally {
      is_busy = false;
    }
  }

  /* ---- Opening one without the server ---- */

  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      const link = event.detail.elt.closest?.("a[data-entry]");
      const held = link && forms.get(link.dataset.entry);
      if (!held || held.url !== link.getAttribute("hx-get")) return;
      event.stopImmediatePropagation();
      open(held);
    }, true);
  }

  function open(held) {
    const made = new DOMParser().parseFromString(held.html, "text/html");
    const dialog = made.querySelector("dialog");
    // What would ask the server while the form is filled in.
    for (const asking of dialog.querySelectorAll("[hx-get]")) for (const name of ["hx-get", "hx-trigger"]) asking.removeAttribute(name);
    tell(dialog, held);
    set_time(dialog);
    window.htmx.swap(document.getElementById("dialog-place"), dialog.outerHTML, { swapStyle: "innerHTML" });
  }

  function tell(dialog, held) {
    const at = clock(new Date(held.at + clock_off_ms));
    const note = document.createElement("div");
    note.className = "oc-note oc-tone-warning";
    note.setAttribute("role", "status");
    note.textContent = `No connection to the server. This entry is proposed as things stood at ${at.time}; saved, it waits in this browser and is sent when the network returns.`;
    dialog.querySelector(".oc-dialog-body").prepend(note);
  }

  // The clock of the clinic, wherever this browser believes to be.
  function clock(moment) {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: list().dataset.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
      hourCycle: "h23",
    }).formatToParts(moment);
    const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
    return { day: `${of.year}-${of.month}-${of.day}`, time: `${of.hour}:${of.minute}` };
  }

  // Of the present day it is now; of another day, the time that the server proposed.
  function set_time(dialog) {
    const moment = new Date(Math.floor((Date.now() + clock_off_ms) / 60000) * 60000);
    const now = clock(moment);
    const field = (name) => dialog.querySelector(`[name="${name}"]`);
    if (!field("day") || field("day").getAttribute("value") !== now.day) return;
    field("time").setAttribute("value", now.time);
    field("proposed_at").setAttribute("value", moment.toISOString());
    const shown = dialog.querySelector("[data-when]");
    if (shown) shown.textContent = `today, ${now.time}`;
  }

  setInterval(fetch_next, EVERY_MS);
  window.addEventListener("pagehide", () => forms.clear());
})();
