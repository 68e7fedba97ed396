#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SHARD: what several machines observed, a part of the cases each, is judged as if one had run it
# all; and no shard that is missing, doubled or of another run goes unseen.

load helpers

SHARDS=3
# With falls, and with some that several cases have in common.
ARGS=(--runtime-args "--strategy tmpfs-per-dir" --require shared-mask)

setup_file() {
	need root jq
	copy_kit
	shard whole "${ARGS[@]}"
	local i
	for ((i = 1; i <= SHARDS; i++)); do
		shard "$i" "${ARGS[@]}" --shard "$i/$SHARDS"
	done
	shard core-1 --shard "1/$SHARDS"
	shard two-2 "${ARGS[@]}" --shard 2/2
}

# shard NAME OPTION...
shard() {
	local out=$BATS_FILE_TMPDIR/$1 status=0
	shift
	"$MASKSPEC" run --runtime "$MASKREF" --out "$out" "$@" >"$out.tap" 2>"$out.err" 3>&- || status=$?
	[ "$status" -le 1 ] || fail "exit $status" "$(<"$out.err")"
}

setup() {
	RUNS=$BATS_FILE_TMPDIR
	FACTS=$BATS_TEST_TMPDIR/facts
	JUDGED=$BATS_TEST_TMPDIR/judged.json
}

# judge STATUS FOLDER...: the report in $JUDGED.
judge() {
	local want=$1
	shift
	status=0
	"$MASKSPEC" judge --json "$@" >"$JUDGED" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	[ "$status" = "$want" ] || fail "exit $status" "$(<"$BATS_TEST_TMPDIR/err")"
}

# refused WORD... -- FOLDER...: exit 2, and one line that holds all the words.
refused() {
	take_words "$@"
	judge 2 "${ARGUMENTS[@]}"
	[ ! -s "$JUDGED" ]
	words_said "$(<"$BATS_TEST_TMPDIR/err")"
}

copy_shards() {
	local i
	mkdir "$FACTS"
	for i; do
		cp -r "$RUNS/$i/facts" "$FACTS/$i"
	done
}

# All of a report but for when it was made, and how long it took.
timeless() {
	jq -S 'del(.started, .seconds) | del(.measurements[] | select(.unit == "us") | .value)' "$1"
}

cases() {
	sed -n 's/^case\t\([^\t]*\).*/\1/p' "$RUNS/$1/facts/manifest"
}

@test "every case is in exactly one shard, the preflight in each" {
	local i
	for ((i = 1; i <= SHARDS; i++)); do
		[ "$(cases "$i" | head -n 1)" = preflight ]
		[ "$(cases "$i" | wc -l)" -ge 4 ]
		[ "$(ls "$RUNS/$i/facts/" | grep -c 'facts$')" = "$(cases "$i" | wc -l)" ]
		cases "$i" | tail -n +2
	done | sort >"$BATS_TEST_TMPDIR/dealt"
	cases whole | tail -n +2 | sort | diff - "$BATS_TEST_TMPDIR/dealt"
}

@test "a shard's report says which one it is, in every format" {
	[ "$(jq -c .shard "$RUNS/2/report.json")" = '{"count":3,"has":[2]}' ]
	[ "$(jq -c .shard "$RUNS/whole/report.json")" = null ]
	grep -F 'shard 2 of 3' "$RUNS/2.err"
	conformance_schema "$RUNS/2/report.json"
}

conformance_schema() {
	"$CHECKOUT/conformance/tests/validate.py" "$CHECKOUT/fixtures/schema/report.schema.json" "$1"
}

@test "judged together they are the whole run: verdicts, texts, bundles, measurements, all" {
	[ "$(jq '[.results[] | select(.verdict == "fail" and (.bundles | length) > 1)] | length' \
		"$RUNS/whole/report.json")" -ge 1 ]
	judge "$(<"$RUNS/whole/status")" "$RUNS"/{2,3,1}/facts
	diff <(timeless "$RUNS/whole/report.json") <(timeless "$JUDGED")
	conformance_schema "$JUDGED"
	copy_shards 1 2 3
	judge "$(<"$RUNS/whole/status")" "$FACTS"
	diff <(timeless "$RUNS/whole/report.json") <(timeless "$JUDGED")
	# The control: what was left out above is there, and one shard is not the whole.
	run -1 diff -q <(jq -S . "$RUNS/whole/report.json") <(jq -S . "$JUDGED")
	run -1 diff -q <(timeless "$RUNS/whole/report.json") <(timeless "$RUNS/1/report.json")
}

@test "a missing shard is broken, and named" {
	copy_shards 1 3
	judge 1 "$FACTS"
	[[ $(jq -r .summary.why "$JUDGED") == "shard 2 of 3 is missing"* ]]
	[ "$(jq -c .shard "$JUDGED")" = '{"count":3,"has":[1,3]}' ]
	[ "$(jq '[.results[] | select(.reason == "shard 2 of 3 is missing")] | length' "$JUDGED")" -ge 1 ]
	# Every requirement of the whole run is there, and none is better than it was.
	jq -e -n --slurpfile a "$RUNS/whole/report.json" --slurpfile b "$JUDGED" '
		($b[0].results | map({(.id): .verdict}) | add) as $now |
		all($a[0].results[]; $now[.id] as $v | $v == .verdict or $v == "broken" or $v == "fail")'
	rm -r "$FACTS"
	# Also where what is there passes.
	mkdir "$FACTS"
	cp -r "$RUNS/core-1/facts" "$FACTS/1"
	judge 3 "$FACTS"
	[ "$(jq -r .summary.verdict "$JUDGED")" = broken ]
}

@test "what is missing in a shard, or cut, is broken as in any run" {
	copy_shards 1 2 3
	rm "$FACTS/2/$(cases 2 | tail -n 1).facts"
	judge 1 "$FACTS"
	[ "$(jq .summary.broken "$JUDGED")" -ge 1 ]
	rm "$FACTS/2/preflight.facts"
	judge 1 "$FACTS"
	[ "$(jq -r .summary.why "$JUDGED")" = "the preflight case left no facts" ]
}

@test "shards that are not of one run are refused, and both named" {
	refused "$RUNS/1/facts" "both are shard 1 of 3" -- "$RUNS"/{1,2,1}/facts
	refused "$RUNS/1/facts" "$RUNS/two-2/facts" "of 3 shards and of 2" -- "$RUNS"/{1,two-2}/facts
	refused "$RUNS/core-1/facts" "$RUNS/2/facts" "of different runtimes" -- "$RUNS"/{core-1,2}/facts
	refused "$RUNS/whole/facts" "a whole run" -- "$RUNS"/{whole,2}/facts
	refused "$BATS_TEST_TMPDIR" "no manifest" -- "$BATS_TEST_TMPDIR"
}

@test "shards of machines that are not alike are refused" {
	copy_shards 1 2 3
	sed -i 's/^h\tkernel\t.*/h\tkernel\t2.6.32/' "$FACTS/3"/*.facts
	refused "$FACTS/1" "$FACTS/3" '"kernel"' 2.6.32 -- "$FACTS"
	sed -i 's/^h\tkernel\t.*/h\tkernel\t2.6.32/' "$FACTS"/[12]/*.facts
	judge 1 "$FACTS"
	[ "$(jq -r .host.kernel "$JUDGED")" = 2.6.32 ]
	sed -i 's/^h\truntime-sha256\t.*/h\truntime-sha256\t0/' "$FACTS/2"/*.facts
	refused '"runtime-sha256"' -- "$FACTS"
}

@test "a case can't be taken out of the manifests" {
	local line victim
	copy_shards 1 2 3
	victim=$(cases 3 | tail -n 1)
	# Of those who don't have it: the others say that it is due.
	sed -i "/^elsewhere\t3\t$victim\t/d" "$FACTS/1/manifest"
	line=$(($(wc -l <"$FACTS/1/manifest") - 1))
	sed -i "s/^end\t.*/end\t$line/" "$FACTS/1/manifest"
	refused "$FACTS/1" "their cases are not the same" -- "$FACTS"
	# Of all of them: then nothing is of this run.
	sed -i "/\t$victim\t/d; s/^end\t.*/end\t$line/" "$FACTS"/*/manifest
	judge 3 "$FACTS"
	[ "$(jq .summary.pass "$JUDGED")" = 0 ]
}

@test "wrong values: variable, value and remedy" {
	local word
	for word in 0/3 4/3 3 1/x "" 1/1001; do
		run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$BATS_TEST_TMPDIR/out" \
			--shard "$word"
		[[ $stderr == *"SHARD=$word"*"SHARD=2/3"* ]]
	done
	run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$BATS_TEST_TMPDIR/out" \
		--filter "directories files" --shard 3/3
	[[ $stderr == *"SHARD=3/3"*"has 2 cases"*"make 2 shards"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/out/facts" ]
	run -2 --separate-stderr make -s -C "$CHECKOUT" conformance SHARD=3 OUT="$BATS_TEST_TMPDIR/out"
	[[ $stderr == *"SHARD=3"* ]]
}

@test "the table of times names every case, and no other" {
	diff <(sed '/^#/d' "$CHECKOUT/fixtures/times.tsv" | cut -f 1 | sort) \
		<("$MASKSPEC" list cases --json | jq -r '.[].bundle' | sort)
}
