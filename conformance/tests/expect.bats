#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# EXPECT from what fell: a draft, a person who writes its reasons, and a run that conforms by it;
# and what an entry says when its time is over. Each subject is a maskref with a named fault.

load helpers

SUBJECTS="dir-skip late-payload caps-kept dir-unbounded dir-chmod-covered"

setup_file() {
	need root jq python3
	local fault
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	for fault in $SUBJECTS; do
		observe_fault "$fault"
	done
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
	LIST=list.$BATS_TEST_NUMBER
}

# The run of one fault, to be judged as often as wanted.
observe_fault() {
	"$MASKSPEC" run --runtime "$KIT/build/maskref-test" --runtime-args "--mutant $1" \
		--out "$BATS_FILE_TMPDIR/$1" >/dev/null 2>&1 3>&- || :
	[ -s "$BATS_FILE_TMPDIR/$1/report.json" ]
}

# What a person does: writes the reason of each line.
finish() {
	sed 's/FIXME: why?[^\t]*/the fault is on purpose/' "$1"
}

@test "a finished draft makes its run conform, and no other" {
	local fault
	for fault in dir-skip late-payload caps-kept; do
		run ! jq -e '.summary.verdict == "conforms"' "$fault/report.json"
		run -0 --separate-stderr "$MASKSPEC" expect --from "$fault"
		[ -z "$stderr" ]
		finish <(echo "$output") >"$LIST.$fault"
		[ "$(grep -vc '^#' "$LIST.$fault")" -eq \
			"$(jq '.summary | .fail + .broken' "$fault/report.json")" ]
		run -0 --separate-stderr "$MASKSPEC" judge --expect "$LIST.$fault" --strict "$fault/facts"
		# Nothing is left to be listed.
		run -0 "$MASKSPEC" expect --from "$fault/facts" --expect "$LIST.$fault"
		run ! grep -v '^#' <<<"$output"
	done
	run -1 --separate-stderr "$MASKSPEC" judge --expect "$LIST.caps-kept" "dir-skip/facts"
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$KIT/build/maskref-test" \
		--runtime-args "--mutant dir-skip" --out "$BATS_TEST_TMPDIR/out" \
		--expect "$LIST.dir-skip" --strict
	# A runtime that was mended must leave the list.
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$BATS_TEST_TMPDIR/out" \
		--expect "$LIST.dir-skip"
	run -1 --separate-stderr "$MASKSPEC" judge "$BATS_TEST_TMPDIR/out/facts" \
		--expect "$LIST.dir-skip" --strict
	[[ $stderr == *"STRICT: "*" unexpected passes, 0 unused and 0 expired entries of EXPECT"* ]]
}

@test "an unfinished draft is refused, with its line" {
	"$MASKSPEC" expect --from caps-kept >"$LIST"
	run -2 "$MASKSPEC" judge --expect "$LIST" caps-kept/facts
	[ "$output" = "maskspec: EXPECT: $LIST:3: the reason is still to be written: say why this falls in place of FIXME" ]
}

@test "several reports: one line for a fall they share, and what differs is said" {
	run -0 "$MASKSPEC" expect --from dir-unbounded dir-unbounded/report.json dir-unbounded/facts
	[ "$(grep -c '^# maskref 0.1.0 on Linux .*: 1 unexpected fall$' <<<"$output")" -eq 3 ]
	[ "$(grep -v '^#' <<<"$output" | cut -f 1,3,4)" = $'maskref 0.1.0\tdir-bounded\tfail' ]
	# Each of the runs passes what the other one fails: so the runtime falls sometimes.
	run -0 "$MASKSPEC" expect --from dir-unbounded dir-chmod-covered
	[ "$(grep -v '^#' <<<"$output" | cut -f 3,4)" = $'dir-covered\tsometimes\ndir-bounded\tsometimes' ]
	finish <(echo "$output") >"$LIST"
	run -0 "$MASKSPEC" judge --expect "$LIST" --strict dir-unbounded/facts
	run -0 "$MASKSPEC" judge --expect "$LIST" --strict dir-chmod-covered/facts
}

@test "masking that has no effect is no list of falls" {
	"$MASKSPEC" run --runtime "$BATS_TEST_DIRNAME/liars/ignore" --runtime-args "--around $MASKREF" \
		--filter "directories files" --out nothing >/dev/null 2>&1 3>&- || :
	run -0 "$MASKSPEC" expect --from nothing
	[[ $output == *": nothing to list: neither maskedPaths nor readonlyPaths had any effect"* ]]
	run ! grep -v '^#' <<<"$output"
}

@test "owner and until: in each line, in the reason, and expired when it is over" {
	local day
	"$MASKSPEC" expect --from caps-kept --owner kir --until 9.0 >"$LIST"
	run ! grep -vP '^#|\tuntil=9.0 owner=kir$' "$LIST"
	finish "$LIST" >"$LIST.next"
	run -0 --separate-stderr "$MASKSPEC" judge --expect "$LIST.next" --strict caps-kept/facts
	[[ $stderr == *"the fault is on purpose (until 9.0, owner kir)"* ]]
	[[ $stderr != *expired* ]]
	[[ $output == *"# TODO known fall: the fault is on purpose (until 9.0, owner kir)"* ]]
	day=$(jq -r '.started[:10]' caps-kept/report.json)
	sed "s/until=9.0/until=$day link=https:\/\/a.example\/1/" "$LIST.next" >"$LIST.today"
	run -0 --separate-stderr "$MASKSPEC" judge --expect "$LIST.today" caps-kept/facts
	[[ $stderr == *"expired "*"$LIST.today:3: until $day, owner kir, https://a.example/1"* ]]
	[[ $output == *"# expired entry of EXPECT: "*"$LIST.today:3: until $day, owner kir, https://a"* ]]
	run -1 --separate-stderr "$MASKSPEC" judge --expect "$LIST.today" --strict caps-kept/facts
	[[ $stderr == *"STRICT: 0 unexpected passes, 0 unused and "*" expired entries of EXPECT"* ]]
	sed "s/until=9.0/until=0.1/" "$LIST.next" >"$LIST.version"
	run -1 --separate-stderr "$MASKSPEC" judge --expect "$LIST.version" --strict caps-kept/facts
}

@test "report.json has what is expired, as its schema says, and reads back as it is" {
	local json=$BATS_TEST_TMPDIR/report.json
	"$MASKSPEC" expect --from caps-kept --until 0.1 >"$LIST"
	finish "$LIST" >"$LIST.done"
	"$MASKSPEC" judge --json --expect "$LIST.done" caps-kept/facts >"$json"
	run -0 jq -e '.summary.expired_expects | length > 0' "$json"
	run -0 jq -e '.summary | has("expired_expects") | not' caps-kept/report.json
	run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/report.schema.json" "$json"
	"$MASKSPEC" report --format json "$json" | cmp - "$json"
}

@test "ranges: these versions and no other" {
	local kernel
	kernel=$(jq -r '.host.kernel' caps-kept/report.json)
	"$MASKSPEC" expect --from caps-kept >"$LIST"
	finish "$LIST" | sed "s/^maskref 0.1.0\t[^\t]*/maskref >=0.1.0-rc.1 <0.2\t>=4.18 <=$kernel/" >"$LIST.in"
	run -0 "$MASKSPEC" judge --expect "$LIST.in" --strict caps-kept/facts
	sed 's/<0.2/<0.1/' "$LIST.in" >"$LIST.out"
	run -1 "$MASKSPEC" judge --expect "$LIST.out" caps-kept/facts
	sed "s/<=/</" "$LIST.in" >"$LIST.kernel"
	run -1 "$MASKSPEC" judge --expect "$LIST.kernel" caps-kept/facts
}

@test "what a report withholds is in no draft of it" {
	local id
	"$MASKSPEC" judge --json --publish caps-kept/facts >"$BATS_TEST_TMPDIR/published.json" || :
	run -0 "$MASKSPEC" expect --from "$BATS_TEST_TMPDIR/published.json"
	[[ $output == *" withheld and not here"* ]]
	for id in $(jq -r '.results[] | .id' caps-kept/report.json); do
		[[ $output != *"$id"* ]] || fail "$id is in" "$output"
	done
	run -0 "$MASKSPEC" expect --publish --from caps-kept/report.json
	run ! grep -v '^#' <<<"$output"
	# The list of what must not be published is kept to, where there is one.
	id=$(jq -r 'first(.results[] | select(.verdict == "fail")).id' caps-kept/report.json)
	printf 'maskref*\t*\t%s\n' "$id" >"$LIST"
	run -0 "$MASKSPEC" expect --withheld "$LIST" --from caps-kept/facts
	[[ $output != *"$id"* ]]
}

@test "what is asked wrongly: exit 2, the option and the remedy" {
	run -2 "$MASKSPEC" expect
	[[ $output == *"maskspec expect --from REPORT"* ]]
	run -2 "$MASKSPEC" expect caps-kept
	run -2 "$MASKSPEC" expect --from "$BATS_TEST_TMPDIR/none"
	[[ $output == *"$BATS_TEST_TMPDIR/none: ENOENT" ]]
	run -2 "$MASKSPEC" expect --from caps-kept --until soon
	[ "$output" = 'maskspec: expect: "until=soon": write until= and a day as 2027-01-31, or a version of the runtime as 1.5.0' ]
	run -2 "$MASKSPEC" expect --from caps-kept --owner ""
	[[ $output == *'"owner=": write owner= and a name without blanks' ]]
	run -2 "$MASKSPEC" expect --from caps-kept --owner "a b"
	run -2 "$MASKSPEC" expect --fro=caps-kept --misspelt
	run -0 "$MASKSPEC" help expect
	[[ $output == *"--until WHEN"* ]]
}
