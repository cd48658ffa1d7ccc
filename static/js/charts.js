// Draws each [data-chart] from the JSON block it names, in the theme's colours. Plotly is fetched only where a chart is.
(function () {
  "use strict";
  const address = document.currentScript.dataset.plotly;
  const config = { responsive: false, displaylogo: false, showSendToCloud: false, displayModeBar: "hover", modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
  let loading = null;

  function plotly() {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { loading = null; reject(new Error("not loaded")); };
      document.head.append(script);
    });
    return loading;
  }

  // a plot follows its box, whatever changes it: the window, a fold, a column that opens
  const sized = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const plot = entry.target;
      const layout = plot._fullLayout;
      const box = entry.contentRect;
      if (!layout || !box.width || !box.height) continue;
      if (Math.abs(layout.width - box.width) > 1 || Math.abs(layout.height - box.height) > 1) window.Plotly.Plots.resize(plot);
    }
  });

  // "var(--series-1)/0.15" -> "rgba(11, 92, 99, 0.15)", as the theme has it now
  const known = new Map();
  function painter() {
    const probe = document.createElement("i");
    probe.hidden = true;
    document.body.append(probe);
    const paint = (value) => {
      if (typeof value === "string") {
        if (!value.startsWith("var(")) return value;
        if (!known.has(value)) {
          const [name, opacity] = value.split("/");
          probe.style.color = "";
          probe.style.color = name;
          const solid = getComputedStyle(probe).color;
          known.set(value, opacity ? solid.replace("rgb(", "rgba(").replace(")", ", " + opacity + ")") : solid);
        }
        return known.get(value);
      }
      if (Array.isArray(value)) return typeof value[0] === "number" && typeof value[value.length - 1] !== "string" ? value : value.map(paint);
      if (value && typeof value === "object") {
        const painted = {};
        for (const key of Object.keys(value)) painted[key] = paint(value[key]);
        return painted;
      }
      return value;
    };
    paint.done = () => probe.remove();
    return paint;
  }

  function fail(plot) {
    plot.classList.add("plot-failed");
    plot.textContent = "The chart could not be drawn. Its figures are in the table below.";
  }

  const stale = (plot) => {
    const source = document.getElementById(plot.dataset.chart);
    return source && plot.drawnFrom !== source.textContent;
  };

  // what the server says of the box now: a plot that stays on the page keeps the attributes that it came with
  function dress(plot, source) {
    const shape = source.dataset.shape;
    if (shape !== undefined) plot.className = [...plot.classList].filter((name) => !/^plot-(?!failed)/.test(name)).concat(shape ? "plot-" + shape : []).join(" ");
    const finding = document.getElementById(source.id.replace(/-data$/, "-finding"));
    if (finding && plot.ariaLabel) plot.ariaLabel = finding.textContent + ". The figures are in the table below the chart.";
  }

  function put(Plotly, plots) {
    const paint = painter();
    const family = getComputedStyle(document.body).fontFamily;
    for (const plot of plots) {
      const source = document.getElementById(plot.dataset.chart);
      if (!source) continue; // swapped away while Plotly was on its way
      try {
        const figure = paint(JSON.parse(source.textContent));
        figure.layout.font = Object.assign({ family }, figure.layout.font);
        plot.classList.remove("plot-failed");
        if (!plot.drawnFrom) plot.textContent = "";
        plot.drawnFrom = source.textContent;
        dress(plot, source);
        Plotly.react(plot, figure.data, figure.layout, config);
        sized.observe(plot);
        plot.dispatchEvent(new CustomEvent("uplift:drawn", { bubbles: true }));
      } catch (error) {
        console.error(error);
        fail(plot);
      }
    }
    paint.done();
  }

  // One chart at a time, those on the screen first, with room between them for keys, sliders and answers: a chart takes
  // longer to draw than an answer to come. While one types, charts wait; while a slider moves, some move along.
  const REST = 120;
  const PACE = 160;
  let waiting = false;
  let touched = { at: -Infinity, slides: false };
  let drawnAt = -Infinity;
  document.addEventListener("input", ({ target }) => {
    if (["range", "text", "number"].includes(target.type)) touched = { at: performance.now(), slides: target.type === "range" };
  }, true);
  function pause() {
    const now = performance.now();
    const rest = touched.at + REST - now;
    return rest > 0 && touched.slides ? Math.min(rest, drawnAt + PACE - now) : rest;
  }
  const distance = (plot) => {
    const box = plot.getBoundingClientRect();
    return Math.max(0, box.top - innerHeight, -box.bottom);
  };
  function follow() {
    if (waiting) return;
    waiting = true;
    if (pause() > 0) { setTimeout(() => { waiting = false; follow(); }, pause()); return; }
    // after the frame that shows what came with the data
    requestAnimationFrame(() => setTimeout(() => {
      waiting = false;
      const next = [...document.querySelectorAll("[data-chart]")].filter(stale).sort((one, other) => distance(one) - distance(other));
      if (!next.length) return;
      put(window.Plotly, next.slice(0, 1));
      drawnAt = performance.now();
      if (next.length > 1) follow();
    }));
  }

  function draw(force) {
    const plots = [...document.querySelectorAll("[data-chart]")].filter((plot) => force ? document.getElementById(plot.dataset.chart) : stale(plot));
    if (!plots.length) return;
    // printing waits for nothing: once Plotly is there, it is done on return
    if (force) known.clear();
    const begin = () => { if (force) put(window.Plotly, plots); else follow(); };
    if (window.Plotly) { begin(); return; }
    plotly().then(begin, () => plots.forEach(fail));
  }

  // --- a part marked data-charts keeps its plots where they are when the same charts come anew: out of the page and
  // back into it, every one of them would be laid out again
  function unfold(fold) {
    fold.querySelector(":scope > div").replaceWith(fold.comes);
    delete fold.comes;
  }
  // a folded table is styled and laid out only when somebody opens it
  document.addEventListener("toggle", ({ target }) => { if (target.comes) unfold(target); }, true);
  function renew(part, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const [before, now] = [part, fresh].map((each) => [...each.querySelectorAll("figure.chart")]);
    if (before.length !== now.length || now.some((figure, place) => figure.id !== before[place].id)) return false;
    now.forEach((figure, place) => {
      const old = before[place];
      for (const selector of ["figcaption", "script"]) old.querySelector(selector).replaceWith(figure.querySelector(selector));
      const fold = old.querySelector("details");
      fold.comes = figure.querySelector("details > div");
      if (fold.open) unfold(fold);
    });
    for (const found of fresh.querySelectorAll("[data-renew]")) {
      document.getElementById(found.id).replaceWith(found);
      window.htmx.process(found);
    }
    return true;
  }
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const part = detail.target;
    if (!part.hasAttribute("data-charts") || !detail.shouldSwap || !renew(part, detail.serverResponse)) return;
    detail.shouldSwap = false;
    part.dispatchEvent(new CustomEvent("uplift:swapped", { bubbles: true }));
  });

  const all = () => draw(false);
  document.addEventListener("htmx:afterSwap", all);
  document.addEventListener("htmx:afterSettle", all);
  document.addEventListener("uplift:swapped", all);
  document.addEventListener("uplift:theme", () => draw(true));
  // paper is light
  const root = document.documentElement;
  let onScreen = null;
  addEventListener("beforeprint", () => { onScreen = root.dataset.theme || ""; root.dataset.theme = "light"; draw(true); });
  addEventListener("afterprint", () => { if (onScreen) root.dataset.theme = onScreen; else delete root.dataset.theme; draw(true); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all); else all();
})();
