#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# PROFILE=security: maskref conforms in every guise, and shipped runtimes fall by public advisories
# only.

load helpers

setup_file() {
	need root jq setpriv
	copy_kit
}

# maskref holds no descriptor that an entry could name.
NO_ALIAS="alias-own alias-mask"

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
}

# Ids with a verdict, in one line.
with_verdict() {
	jq -r --arg v "$1" '[.results[] | select(.verdict == $v) | .id] | join(" ")' \
		"$OUT/report.json"
}

profile() {
	run -"$1" --separate-stderr "$MASKSPEC" run --profile security --out "$OUT" "${@:2}"
	[ -z "$(with_verdict broken)" ] || fail "broken:" "$(with_verdict broken)"
}

@test "maskref conforms, and every requirement of chapter 80 is judged" {
	profile 0 --runtime "$MASKREF"
	[ -z "$(with_verdict fail)" ]
	[ "$(with_verdict skip)" = "$NO_ALIAS" ] || fail "skipped:" "$(with_verdict skip)"
	[ "$(jq -r '[.results[] | select(.id | startswith("sec-")) | .id] | sort | join("\n")' \
		"$OUT/report.json")" = "$("$MASKSPEC" list --json |
			jq -r '.[].id | select(startswith("sec-"))' | sort)" ]
}

@test "maskref conforms with every strategy" {
	local strategy
	for strategy in tmpfs-per-dir shared-empty-dir detached; do
		profile 0 --runtime "$MASKREF" --runtime-args "--strategy $strategy"
		[ "$(with_verdict fail)" = "$([ $strategy != tmpfs-per-dir ] || echo sb-shared-alias)" ] ||
			fail "$strategy:" "$(with_verdict fail)"
	done
}

@test "maskref conforms in user namespaces; nobody has a handle there" {
	local kind
	for kind in many one; do
		profile 0 --runtime "$MASKREF" --userns "$kind"
		[ -z "$(with_verdict fail)" ]
		[ "$(with_verdict skip)" = "$NO_ALIAS sec-handle" ] || fail "$kind:" "$(with_verdict skip)"
	done
}

@test "maskref conforms rootless; other user namespaces are out of sight" {
	chown 54321:54321 "$OUT"
	chmod a+x "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr setpriv --reuid 54321 --regid 54321 --clear-groups \
		--inh-caps=-all "$MASKSPEC" run --profile security --out "$OUT" --runtime "$MASKREF"
	[ -z "$(with_verdict fail)$(with_verdict broken)" ]
	[ "$(with_verdict skip)" = "$NO_ALIAS sec-handle sec-neighbour life-delete-cgroups" ] ||
		fail "skipped:" "$(with_verdict skip)"
}

@test "runc and crun fall as their advisories say" {
	local runtime
	for runtime in runc crun; do
		need_runtime "$runtime"
		profile 0 --runtime "$runtime" --expect "$runtime" --strict --publish
	done
}
