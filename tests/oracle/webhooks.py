#!/usr/bin/env python3
"""Posts every payload of npm's `@octokit/webhooks-examples` to a real `specreview serve`, signed as GitHub signs, and looks at what
becomes of it: queued, a pong, or nothing. Before that each is sent without a signature and with a wrong one: all are refused, and
nothing is kept.

usage: webhooks.py PROGRAM NODE_MODULES KEY.pem
"""

import collections
import hashlib
import hmac
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid

PROGRAM, MODULES, KEY = map(os.path.abspath, sys.argv[1:4])
SECRET = "a secret for this run only"

# What becomes of an event and its action. Whatever is not named here is acknowledged and ignored.
QUEUED, PONG, IGNORED = "queued", "pong", "ignored"
TABLE = {
    ("ping", None): PONG,
    ("pull_request", "opened"): QUEUED,
    ("pull_request", "reopened"): QUEUED,
    ("pull_request", "synchronize"): QUEUED,
    ("pull_request", "ready_for_review"): QUEUED,
    ("pull_request", "edited, the target branch"): QUEUED,
    ("pull_request", "edited, the title"): IGNORED,
    ("pull_request", "closed"): IGNORED,
    ("pull_request", "converted_to_draft"): IGNORED,
    ("pull_request", "labeled"): IGNORED,
    ("check_suite", "rerequested"): QUEUED,
    # GitHub names no pull request in these, only the commit.
    ("check_run", "rerequested"): QUEUED,
    # A button that is not ours.
    ("check_run", "requested_action"): IGNORED,
    ("merge_group", "checks_requested"): QUEUED,
    # Not on a pull request, and no command.
    ("issue_comment", "created"): IGNORED,
    ("issue_comment", "edited"): IGNORED,
    ("pull_request_review_comment", "created"): IGNORED,
}


def examples():
    """Event, action as the table names it, payload."""
    with open(f"{MODULES}/@octokit/webhooks-examples/api.github.com/index.json", encoding="utf-8") as file:
        for event in json.load(file):
            for payload in event["examples"]:
                yield event["name"], payload.get("action"), payload
                if (event["name"], payload.get("action")) == ("pull_request", "synchronize"):
                    # No example was edited: made from one.
                    for what, changes in (("the target branch", {"base": {"ref": {"from": "old"}, "sha": {"from": "0" * 40}}}),
                                          ("the title", {"title": {"from": "Another title"}})):
                        yield event["name"], f"edited, {what}", {**payload, "action": "edited", "changes": changes}


class Server:
    def __init__(self, folder):
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "SPECREVIEW_WEBHOOK_SECRET": SECRET,
                       # Nothing listens there: what is queued is tried and waits.
                       "GITHUB_API_URL": "http://127.0.0.1:9", "SPECREVIEW_LOG": "info"}
        self.log = open(f"{folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--bind", "127.0.0.1:0", "--database", f"{folder}/specreview.db", "--app-id", "1",
             "--app-key-file", KEY, "--log-format", "json"],
            env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=self.log)
        self.at = self.port(folder)

    def port(self, folder):
        for _ in range(300):
            with open(f"{folder}/log", encoding="utf-8") as log:
                text = log.read()
            if found := re.search(r'"address":"127\.0\.0\.1:(\d+)"', text):
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"the server did not start:\n{text}")

    def post(self, event, body, signature):
        headers = {"content-type": "application/json", "user-agent": "GitHub-Hookshot/0000000", "x-github-event": event,
                   "x-github-delivery": str(uuid.uuid4()), "x-github-hook-id": "1",
                   "x-github-hook-installation-target-id": "1", "x-github-hook-installation-target-type": "integration"}
        if signature is not None:
            headers["x-hub-signature-256"] = signature
        return self.ask("POST", "/webhook", body, headers)

    def ask(self, method, path, body=None, headers=None):
        # One connection for each: who is refused unread is cut off.
        connection = http.client.HTTPConnection("127.0.0.1", self.at, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def jobs(self):
        ready = self.ask("GET", "/readyz")[1]
        return ready["queued"] + ready["running"] + ready["dead"]

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def signed(secret, body):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def main():
    faults, seen, done = [], set(), collections.Counter()
    cases = [(event, action, json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode())
             for event, action, payload in examples()]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            for event, action, body in cases:
                changed = body[:-1] + b" }"
                for how, signature in (("none", None), ("another secret", signed("another", body)), ("empty", ""),
                                       ("another body", signed(SECRET, changed))):
                    status, _ = server.post(event, body, signature)
                    if status != 401:
                        faults.append(f"{event} {action}, signature: {how}: {status} instead of 401")
                    done["refused"] += 1
            if kept := server.jobs():
                faults.append(f"{kept} jobs are kept of deliveries that nobody has signed")
            for event, action, body in cases:
                status, answer = server.post(event, body, signed(SECRET, body))
                expected = TABLE.get((event, action), IGNORED)
                seen.add((event, action))
                # A delivery with the body of an earlier one is the same event over again.
                told = answer.get("status")
                told = QUEUED if told == "duplicate" else told
                if status not in (200, 202) or told != expected or (status == 202) != (expected == QUEUED):
                    faults.append(f"{event} {action}: {status} {answer} instead of {expected}")
                done[expected] += 1
            if not server.jobs():
                faults.append("nothing is kept of what was queued")
            faults += [f"no example of {event} {action}: the table names what is not tried" for event, action in set(TABLE) - seen]
        finally:
            status = server.stop()
        if status != 0:
            faults.append(f"the server ended with {status}")
    for fault in faults[:40]:
        print("FAULT", fault)
    print(f"{len(cases)} deliveries of {len({event for event, _, _ in cases})} events in {time.monotonic() - start:.1f} s: "
          f"{dict(done)}, {len(faults)} faults")
    sys.exit(bool(faults))


main()
