#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# libmaskref as its users have it: the example of mask.h, and what needs no root.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	# An ordinary user must reach them.
	cp build/tests/example build/tests/check_reference "$BATS_TEST_TMPDIR/"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR"/*
	EXAMPLE=$BATS_TEST_TMPDIR/example
	ROOT=$BATS_TEST_TMPDIR/root
	mkdir -m 0755 "$ROOT" "$ROOT/a" "$ROOT/b"
	echo secret | tee "$ROOT/f" "$ROOT/a/f" >"$ROOT/g"
	chmod 0644 "$ROOT"/[fg] "$ROOT/a/f"
}

as_nobody() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# What a command sees of the root behind the masks, and that nobody else does.
check_masked() {
	run -0 "$@" "$EXAMPLE" "$ROOT" "ls -A $ROOT/a $ROOT/b; cat $ROOT/f; cat $ROOT/g; pwd" \
		/a /b /f /a/../b /none
	diff - <(printf '%s\n' "$output") <<-END
		tmpfs /a
		share /a
		bind-dir /b
		bind-null /f
		duplicate /a/../b
		missing /none
		verify /a
		verify /b
		verify /f
		$ROOT/a:

		$ROOT/b:
		secret
		$PWD
	END
	[ "$(cat "$ROOT/a/f")" = secret ]
	! grep -q "$ROOT" /proc/self/mountinfo
}

@test "the example masks as root" {
	[ "$(id -u)" = 0 ] || skip "not root"
	check_masked
}

@test "the example masks as an ordinary user, in a user namespace" {
	as_nobody unshare -Um true 2>/dev/null || skip "user namespaces are not allowed here"
	check_masked as_nobody
}

@test "the example refuses the root, and runs nothing" {
	run -1 as_nobody unshare -Urm "$EXAMPLE" "$ROOT" "echo ran" /a /
	[ "$output" = "mask the root of the container: '/': errno 22" ]
}

@test "the example is as short as it says: main fits a screen" {
	[ "$(sed -n '/^int main/,/^}/p' reference/tests/example.c | wc -l)" -le 40 ]
}

@test "the library's tests pass for an ordinary user" {
	run -0 as_nobody env -u CK_RUN_SUITE "$BATS_TEST_TMPDIR/check_reference"
	[[ $output == *"100%: Checks: "* ]]
}
