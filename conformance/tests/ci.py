#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What CI services are given, checked and run here as far as that goes without them.

ci.py check SCHEMA FILE [NAME]   the YAML in FILE is what SCHEMA, or its $defs/NAME, describes
ci.py runs FILE DIR              each shell text of FILE as a file of DIR, for shellcheck
ci.py blocks FILE LANG DIR       each ```LANG block of a Markdown file as a file of DIR
ci.py action FILE                what a schema can't say of a composite action
ci.py play FILE RECORD NAME=VALUE...
                                 runs the steps of a composite action as a runner does, in the working
                                 directory, which is the workspace; RECORD gets what they left
ci.py workflow FILE OUT          the same steps as a workflow, for actionlint
ci.py show FILE                  the YAML in FILE as JSON, for jq
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

VALIDATOR = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)


class Loader(yaml.SafeLoader):
    """`on` is a key here, not true; and a key that stands twice is an error."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) != len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers
            if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def check(schema_path, path, name=None):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    VALIDATOR.check_schema(schema)
    if name:
        schema = {**schema["$defs"][name], "$defs": schema["$defs"]}
    VALIDATOR(schema).validate(load(path))


def shell_texts(node):
    """Of GitHub's `run`, and GitLab's scripts, whose lines are one text."""
    if isinstance(node, list):
        for one in node:
            yield from shell_texts(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "before_script", "script", "after_script"):
                yield "\n".join(value) if isinstance(value, list) else value
            else:
                yield from shell_texts(value)


def write_all(texts, folder, suffix):
    for i, text in enumerate(texts, 1):
        with open(os.path.join(folder, f"{i}{suffix}"), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    if not texts:
        sys.exit("ci.py: nothing found")


def runs(path, folder):
    texts = [f"#!/bin/bash\nset -e\n{text}" for text in shell_texts(load(path))]
    write_all(texts, folder, ".sh")


def blocks(path, lang, folder):
    with open(path, encoding="utf-8") as file:
        found = re.findall(rf"^```{lang}\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    write_all([block.rstrip("\n") for block in found], folder, "." + lang)


EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
NAME = re.compile(r"^(inputs|steps|runner)((?:\.[a-z_-]+)+)$")


def expressions(node):
    if isinstance(node, str):
        yield from EXPRESSION.findall(node)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "if" else expressions(value)
    elif isinstance(node, list):
        for one in node:
            yield from expressions(one)


def action(path):
    """Inputs are those that are used, steps come before what asks for them, no text has a value."""
    parsed = load(path)
    steps = parsed["runs"]["steps"]
    text = " ".join(expressions(parsed))
    used = set(re.findall(r"inputs\.([a-z_-]+)", text))
    faults = [f"input {name}: " + ("not used" if name in parsed["inputs"] else "not declared")
              for name in used ^ set(parsed["inputs"])]
    for step in steps:
        faults += [f"an expression in a shell's text: {one.strip()}"
                   for one in EXPRESSION.findall(step.get("run", ""))]
    seen = set()
    for step in steps:
        faults += [f"steps.{name} is asked for too early"
                   for name in re.findall(r"steps\.([a-z_-]+)", " ".join(expressions(step)))
                   if name not in seen]
        seen.add(step.get("id"))
    faults += [f"steps.{name} of the outputs: no such step"
               for name in re.findall(r"steps\.([a-z_-]+)", " ".join(expressions(parsed["outputs"])))
               if name not in seen]
    if faults:
        sys.exit("\n".join(f"{path}: {fault}" for fault in faults))


def evaluate(text, context):
    """As much of the language as our files use: || && == != 'text' names always()."""
    for operator, combine in (("||", lambda a, b: a or b()), ("&&", lambda a, b: a and b())):
        if operator in text:
            left, right = text.rsplit(operator, 1)
            return combine(evaluate(left, context), lambda: evaluate(right, context))
    if "!=" in text:
        left, right = text.split("!=")
        return evaluate(left, context) != evaluate(right, context)
    if "==" in text:
        left, right = text.split("==")
        return evaluate(left, context) == evaluate(right, context)
    text = text.strip()
    if text == "always()":
        return True
    if re.match("^'[^']*'$", text):
        return text[1:-1]
    if not NAME.match(text):
        raise ValueError(f"not known here: {text}")
    value = context
    for part in text.split("."):
        value = value.get(part, {})
    return value if isinstance(value, str) else ""


def expand(text, context):
    return EXPRESSION.sub(lambda found: evaluate(found.group(1), context), text)


def read_outputs(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.split("=", 1) for line in file.read().splitlines())


def play_run(step, context, env):
    with tempfile.TemporaryDirectory() as folder:
        script, output = os.path.join(folder, "script.sh"), os.path.join(folder, "output")
        for name, text in ((script, step["run"]), (output, "")):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        given = {name: expand(value, context) for name, value in step.get("env", {}).items()}
        sys.stdout.flush()
        done = subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
                              env={**env, **given, "GITHUB_OUTPUT": output}, check=False)
        return done.returncode, read_outputs(output)


def play(path, record_path, *given):
    parsed = load(path)
    inputs = {name: one.get("default") for name, one in parsed["inputs"].items()}
    for name, value in (one.split("=", 1) for one in given):
        if name not in inputs:
            sys.exit(f"ci.py: {name}: no such input")
        inputs[name] = value
    context = {"inputs": inputs, "steps": {}, "runner": {"temp": os.environ["RUNNER_TEMP"]}}
    env = {**os.environ, "GITHUB_ACTION_PATH": os.path.dirname(os.path.realpath(path))}
    record = {"uses": [], "failed": False}
    for step in parsed["runs"]["steps"]:
        condition = step.get("if", "'true'")
        if (record["failed"] and "always()" not in condition) or not evaluate(condition, context):
            continue
        if "uses" in step:
            record["uses"].append({"uses": step["uses"], **{
                name: expand(value, context) for name, value in step["with"].items()}})
            continue
        status, outputs = play_run(step, context, env)
        record["failed"] |= status != 0
        context["steps"][step.get("id", "")] = {"outputs": outputs}
    record["outputs"] = {name: expand(one["value"], context)
                         for name, one in parsed["outputs"].items()}
    with open(record_path, "w", encoding="utf-8") as file:
        json.dump(record, file, indent=1)


def workflow(path, out):
    parsed = load(path)
    inputs = {name: {"type": "string"} for name in parsed["inputs"]}
    job = {"runs-on": "ubuntu-latest", "steps": parsed["runs"]["steps"]}
    with open(out, "w", encoding="utf-8") as file:
        yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"steps": job}}, file)


def show(path):
    json.dump(load(path), sys.stdout)


COMMANDS = {one.__name__: one for one in (check, runs, blocks, action, workflow, show, play)}
COMMANDS[sys.argv[1]](*sys.argv[2:])
