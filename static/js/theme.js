// Runs before the first paint: puts the chosen theme on the page, else the system's choice holds.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  function kept() {
    try { return localStorage.getItem("theme"); } catch (error) { return null; }
  }
  var theme = kept();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  function system() { return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"; }
  function announce() { document.dispatchEvent(new CustomEvent("uplift:theme")); }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-theme-switch]");
    if (!button) return;
    var next = (root.dataset.theme || system()) === "dark" ? "light" : "dark";
    // going back to what the system says follows the system again
    try {
      if (next === system()) { localStorage.removeItem("theme"); } else { localStorage.setItem("theme", next); }
    } catch (error) { /* storage is off: the choice holds for this page */ }
    if (next === system()) { delete root.dataset.theme; } else { root.dataset.theme = next; }
    announce();
  });
})();
