#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The tarball of the release judges the runc of an older and of a newer distribution than the one that
# built it, there. Nothing of the host is changed, whenever it is ended.

load roots

setup_file() {
	need root jq python3 debootstrap unshare
	make_never
	unpack_release
	make_root bullseye
	make_root trixie
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
	snapshot >"$BATS_TEST_TMPDIR/before"
}

snapshot() {
	"$CHECKOUT/conformance/tests/snapshot-host" "$BATS_RUN_TMPDIR"
}

# Nothing is there that was not. What others begin on the machine ends, too.
unchanged() {
	[ -z "$(LC_ALL=C comm -13 "$BATS_TEST_TMPDIR/before" <(snapshot))" ]
}

restored() {
	poll 5 unchanged || fail "not as before:" \
		"$(LC_ALL=C comm -13 "$BATS_TEST_TMPDIR/before" <(snapshot) | head -n 20)"
}

release() {
	in_suite "$1" --bind "$KIT:/kit" -- /kit/bin/maskspec "${@:2}"
}

# The binary as it is in the root, with what it needs found there: on this machine, by its own loader.
on_this_machine() {
	local suite=$1 root=$BATS_TEST_TMPDIR/root file
	mkdir "$root"
	tar -C "$root" -xf "$ROOTS/$suite.tar"
	file=$(readlink -f "$root/usr/sbin/runc")
	"$BUILD/maskspec" run --runtime "$file" --out "$BATS_TEST_TMPDIR/here" >/dev/null
}

@test "bullseye: its runc fails, with the verdicts that it has on this machine" {
	run -1 release bullseye run --runtime runc --out /out
	[[ $output == *"runc 1.0.0~rc93"*"maskspec: fails (exit 1)" ]] || fail "${lines[-1]}"
	run -1 on_this_machine bullseye
	diff <(verdicts "$OUT") <(verdicts "$BATS_TEST_TMPDIR/here")
	restored
}

@test "bullseye: what falls is what is known of it, and nothing that is known does not" {
	run -0 release bullseye run --runtime runc --expect runc --strict --out /out
	[[ $output == *"maskspec: conforms (exit 0)" ]] || fail "${lines[-1]}"
	run -1 release bullseye run --runtime runc --expect crun --out /out
}

@test "trixie: its runc conforms, and what falls is what is known of it" {
	run -0 release trixie run --runtime runc --expect runc --strict --out /out
	[[ $output == *"runc 1."*"maskspec: conforms (exit 0)" ]] || fail "${lines[-1]}"
	[ "$(jq '[.results[] | select(.verdict == "pass")] | length' "$OUT/report.json")" -gt 80 ]
	restored
}

@test "what is no runtime, and one with a fault, don't pass in either" {
	local suite
	for suite in bullseye trixie; do
		run -3 release "$suite" run --runtime /bin/true --out /out
		run -1 in_suite "$suite" --bind "$KIT:/kit" --file "$BUILD/static/maskref-test:/bin/maskref-test" -- \
			/kit/bin/maskspec run --runtime maskref-test --runtime-args "--mutant dir-skip" --out /out
		run -0 in_suite "$suite" --bind "$KIT:/kit" --file "$BUILD/static/maskref-test:/bin/maskref-test" -- \
			/kit/bin/maskspec run --runtime maskref-test --out /out
	done
	restored
}

@test "a certificate that was signed there is valid here, and not with another key" {
	local certify=(certify --runtime /kit/sbin/maskref --cert /out/small --key /out/key.pem --out /out/certificate)
	small_profile 1 >"$OUT/small"
	release bullseye keygen -o /out/key.pem
	"$BUILD/maskspec" keygen -o "$BATS_TEST_TMPDIR/other.pem"
	run -0 release trixie "${certify[@]}"
	run -0 "$BUILD/maskspec" verify "$OUT/certificate/certificate.tar" --key "$OUT/key.pub.pem" \
		--profile "$OUT/small"
	run -3 "$BUILD/maskspec" verify "$OUT/certificate/certificate.tar" --key "$BATS_TEST_TMPDIR/other.pub.pem" \
		--profile "$OUT/small"
}

@test "what a run in a virtual machine needs is said, each in a sentence" {
	run -3 --separate-stderr release trixie run --runtime runc --kernels debian-6.1 --out /out
	[[ $stderr == *"jq is missing; install it"* ]] || fail "$stderr"
	restored
}

observes() {
	[ -n "$(compgen -G "$OUT/facts/*.facts")" ]
}

@test "killed in between: the host is as it was within seconds" {
	local status=0
	set -m
	release trixie run --runtime runc --profile all --out /out >/dev/null 2>&1 3>&- &
	set +m
	poll 20 observes || { end_group $!; fail "it had not begun after 20 s"; }
	kill -s KILL -- -$!
	wait $! || status=$?
	[ "$status" -eq 137 ] || fail "it had ended before, with $status"
	restored
}
