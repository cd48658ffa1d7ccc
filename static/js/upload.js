// A form with data-upload sends its file with a progress bar and shows the answer; without this script it is a plain form.
(function () {
  "use strict";
  const size = (bytes) => bytes < 1e6 ? Math.ceil(bytes / 1e3) + " kB" : bytes < 1e9 ? (bytes / 1e6).toFixed(1) + " MB" : (bytes / 1e9).toFixed(2) + " GB";
  const left = (seconds) => seconds < 60 ? "about " + Math.max(1, Math.round(seconds)) + " s left" : "about " + Math.round(seconds / 60) + " min left";

  function parts(form) {
    const box = form.querySelector("[data-drop-progress]");
    return { box, label: box.querySelector(".progress-label"), eta: box.querySelector(".progress-eta"), bar: box.querySelector("progress"), error: form.querySelector("[data-drop] .field-error"), input: form.querySelector("[data-drop] input[type=file]") };
  }

  function fail(form, text) {
    const part = parts(form);
    part.box.hidden = true;
    part.error.textContent = text;
    part.error.hidden = false;
    part.input.setAttribute("aria-invalid", "true");
    part.input.focus();
    delete form.dataset.sending;
  }

  const here = () => location.pathname + location.search;
  let swapped = null;

  // The answer may be a page with faults or the page a redirect led to: show it as if the browser had gone there.
  function show(request) {
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    if (!answer.querySelector("main")) return false;
    document.title = answer.title;
    document.body.replaceChildren(...answer.body.childNodes);
    if (request.responseURL && request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
    swapped = here();
    if (window.htmx) window.htmx.process(document.body);
    delete document.body.dataset.focused;
    document.dispatchEvent(new CustomEvent("uplift:swapped"));
    scrollTo(0, 0);
    if (!document.querySelector("main [aria-invalid=true]")) document.querySelector("main").focus();
    return true;
  }
  // going back from a page that was put in place loads the earlier one; a jump within the page does not
  addEventListener("popstate", () => { if (swapped !== null && here() !== swapped) location.reload(); });

  function send(form) {
    const part = parts(form);
    const limit = Number(form.dataset.limitBytes || 0);
    const files = Array.from(part.input.files);
    if (!files.length) { fail(form, "Choose a file first."); return; }
    const large = limit && files.find((file) => file.size > limit);
    if (large) { fail(form, large.name + " has " + size(large.size) + "; the limit is " + size(limit) + "."); return; }
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const started = performance.now();
    const request = new XMLHttpRequest();
    part.error.hidden = true;
    part.box.hidden = false;
    part.label.textContent = "Sending " + files.map((file) => file.name).join(", ") + " (" + size(total) + ")";
    part.bar.value = 0;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const share = event.loaded / event.total;
      part.bar.value = share;
      const seconds = (performance.now() - started) / 1000;
      part.eta.textContent = Math.floor(share * 100) + "%" + (seconds > 2 && share < 1 ? ", " + left(seconds / share - seconds) : "");
    });
    request.upload.addEventListener("load", () => { part.label.textContent = "Received. Reading and checking the rows …"; part.eta.textContent = ""; part.bar.removeAttribute("value"); });
    request.addEventListener("load", () => {
      if (!show(request)) fail(form, request.status === 413 ? "The file is larger than this server takes." : "The server answered with a fault (" + request.status + "). Nothing was stored; try again.");
    });
    request.addEventListener("error", () => fail(form, "The connection broke off. Nothing was stored; try again."));
    request.open("POST", form.action);
    request.send(new FormData(form));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]") || !form.querySelector("[data-drop]")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    send(form);
  });

  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = event.target.closest && event.target.closest("[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("drop-over", type === "dragenter" || type === "dragover");
      if (type !== "drop" || !event.dataTransfer.files.length) return;
      const input = zone.querySelector("input[type=file]");
      const taken = new DataTransfer();
      for (const file of Array.from(event.dataTransfer.files).slice(0, input.multiple ? undefined : 1)) taken.items.add(file);
      input.files = taken.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
})();
