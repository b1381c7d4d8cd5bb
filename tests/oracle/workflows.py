#!/usr/bin/env python3
"""Writes every workflow that is shown to users (YAML in README.md and docs/) and every one of this repository to a folder of its own, as a
repository would hold it, with `action.yml` beside it, so that auditors of workflows can read them.

usage: workflows.py FOLDER
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(folder):
    place = pathlib.Path(folder) / ".github" / "workflows"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    (place.parent.parent / "action.yml").write_text((ROOT / "action.yml").read_text("utf-8"), "utf-8")
    count = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for text in re.findall(r"^```ya?ml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            if not re.search(r"^on:", text, re.MULTILINE):
                continue
            count += 1
            # A reader puts a commit id of a release here.
            text = text.replace("<full commit id>", "0" * 40)
            if not re.search(r"^name:", text, re.MULTILINE):
                text = f"name: shown {count}\n{text}"
            (place / f"{page.stem}-{count}.yml").write_text(text, "utf-8")
    for own in sorted((ROOT / ".github" / "workflows").glob("*.y*ml")):
        (place / f"own-{own.name}").write_text(own.read_text("utf-8"), "utf-8")
    if count == 0:
        sys.exit("no workflow is shown anywhere: has README.md lost its example?")
    print(f"{count} workflows")


if __name__ == "__main__":
    main(sys.argv[1])
