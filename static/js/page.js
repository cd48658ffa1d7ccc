// Small helps on every page. Everything listens on the document, so parts that htmx swaps in need no set-up.
(function () {
  "use strict";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // --- messages: notices go by themselves, errors and warnings stay
  function dismissLater(toast) {
    if (toast.dataset.timed || ["error", "warning"].includes(toast.dataset.toast)) return;
    toast.dataset.timed = "1";
    let timer = setTimeout(() => toast.remove(), 8000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), 4000); });
  }
  function toast(text, level) {
    const box = document.getElementById("toasts");
    if (!box) return;
    const made = document.createElement("div");
    made.className = "toast toast-" + level;
    made.dataset.toast = level;
    if (level === "error") made.setAttribute("role", "alert");
    const words = document.createElement("div");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss this message");
    close.textContent = "×";
    made.append(words, close);
    box.append(made);
    dismissLater(made);
  }
  window.uplift = { toast };

  // --- a slider and its number follow each other
  function follow(input) {
    const pair = input.closest("[data-pair]");
    if (!pair) return;
    const other = pair.querySelector(input.type === "range" ? "input:not([type=range])" : "input[type=range]");
    if (!other || input.value === "") return;
    other.value = input.value;
    if (input.type === "range") other.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- deleting asks for the name
  function checkName(form) {
    const button = form.querySelector("button[type=submit]");
    const typed = form.querySelector("input[name=confirm]");
    if (button && typed) button.disabled = typed.value.trim() !== form.dataset.confirmName;
  }

  // --- typed values survive a reload: <form data-keep="some-name">
  const keepKey = (form) => "keep:" + location.pathname + ":" + form.dataset.keep;
  const kept = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type));
  function save(form) {
    const values = kept(form).map((field) => [field.name, field.value, /^(radio|checkbox)$/.test(field.type) ? field.checked : null]);
    try { sessionStorage.setItem(keepKey(form), JSON.stringify(values)); } catch (error) { /* storage is off or full */ }
  }
  function restore(form) {
    let values;
    try { values = JSON.parse(sessionStorage.getItem(keepKey(form)) || "null"); } catch (error) { return; }
    // what the server sent back with faults is newer than what was kept
    if (!values || form.querySelector("[aria-invalid=true]")) return;
    for (const [name, value, checked] of values) {
      for (const field of kept(form)) {
        if (field.name !== name) continue;
        if (checked === null) field.value = value;
        else if (field.value === value) field.checked = checked;
      }
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function ready() {
    document.querySelectorAll("[data-toast]").forEach(dismissLater);
    document.querySelectorAll("form[data-confirm-name]").forEach(checkName);
    document.querySelectorAll("form[data-keep]:not([data-restored])").forEach((form) => { form.dataset.restored = "1"; restore(form); });
    document.querySelectorAll(".rail [aria-current], .tabs [aria-current]").forEach((link) => {
      const strip = link.closest("ul");
      if (strip && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = link.offsetLeft - strip.offsetLeft - 16;
    });
    const faulty = document.querySelector("main form:not([data-example]) [aria-invalid=true]");
    if (faulty && !document.body.dataset.focused) {
      document.body.dataset.focused = "1";
      faulty.focus({ preventScroll: true });
      faulty.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.closest("[data-pair]")) follow(field);
    const form = field.form;
    if (!form) return;
    if (form.dataset.confirmName !== undefined) checkName(form);
    if (form.dataset.keep) save(form);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirmName !== undefined && form.elements.confirm.value.trim() !== form.dataset.confirmName) { event.preventDefault(); return; }
    if (form.dataset.keep) try { sessionStorage.removeItem(keepKey(form)); } catch (error) { /* storage is off */ }
    if ((form.method || "get") !== "post" || form.matches("[hx-post], [data-upload]")) return;
    // a second press sends nothing; the name and value of the button still go with the first
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) { button.setAttribute("aria-busy", "true"); button.setAttribute("aria-disabled", "true"); }
    // an answer that is a download leaves this page where it is
    setTimeout(() => release(form), 10000);
  });
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => { button.removeAttribute("aria-busy"); button.removeAttribute("aria-disabled"); });
  }
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // --- an answer may replace a button while it is held down: the press then counts for the one in its place
  let press = null;
  const SLIP = 10;
  function hold(button, x, y) {
    press = button ? { button, form: button.form, id: button.id, x, y } : null;
  }
  function letGo(x, y) {
    const held = press;
    press = null;
    if (!held || held.button.isConnected || Math.hypot(x - held.x, y - held.y) > SLIP) return;
    const { name, value } = held.button;
    const same = (other) => other.type === "submit" && other.name === name && other.value === value;
    const other = held.id ? document.getElementById(held.id) : held.form && [...held.form.elements].find(same);
    if (other) other.click();
  }
  document.addEventListener("pointerdown", (event) => hold(event.button === 0 && event.isPrimary ? event.target.closest("button") : null, event.clientX, event.clientY));
  document.addEventListener("pointerup", (event) => letGo(event.clientX, event.clientY));
  document.addEventListener("pointercancel", () => { press = null; });
  document.addEventListener("keydown", (event) => { if (event.key === " " && !event.repeat) hold(event.target.closest("button"), 0, 0); });
  document.addEventListener("keyup", (event) => { if (event.key === " ") letGo(0, 0); });

  function copyText(text) {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copying is not allowed here"));
  }

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-dismiss]");
    if (close) close.closest("[data-toast]").remove();
    const copy = event.target.closest("[data-copy], [data-copy-near]");
    if (copy) {
      const text = copy.dataset.copy !== undefined ? copy.dataset.copy : copy.parentElement.querySelector("code").textContent;
      const label = copy.querySelector("span");
      const before = label.textContent;
      copyText(text).then(() => { label.textContent = "Copied"; }, () => { label.textContent = "Select and copy by hand"; })
        .finally(() => setTimeout(() => { label.textContent = before; }, 2000));
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // --- htmx: CSRF travels in a header; a fault is told, not swallowed
  document.addEventListener("htmx:afterSettle", ready);
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const reason = status === 403 ? "You may not do this here." : status === 404 ? "It is no longer there." : "The server answered with a fault (" + status + ").";
    toast(reason + " Reload the page to see how things stand.", "error");
  });
  let offline = false;
  document.addEventListener("htmx:sendError", () => {
    if (!offline) toast("The server does not answer. This page keeps trying.", "error");
    offline = true;
  });
  document.addEventListener("htmx:afterOnLoad", () => { offline = false; });

  // --- what was typed or chosen before the scripts were there (a slow load, a form that the browser restored) takes effect
  function differs(part) {
    if (["hidden", "range", "file", "submit", "button"].includes(part.type)) return false;
    if (part.options) {
      const chosen = [...part.options].findIndex((each) => each.defaultSelected);
      return !part.multiple && part.selectedIndex !== Math.max(chosen, 0);
    }
    if (part.type === "checkbox" || part.type === "radio") return part.checked !== part.defaultChecked;
    return part.value !== undefined && part.value !== part.defaultValue;
  }
  addEventListener("load", () => {
    const followed = new Set(document.querySelectorAll("form[hx-trigger]"));
    document.querySelectorAll("[hx-trigger*='from:#']").forEach((part) => {
      const form = document.getElementById(part.getAttribute("hx-trigger").match(/from:#([\w-]+)/)[1]);
      if (form && form.elements) followed.add(form);
    });
    followed.forEach((form) => {
      const changed = [...form.elements].find(differs);
      if (changed) for (const type of ["input", "change"]) changed.dispatchEvent(new Event(type, { bubbles: true }));
    });
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
  document.addEventListener("uplift:swapped", ready);
})();
