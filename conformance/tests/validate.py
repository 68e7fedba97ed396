#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""validate.py SCHEMA FILE: exits 0 if the JSON in FILE is what SCHEMA describes."""
import json
import sys

import jsonschema

# python3-jsonschema of Debian 11 knows no newer draft; the schema uses nothing that differs.
VALIDATOR = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)


def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


schema = json.load(open(sys.argv[1], encoding="utf-8"))
data = json.load(open(sys.argv[2], encoding="utf-8"), object_pairs_hook=no_duplicates)
VALIDATOR.check_schema(schema)
VALIDATOR(schema).validate(data)
