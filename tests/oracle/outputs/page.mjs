// Opens the HTML report in a browser as a reader does: no request, no message on the console, no violation that axe-core knows, in light
// and dark, on a phone and printed; everything can be reached by the keyboard, each link lands where it leads, and the first finding is
// seen at once. Writes pictures to look at.
// usage: page.mjs PAGE.html NODE_MODULES CHROMIUM PICTURES
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, modules, executablePath, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(pictures, { recursive: true });

const faults = [];
const address = pathToFileURL(resolve(file)).href;
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});

const VIEWS = [
  { name: "light", colorScheme: "light", viewport: { width: 1200, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 900 } },
  { name: "phone", colorScheme: "light", viewport: { width: 375, height: 800 }, deviceScaleFactor: 2 },
  { name: "phone-dark", colorScheme: "dark", viewport: { width: 320, height: 700 } },
];
for (const { name, ...view } of VIEWS) {
  const context = await browser.newContext(view);
  const page = await context.newPage();
  const fault = (why) => faults.push(`${name}: ${why}`);
  page.on("console", (message) => fault(`console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`error: ${error}`));
  page.on("request", (request) => request.url() === address || fault(`request: ${request.url()}`));
  await page.goto(address);
  // Everything is looked at, what is not on the screen too.
  await page.evaluate(() => globalThis.document.querySelectorAll(".card, .family, .scroll, .chain, .number").forEach((one) => { one.style.contentVisibility = "visible"; }));
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) fault(`the page is ${wide} pixels too wide`);
  for (const details of await page.locator("details").all()) await details.evaluate((one) => { one.open = true; });
  // Evaluated by the browser itself: the policy of the page would refuse a script element, and rightly.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ rules: { "target-size": { enabled: true } } }));
  for (const { id, nodes } of violations) fault(`axe: ${id}: ${nodes.length} times, as ${nodes[0].html.slice(0, 160)}`);
  await context.close();
}

// Each link of the page lands where it leads: with the mouse and by the keyboard, on a wide window and on a phone.
for (const viewport of [{ width: 1100, height: 850 }, { width: 375, height: 740 }]) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(address);
  const seen = await page.evaluate(() => document.querySelector(".card").getBoundingClientRect().top);
  if (seen > viewport.height - 60) faults.push(`${viewport.width}: the first finding begins at ${Math.round(seen)} of ${viewport.height}`);
  const hashes = await page.evaluate(() => [...new Set([...document.querySelectorAll("main a[href^='#']")].map((a) => a.hash))]);
  for (const hash of hashes) {
    for (const how of ["click", "keyboard"]) {
      await page.goto(address);
      const link = page.locator(`main a[href="${hash}"]`).first();
      if (how === "click") await link.click(); else { await link.focus(); await page.keyboard.press("Enter"); }
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const { top, end } = await page.evaluate((to) => ({
        top: Math.round(document.querySelector(to).getBoundingClientRect().top),
        // The last parts cannot come up to the top.
        end: scrollY + innerHeight >= document.documentElement.scrollHeight - 2,
      }), hash);
      if (top < -2 || top > (end ? viewport.height : 80)) faults.push(`${viewport.width}, ${how}: ${hash} lands at ${top} of ${viewport.height}`);
    }
  }
  await context.close();
}

{
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.goto(address);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  if (first !== "skip") faults.push(`keyboard: the first stop is ${first}`);
  const wanted = await page.evaluate(() => document.querySelectorAll("a[href], button:not([hidden]), summary, [tabindex='0']").length);
  const reached = new Set([first]);
  for (let stop = 0; stop < wanted + 5; stop += 1) {
    reached.add(await page.evaluate(() => {
      const all = [...document.querySelectorAll("*")];
      return all.indexOf(document.activeElement);
    }));
    await page.keyboard.press("Tab");
  }
  // What lies in a closed fold is reached once it is open.
  const folded = await page.evaluate(() => document.querySelectorAll("details:not([open]) :is(a, button, [tabindex='0'])").length);
  if (reached.size < wanted - folded) faults.push(`keyboard: ${reached.size} of ${wanted - folded} stops are reached`);
  const button = page.locator("button.copy:not([hidden])").first();
  if (await button.count()) {
    await button.click();
    await page.waitForFunction(() => document.querySelector("button.copy").textContent !== "Copy");
    const said = await button.textContent();
    if (!["Copied", "Selected"].includes(said)) faults.push(`copy: the button says ${said}`);
  }
  const missing = await page.evaluate(() =>
    [...document.querySelectorAll("a[href^='#']")].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)));
  if (missing.length) faults.push(`links to nowhere: ${missing}`);
  await page.pdf({ path: join(pictures, "print.pdf"), preferCSSPageSize: true, printBackground: true });
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 760, height: 1000 });
  await page.screenshot({ path: join(pictures, "print.png"), fullPage: true });
  await context.close();
}
await browser.close();
console.log(`${file}: ${faults.length} faults`);
faults.forEach((fault) => console.log(fault));
process.exit(faults.length ? 1 : 0);
