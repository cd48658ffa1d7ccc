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
  function painter() {
    const probe = document.createElement("i");
    probe.hidden = true;
    document.body.append(probe);
    const known = new Map();
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

  const near = (plot) => {
    const box = plot.getBoundingClientRect();
    return box.bottom > -innerHeight / 2 && box.top < 1.5 * innerHeight;
  };
  const stale = (plot) => {
    const source = document.getElementById(plot.dataset.chart);
    return source && plot.drawnFrom !== source.textContent;
  };

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
        Plotly.react(plot, figure.data, figure.layout, config);
        sized.observe(plot);
      } catch (error) {
        console.error(error);
        fail(plot);
      }
    }
    paint.done();
  }

  // charts far from what is on the screen follow one at a time, so that typing and dragging stay ahead of them
  let waiting = null;
  function follow() {
    waiting = waiting || setTimeout(() => {
      waiting = null;
      const next = [...document.querySelectorAll("[data-chart]")].filter(stale);
      const first = next.find(near) || next[0];
      if (!first) return;
      put(window.Plotly, [first]);
      if (next.length > 1) follow();
    }, 30);
  }

  function draw(force) {
    const plots = [...document.querySelectorAll("[data-chart]")].filter((plot) => force ? document.getElementById(plot.dataset.chart) : stale(plot));
    if (!plots.length) return;
    // once Plotly is there, drawing is done on return: printing waits for nothing
    const begin = () => {
      put(window.Plotly, force ? plots : plots.filter(near));
      if (!force) follow();
    };
    if (window.Plotly) { begin(); return; }
    plotly().then(begin, () => plots.forEach(fail));
  }

  const all = () => draw(false);
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
