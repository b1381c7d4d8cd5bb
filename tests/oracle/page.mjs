// Uses the page as a person does, in a browser: gives an address, watches, reads the report, gives a later version, compares; with the keyboard
// alone, on a phone, in light and dark, and without a script; says what findings are worth; prints. No message on the console, nothing that
// axe-core finds. Writes pictures.
// usage: page.mjs SPECREVIEW NODE_MODULES CHROMIUM PICTURES DOCUMENT
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [program, modules, executablePath, pictures, document] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(pictures, { recursive: true });
const faults = [];
const fault = (why) => faults.push(why);

// What a company's own server would hold: slow enough that progress can be watched.
let text = readFileSync(document, "utf8");
const documents = createServer((request, response) => {
  setTimeout(() => {
    response.writeHead(200, { "content-type": "text/markdown" });
    response.end(text);
  }, 1500);
});
await new Promise((listening) => documents.listen(0, "127.0.0.1", listening));
const host = `127.0.0.1:${documents.address().port}`;
const source = `http://${host}/specs/parcel-damage.md`;

const folder = mkdtempSync(join(tmpdir(), "specreview-page-"));
const start = async (environment, ...flags) => {
  const child = spawn(resolve(program), ["page", "--bind", "127.0.0.1:0", "--page-hosts", host, ...flags], {
    cwd: folder,
    env: { SPECREVIEW_TRUSTED_HOSTS: host, SPECREVIEW_LOG: "warn", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    const found = said.match(/http:\/\/[0-9.:]+\//);
    if (found) return { home: found[0] };
  }
  throw new Error(`the page did not start: ${said}`);
};
// Whatever goes wrong, nothing is left running, and it ends.
const running = [];
const end = (status) => {
  running.forEach((one) => one.kill());
  rmSync(folder, { recursive: true, force: true });
  process.exit(status);
};
process.on("unhandledRejection", (error) => {
  console.log(faults.join("\n"), error);
  end(1);
});
setTimeout(() => {
  console.log(faults.join("\n"), "it took longer than four minutes");
  end(1);
}, 240_000);
const { home } = await start({});
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});

const open = async (name, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1100, height: 850 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => fault(`${name}: console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`${name}: error: ${error}`));
  page.on("request", (request) => request.url().startsWith(home) || fault(`${name}: request: ${request.url()}`));
  return page;
};
const check = async (page, name) => {
  // Everything is looked at, what is not on the screen too.
  await page.evaluate(() => globalThis.document.querySelectorAll(".card, .family, .scroll, .chain, .number").forEach((one) => { one.style.contentVisibility = "visible"; }));
  const wide = await page.evaluate(() => globalThis.document.documentElement.scrollWidth - globalThis.document.documentElement.clientWidth);
  if (wide > 0) fault(`${name}: the page is ${wide} pixels too wide`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ rules: { "target-size": { enabled: true } } }));
  for (const { id, nodes } of violations) fault(`${name}: axe: ${id}: ${nodes.length} times, as ${nodes[0].html.slice(0, 160)}`);
};
// In a picture the document lies where a company's would.
const elsewhere = ([here, there]) => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) words.currentNode.data = words.currentNode.data.replaceAll(`http://${here}`, `https://${there}`).replaceAll(here, there);
};
const picture = async (page, name, fullPage = false) => {
  await page.evaluate(elsewhere, [host, "docs.example.org"]);
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
};
const over = (page) => page.waitForFunction(() => globalThis.document.querySelector("header.top") !== null, null, { timeout: 20000 });

// An address, with a script: progress, then the report in its place.
const page = await open("address");
await page.goto(home);
await check(page, "form");
await picture(page, "form");
await page.fill("#address", source);
await page.click("text=Review it");
await page.waitForSelector("#phase-started.now");
await check(page, "progress");
await picture(page, "progress");
await over(page);
const first = page.url();
await check(page, "report");
await picture(page, "report");
if (await page.locator(".about a", { hasText: "sarif" }).count() !== 1) fault("report: no way to its other forms");

// Each part of the report is where its link leads, and the first finding is seen at once.
for (const viewport of [{ width: 1100, height: 850 }, { width: 375, height: 740 }]) {
  const parts = await open(`parts ${viewport.width}`, { viewport });
  await parts.goto(first);
  const seen = (await parts.locator(".card").first().boundingBox()).y;
  if (seen > viewport.height - 60) fault(`parts: the first finding begins at ${Math.round(seen)} of ${viewport.height}`);
  const above = (await parts.locator("header.top").boundingBox()).y;
  if (above > 60) fault(`parts: ${Math.round(above)} pixels stand above the verdict at ${viewport.width}`);
  const hashes = await parts.locator(".parts a").evaluateAll((all) => all.map((a) => a.hash));
  for (const hash of hashes) {
    for (const how of ["click", "keyboard"]) {
      await parts.goto(first);
      const link = parts.locator(`.parts a[href="${hash}"]`);
      if (how === "click") await link.click(); else { await link.focus(); await parts.keyboard.press("Enter"); }
      await parts.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const top = await parts.locator(hash).evaluate((one) => Math.round(one.getBoundingClientRect().top));
      if (top < -2 || top > viewport.height) fault(`parts: ${how} at ${viewport.width}: ${hash} lands at ${top} of ${viewport.height}`);
    }
  }
  await parts.context().close();
}

// What a finding is worth, with a script: the answer comes in its place, is focused, and is there the next time.
await page.click("#say-0 button[value^=useful]");
await page.waitForSelector("#say-0 .said:focus");
if (!(await page.textContent("#say-0 .said")).includes("You said: useful")) fault("feedback: it is not shown what was said");
await page.click("#say-1 summary");
await page.click("#say-1 button[value^=wrong]");
if (await page.locator("#say-1 .said").count()) fault("feedback: wrong without a reason was taken");
await page.fill("#why-1", "section 4 says it");
await picture(page, "feedback");
await page.click("#say-1 button[value^=wrong]");
await page.waitForSelector("#say-1 .said:focus");
await check(page, "feedback");
await page.locator("#say-1").scrollIntoViewIfNeeded();
await picture(page, "feedback-said");
await page.reload();
if (!(await page.textContent("#say-1 .said")).includes("“section 4 says it”")) fault("feedback: it is forgotten");
if (page.url() !== first) fault(`feedback: it leads to ${page.url()}`);
const file = await page.request.get(`${first}/report.html`);
if ((await file.text()).includes("class=\"say\"")) fault("feedback: a file has buttons, and nobody whom they tell");

// A later version, by keyboard alone.
text = text.replace("0.85", "0.75").replace(/Labels:[^\n]*\n/, "");
const keys = await open("keyboard");
await keys.goto(home);
await keys.keyboard.press("Tab");
const skip = await keys.evaluate(() => globalThis.document.activeElement.className);
if (skip !== "skip") fault(`keyboard: the first stop is ${skip}`);
const to = async (id) => {
  for (let stop = 0; stop < 40; stop += 1) {
    if (await keys.evaluate((wanted) => globalThis.document.activeElement.matches(wanted), id)) return;
    await keys.keyboard.press("Tab");
  }
  fault(`keyboard: ${id} is not reached`);
};
await to("#address");
await keys.keyboard.type(source);
await keys.keyboard.press("Enter");
await over(keys);
await to("#say-0 summary");
await keys.keyboard.press("Enter");
await to("#why-0");
await keys.keyboard.type("nobody is concerned");
await to("#say-0 button[value^=not-applicable]");
await keys.keyboard.press("Enter");
await keys.waitForSelector("#say-0 .said:focus");
if (!(await keys.textContent("#say-0 .said")).includes("not applicable, because “nobody is concerned”")) fault("keyboard: it is not shown what was said");
await keys.goto(keys.url());
await to("nav.bar a[href^='/documents/']");
await keys.keyboard.press("Enter");
await keys.waitForSelector("#changed");
await check(keys, "history");
await picture(keys, "history", true);
await to("a[href*='/changes?']");
await keys.keyboard.press("Enter");
await over(keys);
await check(keys, "comparison");
await picture(keys, "comparison");
if (!(await keys.content()).includes("loosened")) fault("comparison: the lower target is not seen");

// On paper: white also for whoever reads in the dark, nothing to press, nothing folded away, no words over others.
const paper = await open("paper", { colorScheme: "dark" });
for (const [name, where] of [["report", first], ["comparison", keys.url()]]) {
  await paper.goto(where);
  await paper.emulateMedia({ media: "print" });
  const seen = await paper.evaluate(() => {
    const shown = (wanted) => [...globalThis.document.querySelectorAll(wanted)].filter((one) => one.offsetHeight > 0).length;
    const cells = [...globalThis.document.querySelectorAll("th, td")];
    return {
      paper: getComputedStyle(globalThis.document.body).backgroundColor,
      pressed: shown(".say button, .say details, .copy, nav.bar, .parts, .forms"),
      cards: shown("main .card"),
      folded: globalThis.document.querySelectorAll("main .card").length - shown("main .card"),
      over: cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length,
    };
  });
  if (seen.paper !== "rgb(255, 255, 255)" || seen.pressed || seen.folded || !seen.cards || seen.over) {
    fault(`paper: ${name}: ${JSON.stringify(seen)}`);
  }
  await paper.pdf({ path: join(pictures, `${name}.pdf`), preferCSSPageSize: true });
  await paper.emulateMedia({ media: "screen" });
}

// A phone in the dark, and a phone in the light: every page.
for (const [name, colorScheme] of [["phone-dark", "dark"], ["phone", "light"]]) {
  const phone = await open(name, { viewport: { width: 375, height: 740 }, deviceScaleFactor: 2, colorScheme });
  const history = keys.url().split("/changes")[0];
  for (const [at, where] of [["form", home], ["list", `${home}reviews`], ["report", first], ["history", history], ["nowhere", `${home}nowhere`]]) {
    const answer = await phone.goto(where);
    if (answer.status() >= 500) fault(`${name} ${at}: status ${answer.status()}`);
    await check(phone, `${name} ${at}`);
    await picture(phone, `${name}-${at}`);
    if (at !== "report") continue;
    await phone.click("#say-2 summary");
    await phone.locator("#say-2").scrollIntoViewIfNeeded();
    await check(phone, `${name} feedback`);
    await picture(phone, `${name}-feedback`);
  }
}
// The one message that is rightly there: the browser says itself that an address has nothing.
for (let at = faults.length - 1; at >= 0; at -= 1) if (/console: .*status of (404|422)/.test(faults[at])) faults.splice(at, 1);

// The list, its filter, and what is wrong with a form.
const list = await open("list");
await list.goto(`${home}reviews`);
await check(list, "list");
await picture(list, "list");
await list.selectOption("#verdict", "clean");
await list.click("text=Show");
if (!(await list.content()).includes("No review is like that")) fault("list: the filter does nothing");
await list.goto(home);
await list.fill("#text", "   ");
await list.click("text=Review it");
await check(list, "mistake");
await picture(list, "mistake");
if (await list.evaluate(() => globalThis.document.activeElement.id) !== "problem") fault("mistake: it is not told at once");
for (let at = faults.length - 1; at >= 0; at -= 1) if (/console: .*status of 422/.test(faults[at])) faults.splice(at, 1);

// Without a script: the page looks for news by itself.
const plain = await open("plain", { javaScriptEnabled: false });
await plain.goto(home);
await plain.fill("#text", text);
await plain.fill("#name", "by-hand.md");
await plain.click("text=Review it");
await plain.waitForSelector("header.top", { timeout: 20000 });
const last = (await plain.locator(".say").count()) - 1;
await plain.click(`#say-${last} button[value^=useful]`);
if (!plain.url().endsWith(`#finding-1-${last}`)) fault(`plain: what was said leads to ${plain.url()}`);
const answered = await plain.locator(`#finding-1-${last}`).boundingBox();
if (answered.y < -2 || answered.y > 850) fault(`plain: the answer stands at ${Math.round(answered.y)} of 850`);
await plain.click("#say-0 summary");
await plain.fill("#why-0", "it is there");
await plain.click("#say-0 button[value^=wrong]");
if (!plain.url().endsWith("#finding-1-0")) fault(`plain: what was said leads to ${plain.url()}`);
if (!(await plain.textContent("#say-0 .said")).includes("“it is there”")) fault("plain: it is not shown what was said");

// Dark, at full width, and how soon a reader sees something.
const dark = await open("dark", { colorScheme: "dark" });
await dark.goto(home);
await check(dark, "dark form");
await picture(dark, "dark-form");
await dark.goto(first);
await check(dark, "dark report");
await picture(dark, "dark-report");
for (const [name, where, most] of [["form", home, 60_000], ["report", first, 150_000]]) {
  const measured = await open(`measured ${name}`);
  const answer = await measured.goto(where);
  const bytes = (await answer.body()).length;
  const paint = await measured.evaluate(() => new Promise((resolve) => {
    const done = () => {
      const entry = performance.getEntriesByName("first-contentful-paint")[0];
      if (entry) resolve(entry.startTime); else setTimeout(done, 20);
    };
    done();
  }));
  console.log(`${name}: ${bytes} bytes, first paint after ${Math.round(paint)} ms`);
  if (bytes > most) fault(`${name}: ${bytes} bytes, ${most} at most`);
}

// With a token: logging in leads back.
const { home: inside } = await start({ SPECREVIEW_PAGE_TOKEN: "a-token-of-the-page-of-40-characters-xxx" });
const guest = await (await browser.newContext({ viewport: { width: 1100, height: 700 } })).newPage();
guest.on("pageerror", (error) => fault(`login: error: ${error}`));
await guest.goto(`${inside}reviews?state=done`);
await check(guest, "login");
await picture(guest, "login");
await guest.fill("#password", "a-token-of-the-page-of-40-characters-xxx");
await guest.click("main button");
if (!guest.url().endsWith("/reviews?state=done")) fault(`login: it leads to ${guest.url()}`);
await guest.click("text=Log out");
await guest.goto(inside);
if (!guest.url().includes("/login")) fault("login: who logged out is still inside");

await browser.close();
console.log(`the page: ${faults.length} faults`);
faults.forEach((one) => console.log(one));
end(faults.length ? 1 : 0);
