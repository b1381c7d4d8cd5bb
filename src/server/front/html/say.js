
"use strict";
// Without it the form is sent and the report comes back; with it only what is said of one finding is exchanged.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const say = form.closest(".say");
  if (!say) return;
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  const body = new URLSearchParams(new FormData(form, event.submitter));
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${told.detail}: ${told.advice}.`);
    const page = new DOMParser().parseFromString(told.html, "text/html");
    const next = page.querySelector(".say");
    say.replaceWith(next);
    next.querySelector(".said").focus();
  } catch (error) {
    buttons.forEach((button) => { button.disabled = false; });
    const told = form.querySelector(".problem") ?? document.createElement("p");
    told.className = "bad problem";
    told.setAttribute("role", "alert");
    told.textContent = error instanceof TypeError ? "The server cannot be reached: try again." : error.message;
    form.prepend(told);
  }
});
