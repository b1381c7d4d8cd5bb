#!/usr/bin/env python3
"""Checks every request that the program sends to a model endpoint against the types of OpenAI's own client.

A pretended endpoint refuses one thing after the other, so that the program goes through all its dialects; each body is checked
with pydantic against the types of PyPI's `openai`: known fields only, each of its type, and the bounds that OpenAI documents but
its types do not hold. usage: openai_requests.py PROGRAM SPEC      needs: pip install openai
"""

import json
import re
import subprocess
import sys
import threading
import typing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openai.types.chat import completion_create_params as params
from pydantic import TypeAdapter, ValidationError, with_config

PROGRAM, SPEC = sys.argv[1], sys.argv[2]

# A field that OpenAI does not know is a mistake: its server answers 400 to it.
WHOLE = TypeAdapter(with_config({"extra": "forbid"})(params.CompletionCreateParamsNonStreaming))

# What a server may not understand, and the words it refuses it with.
COMPLAINTS = {
    "schema": (lambda b: b.get("response_format", {}).get("type") == "json_schema", "json_schema is not supported"),
    "object": (lambda b: b.get("response_format", {}).get("type") == "json_object", "response_format is not supported"),
    "limit": (lambda b: "max_completion_tokens" in b, "Unrecognized request argument: max_completion_tokens"),
    "temperature": (lambda b: "temperature" in b, "Unsupported value: 'temperature' does not support 0"),
    "system": (lambda b: any(m["role"] == "system" for m in b["messages"]), "System role not supported"),
}
SERVERS = [
    [], ["schema"], ["schema", "object"], ["limit"], ["temperature"], ["system"],
    ["schema", "limit", "temperature", "system"], list(COMPLAINTS),
]


def faults(body):
    """Why OpenAI would refuse the body."""
    out = []
    try:
        WHOLE.validate_python(body, strict=False)
    except ValidationError as error:
        out += [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if not body.get("messages"):
        out.append("messages: empty")
    for message in body.get("messages", []):
        if set(message) - {"role", "content", "name"} or message.get("role") not in ("system", "user", "developer"):
            out.append(f"message: {sorted(message)} of role {message.get('role')}")
        if not isinstance(message.get("content"), str) or not message["content"]:
            out.append("message: no text")
    if not 0 <= body.get("temperature", 0) <= 2:
        out.append("temperature: outside 0 to 2")
    form = body.get("response_format", {})
    if form.get("type") == "json_schema":
        named = form.get("json_schema", {})
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", named.get("name", "")):
            out.append(f"json_schema.name: {named.get('name')!r}")
        if named.get("strict"):
            out += [f"strict schema: {fault}" for fault in strict_faults(named.get("schema"))]
    if form.get("type") == "json_object" and "json" not in json.dumps(body["messages"]).lower():
        out.append("json_object: the messages do not say JSON")
    if "max_tokens" in body and "max_completion_tokens" in body:
        out.append("both limits")
    return out


# Words that a strict schema may not hold.
REFUSED = {"allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "patternProperties", "default"}


def strict_faults(schema, at="$"):
    """What OpenAI asks of strict schemas: closed objects, every property required, no refused word."""
    if not isinstance(schema, dict):
        return []
    out = [f"{at}: {word}" for word in REFUSED & set(schema)]
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            out.append(f"{at}: the object is open")
        if set(schema.get("required", [])) != set(schema.get("properties", {})):
            out.append(f"{at}: not everything is required")
    for key, value in schema.items():
        if key in ("properties", "$defs", "definitions"):
            for name, inner in value.items():
                out += strict_faults(inner, f"{at}.{name}")
        elif key == "items":
            out += strict_faults(value, f"{at}[]")
        elif key in ("anyOf", "oneOf"):
            for number, inner in enumerate(value):
                out += strict_faults(inner, f"{at}|{number}")
    return out


class Endpoint(BaseHTTPRequestHandler):
    refuses, bodies = [], []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if not self.path.endswith("/chat/completions"):
            return self.answer(404, {})
        type(self).bodies.append(body)
        for what in self.refuses:
            fits, words = COMPLAINTS[what]
            if fits(body):
                return self.answer(400, {"error": {"message": words, "type": "invalid_request_error"}})
        message = {"role": "assistant", "content": "no sense"}
        return self.answer(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def do_GET(self):
        self.answer(404, {})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def main():
    # The check must be able to fail.
    sound = {"model": "m", "messages": [{"role": "user", "content": "u"}], "max_completion_tokens": 5}
    assert not faults(sound), faults(sound)
    for broken in ({"max_token": 5}, {"messages": []}, {"temperature": 3}, {"max_completion_tokens": "many"},
                   {"messages": [{"role": "robot", "content": "u"}]}, {"response_format": {"type": "json_schema"}},
                   {"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}},
                   {"response_format": {"type": "json_object"}}):
        assert faults({**sound, **broken}), f"nothing is wrong with {broken}?"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url, bad, seen = f"http://127.0.0.1:{server.server_port}/v1", 0, 0
    for Endpoint.refuses in SERVERS:
        Endpoint.bodies = []
        command = [PROGRAM, "review", SPEC, "--format", "json", "--model", "m", "--model-url", url]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={})
        shapes = {json.dumps(sorted(body)) + body.get("response_format", {}).get("type", "") for body in Endpoint.bodies}
        if len(Endpoint.bodies) < 2:
            sys.exit(f"only {len(Endpoint.bodies)} requests came to a server that refuses {Endpoint.refuses}")
        for body in Endpoint.bodies:
            seen += 1
            for fault in faults(body):
                bad += 1
                print(f"a server that refuses {Endpoint.refuses or 'nothing'} is sent: {fault}")
        print(f"refusing {', '.join(Endpoint.refuses) or 'nothing'}: {len(Endpoint.bodies)} requests of {len(shapes)} shapes")
    print(f"{seen} requests, {bad} faults")
    sys.exit(bool(bad))


main()
