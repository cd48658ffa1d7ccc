// Figures as fields: a slider beside each number, one entry of the history a gesture, faults told where they are.
// Works on every form[data-figures]; data-thousands and data-decimal say how this place writes numbers. A form whose
// hx-trigger names the event "figures" is told by it when a change is to be sent.
(function () {
  "use strict";
  const STEPS = 200;

  const marks = (form) => ({ thousands: form.dataset.thousands || ",", decimal: form.dataset.decimal || "." });

  function read(text, form) {
    const { thousands, decimal } = marks(form);
    const plain = text.replaceAll(thousands, "").replace(/[\s'’$€£¥%]/g, "").replace(decimal, ".").replace("−", "-");
    return plain === "" ? NaN : Number(plain);
  }
  function write(value, form) {
    const { thousands, decimal } = marks(form);
    const [whole, rest] = String(value).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (rest ? decimal + rest : "");
  }

  // --- a slider over several powers of ten moves by ratios; its values are ones that people would say
  function spoken(value) {
    const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
    const step = unit * (value / unit < 500 ? 5 : 10);
    return Number((Math.round(value / step) * step).toPrecision(6));
  }
  function slid(range) {
    if (range.dataset.log === undefined) return Number(range.value);
    const [low, high] = range.dataset.log.split(" ").map(Number);
    if (Number(range.value) >= STEPS) return high;
    return Number(range.value) <= 0 ? low : spoken(low * (high / low) ** (range.value / STEPS));
  }
  function place(range, value) {
    if (Number.isNaN(value)) return;
    if (range.dataset.log === undefined) { range.value = value; return; }
    const [low, high] = range.dataset.log.split(" ").map(Number);
    range.value = value > low ? STEPS * Math.log(value / low) / Math.log(high / low) : 0;
  }
  function say(range, field) {
    const unit = field.parentElement.querySelector(".unit");
    range.setAttribute("aria-valuetext", field.value + " " + (unit ? unit.textContent : ""));
  }
  function pair(part) {
    const box = part.closest("[data-figure]");
    return box ? { range: box.querySelector("input[type=range]"), field: box.querySelector("label > input:not([type])") } : {};
  }

  // --- when a change is sent: a slider's as often as answers come, also while it moves; a number's as the fingers rest
  const FRAME = 16;
  const TYPING = 30;
  const UNFINISHED = 700;
  const due = new WeakMap(); // form -> the part that changed, its timer, and whether that timer stands

  // on the way to a number, "" and "12," would only be called faults
  function finished(text, form) {
    const { thousands, decimal } = marks(form);
    const groups = text.trim().split(decimal)[0].split(thousands).slice(1);
    return !Number.isNaN(read(text, form)) && groups.every((group) => group.length === 3);
  }
  function forget(form) {
    const found = due.get(form);
    if (found) clearTimeout(found.timer);
    due.delete(form);
    return found;
  }
  function send(form) {
    const { part } = forget(form);
    (form.contains(part) ? part : form).dispatchEvent(new CustomEvent("figures", { bubbles: true }));
  }
  function later(form, part, wait, stands) {
    const now = due.get(form);
    if (now && now.stands && stands) return;
    forget(form);
    due.set(form, { part, stands, timer: setTimeout(send, wait, form) });
  }
  function changed(part, form) {
    if (part.type === "range") later(form, part, FRAME, true);
    else if (part.type === "text") later(form, part, finished(part.value, form) ? TYPING : UNFINISHED, false);
    else later(form, part, 0, false);
  }
  document.addEventListener("input", (event) => {
    const part = event.target;
    const form = part.form;
    if (!form || form.dataset.figures === undefined) return;
    // a field that turns bad while one types must not take the focus from the next one
    document.body.dataset.focused = "1";
    if (/\bfigures\b/.test(form.getAttribute("hx-trigger"))) changed(part, form);
    const { range, field } = pair(part);
    if (!range || !field) return;
    if (part === range) {
      field.value = write(slid(range), form);
      say(range, field);
    } else if (part === field) {
      place(range, read(field.value, form));
      say(range, field);
    }
  });
  // a field that is left, and a slider that is let go, wait no longer
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && due.has(form)) send(form);
  });
  document.addEventListener("submit", (event) => { forget(event.target); }, true);

  // --- one gesture, one entry of the history: changes of one figure close to each other share it
  const PAUSE = 2000;
  let last = { figure: null, at: 0 };
  const figure = (event) => {
    const part = event && event.target;
    const box = part && part.closest && part.closest("[data-figure]");
    return box ? box.dataset.figure : (part && part.name) || null;
  };
  const ours = (event) => event.target.closest && event.target.closest("form[data-figures]");
  document.addEventListener("htmx:configRequest", (event) => {
    if (!ours(event)) return;
    // what waited for its turn would send a number that is not finished now; it is sent when that is
    const next = due.get(event.target);
    if (next && next.part.type === "text" && !finished(next.part.value, event.target)) { event.preventDefault(); return; }
    const same = last.figure !== null && last.figure === figure(event.detail.triggeringEvent) && Date.now() - last.at < PAUSE;
    event.detail.headers["Uplift-Gesture"] = same ? "same" : "new";
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (ours(event)) last = { figure: figure(event.detail.requestConfig.triggeringEvent), at: Date.now() };
  });

  // --- the pictures follow the figures by a request of their own: as the hand rests, and now and then while a slider
  // moves, for they take longer to come and to draw than the figures
  const REST = 150;
  const PACE = 400;
  const LATE = 1000;
  let touched = { at: -Infinity, slides: false };
  let askedAt = -Infinity;
  let figures = 0; // how many answers have changed the figures, and at which of them the pictures were asked for last
  let pictured = 0;
  let turn = 0;
  let late = 0;
  document.addEventListener("input", ({ target }) => { touched = { at: performance.now(), slides: target.type === "range" }; }, true);
  function follow() {
    clearTimeout(turn);
    const now = performance.now();
    const wait = Math.min(touched.at + REST, touched.slides ? askedAt + PACE : Infinity) - now;
    if (wait > 0) { turn = setTimeout(follow, wait); return; }
    askedAt = now;
    document.getElementById("pictures")?.dispatchEvent(new CustomEvent("pictures"));
  }
  document.addEventListener("htmx:beforeRequest", ({ target }) => { if (target.id === "pictures") pictured = figures; });
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (!target) return; // Back
    if (target.id === "calculator") clearTimeout(turn);
    else if (target.id === "pictures") settled(target);
    else if (target.id === "summary") {
      figures += 1;
      document.getElementById("pictures").setAttribute("aria-busy", "true");
      clearTimeout(late);
      late = setTimeout(tellLate, LATE);
      follow();
    }
  });
  document.addEventListener("uplift:swapped", ({ target }) => { if (target.id === "pictures") settled(target); });
  function settled(pictures) {
    if (pictured !== figures) return;
    clearTimeout(late);
    pictures.removeAttribute("aria-busy");
    pictures.classList.remove("is-late");
  }
  function tellLate() {
    const pictures = document.getElementById("pictures");
    if (pictures && pictures.ariaBusy) pictures.classList.add("is-late");
  }

  // --- an answer that was asked for before another that is on the page already is dropped; what was asked for by a
  // part that has left the page, or before Back, is given up
  const asked = new Map(); // request under way -> its number, and the part that asked
  let count = 0;
  let newest = 0;
  let isGoingBack = false;
  function giveUp(which) {
    for (const [request, { part }] of [...asked]) {
      if (!which(part)) continue;
      // quietly: htmx would call it an error, and send what waits behind it
      request.onload = request.onerror = request.onabort = request.ontimeout = null;
      request.abort();
    }
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.closest("#calculator")) return;
    if (isGoingBack) { event.preventDefault(); return; }
    const request = event.detail.xhr;
    asked.set(request, { number: count += 1, part: event.target });
    request.addEventListener("loadend", () => asked.delete(request));
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const found = asked.get(event.detail.xhr);
    if (!found || found.part.id === "pictures") return; // which are asked for one after the other
    if (found.number < newest) event.preventDefault(); else newest = found.number;
  });
  document.addEventListener("htmx:afterSwap", () => giveUp((part) => !part.isConnected));
  document.addEventListener("htmx:historyCacheMiss", () => {
    isGoingBack = true;
    giveUp(() => true);
  });
  document.addEventListener("htmx:historyCacheMissLoad", () => { isGoingBack = false; });
  document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());

  // --- what was unfolded stays unfolded: figures with Back, the tables of charts with each answer
  let unfolded = [];
  const name = (fold) => fold.id || fold.parentElement.id;
  const remember = (selector) => { unfolded = [...document.querySelectorAll(selector)].map((fold) => [name(fold), fold.open]); };
  function unfold() {
    for (const [id, was] of unfolded) {
      const found = document.getElementById(id);
      const fold = found && (found.matches("details") ? found : found.querySelector("details"));
      if (fold) fold.open = was;
    }
    unfolded = [];
  }
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target.closest("#calculator")) remember(".chart > details"); });
  document.addEventListener("htmx:afterSwap", unfold);
  document.addEventListener("htmx:historyCacheMissLoad", () => remember("form[data-figures] details, .chart > details"));
  document.addEventListener("htmx:historyRestore", () => {
    unfold();
    last = { figure: null, at: 0 };
    settle();
  });

  // --- after each answer: a field whose note holds a fault is marked; what each part is called and described by
  let made = 0;
  function settle() {
    document.querySelectorAll("form[data-figures] [data-figure]").forEach((box) => {
      const fault = box.querySelector(".field-error");
      box.querySelectorAll("input:not([type])").forEach((field) => {
        field.inputMode = "decimal";
        if (fault) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
        if (fault) field.setAttribute("aria-describedby", fault.id); else field.removeAttribute("aria-describedby");
      });
      const { range, field } = pair(box);
      if (range && field && !range.hasAttribute("aria-label")) {
        range.setAttribute("aria-label", box.querySelector("label > span").textContent + ", slider");
        say(range, field);
      }
      const tip = box.querySelector(".tip");
      if (tip && !tip.id) {
        tip.id = "tip-" + (made += 1);
        tip.previousElementSibling.setAttribute("aria-describedby", tip.id);
      }
    });
  }

  // --- Escape puts away the note that a badge shows, until the pointer or the focus moves on
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.documentElement.dataset.tips = "off";
  });
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => {
      if (event.target.closest && !event.target.closest(".origin:hover, .origin:focus-within")) delete document.documentElement.dataset.tips;
    });
  }

  // in the task that brought the part, once: nobody meets a slider without its name
  let unsettled = false;
  document.addEventListener("htmx:afterSwap", () => {
    if (unsettled) return;
    unsettled = true;
    queueMicrotask(() => { unsettled = false; settle(); });
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settle); else settle();
})();
