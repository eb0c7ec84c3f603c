/* Behaviour that every page shares. Pages ask for it by attributes; there is no script in any template.
   - forms:    a second submit is stopped, empty filters stay out of the address, select boxes may submit at once
   - dialogs:  data-confirm, hx-confirm, data-dialog, data-dialog-close
   - messages: dismiss, and the corner stack after an htmx answer
   - network:  lost connection, refusals (an ended session is oncocharge/htmx.py's: it answers HX-Redirect)
   The server stays the guard of every promise; what stands here spares a person the detour. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);

  /* ---- Forms ---- */

  const submitters = (form) => [...form.elements].filter((control) => control.type === "submit");

  function lock(form) {
    form.dataset.submitted = "";
    // After this turn of the event loop: a disabled button would not send its name and value.
    setTimeout(() => {
      if (!("submitted" in form.dataset)) return;
      for (const button of submitters(form)) {
        if (button.disabled) continue;
        button.disabled = true;
        button.dataset.locked = "";
        button.setAttribute("aria-busy", "true");
      }
    });
  }

  function unlock(form) {
    delete form.dataset.submitted;
    for (const button of submitters(form)) {
      if (!("locked" in button.dataset)) continue;
      button.disabled = false;
      delete button.dataset.locked;
      button.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "submitMany" in form.dataset) return;
    if ("submitted" in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "submitMany" in form.dataset) return;
    lock(form);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form && event.detail.requestConfig.verb !== "get") lock(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) unlock(form);
  });
  // Back from the browser's page cache: the page is as it was left, buttons locked.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-submitted]").forEach(unlock));

  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-filter]")) return;
    for (const [name, value] of [...event.formData.entries()]) {
      if (value === "") event.formData.delete(name);
    }
  });
  // A day is a valid one long before it is typed to its end: 1 November on the way to 12 November, the year 2 on the way to
  // 2026. What is typed waits for Enter or the button, or where there is none until the field is left.
  const TYPES = /^([0-9]|Arrow(Up|Down)|Backspace|Delete)$/;
  let is_typing = false;
  const isDay = (field) => field.matches?.("[data-filter] input[type=date]");
  document.addEventListener("keydown", (event) => {
    if (!isDay(event.target)) return;
    if (TYPES.test(event.key) && !event.altKey) is_typing = true;
    if (event.key === "Enter") takeTyped(event.target);
  });
  document.addEventListener("pointerdown", (event) => {
    if (isDay(event.target)) is_typing = false;
  });
  document.addEventListener("focusout", (event) => isDay(event.target) && takeTyped(event.target));
  function takeTyped(field) {
    const is_new = is_typing && field.value !== field.defaultValue && !field.validity.badInput;
    is_typing = false;
    if (is_new && !field.form.querySelector("button")) field.form.requestSubmit();
  }
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-filter]") || (is_typing && isDay(event.target))) return;
    if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });

  document.addEventListener("change", (event) => {
    const all = event.target.closest?.("[data-tick-all]");
    if (!all) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.tickAll)}"]`)) {
      if (!box.disabled && all.closest("table")?.contains(box)) box.checked = all.checked;
    }
  });
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.tickAll ?? event.target.name;
    if (event.target.type !== "checkbox" || !name) return;
    for (const place of document.querySelectorAll(`[data-tick-count="${CSS.escape(name)}"]`)) {
      place.textContent = document.querySelectorAll(`input[name="${CSS.escape(name)}"]:checked`).length;
    }
  });

  /* ---- Dialogs ---- */

  function ask({ question, detail, action, danger }, then) {
    const dialog = $("oc-confirm");
    $("oc-confirm-question").textContent = question;
    $("oc-confirm-detail").textContent = detail || "";
    $("oc-confirm-detail").hidden = !detail;
    $("oc-confirm-yes").textContent = action || "Continue";
    $("oc-confirm-yes").classList.toggle("btn-danger", Boolean(danger));
    $("oc-confirm-yes").classList.toggle("btn-primary", !danger);
    dialog.returnValue = "";
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && then(), { once: true });
    dialog.showModal();
  }

  const words = (element) => ({
    question: element.dataset.confirm,
    detail: element.dataset.confirmDetail,
    action: element.dataset.confirmAction,
    danger: "confirmDanger" in element.dataset,
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asked = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!asked.dataset.confirm || "confirmed" in form.dataset || form.matches("[hx-post], [hx-put], [hx-delete]")) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(words(asked), () => {
      form.dataset.confirmed = "";
      form.requestSubmit(submitter);
    });
  }, true);

  document.addEventListener("htmx:confirm", (event) => {
    const element = event.target.closest("[data-confirm]");
    const question = event.detail.question || element?.dataset.confirm;
    if (!question) return;
    event.preventDefault();
    ask({ ...(element ? words(element) : {}), question }, () => event.detail.issueRequest(true));
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) {
      $(opener.dataset.dialog)?.showModal();
      return;
    }
    event.target.closest?.("[data-dialog-close]")?.closest("dialog")?.close();
    event.target.closest?.("[data-dismiss]")?.closest(".oc-message")?.remove();
    if (event.target.closest?.("[data-print]")) window.print();
    const unfolded = event.target.closest?.(".oc-dialog-body summary")?.parentElement;
    // What was asked for may lie below the edge of the dialog.
    if (unfolded) requestAnimationFrame(() => unfolded.open && unfolded.scrollIntoView({ block: "nearest" }));
  });

  /* ---- Messages ---- */

  const LEAVES_AFTER_MS = 8000;

  function say(tone, text) {
    const message = $("oc-message-template").content.firstElementChild.cloneNode(true);
    message.classList.add(`oc-tone-${tone}`);
    message.querySelector("use").setAttribute("href", tone === "info" ? "#oc-info" : "#oc-offline");
    message.querySelector(".oc-message-text").textContent = text;
    message.dataset.said = text;
    document.querySelector(`.oc-toasts [data-said="${CSS.escape(text)}"]`)?.remove();
    $("oc-toasts").append(message);
  }

  function leave(message) {
    delete message.dataset.leaves;
    const go = () => (message.matches(":hover, :focus-within") ? setTimeout(go, LEAVES_AFTER_MS) : message.remove());
    setTimeout(go, LEAVES_AFTER_MS);
  }

  // A table shown as cards (tables.css) keeps its meaning for screen readers only if its roles are said.
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
  function sayRoles(table) {
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
      if (part.hasAttribute("role") || part.closest("table") !== table) continue;
      part.setAttribute("role", part.tagName === "TH" ? (part.scope === "row" ? "rowheader" : "columnheader") : ROLES[part.tagName]);
    }
  }

  function settle(root) {
    root.querySelectorAll("table.oc-table-cards").forEach(sayRoles);
    root.querySelectorAll(".oc-toasts [data-leaves]").forEach(leave);
    // Once: whoever closes a dialog while something else is still on its way does not want to see it again.
    root.querySelectorAll("dialog[data-open]").forEach((dialog) => {
      delete dialog.dataset.open;
      if (!dialog.isConnected || dialog.open) return;
      if (document.activeElement !== document.body) opener = document.activeElement;
      dialog.showModal();
    });
    // Once, too, and after the dialog that it stands in was opened.
    const wanted = root.querySelector("[data-focus]");
    wanted?.removeAttribute("data-focus");
    wanted?.focus();
  }

  // A refused form comes back as another dialog, which does not know what opened the first: left, it leads back there.
  let opener = null;
  document.addEventListener("close", () => setTimeout(() => {
    if (document.activeElement === document.body && opener?.isConnected) opener.focus({ preventScroll: true });
  }), true);

  document.addEventListener("DOMContentLoaded", () => settle(document));
  document.addEventListener("htmx:afterSettle", () => settle(document));

  /* ---- Network ---- */

  const REFUSED = {
    400: "The request was not understood. Reload the page and try again.",
    403: "You may not do this, or the page has grown old. Reload the page and try again.",
    404: "This is no longer here. Someone may have changed it: reload the page.",
    413: "The file is too large.",
    429: "Too many attempts. Wait a minute and try again.",
  };
  let under_way = 0;

  document.addEventListener("htmx:beforeSend", (event) => {
    under_way += 1;
    document.documentElement.dataset.busy = "";
    // Not htmx:afterRequest: it is not heard of an element that was taken off the page meanwhile.
    event.detail.xhr.addEventListener("loadend", () => {
      under_way -= 1;
      if (!under_way) delete document.documentElement.dataset.busy;
    });
  });
  document.addEventListener("htmx:sendError", () =>
    say("warning", "No connection to the server. What you typed is still here: check the network, then send it again."));
  document.addEventListener("htmx:timeout", () =>
    say("warning", "The server did not answer in time. It may have saved all the same: reload the page before you send again."));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    say("refused", REFUSED[status] || `The server could not do this (${status}). Nothing was changed. Try again; if it stays so, tell your administrator.`);
  });
  window.addEventListener("offline", () => say("warning", "This computer is offline. You can go on reading; saving has to wait."));
})();
