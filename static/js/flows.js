// Interactive parts of the topic pages. Everything listens on the document, so swapped parts need no set-up.
(function () {
  "use strict";

  // a field is invalid while the place for its fault says something
  document.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll("[data-fault-of]").forEach((place) => {
      const field = document.getElementById(place.dataset.faultOf);
      if (!field) return;
      if (place.textContent.trim()) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    });
  });

  // --- a walk: the next question, or the strategy at the end, takes the place of the answer that was pressed; at once,
  // so that the focus is not taken back from a link that was reached in between
  document.addEventListener("htmx:afterSwap", (event) => {
    const next = event.detail.target.id === "walk-now" && event.detail.target.querySelector("[data-walk-focus]");
    if (next) next.focus({ preventScroll: false });
  });

  // --- a flow: a station opens its panel in place; the lines that stop there are drawn bold
  const stopsOf = (flow) => [...flow.querySelectorAll("[data-stop]")];

  function choose(flow, stop) {
    stopsOf(flow).forEach((other) => { if (other === stop) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current"); });
    const lines = stop.dataset.lines.split(" ");
    flow.querySelectorAll("[data-line]").forEach((line) => line.classList.toggle("on", lines.includes(line.dataset.line)));
  }

  function open(flow, stop) {
    const panel = flow.querySelector(".flow-panel");
    choose(flow, stop);
    htmx.ajax("GET", stop.getAttribute("href"), { target: panel, swap: "innerHTML" }).then(() => {
      flow.querySelector("[data-flow-says]").textContent = "Open: " + stop.dataset.name;
      // below the map, the panel would open out of sight
      if (panel.getBoundingClientRect().top > innerHeight * 0.8) panel.scrollIntoView({ block: "start" });
    });
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !window.htmx) return;
    const link = event.target.closest("[data-stop], [data-stop-link]");
    const flow = link && link.closest("[data-flow]");
    if (!flow) return;
    const stop = link.dataset.stopLink ? document.getElementById(link.dataset.stopLink) : link;
    event.preventDefault();
    if (stop.dataset.walk !== undefined) {
      htmx.ajax("GET", stop.getAttribute("href").split("#")[0], { target: "#walk-now", swap: "innerHTML" });
      return;
    }
    open(flow, stop);
    if (stop !== link) flow.querySelector(".flow-panel").focus();
  });

  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  document.addEventListener("keydown", (event) => {
    const stop = event.target.closest && event.target.closest("[data-stop]");
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = stopsOf(stop.closest("[data-flow]"));
    let next;
    if (event.key in STEPS) next = stops[stops.indexOf(stop) + STEPS[event.key]];
    else if (event.key === "Home") next = stops[0];
    else if (event.key === "End") next = stops[stops.length - 1];
    else return;
    event.preventDefault();
    if (next) next.focus();
  });
})();
