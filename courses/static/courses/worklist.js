/* The worklist read again after a deed: the focus goes on to the row that moved up, not back to the top of the page. */
(() => {
  "use strict";

  const list = document.getElementById("worklist");
  const deeds_of = (section) => [...section.querySelectorAll("tbody .oc-acts a, tbody .oc-acts button")];
  let place = null;

  // Where the last deed was asked for: its list and its row. A dialog between does not change that.
  function note(element) {
    const section = element?.closest?.("#worklist section");
    const row = section && element.closest("tbody tr");
    if (row) place = { section: section.getAttribute("aria-labelledby"), row: [...row.parentElement.children].indexOf(row) };
  }
  list.addEventListener("focusin", (event) => note(event.target));
  list.addEventListener("click", (event) => note(event.target));

  // Rows move up under the pointer: the second click of a double click is nobody's deed, nor is a key held down. They have
  // moved before htmx knows them: from then on, too, a click is the browser's own and would be sent all the same.
  const STILL_MS = 700;
  let settled = -STILL_MS;
  list.addEventListener("click", (event) => {
    if (!event.detail || event.timeStamp - settled > STILL_MS || !event.target.closest("[type=submit]")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  list.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault());

  list.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === list) settled = performance.now();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === list) settled = performance.now();
    if (event.target !== list || !place) return;
    if (document.activeElement && document.activeElement !== document.body) return;
    const section = list.querySelector(`section[aria-labelledby="${CSS.escape(place.section)}"]`);
    if (!section) return;
    const deeds = deeds_of(section);
    const rows = [...section.querySelectorAll("tbody tr")];
    const next = rows[Math.min(place.row, rows.length - 1)]?.querySelector(".oc-acts a, .oc-acts button") || deeds.at(-1);
    const heading = section.querySelector("h2");
    if (!next) heading.tabIndex = -1;
    (next || heading).focus({ preventScroll: Boolean(next) });
  });
})();
