/* Arrow keys in the grid: from cell to cell, over what is empty. Links stay links: Tab and Enter do what they always do. */
(() => {
  "use strict";

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  const links = (cell) => (cell ? [...cell.querySelectorAll("a[href]")] : []);

  /* Within a cell the arrows go through its links first, up and down. */
  const within = (link, cell, down) => {
    const inside = links(cell);
    return down ? inside[inside.indexOf(link) + down] : undefined;
  };

  const beyond = (table, cell, [down, right]) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    let row = rows.indexOf(cell.parentElement) + down;
    let column = cell.cellIndex + right;
    while (row >= 0 && row < rows.length && column >= 0 && column < rows[row].cells.length) {
      const found = links(rows[row].cells[column]);
      if (found.length) return down < 0 ? found[found.length - 1] : found[0];
      row += down;
      column += right;
    }
    return undefined;
  };

  const edge = (cell, last) => {
    const found = [...cell.parentElement.cells].flatMap(links);
    return last ? found[found.length - 1] : found[0];
  };

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("[data-grid] a[href]");
    if (!link || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const cell = link.closest("td, th");
    const table = link.closest("table");
    const step = STEPS[event.key];
    let next;
    if (step) next = within(link, cell, step[0]) ?? beyond(table, cell, step);
    else if (event.key === "Home" || event.key === "End") next = edge(cell, event.key === "End");
    else return;
    event.preventDefault();
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
})();
