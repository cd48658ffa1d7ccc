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
})();
