#!/usr/bin/env python3
"""Checks recorded API traffic against api/openapi.yaml: validate.py RECORD...

Every recorded request body, query parameter, status and reply must fit the contract, every operation
must have been called at least once with success, and a reply may hold nothing that the contract does
not name where it names the members of an object.
"""

import collections
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")
SHOWN = 40


def closed(schema):
    """The schema with objects of named members closed, so that a reply cannot hold what the contract does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(part) for key, part in schema.items()}
    if (
        "properties" in schema
        and "allOf" not in schema
        and "additionalProperties" not in schema
        and schema.get("type") == "object"
    ):
        result["additionalProperties"] = False
    return result


class Contract:
    def __init__(self):
        text = (ROOT / "api/openapi.yaml").read_text()
        self.document = yaml.load(text, Loader=yaml.CSafeLoader)
        self.strict = {"components": closed(self.document["components"])}
        # Parts of an allOf are checked together: closing one would refuse the members of the others.
        for name in (
            "Campaign",
            "CampaignDraft",
            "Experiment",
            "ExperimentDraft",
            "ExperimentListed",
        ):
            self.strict["components"]["schemas"][name] = self.document["components"]["schemas"][
                name
            ]
        self.operations = {}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    self.operations[(method.upper(), path)] = item[method] | {
                        "shared": item.get("parameters", [])
                    }

    def problems(self, schema, value, strict):
        root = self.strict if strict else {"components": self.document["components"]}
        validator = jsonschema.Draft202012Validator(
            {**(closed(schema) if strict else schema), **root}
        )
        return [
            f"{'/'.join(map(str, e.absolute_path)) or '(whole)'}: {e.message[:200]}"
            for e in validator.iter_errors(value)
        ]

    def resolve(self, part):
        while "$ref" in part:
            target = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            part = target
        return part

    def check_request(self, operation, entry):
        known = {
            self.resolve(p)["name"]
            for p in operation.get("parameters", [])
            if self.resolve(p)["in"] == "query"
        }
        faults = [
            f"query parameter {name} is not in the contract"
            for name in entry["query"]
            if name not in known
        ]
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema and entry["request"] and entry["status"] < 300:
            try:
                faults += self.problems(schema, json.loads(entry["request"]), strict=False)
            except ValueError:
                faults.append("the request was taken, but is not JSON")
        return faults

    def check_response(self, operation, entry):
        status, kind = str(entry["status"]), entry["response_type"].split(";")[0]
        response = operation["responses"].get(status)
        if response is None:
            if entry["status"] < 400:
                return [f"status {status} is not in the contract"]
            response = self.resolve(operation["responses"]["default"])
        content = response.get("content", {})
        if not content:
            return [] if not entry["response"] else [f"status {status} should have no body"]
        if kind not in content:
            return [f"content type {kind} is not in the contract for {status}"]
        if not entry["response"] or not kind.endswith(("/json", "+json")):
            return []
        return self.problems(content[kind]["schema"], json.loads(entry["response"]), strict=True)


def examples(part, where="", named=False):
    """The examples of the contract: where they stand, the schema that each must fit, and itself. `named` parts are
    called as they like, such as the members of an object."""
    if isinstance(part, list):
        for i, one in enumerate(part):
            yield from examples(one, f"{where}/{i}")
    if not isinstance(part, dict):
        return
    schema = part.get("schema", part)
    if not named:
        yield from ((where, schema, one) for one in part.get("examples", []))
        if "example" in part:
            yield where, schema, part["example"]
    for name, one in part.items():
        if named or name not in ("example", "examples"):
            yield from examples(one, f"{where}/{name}", name == "properties" and not named)


def entries(paths):
    for path in paths:
        for line in pathlib.Path(path).read_text().splitlines():
            yield json.loads(line)


def main():
    contract, called, faults, count = Contract(), collections.Counter(), collections.Counter(), 0
    for entry in entries(sys.argv[1:]):
        method = "GET" if entry["method"] == "HEAD" else entry["method"]
        key = (method, entry["route"])
        if method == "OPTIONS":
            continue
        operation = contract.operations.get(key)
        if operation is None:
            faults[f"{key[0]} {key[1]}: not in the contract"] += 1
            continue
        count += 1
        called[key] += entry["status"] < 400  # a form answers with the way back to its page
        for fault in contract.check_request(operation, entry) + contract.check_response(
            operation, entry
        ):
            faults[f"{key[0]} {key[1]} {entry['status']}: {fault}"] += 1
    for where, schema, example in examples(contract.document):
        for fault in contract.problems(schema, example, strict=True):
            faults[f"example {where}: {fault}"] += 1
    for key in contract.operations:
        if not called[key]:
            faults[f"{key[0]} {key[1]}: never called with success"] += 1
    for fault, times in list(faults.items())[:SHOWN]:
        print(f"{fault} ({times}×)")
    print(
        f"contract: {count} exchanges, {len(contract.operations)} operations, {len(faults)} faults"
    )
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
