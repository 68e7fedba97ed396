#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# fixtures/vectors: what the schema describes, under names that stand once.

load helpers

setup() {
	need jq python3
	python3 -c 'import jsonschema' || fail "python3-jsonschema is missing; see \`make deps\`"
	cd "$CHECKOUT"
	SCHEMA=fixtures/schema/vectors.schema.json
}

validate() {
	conformance/tests/validate.py "$SCHEMA" "$1"
}

@test "each file is what the schema describes" {
	local file
	for file in fixtures/vectors/*.json; do
		run -0 validate "$file"
		[ "$(jq -r .kind "$file")" = "$(basename "$file" .json)" ]
	done
}

@test "the schema refuses a missing, an unknown and a wrong field in each" {
	local file edit
	for file in fixtures/vectors/*.json; do
		for edit in 'del(.vectors[0].name)' '.vectors[0].more = 1' '.vectors[0].name = "A B"' \
			'.kind = "other"' '.vectors = []' 'del(.vectors[0].comment)'; do
			jq "$edit" "$file" >"$BATS_TEST_TMPDIR/bad.json"
			run -1 validate "$BATS_TEST_TMPDIR/bad.json"
		done
	done
}

@test "names stand once in a file" {
	local file
	for file in fixtures/vectors/*.json; do
		run -0 jq -r '.vectors[].name' "$file"
		[ "$(sort <<<"$output" | uniq -d)" = "" ]
	done
}

@test "a duplicate is expected of each target, no more and no less" {
	run -0 jq -e '[.vectors[] | (.targets | length) == (.expect | length)] | all' \
		fixtures/vectors/duplicates.json
}

@test "the README names each file" {
	local file
	for file in fixtures/vectors/*.json; do
		grep -qF "\`$(basename "$file")\`" fixtures/vectors/README.md
	done
}
