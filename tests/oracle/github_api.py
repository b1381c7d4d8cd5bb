#!/usr/bin/env python3
"""Checks everything that the program and the pretend forge say to each other against GitHub's own published descriptions.

REST requests, their answers and the deliveries of webhooks: the OpenAPI description of npm's `@octokit/openapi`. Fields that the
description does not know are refused, so that neither the program nor the pretend forge lives on an invention. GraphQL: the schema
of npm's `@octokit/graphql-schema`.

usage: github_api.py NODE_MODULES RECORD [--show N]
  RECORD   the folder that `SPECREVIEW_RECORD=RECORD cargo test --test e2e` has filled
needs: pip install 'jsonschema[format-nongpl]' graphql-core
"""

import argparse
import collections
import glob
import json
import re
import sys
import time

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

HERE = "urn:github"

# What github.com does although its description says otherwise: operation or delivery, place in the body, what the check says
# of it, and what is known.
KNOWN_DEPARTURES = [
    (r".*, answer (422|503)", r"\$", r".*\('status' was unexpected\)", "every refusal of today repeats its status as text, as `basic-error` says"),
    (r"GET /repos/\{owner\}/\{repo\}/pulls/\{pull_number\}, .*|pull-request-.*", r"\$\.(pull_request\.)?head\.repo", r"None is not .*",
     "null once the fork of a pull request is deleted; the description has it as an object always"),
    (r"GET /app/installations, answer 200", r"\$\[\*\]\.account", r".*",
     "described as a person and an enterprise at once; it is one of them, as the schema `installation` says"),
    (r"GET /app/installations, answer 200", r"\$\[\*\]\.permissions", r".*\('merge_queues' was unexpected\)",
     "this operation's copy of the permissions is older than `app-permissions`, which has it"),
]


class Description:
    """The part of the OpenAPI description that is asked for, made into JSON Schema 2020-12 while it is asked for."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.whole = json.load(file)
        self.cut = {"components": {}, "asked": {}}
        self.validators = {}
        self.operations = {}
        self.by_path = [(self.pattern(path), path) for path in self.whole["paths"]]
        # The more of a path is spelt out, the better it names what is meant.
        self.by_path.sort(key=lambda one: one[1].count("{"))

    @staticmethod
    def pattern(path):
        def part(text):
            if not text.startswith("{"):
                return re.escape(text)
            name = text[1:-1]
            # OpenAPI has no parameter that takes slashes; the path of a file does.
            return f"(?P<{name}>.+)" if name == "path" else f"(?P<{name}>[^/]+)"

        return re.compile("".join(part(one) for one in re.split(r"(\{\w+\})", path)))

    def operation(self, method, path):
        """Name, description and parameters in the path of a request; None where GitHub knows no such thing."""
        for pattern, template in self.by_path:
            found = pattern.fullmatch(path)
            item = self.whole["paths"][template]
            if found and method.lower() in item:
                own = item[method.lower()]
                shared = [self.look_up(one) for one in item.get("parameters", [])]
                return f"{method} {template}", {**own, "parameters": shared + own.get("parameters", [])}, found.groupdict()
        return None

    def look_up(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.whole
            for key in node["$ref"].removeprefix("#/").split("/"):
                at = at[key.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def schema(self, node, is_open=False):
        """A schema in the words of 2020-12: `nullable` spelt out, and closed, except where several are joined to one."""
        if isinstance(node, list):
            return [self.schema(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:  # whatever stands beside a reference counts for nothing in OpenAPI 3.0
            return {"$ref": self.component(node["$ref"], is_open)}
        out = {}
        for key, value in node.items():
            if key in ("properties", "patternProperties"):
                out[key] = {name: self.schema(one) for name, one in value.items()}
            elif key in ("allOf", "anyOf", "oneOf"):
                joined = key == "allOf" or "properties" in node or is_open
                out[key] = [self.schema(one, joined) for one in value]
            elif key in ("items", "additionalProperties", "not"):
                out[key] = self.schema(value)
            elif key in ("type", "enum", "required", "format", "pattern", "minimum", "maximum", "minLength", "maxLength",
                         "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"):
                out[key] = value
        if ("properties" in out or "allOf" in out) and "additionalProperties" not in out and not is_open:
            out["unevaluatedProperties"] = False
        return {"anyOf": [{"type": "null"}, out]} if node.get("nullable") else out

    def component(self, reference, is_open):
        _, _, kind, name = reference.split("/")
        name_here = f"{name}+" if is_open else name
        kept = self.cut["components"].setdefault(kind, {})
        if name_here not in kept:
            kept[name_here] = None  # a schema may name itself
            kept[name_here] = self.schema(self.look_up({"$ref": reference}), is_open)
        return f"{HERE}#/components/{kind}/{name_here}"

    def faults(self, key, schema, value):
        """Why the value is not what the schema describes: pairs of place and words."""
        if key not in self.validators:
            self.cut["asked"][key] = self.schema(schema)
            registry = Registry().with_resource(HERE, Resource(contents=self.cut, specification=DRAFT202012))
            place = key.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
            self.validators[key] = Draft202012Validator(
                {"$ref": f"{HERE}#/asked/{place}"}, registry=registry, format_checker=FormatChecker())
        causes = [best_match([error]) for error in self.validators[key].iter_errors(value)]
        return [(cause.json_path, cause.message[:200]) for cause in causes]


def parameter_faults(description, name, operation, path, query):
    """Values arrive as text: numbers and truth values are read first."""
    wanted = {(one["in"], one["name"]): one for one in map(description.look_up, operation["parameters"])}
    given = {("path", key): value for key, value in path.items()} | {("query", key): value for key, value in query.items()}
    for place, text in given.items():
        if place not in wanted:
            yield f"$.{place[1]}", f"no such parameter in the {place[0]}"
            continue
        schema = description.look_up(wanted[place]["schema"])
        if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
            text = int(text)
        elif schema.get("type") == "boolean" and text in ("true", "false"):
            text = text == "true"
        yield from description.faults(f"{name} {place}", schema, text)
    for place, one in wanted.items():
        if one.get("required") and place[0] in ("path", "query") and place not in given:
            yield f"$.{place[1]}", "the parameter is missing"


def request_faults(description, name, operation, path, one):
    yield from parameter_faults(description, name, operation, path, one["query"])
    wanted = description.look_up(operation.get("requestBody", {}))
    if not wanted:
        if one["body"] is not None:
            yield "$", "a body that GitHub does not describe"
    elif one["body"] is not None or wanted.get("required"):
        yield from description.faults(f"{name} asks", wanted["content"]["application/json"]["schema"], one["body"])


def never_whole(one):
    """Nothing of the answer arrives, or half of it."""
    return any(word in (one["fault"] or "") for word in ("Drop", "Truncated"))


def answer_faults(description, name, operation, one):
    if never_whole(one):
        return
    status, kind = one["status"], one["content_type"] or ""
    described = description.look_up(operation["responses"].get(str(status), {}))
    if not described and status >= 400:
        # Refusals that are no part of an operation (limits, outages, missing rights) have the shape of all errors.
        error = {"$ref": "#/components/schemas/basic-error"}
        yield from description.faults("any error", error, one["answer"])
    elif not described:
        yield "$", f"status {status} is not described"
    elif "raw" in kind:
        if "vnd.github.raw" not in operation.get("description", ""):
            yield "$", "no raw answers are described"
    elif schema := described.get("content", {}).get("application/json", {}).get("schema"):
        yield from description.faults(f"{name} answers {status}", schema, one["answer"])
    elif one["answer"] is not None:
        yield "$", f"status {status} is described without a body"


def delivery_name(one):
    action = one["body"].get("action") if isinstance(one["body"], dict) else None
    return "-".join(part for part in (one["event"], action) if part).replace("_", "-")


def delivery_faults(description, name, one):
    webhook = description.whole["x-webhooks"][name]["post"]
    wanted = {word["name"].lower() for word in map(description.look_up, webhook["parameters"])}
    for missing in sorted(wanted - {word.lower() for word in one["headers"]}):
        yield "headers", f"{missing} is missing"
    yield from description.faults(f"{name} tells", webhook["requestBody"]["content"]["application/json"]["schema"], one["body"])


class GraphQl:
    """Queries, variables and the shape of answers."""

    def __init__(self, path):
        import graphql

        self.graphql = graphql
        with open(path, encoding="utf-8") as file:
            self.schema = graphql.build_schema(file.read(), assume_valid=True)

    def name(self, one):
        text = (one["body"] or {}).get("query", "")
        found = re.search(r"\b(query|mutation)\b\s*(\w*)", text)
        return f"graphql {found[1] if found else 'query'} {found[2] if found else ''}".strip()

    def faults(self, one):
        g, body = self.graphql, one["body"] or {}
        for field in set(body) - {"query", "variables", "operationName"}:
            yield f"$.{field}", "GraphQL knows no such field of a request"
        try:
            document = g.parse(body.get("query") or "")
        except g.GraphQLError as error:
            yield "$.query", error.message
            return
        errors = g.validate(self.schema, document)
        yield from (("$.query", error.message) for error in errors)
        operations = [one for one in document.definitions if isinstance(one, g.OperationDefinitionNode)]
        if errors or len(operations) != 1:
            if not errors:
                yield "$.query", f"{len(operations)} operations in one document"
            return
        operation, variables = operations[0], body.get("variables") or {}
        names = {one.variable.name.value for one in operation.variable_definitions or []}
        for name in set(variables) - names:
            yield f"$.variables.{name}", "the document has no such variable"
        values = g.get_variable_values(self.schema, operation.variable_definitions or [], variables)
        if isinstance(values, list):
            yield from (("$.variables", error.message) for error in values)
        if never_whole(one) or one["status"] != 200:
            return
        answer = one["answer"] or {}
        for field in set(answer) - {"data", "errors", "extensions"}:
            yield f"$.{field}", "GraphQL knows no such field of an answer"
        for error in answer.get("errors", []):
            if not isinstance(error.get("message"), str):
                yield "$.errors", "an error without a message"
        if answer.get("data") is None:
            if not answer.get("errors"):
                yield "$.data", "neither data nor errors"
            return
        self.fragments = {one.name.value: one for one in document.definitions if isinstance(one, g.FragmentDefinitionNode)}
        root = self.schema.get_root_type(operation.operation)
        # Where something went wrong, null may stand anywhere above it.
        self.excused = bool(answer.get("errors"))
        yield from self.shape("$.data", root, [operation.selection_set], answer["data"], variables)

    def fields(self, type_name, selections, variables):
        """The fields that an object of this type answers to these selections: name in the answer → nodes."""
        g, found = self.graphql, {}
        for selection in [one for part in selections for one in part.selections]:
            if not self.included(selection, variables):
                continue
            if isinstance(selection, g.FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
                continue
            fragment = self.fragments[selection.name.value] if isinstance(selection, g.FragmentSpreadNode) else selection
            on = self.schema.get_type(fragment.type_condition.name.value) if fragment.type_condition else None
            own = self.schema.get_type(type_name)
            if on is None or on is own or (g.is_abstract_type(on) and self.schema.is_sub_type(on, own)):
                for name, nodes in self.fields(type_name, [fragment.selection_set], variables).items():
                    found.setdefault(name, []).extend(nodes)
        return found

    def included(self, node, variables):
        for directive in node.directives or []:
            value = directive.arguments[0].value if directive.arguments else None
            holds = variables.get(value.name.value) if hasattr(value, "name") else getattr(value, "value", None)
            if directive.name.value == ("skip" if holds else "include"):
                return False
        return True

    def shape(self, at, kind, selections, value, variables):
        g = self.graphql
        if isinstance(kind, g.GraphQLNonNull):
            if value is None:
                if not self.excused:
                    yield at, f"null, although {kind} never is"
                return
            kind = kind.of_type
        if value is None:
            return
        if isinstance(kind, g.GraphQLList):
            if not isinstance(value, list):
                yield at, f"not a list: {kind}"
                return
            for index, one in enumerate(value):
                yield from self.shape(f"{at}[{index}]", kind.of_type, selections, one, variables)
        elif g.is_leaf_type(kind):
            yield from self.leaf(at, kind, value)
        elif not isinstance(value, dict):
            yield at, f"not an object: {kind}"
        else:
            yield from self.object(at, kind, selections, value, variables)

    def object(self, at, kind, selections, value, variables):
        g = self.graphql
        candidates = [kind] if isinstance(kind, g.GraphQLObjectType) else self.schema.get_possible_types(kind)
        if "__typename" in value:
            candidates = [one for one in candidates if one.name == value["__typename"]]
        for own in candidates:
            fields = self.fields(own.name, selections, variables)
            if set(fields) == set(value):
                break
        else:
            if len(candidates) != 1:
                yield at, f"{sorted(value)} is what no type of {kind} answers"
                return
            for name in sorted(set(fields) - set(value)):
                yield f"{at}.{name}", "asked for and not answered"
            for name in sorted(set(value) - set(fields)):
                yield f"{at}.{name}", "answered and not asked for"
        for name in set(fields) & set(value):
            nodes = fields[name]
            if (wanted := nodes[0].name.value) == "__typename":
                if value[name] != own.name:
                    yield f"{at}.{name}", f"{value[name]} instead of {own.name}"
                continue
            deeper = [node.selection_set for node in nodes if node.selection_set]
            yield from self.shape(f"{at}.{name}", own.fields[wanted].type, deeper, value[name], variables)

    def leaf(self, at, kind, value):
        text = {"ID", "String", "DateTime", "Date", "URI", "HTML", "GitObjectID", "GitTimestamp", "Base64String", "BigInt"}
        if isinstance(kind, self.graphql.GraphQLEnumType):
            if value not in kind.values:
                yield at, f"{value!r} is no {kind}"
        elif (kind.name in text and not isinstance(value, str)) or (kind.name == "Boolean" and not isinstance(value, bool)):
            yield at, f"{value!r} is no {kind}"
        elif kind.name == "Int" and (isinstance(value, bool) or not isinstance(value, int)):
            yield at, f"{value!r} is no {kind}"
        elif kind.name == "Float" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            yield at, f"{value!r} is no {kind}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules")
    parser.add_argument("record")
    parser.add_argument("--show", type=int, default=40, help="how many different faults are shown")
    given = parser.parse_args()
    start = time.monotonic()

    lines = []
    for path in sorted(glob.glob(f"{given.record}/*.jsonl")):
        with open(path, encoding="utf-8") as file:
            lines += file.read().splitlines()
    said = [json.loads(line) for line in lines]
    kinds = collections.Counter(one["kind"] for one in said)
    if not kinds["traffic"] or not kinds["delivery"]:
        sys.exit(f"nothing was recorded in {given.record}: {dict(kinds)}; run the stories with SPECREVIEW_RECORD={given.record}")

    description = Description(f"{given.modules}/@octokit/openapi/generated/api.github.com.json")
    graphql = None
    counts, faults, excused = collections.Counter(), collections.Counter(), collections.Counter()

    def note(name, side, found):
        where = f"{name}, {side}"
        for place, words in found:
            general = re.sub(r"\[\d+\]", "[*]", place)
            why = next((known[3] for known in KNOWN_DEPARTURES
                        if all(map(re.fullmatch, known[:3], (where, general, words)))), None)
            (excused if why else faults)[f"{where}: {general}: {why or words}"] += 1

    seen = set()
    for line, one in zip(lines, said):
        if one["kind"] == "delivery":
            name = delivery_name(one)
            if name not in description.whole["x-webhooks"]:
                faults[f"{name}: no such webhook is described"] += 1
                continue
            counts[f"webhook {name}"] += 1
            if line not in seen:
                note(name, "payload", delivery_faults(description, name, one))
        elif one["path"] == "/graphql":
            graphql = graphql or GraphQl(f"{given.modules}/@octokit/graphql-schema/schema.graphql")
            name = graphql.name(one)
            counts[name] += 1
            if line not in seen:
                note(name, "query or answer", graphql.faults(one))
        elif operation := description.operation(one["method"], one["path"]):
            name, described, path = operation
            counts[name] += 1
            if line not in seen:
                note(name, "request", request_faults(description, name, described, path, one))
                note(name, f"answer {one['status']}", answer_faults(description, name, described, one))
        else:
            faults[f"{one['method']} {one['path']}: GitHub describes no such operation"] += 1
        seen.add(line)

    for name, count in sorted(counts.items()):
        print(f"{count:6}  {name}")
    for words, count in excused.most_common():
        print(f"{count:6}  known to differ: {words}")
    for words, count in faults.most_common(given.show):
        print(f"{count:6}  FAULT {words}")
    print(f"{len(said)} events of {len(counts)} kinds checked in {time.monotonic() - start:.1f} s, {len(faults)} different faults")
    sys.exit(bool(faults))


main()
