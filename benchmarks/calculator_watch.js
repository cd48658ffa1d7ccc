// Put into the page before its own scripts: what a person at the calculator sees of an answer, and when.
// Times are the page's clock in ms; a gesture's time is that of the event itself, before anything handled it.
(function () {
  "use strict";
  let since = 0;
  let seen = null;
  let shown = [];
  let drawn = new Map();
  let answers = [];

  for (const type of ["input", "change", "click", "popstate"]) {
    addEventListener(type, (event) => {
      if (!window.watched.kinds.includes(type)) return;
      since = event.timeStamp;
      window.watched.events += 1;
    }, true);
  }
  const state = () => document.querySelector("#outcome [name=last]").value;

  // every answer, the restored page of Back too, brings the sentence as a new element
  new MutationObserver(() => {
    const now = document.getElementById("sentence");
    if (!now || now === seen) return;
    seen = now;
    const at = performance.now();
    const entry = { at, painted: NaN, state: state() };
    shown.push(entry);
    requestAnimationFrame(() => setTimeout(() => { entry.painted = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener("uplift:drawn", (event) => drawn.set(event.target.id, performance.now()));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const asked = new URL(entry.name);
      if (asked.pathname === "/roi/" && !asked.searchParams.has("charts")) answers.push({ ms: entry.responseStart - entry.requestStart, bytes: entry.transferSize });
    }
  }).observe({ type: "resource" });

  const near = (plot) => {
    const box = plot.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };
  const stale = (plot) => plot.drawnFrom !== document.getElementById(plot.dataset.chart)?.textContent;

  window.watched = {
    kinds: [],
    events: 0,
    begin(...kinds) {
      Object.assign(this, { kinds, events: 0 });
      [since, shown, drawn, answers] = [0, [], new Map(), []];
    },
    // nothing is under way: the last event is answered, and each chart shows its own data
    idle() {
      const plots = [...document.querySelectorAll("[data-chart]")];
      return since > 0 && shown.length > 0 && shown.at(-1).at >= since && !document.querySelector(".htmx-request")
        && !document.querySelector("#pictures[aria-busy]") && plots.length === 6 && !plots.some(stale) && !Number.isNaN(shown.at(-1).painted);
    },
    reading() {
      const plots = [...document.querySelectorAll("[data-chart]")];
      const worst = (some) => some.reduce((most, plot) => Math.max(most, (drawn.get(plot.id) || 0) - since), 0);
      // an answer to an earlier event of the same gesture may come first: it holds another state
      const first = shown.find((entry) => entry.at >= since && entry.state === state());
      return {
        figures: first.at - since, painted: first.painted - since,
        charts: worst(plots.filter(near)), all_charts: worst(plots),
        server: answers.length ? answers.at(-1).ms : NaN, bytes: answers.length ? answers.at(-1).bytes : NaN,
        answers: shown.length, events: this.events, state: state(),
        npv: document.querySelector(".tile-value").textContent.trim(),
      };
    },
  };
})();
