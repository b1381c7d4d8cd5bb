#!/usr/bin/env python3
"""Checks the reports for programs against what their readers expect, on ordinary, waived, compared and unreadable documents.

SARIF against the schema of OASIS, the rules of Microsoft's validator (its own and those of GitHub), the limits of GitHub and a second
reader (sarif-tools), reviewdog's format by its validator, JUnit against the elements and
attributes that readers share, GitLab's list against the fields that it needs.
usage: formats.py PROGRAM NODE_MODULES SPEC      needs: pip install jsonschema rumdl sarif-tools, npm install of package.json
"""

import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import jsonschema

PROGRAM, MODULES, SPEC = (os.path.abspath(path) for path in sys.argv[1:4])
SCHEMA = os.path.join(MODULES, "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
MULTITOOL = os.path.join(MODULES, "@microsoft/sarif-multitool-linux/Sarif.Multitool")
RDFORMAT = os.path.join(MODULES, "@umbrelladocs/rdformat-validator/bin/rdformat-validator.js")
FORMATS = ("sarif", "gitlab", "junit", "rdjson")

# Elements, the attributes each may have, those it must have, and what may stand in it.
JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors", "disabled", "time"}, set(), {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
                  {"name", "tests"}, {"properties", "testcase", "system-out", "system-err"}),
    "testcase": ({"name", "classname", "time", "status", "assertions"}, {"name", "classname"},
                 {"skipped", "error", "failure", "system-out", "system-err"}),
    "skipped": ({"message"}, set(), set()),
    "error": ({"message", "type"}, {"type"}, set()),
    "failure": ({"message", "type"}, {"type"}, set()),
    "system-out": (set(), set(), set()),
}


def alert(line, check, message):
    """One alert of Vale."""
    return {"Check": check, "Line": line, "Span": [1, 2], "Message": message, "Severity": "error", "Link": "https://vale.example/x"}


def worlds(text):
    """Names of cases, with the documents of each and further arguments."""
    waived = text + '\n<!-- specreview: waive FAI-001 reason="decided by the [board](https://example.org) & <law>" -->\n'
    strange = text.replace("Recall", "Re\u202ecall \ufffe ]]> <b>&amp; \u0001")
    return {
        "ordinary": ({"specs/a b.md": text}, ["specs"]),
        "waived": ({"ü#1.md": waived}, ["ü#1.md"]),
        "strange": ({"s.md": strange}, ["s.md", "--as", "spec"]),
        "several": ({"a.md": text, "sub/b.md": waived, "README.md": "# A shop\n\nIt sells things.\n"}, [".", "gone.md"]),
        "unreadable": ({"empty.md": ""}, ["empty.md"]),
        "given": ({}, ["-"]),
        "accepted": ({"a.md": text}, ["a.md", "--write-baseline"]),
        "imported": ({"a.md": text, "vale.json": json.dumps({"a.md": [alert(1, "A.<b>|`", "[x](y) ]]> \u202e &amp;"), alert(2, "C.D", "m")]})},
                     ["a.md", "--import", "vale.json"]),
    }


def sarif(text, fault):
    log = json.loads(text)
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(log):
        fault(f"{error.json_path}: {error.message[:200]}")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    if len(text.encode()) > 10_000_000 or len(rules) > 25_000 or len(run["results"]) > 25_000:
        fault("more than GitHub takes")
    for rule in rules:
        if not rule["help"]["markdown"] or len(rule["properties"]["tags"]) > 20 or len(rule["shortDescription"]["text"]) > 1024:
            fault(f"{rule['id']}: help, tags or title")
    seen = set()
    for result in run["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            fault(f"{result['ruleId']}: its index is that of another rule")
        place = result["locations"][0]["physicalLocation"]
        # Standard input has no address.
        uri = place["artifactLocation"].get("uri") or f"artifact:{place['artifactLocation']['index']}"
        if re.search(r"[^A-Za-z0-9\-._~/%:]", uri):
            fault(f"{uri} is no address")
        print_ = (uri, result["partialFingerprints"]["primaryLocationLineHash"])
        if print_ in seen:
            fault(f"two results are the same to GitHub: {print_}")
        seen.add(print_)
        if len(result.get("relatedLocations", [])) > 100:
            fault("more related places than GitHub shows")
    second_reader(text, run["results"], fault)
    validator(text, run, fault)


def validator(text, ours_run, fault):
    """The validator of Microsoft has nothing to say: no error, no warning. What it only notes are matters of taste."""
    # Standard input has no address, and is uploaded to nobody.
    is_placed = all("uri" in one["locations"][0]["physicalLocation"]["artifactLocation"] for one in ours_run["results"])
    rules = ours_run["tool"]["driver"]["rules"]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = (os.path.join(folder, name) for name in ("ours.sarif", "theirs.sarif"))
        with open(ours, "w", encoding="utf-8") as file:
            file.write(text)
        # npm was asked to run no script of a package, and one of this makes it a program. A bare Debian has no ICU.
        os.chmod(MULTITOOL, 0o755)
        variables = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_BUNDLE_EXTRACT_BASE_DIR": folder}
        kind = "Sarif;Ghas" if is_placed else "Sarif"
        done = subprocess.run([MULTITOOL, "validate", ours, "--rule-kind", kind, "--output", theirs], cwd=folder, capture_output=True,
                              text=True, env=variables, check=False)
        said = (done.stdout + done.stderr).strip()
        if done.returncode != 0 or not os.path.exists(theirs):
            fault(f"the validator ends with {done.returncode}: {said[-600:]}")
            return
        with open(theirs, encoding="utf-8-sig") as file:
            (run,) = json.load(file)["runs"]
        told = run.get("results", []) + [one for call in run.get("invocations", []) for one in call.get("toolExecutionNotifications", [])]
        for result in told:
            # Of a rule of another tool nothing is known but its name.
            at = re.search(r"rules\[(\d+)\]", json.dumps(result["message"]))
            if result.get("ruleId") == "GH2012" and at and "/" in rules[int(at[1])]["id"]:
                continue
            # What names no level is a warning.
            if result.get("level", "warning") in ("error", "warning"):
                fault(f"{result.get('ruleId') or result.get('descriptor')}: {json.dumps(result['message'])[:300]}")


def second_reader(text, results, fault):
    """sarif-tools lists the file, and reads the same results out of it: as many of each level, each with its rule and line."""
    program = os.path.join(os.path.dirname(sys.executable), "sarif")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "out.sarif"), "w", encoding="utf-8") as file:
            file.write(text)

        def call(*args):
            done = subprocess.run([program, *args], cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                fault(f"sarif {args[0]}: {(done.stdout + done.stderr).strip()[-300:]}")
            return done.stdout

        if "out.sarif" not in call("ls", "."):
            fault("sarif ls does not list it")
        counted = dict(re.findall(r"^(error|warning|note): (\d+)$", call("summary", "out.sarif"), re.MULTILINE))
        told = collections.Counter(result["level"] for result in results)
        if {level: int(count) for level, count in counted.items() if count != "0"} != told:
            fault(f"sarif summary counts {counted}, and not {told}")
        call("csv", "-o", "out.csv", "out.sarif")
        with open(os.path.join(folder, "out.csv"), encoding="utf-8", newline="") as file:
            read = sorted((row["Code"], row["Line"]) for row in csv.DictReader(file))
        lines = [(one["ruleId"], str(one["locations"][0]["physicalLocation"]["region"]["startLine"])) for one in results]
        if read != sorted(lines):
            fault(f"sarif csv has other rules or lines: {sorted(set(read) ^ set(lines))[:5]}")


def gitlab(text, fault):
    issues = json.loads(text)
    prints = [issue["fingerprint"] for issue in issues]
    if len(set(prints)) != len(prints):
        fault("two issues have one fingerprint")
    for issue in issues:
        if issue["severity"] not in ("info", "minor", "major", "critical", "blocker") or not issue["check_name"]:
            fault(f"severity or name of {issue}")
        if not issue["description"] or issue["location"]["lines"]["begin"] < 1 or issue["location"]["path"].startswith("./"):
            fault(f"words or place of {issue}")


def junit(text, fault):
    root = ET.fromstring(text.encode())

    def look(node):
        if node.tag not in JUNIT:
            fault(f"<{node.tag}> is not known")
            return
        may, must, children = JUNIT[node.tag]
        if not set(node.attrib) <= may or not must <= set(node.attrib):
            fault(f"attributes of <{node.tag}>: {sorted(node.attrib)}")
        for child in node:
            if child.tag not in children:
                fault(f"<{child.tag}> in <{node.tag}>")
            look(child)

    look(root)
    for what, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in root:
            owners = [case for case in suite if tag == "testcase" or case.find(tag) is not None]
            if int(suite.get(what)) != len(owners):
                fault(f"{what} of {suite.get('name')}: {suite.get(what)} are told, {len(owners)} are there")


def rdjson(text, fault):
    json.loads(text)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(["node", RDFORMAT, "--strict", file.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fault((done.stdout + done.stderr).strip()[:600])


def of_tools(text, fault):
    """Reports of linters as they write them: every finding is placed, on the line and under the name that the tool gave it."""
    linted = text + "\n\n\n\n* item\n- another \n\n## The café of the \U0001f600 team is " + "long " * 30 + "\n"
    settings = {"outputFormatters": [["markdownlint-cli2-formatter-sarif", {"name": "markdownlint.sarif"}]]}
    markdownlint = ["node", os.path.join(MODULES, "markdownlint-cli2/markdownlint-cli2-bin.mjs"), "specs/a.md"]
    rumdl = [os.path.join(os.path.dirname(sys.executable), "rumdl"), "check", "--no-cache", "--output-format", "sarif", "specs/a.md"]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "specs"))
        for path, words in (("specs/a.md", linted), (".markdownlint-cli2.jsonc", json.dumps(settings))):
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(words)
        os.symlink(MODULES, os.path.join(folder, "node_modules"))
        subprocess.run(markdownlint, cwd=folder, capture_output=True, check=False)
        with open(os.path.join(folder, "rumdl.sarif"), "w", encoding="utf-8") as file:
            subprocess.run(rumdl, cwd=folder, stdout=file, check=False)
        for name in ("markdownlint.sarif", "rumdl.sarif"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                (run,) = json.load(file)["runs"]
            tool = run["tool"]["driver"]["name"].lower()
            said = set()
            for result in run["results"]:
                line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
                said.add((f"{tool}/{result['ruleId']}", line, " ".join(result["message"]["text"].split())))
            done = subprocess.run([PROGRAM, "review", "specs", "--as", "spec", "--format", "json", "--import", name], cwd=folder,
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0 or not said:
                fault(f"{name}: status {done.returncode}, {len(said)} results: {done.stderr[:300]}")
                continue
            report = json.loads(done.stdout)
            told = {(one["rule"], one["line"], one["message"]) for one in report["documents"][0]["findings"] if one["source"] == "tool"}
            same = report["run"]["imported"]["same"]
            if not told <= said or len(told) + same < len(said):
                fault(f"{name}: {sorted(said ^ told)[:5]}, {report['run']['imported']}")


def main():
    with open(SPEC, encoding="utf-8") as file:
        text = file.read()
    faults, checked = [], 0
    for name, (documents, args) in worlds(text).items():
        with tempfile.TemporaryDirectory() as folder:
            for path, words in documents.items():
                path = os.path.join(folder, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(words)
            also = [arg for form in FORMATS for arg in ("--also", f"{form}=out.{form}")]
            done = subprocess.run([PROGRAM, "review", *args, "--format", "json", *also], cwd=folder, capture_output=True, text=True,
                                  input=text, check=False)
            if done.returncode not in (0, 2):
                sys.exit(f"{name}: status {done.returncode}: {done.stderr}")
            for form in FORMATS:
                with open(os.path.join(folder, f"out.{form}"), encoding="utf-8") as file:
                    globals()[form](file.read(), lambda why, form=form: faults.append(f"{name}, {form}: {why}"))
                checked += 1
    of_tools(text, faults.append)
    print(f"{checked} reports checked, {len(faults)} faults")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
