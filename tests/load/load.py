#!/usr/bin/env python3
"""Measures the receiver under load, beside an empty Probot handler on the same machine: acknowledged webhooks per second at 32
connections, the time of an answer at 500 per second, and memory while 100,000 jobs wait. Bodies are signed; what is acknowledged is on
disk. Loopback only.

usage: load.py PROGRAM NODE_MODULES EXAMPLES KEY.pem [SECONDS]

NODE_MODULES holds npm's probot, EXAMPLES npm's @octokit/webhooks-examples; wrk is on the path. Fails when a webhook is not acknowledged,
when the receiver is slower than Probot, or when the 99th percentile at 500 per second is over 50 ms.
"""

import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

PROGRAM, MODULES, EXAMPLES, KEY = map(os.path.abspath, sys.argv[1:5])
SECONDS = int(sys.argv[5]) if len(sys.argv) > 5 else 10
HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "a secret for this run only"
CONNECTIONS = 32
QUEUED = int(os.environ.get("SPECREVIEW_QUEUED", 100_000))


def sign(body):
    return hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()


def write(path, bodies):
    with open(path, "w", encoding="utf-8") as file:
        for body in bodies:
            text = json.dumps(body, separators=(",", ":"), ensure_ascii=True)
            file.write(f"{sign(text)} {text}\n")
    return path


def example():
    with open(f"{EXAMPLES}/@octokit/webhooks-examples/api.github.com/index.json", encoding="utf-8") as file:
        events = {event["name"]: event["examples"] for event in json.load(file)}
    return next(one for one in events["pull_request"] if one["action"] == "opened")


def whole(numbers):
    """Bodies as GitHub sends them, about twenty kilobytes each."""
    body = example()
    return [{**body, "number": n, "pull_request": {**body["pull_request"], "number": n}} for n in numbers]


def small(numbers):
    """As little as the receiver reads."""
    head = {"head": {"sha": "0" * 40}}
    repository = {"name": "specs", "owner": {"login": "acme"}}
    return ({"action": "opened", "number": n, "pull_request": head, "repository": repository, "installation": {"id": 1}}
            for n in numbers)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, name, command, path, environment, folder):
        self.name, self.port = name, free_port()
        self.url = f"http://127.0.0.1:{self.port}{path}"
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "PORT": str(self.port), "HOST": "127.0.0.1", **environment}
        self.log = open(f"{folder}/{name}.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([word.replace("PORT", str(self.port)) for word in command], env=environment,
                                        cwd=folder, stdout=self.log, stderr=self.log)
        for _ in range(300):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.log.seek(0)
        sys.exit(f"{name} did not start:\n{self.log.read()}")

    def memory(self):
        """Resident memory now and at most, in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            text = file.read()
        return [int(re.search(rf"{word}:\s+(\d+)", text)[1]) // 1024 for word in ("VmRSS", "VmHWM")]

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)[1])

    def load(self, bodies, seconds, delay=0, first=0):
        environment = {**os.environ, "BODIES": bodies, "DELAY": str(delay), "FIRST": str(first)}
        # Answers without a wait: one thread sends, the other core receives.
        said = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "15s", "--latency",
                               "-s", f"{HERE}/webhooks.lua", self.url], env=environment, check=True, capture_output=True, text=True)
        result = json.loads(said.stdout.strip().splitlines()[-1])
        refused = {status: count for status, count in result["statuses"].items() if status not in ("200", "202")}
        if refused or result["errors"]:
            sys.exit(f"{self.name} did not acknowledge everything: {result}")
        return result

    def stop(self):
        self.process.terminate()
        return self.process.wait(40)


# Where GitHub should be, whoever calls is never answered: jobs are begun, and everything else waits.
NOBODY = socket.create_server(("127.0.0.1", 0), backlog=1_000)


def ours(folder):
    github = f"http://127.0.0.1:{NOBODY.getsockname()[1]}"
    environment = {"SPECREVIEW_WEBHOOK_SECRET": SECRET, "GITHUB_API_URL": github, "SPECREVIEW_LOG": "warn,specreview::job=off"}
    command = [PROGRAM, "serve", "--bind", "127.0.0.1:PORT", "--database", f"{folder}/specreview.db", "--app-id", "1",
               "--app-key-file", KEY]
    return Server("specreview", command, "/webhook", environment, folder)


def probot(folder):
    with open(KEY, encoding="utf-8") as file:
        key = file.read()
    environment = {"APP_ID": "1", "PRIVATE_KEY": key, "WEBHOOK_SECRET": SECRET, "LOG_LEVEL": "fatal", "NODE_ENV": "production"}
    app = f"{os.path.dirname(MODULES)}/empty.mjs"
    with open(f"{HERE}/empty.mjs", encoding="utf-8") as source, open(app, "w", encoding="utf-8") as copy:
        copy.write(source.read())
    return Server("probot", ["node", f"{MODULES}/probot/bin/probot.js", "run", app], "/api/github/webhooks", environment, folder)


def main():
    with tempfile.TemporaryDirectory() as folder:
        large = write(f"{folder}/large", whole(range(1, 501)))
        figures = {}
        # One after the other on the same machine, twice, so that neither has the better moment; the better run of each counts.
        for start in (probot, ours) * 2:
            with tempfile.TemporaryDirectory() as own:
                server = start(own)
                server.load(large, 2)
                result = {**server.load(large, SECONDS), "memory_mib": server.memory()}
                server.stop()
            print(f"{server.name}: {result}", flush=True)
            if result["per_second"] > figures.get(server.name, {}).get("per_second", 0):
                figures[server.name] = result
        ratio = figures["specreview"]["per_second"] / figures["probot"]["per_second"]
        print(f"ratio to an empty Probot handler: {ratio:.2f}", flush=True)

        with tempfile.TemporaryDirectory() as own:
            server = ours(own)
            server.load(large, 1)
            # Each connection waits so long between two requests that all together make about 500 in a second.
            steady = server.load(large, SECONDS, delay=1000 * CONNECTIONS // 500)
            print(f"at 500 per second: {steady}", flush=True)
            server.stop()

        with tempfile.TemporaryDirectory() as own:
            server = ours(own)
            before = server.memory()
            many = write(f"{folder}/small", small(range(1, QUEUED + 1)))
            sent = 0
            while (depth := server.metric("specreview_inbox_depth")) < QUEUED * 0.99:
                sent += server.load(many, SECONDS, first=sent)["statuses"]["202"]
                if sent > 2 * QUEUED:
                    sys.exit(f"{sent} were sent, and {depth:.0f} jobs wait")
            print(f"{depth:.0f} jobs wait: {server.memory()} MiB resident now and at most; at the start {before}", flush=True)
            if server.stop() != 0:
                sys.exit("the server did not stop in order")

        if ratio <= 1:
            sys.exit("the receiver is slower than an empty Probot handler")
        if steady["p99_ms"] > 50:
            sys.exit("an answer takes more than 50 ms at 500 per second")


main()
