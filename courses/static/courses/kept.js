/* Entries of sessions that the network swallowed: kept in this browser, sent once when it returns.
   - kept from the moment of saving until the server has answered, so that a reload, a crash or a cut loses nothing
   - what is kept is what the form sent: ids, day, time, the words typed; no patient's name, no number of the chart
   - each carries the form's own entry_key: sent twice it is one session, the server sees to that
   - an entry belongs to the user who made it; it goes when that user is signed in, and is cleared at sign-out
   What a person must decide (refused by the server) is shown with its reason, to be opened or discarded. */
(() => {
  "use strict";

  const { user: me, door, login, leaving } = document.currentScript.dataset;
  const PREFIX = "oncocharge.entry.";
  const LEAVING = "oncocharge.leaving";
  const AGAIN_MS = 5000;
  const IN_FLIGHT_MS = 35000; // longer than any answer is waited for
  const form_of = (element) => element.closest?.("form[data-keep]");

  /* ---- The store: one key an entry, so that two tabs never write over each other ---- */

  function entries() {
    const found = [];
    for (let place = 0; place < localStorage.length; place += 1) {
      const name = localStorage.key(place);
      if (!name.startsWith(PREFIX)) continue;
      try {
        found.push(JSON.parse(localStorage.getItem(name)));
      } catch {
        // Not ours, or cut short by a full disk: nothing can be made of it.
      }
    }
    return found.sort((one, other) => one.at - other.at);
  }
  const put = (entry) => localStorage.setItem(PREFIX + entry.key, JSON.stringify(entry));
  const drop = (key) => localStorage.removeItem(PREFIX + key);
  const get = (key) => JSON.parse(localStorage.getItem(PREFIX + key) || "null");

  // Signed out: what this user left behind goes. Only who pressed Sign out is named; an expired login keeps what waits.
  if (leaving !== undefined) {
    const who = localStorage.getItem(LEAVING);
    entries().filter((entry) => entry.user === who).forEach((entry) => drop(entry.key));
    localStorage.removeItem(LEAVING);
    return;
  }

  localStorage.removeItem(LEAVING); // a sign-out that never reached the server

  // Survives a reload of this tab, not its copy in another.
  const tab = sessionStorage.getItem("oncocharge.tab") || `${Date.now()}-${Math.random()}`;
  sessionStorage.setItem("oncocharge.tab", tab);
  const loaded_at = Date.now();
  const mine = () => entries().filter((entry) => entry.user === me);
  // In flight from this page as it stands, or lately from another tab: its answer may still come.
  const in_flight = (entry) => entry.state === "sending" && (entry.tab === tab
    ? entry.at >= loaded_at && Date.now() - entry.at < IN_FLIGHT_MS
    : Date.now() - entry.at < IN_FLIGHT_MS);

  function keep(form, values) {
    const body = new URLSearchParams();
    for (const [name, value] of values) if (name !== "csrfmiddlewaretoken") body.append(name, value);
    const entry = {
      key: body.get("entry_key"), user: me, course: form.dataset.keep, action: form.getAttribute("action"),
      body: body.toString(), at: Date.now(), state: "sending", tab,
    };
    if (entry.key) put(entry);
  }

  function wait(key, why = "") {
    const entry = get(key);
    if (entry) put({ ...entry, state: "waiting", why });
    show();
  }

  /* ---- The form on its way ---- */

  const key_of = (form) => form.elements.namedItem("entry_key")?.value;

  document.addEventListener("htmx:configRequest", (event) => {
    const form = form_of(event.detail.elt);
    if (form && event.detail.verb === "post") keep(form, new FormData(form));
  });
  // A form as a page of its own is sent by the browser itself; the next page finds the entry and asks what became of it.
  document.addEventListener("submit", (event) => {
    const form = form_of(event.target);
    if (form && !form.hasAttribute("hx-post") && !event.defaultPrevented) keep(form, new FormData(form));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = form_of(event.detail.requestConfig.elt); // the dialog is gone by now, and the event another element's
    const { status } = event.detail.xhr;
    if (!form || event.detail.requestConfig.verb !== "post" || !status) return;
    const is_lost = status >= 500 || status === 403 || status === 429;
    const is_signed_out = (event.detail.xhr.getResponseHeader("HX-Redirect") || "").startsWith(login);
    if (is_lost || is_signed_out) wait(key_of(form));
    else drop(key_of(form));
    show();
    if (is_lost) setTimeout(() => close(form));
  });
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      const form = form_of(event.detail.elt);
      if (!form || event.detail.requestConfig.verb !== "post") return;
      event.stopImmediatePropagation(); // the page's own words about a lost network are for forms that are not kept
      wait(key_of(form));
      close(form);
      say("warning", "No connection to the server. The entry is kept in this browser and sent by itself when the network returns.");
    }, true);
  }

  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (!form_of(event.detail.elt) || !(status >= 500 || status === 403 || status === 429)) return;
    event.stopImmediatePropagation();
    say("warning", `The server could not take the entry (${status}). It is kept in this browser and sent again by itself.`);
  }, true);

  function close(form) {
    const dialog = form.closest("dialog");
    dialog?.close();
    dialog?.remove();
  }

  /* ---- Sending what waits ---- */

  let is_busy = false;

  async function send() {
    if (is_busy || !mine().some((entry) => entry.state !== "refused" && !in_flight(entry))) return;
    is_busy = true;
    try {
      const answer = await fetch(door, { headers: { Accept: "application/json", "X-Background": "1" }, redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") {
        mark_all("Signed out: sign in again, then it is sent.");
        return;
      }
      if (!answer.ok) return;
      const { user, token } = await answer.json();
      // Somebody else signed in meanwhile in this browser: this page is not theirs, and the entry is not to be signed by them.
      if (user !== me) return;
      for (const entry of mine()) if (entry.state !== "refused" && !in_flight(entry) && !(await send_one(entry, token))) return;
    } catch {
      // Still no network; the next try comes by itself.
    } finally {
      is_busy = false;
      show();
    }
  }

  function mark_all(why) {
    for (const entry of mine()) if (entry.state !== "refused" && !in_flight(entry)) put({ ...entry, state: "waiting", why });
  }

  async function send_one(entry, token) {
    const answer = await fetch(entry.action, {
      method: "POST", body: new URLSearchParams(entry.body), redirect: "manual", signal: AbortSignal.timeout?.(20000),
      headers: { Accept: "application/json", "X-CSRFToken": token, "X-Background": "1" },
    });
    if (answer.type === "opaqueredirect" || answer.status >= 500 || answer.status === 429) return false;
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      drop(entry.key);
      if (said.is_new || entry.state === "waiting") say("good", said.message);
    } else {
      const why = said.message || `The server refused it (${answer.status}).`;
      put({ ...entry, state: "refused", why });
      say("refused", `An entry that waited was refused: ${why}`);
    }
    document.dispatchEvent(new CustomEvent("entry-sent", { detail: { course: entry.course } }));
    return true;
  }

  /* ---- Showing it ---- */

  const made = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  };

  function say(tone, text) {
    const message = document.getElementById("oc-message-template").content.firstElementChild.cloneNode(true);
    message.classList.add(`oc-tone-${tone}`);
    if (tone === "good") message.setAttribute("role", "status");
    message.querySelector("use").setAttribute("href", { good: "#oc-check", warning: "#oc-offline", refused: "#oc-refused" }[tone]);
    message.querySelector(".oc-message-text").textContent = text;
    document.getElementById("oc-toasts").append(message);
  }

  const words_of = (entry) => {
    if (entry.state === "refused") return `Not saved: ${entry.why}`;
    return entry.why || "Waiting to be sent";
  };

  function note_of(entry) {
    const note = made("span", { class: `oc-cell-sub cl-kept cl-kept-${entry.state}`, "data-kept-key": entry.key }, words_of(entry));
    if (entry.state === "refused") note.append(" ", ...deeds_of(entry));
    return note;
  }

  function deeds_of(entry) {
    const discard = made("button", { type: "button", class: "btn btn-sm", "data-kept-discard": entry.key }, "Discard");
    if (entry.state !== "refused") return [discard];
    return [made("a", { class: "btn btn-sm", href: `${entry.action}#kept=${entry.key}` }, "Open"), " ", discard];
  }

  function show() {
    const shown = mine().filter((entry) => !in_flight(entry));
    const text = shown.map((entry) => `${entry.key}${entry.state}${entry.why || ""}`).join();
    document.querySelectorAll("tr[data-kept]").forEach((row) => delete row.dataset.kept);
    for (const entry of shown) {
      const row = document.getElementById(`course-${entry.course}`);
      if (row) row.dataset.kept = entry.state;
    }
    show_in_rows(shown);
    show_in_header(shown, text);
    guard_sign_out(shown.length);
  }

  function show_in_rows(shown) {
    document.querySelectorAll(".cl-kept").forEach((note) => {
      const entry = shown.find((one) => one.key === note.dataset.keptKey);
      if (!entry || !note.textContent.startsWith(words_of(entry))) note.remove();
    });
    for (const entry of shown) {
      const cell = document.querySelector(`#course-${CSS.escape(entry.course)} .oc-status`);
      if (cell && !cell.querySelector(`[data-kept-key="${CSS.escape(entry.key)}"]`)) cell.append(note_of(entry));
    }
  }

  function show_in_header(shown, text) {
    const place = document.getElementById("cl-kept-place");
    if (!place || place.dataset.shown === text) return;
    place.dataset.shown = text;
    place.replaceChildren();
    if (!shown.length) return;
    const refused = shown.filter((entry) => entry.state === "refused").length;
    const waiting = shown.length - refused;
    const label = [waiting && `${waiting} waiting to be sent`, refused && `${refused} not saved`].filter(Boolean).join(", ");
    place.append(made("details", { class: "cl-kept-all" },
      made("summary", { class: "oc-bar-button" }, label),
      made("ul", { class: "cl-kept-list" }, ...shown.map(line_of))));
  }

  function line_of(entry) {
    const body = new URLSearchParams(entry.body);
    const name = document.querySelector(`#course-${CSS.escape(entry.course)} .oc-name a`)?.textContent;
    const what = `${name ? `${name}, ` : "Session of "}${body.get("day")} ${body.get("time")}`;
    return made("li", {}, made("span", {}, what), made("span", { class: "oc-soft" }, words_of(entry)),
      made("span", { class: "cl-kept-deeds" }, ...deeds_of(entry)));
  }

  function guard_sign_out(count) {
    for (const form of document.querySelectorAll("form[action$='/logout/']")) {
      if (!count) {
        delete form.dataset.confirm;
        continue;
      }
      form.dataset.confirm = count === 1 ? "One entry was not sent. Sign out all the same?" : `${count} entries were not sent. Sign out all the same?`;
      form.dataset.confirmDetail = "What was not sent is cleared from this browser and has to be entered again.";
      form.dataset.confirmAction = "Sign out and discard";
      form.dataset.confirmDanger = "";
    }
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/logout/']")) localStorage.setItem(LEAVING, me);
  });

  document.addEventListener("click", (event) => {
    const { keptDiscard } = event.target.closest?.("[data-kept-discard]")?.dataset ?? {};
    if (!keptDiscard) return;
    drop(keptDiscard);
    show();
  });

  /* ---- A refused entry opened again: the form as it was filled in ---- */

  function fill() {
    const entry = get(new URLSearchParams(location.hash.slice(1)).get("kept") || "");
    const form = document.querySelector("form[data-keep]");
    if (!entry || entry.user !== me || !form) return;
    const values = new URLSearchParams(entry.body);
    for (const control of form.elements) {
      if (!control.name || control.name === "csrfmiddlewaretoken") continue;
      const said = values.getAll(control.name);
      if (control.type === "checkbox" || control.type === "radio") control.checked = said.includes(control.value);
      else control.value = said[0] ?? "";
    }
    const note = made("div", { class: "oc-note oc-tone-refused", role: "alert" }, made("span", {}, words_of(entry)));
    form.querySelector(".oc-stack")?.prepend(note);
  }

  // Shown again by the server with its faults: it is in hand here, and no longer waits.
  function take_in_hand() {
    const form = document.querySelector("form[data-keep]:not([hx-post])");
    const entry = form && get(key_of(form));
    if (entry && entry.state === "sending") drop(entry.key);
  }

  document.addEventListener("DOMContentLoaded", () => {
    take_in_hand();
    fill();
    show();
    send();
  });
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("rows-changed", show);
  window.addEventListener("storage", show);
  window.addEventListener("online", send);
  setInterval(send, AGAIN_MS);
})();
