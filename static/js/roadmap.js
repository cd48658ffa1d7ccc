// Bars of the plan are moved by pointer or arrow keys; the server then says what the new dates would break.
(function () {
  "use strict";
  const DAY = 86400000;
  const iso = (day) => new Date(day).toISOString().slice(0, 10);

  function ask(bar, days) {
    if (!days) return;
    const start = iso(Date.parse(bar.dataset.start) + days * DAY);
    const finish = iso(Date.parse(bar.dataset.finish) + days * DAY);
    const query = new URLSearchParams({ start, finish, version: bar.dataset.version, back: "timeline" });
    bar.setAttribute("aria-valuenow", String(days));
    bar.setAttribute("aria-valuetext", start + " to " + finish);
    htmx.ajax("GET", bar.dataset.move + "?" + query, { target: "#foretold", swap: "innerHTML" }).then(() => {
      const answer = document.getElementById("foretold");
      answer.scrollIntoView({ block: "nearest" });
    });
  }

  // a bar as wide as its days says how wide a day is
  const perDay = (bar) => bar.getBoundingClientRect().width / Number(bar.dataset.days);
  let moving = null;

  document.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest("[data-move]");
    if (!bar) return;
    moving = { bar, from: event.clientX, width: perDay(bar), days: 0 };
    bar.setPointerCapture(event.pointerId);
    bar.classList.add("is-moving");
  });
  document.addEventListener("pointermove", (event) => {
    if (!moving) return;
    moving.days = Math.round((event.clientX - moving.from) / moving.width);
    moving.bar.setAttribute("transform", "translate(" + moving.days * moving.width + " 0)");
  });
  function drop(event) {
    if (!moving) return;
    const { bar, days } = moving;
    moving = null;
    bar.classList.remove("is-moving");
    if (event.type === "pointercancel") { bar.removeAttribute("transform"); return; }
    ask(bar, days);
  }
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);

  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest && event.target.closest("[data-move]");
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 7, PageDown: -7 }[event.key];
    if (!bar || (!step && event.key !== "Escape")) return;
    event.preventDefault();
    const days = step ? Number(bar.getAttribute("aria-valuenow")) + step : 0;
    bar.setAttribute("aria-valuenow", String(days));
    bar.setAttribute("transform", "translate(" + days * perDay(bar) + " 0)");
    clearTimeout(bar.waiting);
    if (!days) { bar.removeAttribute("transform"); document.getElementById("foretold").textContent = ""; return; }
    bar.waiting = setTimeout(() => ask(bar, days), 500);
  });
})();
