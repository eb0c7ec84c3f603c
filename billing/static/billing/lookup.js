/* A field that looks codes up while one types: htmx brings the list, the arrow keys walk it, Enter takes one.
   Without scripts the field keeps the browser's own list of codes, and the server checks whatever was typed. */
(() => {
  "use strict";

  const listOf = (field) => document.getElementById(field.dataset.lookup);
  const optionsOf = (list) => [...list.querySelectorAll("[data-code]")];

  function show(field, open) {
    const list = listOf(field);
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    if (!open) {
      field.removeAttribute("aria-activedescendant");
      optionsOf(list).forEach((one) => one.setAttribute("aria-selected", "false"));
    }
  }

  function choose(field, option) {
    field.value = option.dataset.code;
    show(field, false);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function walk(field, by) {
    const list = listOf(field);
    const options = optionsOf(list);
    if (!options.length) return;
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const to = options[(at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length];
    options.forEach((one) => one.setAttribute("aria-selected", String(one === to)));
    field.setAttribute("aria-activedescendant", to.id);
    to.scrollIntoView({ block: "nearest" });
  }

  function begin(field) {
    const list = listOf(field);
    field.removeAttribute("list");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
    field.addEventListener("keydown", (event) => {
      const isOpen = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen && list.childElementCount) show(field, true);
        walk(field, event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && isOpen) {
        const options = optionsOf(list);
        const chosen = options.find((one) => one.getAttribute("aria-selected") === "true");
        event.preventDefault();
        if (chosen || options.length === 1) choose(field, chosen || options[0]);
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        show(field, false);
      }
    });
    field.addEventListener("blur", () => show(field, false));
    // The mouse must not take the focus away before its click is heard.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-code]");
      if (option) choose(field, option);
    });
    list.addEventListener("htmx:afterSwap", () => {
      const isExact = optionsOf(list).some((one) => one.dataset.code === field.value.trim().toUpperCase());
      show(field, document.activeElement === field && list.childElementCount > 0 && !isExact);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-lookup]").forEach(begin);
  });
})();
