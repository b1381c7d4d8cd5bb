#!/usr/bin/env python3
"""Takes out each mechanism of mutants.toml in a copy of the sources and expects that the schedules of faults fail.

Usage: run.py [--check] [--schedules N] [--only WORDS]
  --check      only that every mechanism is where the table says; takes no time
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "target" / "mutants"
PARTS = ["Cargo.toml", "Cargo.lock", "build.rs", "README.md", "src", "rules", "prompts", "tests", "docs", "benches",
         ".pre-commit-hooks.yaml"]


def table():
    with open(ROOT / "tests/mutants/mutants.toml", "rb") as file:
        return tomllib.load(file)["mutant"]


def misplaced(mutants):
    for one in mutants:
        found = (ROOT / one["file"]).read_text().count(one["old"])
        if found != 1:
            yield f"{one['mechanism']}: {one['file']} has its line {found} times, expected once"


def copy():
    COPY.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source, goal = ROOT / part, COPY / part
        if source.is_dir():
            # Times are kept: what did not change is not built again.
            shutil.rmtree(goal, ignore_errors=True)
            shutil.copytree(source, goal)
        elif source.exists():
            shutil.copy2(source, goal)


def run(one, schedules):
    path = COPY / one["file"]
    whole = path.read_text()
    path.write_text(whole.replace(one["old"], one["new"]))
    # From one to the next a line changes: what was compiled before is used again.
    environment = {**os.environ, "SPECREVIEW_SCHEDULES": str(schedules), "CARGO_TARGET_DIR": str(ROOT / "target"), "CARGO_INCREMENTAL": "1"}
    command = ["cargo", "test", "--locked", "--quiet", "--test", "e2e", one.get("story", "faults::whatever")]
    done = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)
    path.write_text(whole)
    said = done.stdout + done.stderr
    if "could not compile" in said:
        return f"does not build:\n{said[-2000:]}"
    if story := one.get("story"):
        if done.returncode == 0 or not re.search(one["fails"], said):
            return f"was not noticed by {story}: {said[-500:]}"
        print(f"noticed by {story}: {one['invariant']} ({one['mechanism']})", flush=True)
        return None
    broken = [line for line in said.splitlines() if line.startswith("seed ")]
    fitting = [line for line in broken if re.search(one["fails"], line)]
    if done.returncode == 0 or not fitting:
        return f"was not noticed in {schedules} schedules: {broken[:3]}"
    seeds = len({line.split(":")[0] for line in fitting})
    print(f"noticed in {seeds:3} of {schedules}: {one['invariant']} ({one['mechanism']}); {fitting[0]}", flush=True)
    return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--schedules", type=int, default=150)
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    mutants = [one for one in table() if given.only in one["mechanism"]]
    faults = list(misplaced(mutants))
    if not faults and not given.check:
        copy()
        faults = [f"{one['mechanism']}: {fault}" for one in mutants if (fault := run(one, given.schedules))]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
