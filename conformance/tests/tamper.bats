#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A thousand certificates edited at random (tamper.py): each is refused, in one line a reason, and
# nothing of it is left. SEED and EDITS in the environment are other ones.

load helpers

TAMPER=$CHECKOUT/conformance/tests/tamper.py

setup_file() {
	need root jq python3
	copy_kit
	copy_certify_kit
	cp "$CHECKOUT/build/maskref-test" "$CHECKOUT/build/tests/remake" "$KIT/build/" ||
		fail "run \`make all build/tests/remake\`"
	few_bundles directories files
	small_profile 2 >"$KIT/fixtures/certify/small"
	cd "$BATS_FILE_TMPDIR" || return
	"$MASKSPEC" keygen -o key.pem
	"$MASKSPEC" keygen -o other.pem
	make_one one 0 --runtime "$MASKREF" --nonce n-1
	make_one another 0 --runtime "$MASKREF" --nonce n-2
	make_one failed 1 --runtime "$KIT/build/maskref-test" --runtime-args "--mutant dir-with-content" --nonce n-1
}

# make_one NAME STATUS OPTION...: NAME.tar
make_one() {
	local status=0
	"$MASKSPEC" certify --cert small --key key.pem --out "$1.out" "${@:3}" >"$1.said" 2>&1 || status=$?
	[ "$status" = "$2" ] || fail "$(<"$1.said")"
	mv "$1.out/certificate.tar" "$1.tar"
}

setup() {
	cp "$BATS_FILE_TMPDIR"/*.tar "$BATS_FILE_TMPDIR"/*.pem "$BATS_TEST_TMPDIR/"
}

tamper() {
	run "-$1" env "${@:2}" "$TAMPER" "$MASKSPEC" "$KIT/build/remake" "$BATS_TEST_TMPDIR"
}

@test "1,000 edits of certificates, none of which is taken for what it is not" {
	tamper 0 SEED="${SEED:-1}" EDITS="${EDITS:-1000}" || fail "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[[ ${lines[-1]} == "tamper: ${EDITS:-1000} edits (SEED=${SEED:-1}): "*" taken as FAILED, 0 otherwise" ]]
}

# A verifier that is right of what is taken, and wrong of what is refused: broken WHAT
broken() {
	cat >"$BATS_TEST_TMPDIR/verifier" <<-END
		#!/bin/bash
		"$MASKSPEC" "\$@"
		status=\$?
		[ \$status -ne 3 ] || { $1; }
		exit \$status
	END
	chmod +x "$BATS_TEST_TMPDIR/verifier"
	MASKSPEC=$BATS_TEST_TMPDIR/verifier tamper 1 EDITS=8
	[[ ${lines[-1]} == "tamper: 8 edits (SEED=1): 0 refused, 0 taken as FAILED, 8 otherwise" ]] ||
		fail "$1" "$output"
	[[ $output == *"(again: SEED=1 ONLY=bytes: one bit/1)"* ]]
}

@test "what takes an edit, dies of it, says nothing or too much, or leaves something behind is found" {
	broken 'exit 0'
	broken 'exit 1'
	broken 'exit 2'
	broken 'kill -SEGV $$'
	broken 'exec 2>/dev/null; echo no >&2; exit 4'
	broken 'echo "maskspec: verify: x: and more" >&2'
	broken 'echo PASSED'
	broken ': >"$TMPDIR/left"'
}

@test "one edit is made again by its name, and of one seed always the same" {
	tamper 0 ONLY="member: gone/2"
	mv "$BATS_TEST_TMPDIR/kept.tar" "$BATS_TEST_TMPDIR/first.tar"
	tamper 0 ONLY="member: gone/2"
	cmp "$BATS_TEST_TMPDIR/kept.tar" "$BATS_TEST_TMPDIR/first.tar"
	run ! cmp -s "$BATS_TEST_TMPDIR/kept.tar" "$BATS_TEST_TMPDIR/one.tar"
}
