#!/usr/bin/env python3
"""Runs a review with the critique against a real server of the OpenAI kind whose model talks noise, bound to the schema.

What must hold: the probe finds out what the server can do; the checklist is the same as without a model; every question is answered,
dropped or told as a gap; the review is not late. usage: real_server.py PROGRAM SPEC SERVER MODEL
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

PROGRAM, SPEC, SERVER, MODEL = sys.argv[1:5]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, env={}, timeout=300)
    if done.returncode != 0:
        sys.exit(f"{args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main():
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    log = tempfile.TemporaryFile("w+")
    command = [SERVER, "-m", MODEL, "--host", "127.0.0.1", "--port", str(port), "-c", "32768", "-np", "1", "-t", "2",
               "--no-warmup", "--alias", "noise"]
    server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        for _ in range(120):
            if server.poll() is not None:
                log.seek(0)
                sys.exit(f"the server ended with {server.returncode}:\n{log.read()[-3000:]}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        else:
            sys.exit("the server does not get ready")
        found = run("model", "probe", "--model", "noise", "--model-url", url)
        print(found)
        for words in ("json_schema", "32768 tokens, says /props", "price unknown"):
            assert words in found, f"the probe does not say {words!r}"
        alone = json.loads(run("review", SPEC, "--format", "json", "--no-llm"))
        begin = time.time()
        report = json.loads(run("review", SPEC, "--format", "json", "--model", "noise", "--model-url", url))
        took = time.time() - begin
        told = report["run"]["model"]
        print(json.dumps(told), f"in {took:.0f} s")
        (bare,), (document,) = alone["documents"], report["documents"]
        assert document["checks"] == bare["checks"], "the checklist differs"
        rules = [f for f in document["findings"] if f["source"] == "rule"]
        assert rules == [f for f in bare["findings"] if f["source"] == "rule"], "findings of rules differ"
        noise = [f for f in document["findings"] if f["source"] != "rule"]
        assert not noise, f"noise became a finding: {noise}"
        assert told["calls"] > 0 and told["input_tokens"] > 0 and told["output_tokens"] > 0, "nothing was asked"
        assert told["incomplete"] or told["dropped_without_evidence"] > 0, "noise was taken for an answer"
        assert told["cost_usd"] is None, "a price was invented"
        assert took < 200, "the review is late"
    finally:
        server.kill()
        server.wait()


main()
