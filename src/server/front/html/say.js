
"use strict";
// Without it the form is sent and the report comes back; with it only what is said of one finding is exchanged.
document.addEventListener("submit", async (event) => {
  const pressed = event.submitter;
  const say = pressed?.closest(".say");
  if (!say) return;
  event.preventDefault();
  const why = say.querySelector("textarea");
  why.required = !pressed.value.startsWith("useful ");
  if (why.required && !why.reportValidity()) return;
  const { action, elements } = event.target;
  const body = new URLSearchParams({ token: elements.token.value, [pressed.name]: pressed.value, [why.name]: why.value });
  const buttons = say.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${told.detail}: ${told.advice}.`);
    const page = new DOMParser().parseFromString(told.html, "text/html");
    const next = page.querySelector(".say");
    say.replaceWith(next);
    next.querySelector(".said").focus();
  } catch (error) {
    buttons.forEach((button) => { button.disabled = false; });
    const told = say.querySelector(".problem") ?? document.createElement("p");
    told.className = "bad problem";
    told.setAttribute("role", "alert");
    told.textContent = error instanceof TypeError ? "The server cannot be reached: try again." : error.message;
    say.prepend(told);
  }
});
