#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# One mount call of a start that is not made: that it is the one, that no other is, that the report
# says so; and the sweep over all of them, with a kit and an oracle that lie.

load helpers

T="--masked /t/a --masked /t/f --masked /t/b --masked /t/g --readonly /t/ro --readonly /t/rof \
--control /t/control --control /t/control.d"

setup_file() {
	need root jq make python3
	make_never
	copy_kit
	[ -x "$CHECKOUT/build/tests/oracle" ] || fail "build/tests/oracle is missing; run \`make bats\`"
	mkdir "$KIT/build/tests"
	cp "$CHECKOUT/build/tests/oracle" "$KIT/build/tests/"
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	# The sweep finds the fixtures beside itself.
	mkdir -p "$KIT/conformance/tests"
	cp "$BATS_TEST_DIRNAME/faults" "$KIT/conformance/tests/"
	export SWEEP=$KIT/conformance/tests/faults
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	RUN_PID=
	unset RUNTIME RUNTIME_ARGS DENY USERNS CGROUP TIMEOUT JOBS EVERY PUBLISH VERBOSE
}

teardown() {
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
}

# judge DENY OPTION...: the bundle of the sweep, by maskref: status.
judge() {
	local deny=$1
	shift
	status=0
	"$MASKSPEC" run --fixtures "$KIT/fixtures/faults" --filter faults --runtime "$MASKREF" \
		--out "$OUT" --deny "$deny" "$@" >"$BATS_TEST_TMPDIR/tap" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- || status=$?
}

# One that does not look at a read-only path again: maskref refuses where a remount was swallowed.
UNLOOKING="--mutant ro-over-masks"

# Of the last run's fault: denied, passed, call or place.
fault() {
	awk -F '\t' '$5 == "calls" && $6 ~ /^fault=/ { print $8 }' "$OUT/facts/faults.facts" |
		grep -oE "(^| )$1=[^ ]*( -> .*)?" | cut -d = -f 2-
}

# answered CONTAINER COMMAND: how.
answered() {
	awk -F '\t' -v from="driver:$1" -v command="$2" '
		$2 == from && $3 == command && $5 == "exit" && $6 == command { print $7 }' \
		"$OUT/facts/faults.facts"
}

@test "wrong words: variable, value and remedy" {
	local word
	for word in fault=0:pass fault=1:eio fault=1 fault=:pass fault=x fault=100000:pass; do
		run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --deny "$word"
		[[ $stderr == *"DENY=$word: at most one, fault=K:pass or fault=K:einval, K from 1 to 99999"* ]]
		[ ! -e "$OUT/facts" ]
	done
	run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--deny "fault=1:pass fault=2:pass"
	[[ $stderr == *"DENY=fault=2:pass: at most one"* ]]
	run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --deny umount2
	[[ $stderr == *"DENY=umount2: none of"*"fault=K:pass"* ]]

	run -2 --separate-stderr "$SWEEP" "$KIT/build" 0:pass
	[[ $stderr == *"FAULT=0:pass: it is K:pass or K:einval, K from 1 to 99999"* ]]
	run -2 --separate-stderr "$SWEEP" "$KIT/build" 3:eio
	[[ $stderr == *"FAULT=3:eio: it is K:pass or K:einval"* ]]
	EVERY=0 run -2 --separate-stderr "$SWEEP" "$KIT/build"
	[[ $stderr == *"EVERY=0: not a number from 1 to 9999"* ]]
	RUNTIME=no-such-runtime run -2 --separate-stderr "$SWEEP" "$KIT/build"
	[[ $stderr == *"RUNTIME=no-such-runtime: no such command"*"name its path"* ]]
}

@test "through make: FAULT is of make faults, and of nothing else" {
	cd "$CHECKOUT"
	run -2 --separate-stderr make conformance FAULT=1:pass OUT="$OUT"
	[[ $stderr == *"FAULT: no variable of make conformance, but of make faults"* ]]
	run -2 --separate-stderr make -s faults FAULT=1:eio
	[[ $stderr == *"FAULT=1:eio: it is K:pass or K:einval"* ]]
	run -0 make help
	[[ $output == *"make faults"*"FAULT=K:pass"* ]]
}

@test "through make: what the faults don't take is refused by name" {
	local given
	cd "$CHECKOUT"
	for given in PROFILE=security FILTER=dir-empty REQUIRE=sb-shared EXPECT=runc STRICT=1; do
		run -2 --separate-stderr make -s faults "$given"
		[[ $stderr == *"${given%=*}: no variable of make faults, but of make conformance"* ]] ||
			fail "$given:" "$stderr"
	done
	# As ever: what it takes gets to it.
	run -2 --separate-stderr make -s faults EVERY=0
	[[ $stderr == *"EVERY=0: not a number from 1 to 9999"* ]]
}

@test "the K-th call is not made, it and no other, and the report says so" {
	local calls
	judge fault=99999:pass
	[ "$status" = 0 ]
	[ "$(fault denied)" = 0 ]
	[ "$(fault call)" = none ]
	grep -qx '# DENY fault=99999:pass: answered 0 times' "$OUT/report.tap"
	calls=$(fault passed)
	[ "$calls" -gt 15 ]

	# One more than there are.
	judge "fault=$((calls + 1)):einval"
	[ "$status" = 0 ]
	[ "$(fault denied) $(fault passed)" = "0 $calls" ]

	# The last is answered; before it, all others were.
	judge "fault=$calls:einval"
	[ "$status" = 1 ]
	[ "$(fault denied) $(fault passed) $(fault call)" = "1 $((calls - 1)) umount2" ]
	[ "$(answered a create)" != ok ]
	# A sibling is a control.
	[ "$(answered admin create) $(answered admin start)" = "ok ok" ]
	jq -e --arg k "fault=$calls:einval" '.deny == [{ name: $k, answered: "1" }]' \
		"$OUT/report.json"
	jq -r '.results[].rerun' "$OUT/report.json" | grep -qF " DENY=fault=$calls:einval "
	run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/report.schema.json" \
		"$OUT/report.json"
	grep -qx "# DENY fault=$calls:einval: answered 1 times" "$OUT/report.tap"

	# The preflight, which says whether the runtime runs at all, has none.
	judge fault=1:einval
	grep -q $'\tcalls\tfault=1:einval\tok\tdenied=0 passed=0 ' "$OUT/facts/preflight.facts"
}

@test "what is swallowed is not done: the mount is not there" {
	local k
	for k in $(seq 1 30); do
		judge "fault=$k:pass" --runtime "$KIT/build/maskref-test" --runtime-args "$UNLOOKING"
		[[ $(fault place) != */t/rof ]] || [ "$(answered a start)" != ok ] || break
	done
	[[ "$(fault call) $(fault place)" == "mount "*/t/rof ]]
	[ "$status" = 1 ]
	jq -e '.results[] | select(.id == "ro-change") | .verdict == "fail"' "$OUT/report.json"
	# The other entry is read-only as ever.
	jq -e '.results[] | select(.id == "ro-create") | .verdict == "pass"' "$OUT/report.json"
}

@test "open_tree has no pass: it goes on, and is counted" {
	local k
	for k in $(seq 1 30); do
		judge "fault=$k:pass"
		[ "$(fault call)" != open_tree ] || break
	done
	[ "$(fault call)" = open_tree ]
	[ "$(fault denied)" = 0 ]
	[ "$status" = 0 ]
	judge "fault=$k:einval"
	[ "$(fault call)" = open_tree ]
	[ "$(fault denied)" = 1 ]
}

@test "neither the payload's calls nor those of exec are counted" {
	local calls
	judge fault=99999:pass
	calls=$(fault passed)
	[ "$(grep -c $'^r\tprobe:a\trun\troot\t\(umount\|bind-over\|move\)' "$OUT/facts/faults.facts")" -gt 3 ]
	grep -q $'^r\tprobe:a\texec\t' "$OUT/facts/faults.facts"
	# A bundle that asks its payload for nothing.
	mkdir -p "$BATS_TEST_TMPDIR/fixtures/bundles"
	cp "$KIT/fixtures/bundles/preflight.json" "$BATS_TEST_TMPDIR/fixtures/bundles/"
	jq '.containers |= [.[0] | .topics = "life-created"
		| .paths = { "sb-dir": ["/t/a"] }]' "$KIT/fixtures/faults/bundles/faults.json" \
		>"$BATS_TEST_TMPDIR/fixtures/bundles/faults.json"
	judge fault=99999:pass --fixtures "$BATS_TEST_TMPDIR/fixtures"
	run ! grep -q $'^r\tprobe:a\texec\t' "$OUT/facts/faults.facts"
	[ "$(fault passed)" = "$calls" ]
}

@test "what was faulted cannot be taken out of the facts" {
	judge fault=99999:pass
	run -0 "$MASKSPEC" judge "$OUT/facts"
	sed -i '/^h\tdeny\t/s/fault.*/-/' "$OUT/facts/faults.facts"
	run -3 "$MASKSPEC" judge "$OUT/facts"
}

# says MUTANT LINE...: what the oracle says of it.
says() {
	local mutant=$1 line
	shift
	judge "" --runtime "$KIT/build/tests/oracle" \
		--runtime-args "--around $KIT/build/maskref-test $T --mutant $mutant"
	[ "$status" = 1 ]
	for line; do
		awk -F '\t' '$2 == "driver:a" && $5 == "exit" && $6 == "start" { print $8 }' \
			"$OUT/facts/faults.facts" | sed 's/\\012/\n/g' | grep -qx "oracle before $line"
	done
}

@test "the oracle sees what is exposed, and only that" {
	says dir-skip "masked /t/a exposed" "masked /t/b exposed" "masked /t/f hidden" \
		"readonly /t/ro readonly"
	says dir-last-skip "masked /t/a hidden" "masked /t/b exposed"
	says dir-with-content "masked /t/a exposed"
	says file-skip "masked /t/a hidden" "masked /t/f exposed" "masked /t/g exposed"
	says file-zero "masked /t/f exposed"
	says ro-no-remount "masked /t/a hidden" "readonly /t/ro writable" "readonly /t/rof writable"
	says ro-last-skip "readonly /t/ro readonly" "readonly /t/rof writable"
}

@test "a sweep of maskref, one of runc, one of crun" {
	local runtime
	EVERY=5 run -0 --separate-stderr "$SWEEP" "$KIT/build"
	[[ $output =~ ^maskref:\ [0-9]+\ mount\ calls,\ [0-9]+\ faults:.*\ 0\ not\ as\ they\ should\ be$ ]]
	[ -z "$stderr" ]
	for runtime in runc crun; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$runtime" >/dev/null || continue
		RUNTIME=$runtime EVERY=11 PUBLISH=1 run -0 --separate-stderr "$SWEEP" "$KIT/build"
		[[ $output =~ ^$runtime:\ [0-9]+\ mount\ calls,\ [0-9]+\ faults:\ 0\ of\ them\  ]]
		[ -z "$stderr" ]
	done
}

# The first fault that exposes something.
exposing() {
	RUNTIME=$KIT/build/maskref-test RUNTIME_ARGS=$UNLOOKING VERBOSE=1 "$SWEEP" "$KIT/build" 2>&1 | sed -n 's/^faults: \([0-9]*:pass\) exposed .*/\1/p' | head -n 1
}

@test "a kit that calls conforming what is exposed is found out" {
	local fault lying=$BATS_TEST_TMPDIR/lying
	fault=$(exposing)
	[ -n "$fault" ]
	mkdir -p "$lying/tests"
	cp "$KIT/build/observe" "$KIT/build/maskref-test" "$lying/"
	cp "$KIT/build/tests/oracle" "$lying/tests/"
	cp "$MASKSPEC" "$lying/honest"
	# It lies about its status alone.
	printf '#!/bin/sh\n"${0%%/*}/honest" "$@" || :\n' >"$lying/maskspec"
	chmod +x "$lying/maskspec"
	export RUNTIME=$lying/maskref-test RUNTIME_ARGS=$UNLOOKING
	run -1 --separate-stderr "$SWEEP" "$lying" "$fault"
	[[ $stderr == *"$fault fall mount "*"writable, and the kit says conforms"* ]]
	[[ $stderr == *"make faults RUNTIME=$lying/maskref-test RUNTIME_ARGS='$UNLOOKING' FAULT=$fault"* ]]
	[[ $output == *" 1 not as they should be" ]]
	grep -q "fault=$fault" "$lying"/faults/*/"$fault"/facts/faults.facts
	# And nothing of it is said where it could be somebody's secret.
	PUBLISH=1 run -1 --separate-stderr "$SWEEP" "$lying" "$fault"
	[[ $output == "maskref-test "*" faults: 1 of them not as they should be" ]]
	[ -z "$stderr" ]
}

@test "an oracle that sees nothing, or everything, is found out" {
	local word blind=$BATS_TEST_TMPDIR/blind
	mkdir -p "$blind/tests"
	cp "$KIT/build/observe" "$KIT/build/maskref" "$KIT/build/maskspec" "$blind/"
	cp "$KIT/build/tests/oracle" "$blind/tests/honest"
	for word in "s/exposed/hidden/" "s/hidden/exposed/" "s/writable/readonly/" "s/readonly\$/writable/" d; do
		cat >"$blind/tests/oracle" <<-END
			#!/bin/bash
			exec 3>&2
			"\${0%/*}/honest" "\$@" 2> >(sed '/^oracle/$word' >&3) 3>&-
			status=\$?
			wait
			exit \$status
		END
		chmod +x "$blind/tests/oracle"
		run -1 --separate-stderr "$SWEEP" "$blind" 1:pass
		[[ $stderr == *"the oracle"* ]]
	done
}

@test "a runtime that doesn't conform by itself can't be told from one with a fault" {
	RUNTIME=$KIT/build/maskref-test RUNTIME_ARGS="--mutant dir-skip" \
		run -1 --separate-stderr "$SWEEP" "$KIT/build"
	[[ $stderr == *"maskref-test does not conform without a fault"*dir-empty* ]]
	PUBLISH=1 RUNTIME=$KIT/build/maskref-test RUNTIME_ARGS="--mutant dir-skip" \
		run -1 --separate-stderr "$SWEEP" "$KIT/build"
	[[ $stderr == *"does not conform without a fault"*"without PUBLISH"* ]]
	[[ $stderr != *dir-empty* ]]
}

@test "nothing is left of a sweep that is killed" {
	local signal
	for signal in TERM KILL; do
		rm -rf "$KIT/build/faults"
		setsid "$SWEEP" "$KIT/build" >/dev/null 2>&1 3>&- &
		RUN_PID=$!
		poll 20 test -e "$KIT/build/faults/maskref/1:pass.line"
		end_group "$RUN_PID" "$signal"
		RUN_PID=
		poll 5 none_tagged "$KIT/build/faults" ||
			fail "left after $signal:" "$(tagged "$KIT/build/faults")"
	done
}
