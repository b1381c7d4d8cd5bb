"""Compares the verdicts of ARI-006 and ARI-010 with those of mlscorecheck, an independent implementation.

    python tests/oracle/mlscorecheck.py target/debug/specreview [HOW_MANY]

Random results, some read off a confusion matrix and some not, are written as tiny specifications and reviewed in one call.
Where the sentence gives the sizes of both classes the two must agree; in a table, which gives no sizes, this program may
only call contradictory what mlscorecheck does. Any disagreement is printed, and the exit status is 1.
"""

import json
import logging
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# The folder of this file comes first in the path, and its name would hide the package.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

from mlscorecheck.check.binary import check_1_testset_no_kfold  # noqa: E402

NAMES = {"ppv": "precision", "sens": "recall", "spec": "specificity", "acc": "accuracy", "f1": "F1", "npv": "negative predictive value"}
HEAD = "# Fraud detection\n\nBinary classification: payments are flagged as fraud or let through.\n\n## Results\n\n"


def scores_of(tp, fp, fn, tn):
    return {
        "ppv": tp / (tp + fp),
        "sens": tp / (tp + fn),
        "spec": tn / (tn + fp),
        "acc": (tp + tn) / (tp + fp + fn + tn),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "npv": tn / (tn + fn),
    }


def case(rng):
    """Sizes of the classes, digits, and what is reported."""
    while True:
        positives, negatives = rng.randint(8, 300), rng.randint(8, 300)
        tp, tn = rng.randint(1, positives), rng.randint(1, negatives)
        fp, fn = negatives - tn, positives - tp
        scores = scores_of(tp, fp, fn, tn)
        digits = rng.choice([2, 2, 3, 4])
        chosen = rng.sample(sorted(scores), rng.choice([3, 3, 4]))
        if rng.random() < 0.25:
            chosen = ["ppv", "sens", "f1"]
        scores = {name: scores[name] for name in chosen}
        if rng.random() < 0.6:
            name = rng.choice(chosen)
            scores[name] += rng.choice([-1, 1]) * rng.choice([10**-digits, 0.02, 0.1, 0.25])
        if all(0.05 < score < 0.985 for score in scores.values()):
            return positives, negatives, digits, {name: f"{score:.{digits}f}" for name, score in scores.items()}


def sentence(positives, negatives, scores):
    said = [f"{'an' if name in ('acc', 'f1') else 'a'} {NAMES[name]} of {value}" for name, value in scores.items()]
    joined = ", ".join(said[:-1]) + " and " + said[-1]
    return f"{HEAD}On {positives} positives and {negatives} negatives the model reached {joined}.\n"


def table(scores, as_rows):
    if as_rows:
        rows = "".join(f"| {NAMES[name]} | {value} |\n" for name, value in scores.items())
        return f"{HEAD}| Metric | Result |\n|---|---|\n{rows}"
    header = " | ".join(NAMES[name] for name in scores)
    return f"{HEAD}| Run | {header} |\n|---{'|---' * len(scores)}|\n| Measured | {' | '.join(scores.values())} |\n"


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    logging.disable(logging.CRITICAL)
    rng = random.Random(20260101)
    with tempfile.TemporaryDirectory() as folder:
        cases = {}
        for number in range(count):
            positives, negatives, digits, scores = case(rng)
            voice = ["sentence", "sentence", "rows", "columns"][number % 4]
            text = sentence(positives, negatives, scores) if voice == "sentence" else table(scores, voice == "rows")
            path = Path(folder) / f"{number:04}.md"
            path.write_text(text, encoding="utf-8")
            verdict = check_1_testset_no_kfold(
                testset={"p": positives, "n": negatives},
                scores={name: float(value) for name, value in scores.items()},
                eps=0.5 * 10**-digits,
            )
            cases[str(path)] = (voice, bool(verdict["inconsistency"]), text)
        command = [program, "review", "--format", "json", "--as", "spec", "--no-llm", *cases]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if run.returncode != 0:
            sys.exit(f"the review ended with {run.returncode}")
        report = json.loads(run.stdout)
    ours, read = {}, 0
    for document in report["documents"]:
        findings = [f for f in document["findings"] if f["rule"] in ("ARI-006", "ARI-010") and f["severity"] == "error"]
        ours[document["path"]] = [f["message"] for f in findings]
        read += any(c["rule"] == "ARI-010" and c["state"] != "not_applicable" for c in document["checks"])
    wrong, both, table_only = [], 0, 0
    for path, (voice, theirs, text) in cases.items():
        found = ours[path]
        both += bool(found) and theirs
        table_only += theirs and not found and voice != "sentence"
        if bool(found) != theirs and (found or voice == "sentence"):
            wrong.append(f"{text[len(HEAD):]}  mlscorecheck: {'contradictory' if theirs else 'possible'}; here: {found or 'possible'}\n")
    print(
        f"{len(cases)} sets, {read} judged, {both} contradictory for both, {table_only} in tables that only their sizes refute, "
        f"{len(wrong)} disagreements"
    )
    print("\n".join(wrong[:20]))
    if read < 0.9 * len(cases):
        sys.exit("too few of the sets were read: the comparison shows nothing")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
