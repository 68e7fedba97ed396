# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Of boot.bats and machine.bats: a copy of the kit with its vm/, and a kernel to boot.

load ../../conformance/tests/helpers

FILTER='links lists'

# $KIT with vm/, and KERNEL: an image out of the cache of the checkout.
copy_vm() {
	local program
	need jq qemu-system-x86_64
	copy_kit
	mkdir -p "$KIT/vm" "$KIT/build/vm"
	for program in vm/init vm/boot tests/spoil; do
		[ -x "$CHECKOUT/build/$program" ] || fail "build/$program is missing; run \`make\`"
		cp "$CHECKOUT/build/$program" "$KIT/build/${program/#tests/.}"
	done
	cp "$CHECKOUT"/vm/{fetch,image,kernels.json,*.bash} "$KIT/vm/"
	export CACHE=$CHECKOUT/build/cache BOOT=$KIT/build/vm/boot REAL_QEMU
	REAL_QEMU=$(command -v qemu-system-x86_64)
	"$KIT/vm/fetch" --cache "$CACHE" debian-6.1 >"$BATS_FILE_TMPDIR/kernel"
	export KERNEL
	KERNEL=$(sed -n 's/^image //p' "$BATS_FILE_TMPDIR/kernel")
}

# Makes BIN/qemu-system-x86_64 of the commands given. 3 is its console, 4 the port of the facts.
fake_qemu() {
	export BIN=$BATS_TEST_TMPDIR/bin
	mkdir -p "$BIN"
	printf '%s\n' '#!/bin/bash' 'case $1 in --version) echo "QEMU emulator version 0 (fake)"; exit ;; esac' \
		"$@" >"$BIN/qemu-system-x86_64"
	chmod +x "$BIN/qemu-system-x86_64"
	PATH=$BIN:$PATH
}

# A run of `maskspec` in a machine; OUT is left to look at.
conformance() {
	"$MASKSPEC" run --kernels "$KERNEL" --accel tcg --cache "$CACHE" --filter "$FILTER" \
		--out "$BATS_TEST_TMPDIR/out" "$@"
}

# One line of what report.json says: report 'JQ'.
report() {
	jq -r "$1" "${REPORT:-$BATS_TEST_TMPDIR/out/report.json}"
}

# Verdicts of all requirements that only the bundle $1 shows, each once.
verdicts() {
	report "[.results[] | select(.bundles == [\"$1\"]) | .verdict] | unique | join(\" \")"
}
