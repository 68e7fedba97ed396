#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the kernel is seen doing for a container, on a kernel that lets itself be traced: debian-6.1,
# fetched by vm/fetch where it isn't here.

load ../../conformance/tests/helpers

setup_file() {
	local program
	need jq qemu-system-x86_64
	copy_kit
	mkdir -p "$KIT/vm" "$KIT/build/vm"
	for program in maskref-test vm/init vm/boot; do cp "$CHECKOUT/build/$program" "$KIT/build/$program"; done
	cp "$CHECKOUT"/vm/{fetch,image,kernels.json,*.bash} "$KIT/vm/"
}

conformance() {
	"$MASKSPEC" run --kernels debian-6.1 --accel tcg --cache "$CHECKOUT/build/cache" --timeout 30 \
		--profile scale --out "$BATS_TEST_TMPDIR/out" --runtime "$KIT/build/maskref-test" "$@"
}

# "ID VERDICT" of what was traced; the numbers of $1 without masks, with 16 and with 128.
traced() {
	jq -r '.results[] | select(.id | test("^sb-(made|shrinkers|grace)")) | "\(.id) \(.verdict)"' \
		"$BATS_TEST_TMPDIR/out/report.json"
}

numbers() {
	jq -r --arg id "$1" '.results[] | select(.id == $id) | .observed' "$BATS_TEST_TMPDIR/out/report.json" |
		tr -dc '0-9\n ' | xargs
}

@test "the default strategy: nothing grows, and no mask waits for a grace period" {
	run -0 conformance --filter superblocks-traced
	[ "$(traced)" = "sb-made pass
sb-shrinkers pass
sb-grace pass
sb-grace-delete pass" ]
	read -r plain some many _ < <(numbers sb-made | sed 's/ 16 / /; s/ 128$//')
	[ "$some" = $((plain + 1)) ]
	[ "$many" = "$some" ]
	read -r plain some many _ < <(numbers sb-grace | sed 's/ 16 / /; s/ 128$//')
	[ "$plain" = "$some" ]
	[ "$many" = "$some" ]
}

@test "a tmpfs for each directory: exactly one superblock and one shrinker a mask" {
	run -0 conformance --filter superblocks-traced --runtime-args "--strategy tmpfs-per-dir"
	[ "$(traced)" = "sb-made fail
sb-shrinkers fail
sb-grace pass
sb-grace-delete pass" ]
	read -r plain some many _ < <(numbers sb-made | sed 's/ 16 / /; s/ 128$//')
	[ "$some" = $((plain + 16)) ]
	[ "$many" = $((plain + 128)) ]
}

@test "the other strategies, and the rungs below: no mask waits for a grace period" {
	local strategy
	for strategy in shared-empty-dir detached; do
		run -0 conformance --filter superblocks-traced --runtime-args "--strategy $strategy"
		[ "$(traced | grep -c pass)" = 4 ]
	done
	run -0 conformance --filter superblocks-traced --deny "openat2 open_tree fsopen"
	[ "$(traced | grep -c pass)" = 4 ]
}

@test "what joins a container is judged, too: the preflight's facts are there" {
	run -0 conformance --filter life-exec
	[ "$(jq -r '.results[] | select(.id == "life-exec") | .verdict' "$BATS_TEST_TMPDIR/out/report.json")" = pass ]
}

@test "4096 masks fit: files may be opened as on a host" {
	run -0 conformance --filter scale-4096
	[ "$(jq -r '.results[] | select(.id == "sb-shared-host") | .verdict' "$BATS_TEST_TMPDIR/out/report.json")" = pass ]
}
