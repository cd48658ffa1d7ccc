// Figures as fields: a slider beside each number, one entry of the history a gesture, faults told where they are.
// Works on every form[data-figures]; data-thousands and data-decimal say how this place writes numbers.
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

  document.addEventListener("input", (event) => {
    const part = event.target;
    const form = part.form;
    if (!form || form.dataset.figures === undefined) return;
    // a field that turns bad while one types must not take the focus from the next one
    document.body.dataset.focused = "1";
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
    const same = last.figure !== null && last.figure === figure(event.detail.triggeringEvent) && Date.now() - last.at < PAUSE;
    event.detail.headers["Uplift-Gesture"] = same ? "same" : "new";
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (ours(event)) last = { figure: figure(event.detail.requestConfig.triggeringEvent), at: Date.now() };
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

  // --- Back and Forward put another state in place; what was unfolded stays unfolded
  let open = [];
  document.addEventListener("htmx:historyCacheMissLoad", () => {
    open = [...document.querySelectorAll("form[data-figures] details")].map((fold) => [fold.id, fold.open]);
  });
  document.addEventListener("htmx:historyRestore", () => {
    for (const [id, was] of open) {
      const fold = document.getElementById(id);
      if (fold) fold.open = was;
    }
    last = { figure: null, at: 0 };
    settle();
  });

  // --- Escape puts away the note that a badge shows, until the pointer or the focus moves on
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.documentElement.dataset.tips = "off";
  });
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => {
      if (event.target.closest && !event.target.closest(".origin:hover, .origin:focus-within")) delete document.documentElement.dataset.tips;
    });
  }

  document.addEventListener("htmx:afterSettle", settle);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settle); else settle();
})();
