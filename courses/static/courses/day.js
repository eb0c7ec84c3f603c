/* The machine's day kept up to date: asks every few seconds whether anything changed, and takes only the rows that did.
   An open entry is a dialog outside the list and stays as it is; a row that holds the focus gives it on to its successor.
   An answer that was overtaken by a saved session may be older than its row: it is not taken, and asked for again.
   Nothing is asked while the page is out of sight. */
(() => {
  "use strict";

  const EVERY_MS = 4000;
  let failed_since = null;
  let is_busy = false;
  let is_over = false;
  let rows_saved = 0;

  const list = () => document.getElementById("day-lists");
  const rows_of = (root) => [...root.querySelectorAll("tbody > tr")];
  const order_of = (root) => rows_of(root).map((row) => row.id).join();

  function tell(text) {
    const place = document.getElementById("day-live");
    if (place.textContent !== text) place.textContent = text;
  }

  async function ask({ anew = false } = {}) {
    if (is_busy || is_over || document.visibilityState === "hidden" || !list()) return;
    is_busy = true;
    const saved_before = rows_saved;
    try {
      const { url, token } = list().dataset;
      const answer = await fetch(`${url}&since=${anew ? "" : encodeURIComponent(token)}`, {
        headers: { "X-Background": "1" }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(15000),
      });
      if (answer.type === "opaqueredirect") {
        is_over = true;
        tell("Signed out: reload the page and sign in again.");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.status === 200) {
        const text = await answer.text();
        if (list().querySelector("a.htmx-request, form.htmx-request")) return; // asked for again with the same token
        if (rows_saved === saved_before) adopt(new DOMParser().parseFromString(text, "text/html").getElementById("day-lists"));
        else setTimeout(ask);
      }
      failed_since = null;
      tell("");
    } catch {
      failed_since ??= new Date();
      const since = failed_since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      tell(`No connection: this list is as it was at ${since}.`);
    } finally {
      is_busy = false;
    }
  }

  function adopt(fresh) {
    if (!fresh) return;
    const focused = place_of(document.activeElement);
    const old = list();
    if (order_of(old) === order_of(fresh)) {
      for (const row of rows_of(fresh)) if (row.id) adopt_row(document.getElementById(row.id), row);
      take("day-tiles", fresh);
      old.dataset.token = fresh.dataset.token;
    } else {
      const was_open = old.querySelector("details")?.open;
      for (const row of rows_of(fresh)) if (row.id) carry(document.getElementById(row.id), row);
      old.replaceWith(fresh);
      if (was_open && fresh.querySelector("details")) fresh.querySelector("details").open = true;
      window.htmx.process(fresh);
    }
    document.querySelectorAll("#day-now").forEach((place) => (place.textContent = fresh.dataset.now));
    document.dispatchEvent(new CustomEvent("rows-changed"));
    give_back(focused);
  }

  function adopt_row(old, row) {
    if (!old || old.dataset.mark === row.dataset.mark) return;
    carry(old, row);
    old.replaceWith(row);
    window.htmx.process(row);
  }

  // What was asked for beside the row (its authorization) stays until it is asked for anew.
  function carry(old, row) {
    const [from, to] = [old, row].map((one) => one?.querySelector("[id^='authorized-']"));
    if (from && to) to.innerHTML = from.innerHTML;
  }

  function take(id, fresh) {
    const [old, made] = [document.getElementById(id), fresh.querySelector(`#${id}`)];
    if (!old || !made) return;
    old.replaceWith(made);
    window.htmx.process(made);
  }

  function place_of(element) {
    const row = element?.closest?.("#day-lists tr[id]");
    return row && { row: row.id, href: element.getAttribute("href") };
  }

  function give_back(place) {
    if (!place || document.activeElement !== document.body) return;
    const row = document.getElementById(place.row);
    const same = place.href && row?.querySelector(`[href="${CSS.escape(place.href)}"]`);
    (same || row?.querySelector(".oc-acts a, .oc-acts button") || row?.querySelector("a"))?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap && event.detail.target.matches("#day-lists tr[id]")) rows_saved += 1;
  });
  // A deed that changes the list alone closes its own dialog, and no other that was opened since.
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Reswap") !== "none") return;
    const dialog = event.detail.elt.closest("dialog");
    dialog?.close();
    dialog?.remove();
  });
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", () => ask());
  document.addEventListener("rows-stale", () => ask({ anew: true }));
  document.addEventListener("entry-sent", () => ask({ anew: true }));
  window.addEventListener("online", () => ask());
})();
