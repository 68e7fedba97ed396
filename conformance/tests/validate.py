#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""validate.py SCHEMA FILE...: exits 0 if the JSON in each is what SCHEMA describes; names those that are not."""
import json
import sys

import jsonschema

# python3-jsonschema of Debian 11 knows no newer draft; the schema uses nothing that differs.
VALIDATOR = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)


def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def fault(validator, path):
    try:
        with open(path, encoding="utf-8") as f:
            validator.validate(json.load(f, object_pairs_hook=no_duplicates))
    except (ValueError, jsonschema.ValidationError) as e:
        return "%s: %s" % (path, getattr(e, "message", e))
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    VALIDATOR.check_schema(schema)
    faults = [why for why in (fault(VALIDATOR(schema), path) for path in sys.argv[2:]) if why]
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    sys.exit(bool(faults))


main()
