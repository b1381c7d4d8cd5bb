"use strict";
// Nothing here is needed: without it the page looks for news by itself, and files are chosen and not dropped.
const phases = document.getElementById("phases");
if (phases) {
  const words = ["queued", "started", "fetched", "read", "rules", "questions"];
  const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const said = {
    fetched: (e) => many(e.bytes, "byte"),
    read: (e) => many(e.lines, "line"),
    rules: (e) => `${many(e.errors, "error")}, ${many(e.warnings, "warning")}, ${many(e.infos, "note")}`,
    questions: (e) => `${e.done} of ${e.of}${e.again ? ", read a second time" : ""}`,
  };
  const show = (event) => {
    const data = JSON.parse(event.data);
    const at = words.indexOf(data.phase);
    for (const [index, word] of words.entries()) {
      const item = document.getElementById(`phase-${word}`);
      if (item) item.className = index < at ? "was" : index === at ? "now" : "";
    }
    const item = document.getElementById(`phase-${data.phase}`);
    if (!item) return;
    if (said[data.phase]) item.querySelector(".said").textContent = said[data.phase](data);
    document.getElementById("status").textContent = item.textContent.trim();
  };
  const open = () => location.replace(phases.dataset.page);
  const events = new EventSource(phases.dataset.events);
  for (const word of words) events.addEventListener(word, show);
  for (const word of ["done", "failed"]) {
    events.addEventListener(word, () => {
      events.close();
      open();
    });
  }
  // Where the line is lost for good, the page itself is asked.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(open, 3000);
  });
}
const drop = document.querySelector(".drop");
if (drop) {
  const file = document.getElementById("file");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) file.files = event.dataTransfer.files;
  });
}
const problem = document.getElementById("problem");
if (problem) problem.focus();
