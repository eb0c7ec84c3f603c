/* Sets light or dark before the first paint. Loaded in <head> without defer on purpose: a later script would flash.
   The choice stands in this browser only (localStorage "oc-theme": light, dark; absent: as the system has it). */
(() => {
  "use strict";
  const KEY = "oc-theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const value = localStorage.getItem(KEY);
      return value === "light" || value === "dark" ? value : "auto";
    } catch {
      return "auto"; // Storage is switched off: the system decides.
    }
  }

  function show() {
    const choice = chosen();
    const theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.setAttribute("data-bs-theme", theme);
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  show();
  dark.addEventListener("change", show);
  window.addEventListener("storage", (event) => event.key === KEY && show());
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try {
      if (button.dataset.themeChoice === "auto") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch {
      document.documentElement.setAttribute("data-bs-theme", button.dataset.themeChoice);
      return;
    }
    show();
  });
})();
