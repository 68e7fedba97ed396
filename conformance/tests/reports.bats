#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# report --format, merge and diff: what they write can be read by the tools it is for, says the same
# as the run, and their exit status can be relied on.

load helpers

setup_file() {
	need root jq python3 xmllint
	python3 -c 'import jsonschema' || fail "python3-jsonschema is missing; see \`make deps\`"
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	run_once good "$MASKREF"
	run_once bad "$KIT/build/maskref-test" --runtime-args "--mutant dir-skip"
}

run_once() {
	local status=0 name=$1 runtime=$2
	shift 2
	"$MASKSPEC" run --runtime "$runtime" --out "$BATS_FILE_TMPDIR/$name" "$@" \
		>/dev/null 2>&1 3>&- || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/$name.exit"
}

setup() {
	GOOD=$BATS_FILE_TMPDIR/good
	BAD=$BATS_FILE_TMPDIR/bad
	T=$BATS_TEST_TMPDIR
}

valid() {
	run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/$1.schema.json" "$2"
}

# report NAME FORMAT REPORT...: into $T/NAME
written() {
	local name=$1 format=$2
	shift 2
	"$MASKSPEC" report --format "$format" "$@" >"$T/$name"
}

count() {
	xmllint --xpath "count($1)" "$2"
}

# shard REPORT I N: what a run of SHARD=I/N would have said: each N-th case.
shard() {
	jq --argjson i "$2" --argjson n "$3" '
	def group: split("/")[0];
	([.results[].bundles[], .measurements[].bundle] | map(group) | unique - ["preflight"]) as $groups
	| def mine: group as $g | $g == "preflight" or (($groups | index($g)) % $n == $i - 1);
	def sums: . as $r | ["pass", "fail", "skip", "broken"]
		| map({key: ., value: (. as $v | $r | map(select(.verdict == $v)) | length)}) | from_entries;
	.results |= (map(.bundles |= map(select(mine))) | map(select(.bundles != [])))
	| .measurements |= map(select(.bundle | mine))
	| .results as $all
	| .summary.by_level = ({MUST: 0, SHOULD: 0, INFO: 0}
		| with_entries(.key as $l | .value = ($all | map(select(.level == $l)) | sums)))
	| .summary += ($all | sums)
	| .shard = {count: $n, has: [$i]}' "$1/report.json"
}

shards() {
	local i
	for i in 1 2 3; do
		shard "$1" "$i" 3 >"$T/$i.json"
		valid report "$T/$i.json"
	done
}

same_but_time() {
	diff <(jq 'del(.seconds)' "$1") <(jq 'del(.seconds)' "$2")
}

@test "the runs that are looked at" {
	[ "$(<"$GOOD.exit")" = 0 ]
	[ "$(<"$BAD.exit")" = 1 ]
}

@test "JUnit: valid, and failures are what fails the run" {
	local name
	for name in good bad; do
		written "$name.xml" junit "$BATS_FILE_TMPDIR/$name"
		run -0 xmllint --noout --schema "$KIT/fixtures/schema/junit.xsd" "$T/$name.xml"
	done
	[ "$(count //failure "$T/good.xml")" = 0 ]
	[ "$(count //error "$T/good.xml")" = 0 ]
	[ "$(count //failure "$T/bad.xml")" = \
		"$(jq '[.results[] | select(.verdict == "fail" and .level == "MUST")] | length' "$BAD/report.json")" ]
	[ "$(xmllint --xpath 'string(/testsuites/@failures)' "$T/bad.xml")" = "$(count //failure "$T/bad.xml")" ]
	[ "$(xmllint --xpath 'string(//testcase[@name="dir-empty"]/@classname)' "$T/bad.xml")" = maskref.host.directories ]
	[ "$(count '//testcase[system-out]' "$T/good.xml")" -gt 0 ]
}

@test "JUnit: the schema refuses what isn't JUnit" {
	written good.xml junit "$GOOD"
	sed 's/ tests="[0-9]*"//' "$T/good.xml" >"$T/damaged.xml"
	run ! xmllint --noout --schema "$KIT/fixtures/schema/junit.xsd" "$T/damaged.xml"
	sed 's/name="dir-lookup"/name="dir-empty"/' "$T/good.xml" >"$T/double.xml"
	run ! xmllint --noout --schema "$KIT/fixtures/schema/junit.xsd" "$T/double.xml"
}

@test "CSV: a row for each result, as Python reads it" {
	written all.csv csv "$GOOD" "$BAD"
	run -0 python3 - "$T/all.csv" <<-'EOF'
		import csv, sys
		rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))
		assert all(None not in r and None not in r.values() for r in rows)
		for run, verdict in (("conforms", "pass"), ("fails", "fail")):
		    one = [r for r in rows if r["run"] == run and r["id"] == "dir-empty"]
		    assert [r["verdict"] for r in one] == [verdict], one
		print(len(rows))
	EOF
	[ "$output" = "$(jq -s 'map(.results | length) | add' "$GOOD/report.json" "$BAD/report.json")" ]
	[ "$(tail -c 2 "$T/all.csv" | od -An -c | tr -d ' ')" = '\r\n' ]
}

@test "Markdown: the verdict first, what falls with its command, the rest folded" {
	written bad.md markdown "$BAD"
	[ "$(head -n 1 "$T/bad.md")" = "# maskspec: fails" ]
	grep -q '^| MUST | dir-empty | fail | .* FILTER=dir-empty ` |$' "$T/bad.md"
	[ "$(grep -c '<details>' "$T/bad.md")" = "$(grep -c '</details>' "$T/bad.md")" ]
	written good.md markdown "$GOOD"
	[ "$(head -n 1 "$T/good.md")" = "# maskspec: conforms" ]
	run ! grep -q '^### Fails' "$T/good.md"
	written both.md markdown "$GOOD" "$BAD"
	[ "$(head -n 1 "$T/both.md")" = "# maskspec: fails" ]
	grep -qF '| MUST | dir-empty | pass | **FAIL** |' "$T/both.md"
}

@test "a published report hides what fell, in every format" {
	local format
	for format in json junit markdown csv; do
		written open "$format" "$BAD"
		written hidden "$format" --publish "$BAD"
		grep -qw dir-empty "$T/open"
		run ! grep -w dir-empty "$T/hidden"
		run ! grep -wF superblocks.directory_masks "$T/hidden"
	done
}

@test "formats are named in the help, and a wrong one with them" {
	run -0 "$MASKSPEC" report --help
	[[ $output == *junit*markdown*csv* ]]
	run -2 "$MASKSPEC" report --format xml "$GOOD"
	[[ $output == *"--format xml"*junit* ]]
}

@test "merge: shards are the whole run, in any order and in two steps" {
	local run
	for run in "$GOOD" "$BAD"; do
		shards "$run"
		"$MASKSPEC" merge "$T/3.json" "$T/1.json" "$T/2.json" >"$T/merged" || :
		same_but_time "$T/merged" "$run/report.json"
		"$MASKSPEC" merge "$T/3.json" "$T/1.json" >"$T/half" || :
		"$MASKSPEC" merge "$T/2.json" "$T/half" >"$T/merged" || :
		same_but_time "$T/merged" "$run/report.json"
	done
}

@test "merge: exit status as of the run, and a shard that is missing is broken" {
	shards "$GOOD"
	run -0 --separate-stderr "$MASKSPEC" merge "$T/1.json" "$T/2.json" "$T/3.json"
	[ "$stderr" = "maskspec: conforms (exit 0)" ]
	run -3 --separate-stderr "$MASKSPEC" merge "$T/1.json" "$T/3.json"
	[ "$stderr" = "maskspec: broken (exit 3)" ]
	printf '%s\n' "$output" >"$T/half"
	valid report "$T/half"
	[ "$(jq -r .summary.why "$T/half")" = "shard 2 of 3 is missing" ]
	written half.xml junit "$T/half"
	[ "$(count '//error[@type="broken"]' "$T/half.xml")" = 1 ]
	shards "$BAD"
	run -1 --separate-stderr "$MASKSPEC" merge "$T/1.json" "$T/2.json" "$T/3.json"
	[ "$stderr" = "maskspec: fails (exit 1)" ]
}

@test "merge: what contradicts names both files and the id" {
	jq '(.results[] | select(.id == "dir-empty")).verdict = "broken"
		| (.results[] | select(.id == "dir-empty")).reason = "x"
		| .summary.by_level.MUST.pass -= 1 | .summary.by_level.MUST.broken += 1
		| .summary.pass -= 1 | .summary.broken += 1' "$GOOD/report.json" >"$T/other.json"
	valid report "$T/other.json"
	run -2 --separate-stderr "$MASKSPEC" merge "$GOOD" "$T/other.json"
	[ -z "$output" ]
	[[ $stderr == *"$GOOD/report.json and $T/other.json: dir-empty is pass in one and broken in the other"* ]]
	shards "$GOOD"
	jq '.kit.commit = "x"' "$T/2.json" >"$T/old.json"
	run -2 "$MASKSPEC" merge "$T/1.json" "$T/old.json" "$T/3.json"
	[[ $output == *"$T/1.json and $T/old.json: kit.commit differs"* ]]
	run -0 --separate-stderr "$MASKSPEC" merge "$GOOD" "$GOOD"
	same_but_time <(printf '%s\n' "$output") "$GOOD/report.json"
}

@test "merge: EXPECT of the whole is applied to the merged shards" {
	local falls
	falls=$(jq '[.results[] | select(.verdict == "fail" or .verdict == "broken")] | length' "$BAD/report.json")
	printf 'maskref*\t*\twithheld\t%s\twhy\n' "$((falls - 1))" >"$T/expect"
	printf 'maskref*\t*\tdir-empty\tfail\tknown\n' >>"$T/expect"
	shards "$BAD"
	run -0 --separate-stderr "$MASKSPEC" merge --expect "$T/expect" "$T/1.json" "$T/2.json" "$T/3.json"
	printf '%s\n' "$output" >"$T/merged"
	"$MASKSPEC" judge --json --expect "$T/expect" "$BAD/facts" >"$T/judged"
	same_but_time "$T/merged" "$T/judged"
	run -0 --separate-stderr "$MASKSPEC" merge --publish --expect "$T/expect" "$T"/[123].json
	printf '%s\n' "$output" >"$T/merged"
	"$MASKSPEC" judge --json --publish --expect "$T/expect" "$BAD/facts" >"$T/judged"
	same_but_time "$T/merged" "$T/judged"
	printf 'maskref*\t*\twithheld\t1\twhy\n' >"$T/expect"
	run -1 --separate-stderr "$MASKSPEC" merge --publish --expect "$T/expect" "$T"/[123].json
	[[ $output != *dir-lookup* ]]
}

@test "merge: several runtimes and kernels are a matrix, which every format reads" {
	local format
	jq '.vm = {kernel: "other", image: "", accel: "tcg", qemu: "", append: "", memory: "", cpus: "",
		tries: "", boot_ms: "", ended: "", remarks: []}' "$GOOD/report.json" >"$T/other.json"
	run -1 --separate-stderr "$MASKSPEC" merge "$GOOD" "$BAD" "$T/other.json"
	[ "$stderr" = "maskspec: fails (exit 1)" ]
	printf '%s\n' "$output" >"$T/matrix"
	valid matrix "$T/matrix"
	[ "$(jq -c '[.summary.kernels[].verdict]' "$T/matrix")" = '["conforms","fails","conforms"]' ]
	diff <(jq '.reports[1]' "$T/matrix") <(jq . "$BAD/report.json")
	written again json "$T/matrix"
	cmp "$T/again" "$T/matrix"
	written matrix.xml junit "$T/matrix"
	run -0 xmllint --noout --schema "$KIT/fixtures/schema/junit.xsd" "$T/matrix.xml"
	[ "$(count //testsuite "$T/matrix.xml")" = 3 ]
	for format in markdown csv; do
		written out "$format" "$T/matrix"
		grep -q other "$T/out"
	done
	run -1 --separate-stderr "$MASKSPEC" merge "$T/matrix" "$BAD"
	cmp <(printf '%s\n' "$output") "$T/matrix"
}

@test "diff: the exit status says whether anything regressed" {
	run -0 "$MASKSPEC" diff --threshold 1000 "$GOOD" "$GOOD"
	[[ $output == "nothing regressed: 0 regressed"* ]]
	run -1 "$MASKSPEC" diff "$GOOD" "$BAD"
	[[ $output == *"regressed  MUST   dir-empty "*"pass -> fail"* ]]
	run -0 "$MASKSPEC" diff --threshold 1000 "$BAD" "$GOOD"
	[[ $output == *"mended     MUST   dir-empty "*"fail -> pass"* ]]
	"$MASKSPEC" report --format json --publish "$BAD" >"$T/published.json"
	run -1 "$MASKSPEC" diff "$GOOD" "$T/published.json"
	[[ $output != *dir-empty* ]]
	[[ $output == *withheld* ]]
}

@test "diff: JSON is what its schema describes, and agrees with the text" {
	run -1 "$MASKSPEC" diff --format json "$GOOD" "$BAD"
	printf '%s\n' "$output" >"$T/diff.json"
	valid diff "$T/diff.json"
	run -1 "$MASKSPEC" diff --format text "$GOOD" "$BAD"
	[ "$(grep -c '^regressed ' <<<"$output")" = "$(jq .summary.regressed "$T/diff.json")" ]
	run -1 "$MASKSPEC" diff "$GOOD" "$BAD" --format markdown
	[ "${lines[0]}" = "# maskspec diff: regressed" ]
	[ "$(grep -c '^| \*\*regressed\*\* | \(MUST\|SHOULD\|INFO\) ' <<<"$output")" = \
		"$(jq '[.columns[].results[] | select(.change == "regressed")] | length' "$T/diff.json")" ]
	jq '.summary.regressed = -1' "$T/diff.json" >"$T/wrong.json"
	run ! "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/diff.schema.json" "$T/wrong.json"
}

@test "merge and diff: what is wrong is named" {
	run -2 "$MASKSPEC" diff "$GOOD"
	[[ $output == *"name two reports"* ]]
	run -2 "$MASKSPEC" diff --threshold 0 "$GOOD" "$GOOD"
	[[ $output == *"--threshold 0: percent, from 1 to 10000"* ]]
	run -2 "$MASKSPEC" diff --format xml "$GOOD" "$GOOD"
	[[ $output == *"none of text json markdown"* ]]
	run -2 "$MASKSPEC" diff "$GOOD" "$T/nowhere"
	[[ $output == *"$T/nowhere"*ENOENT* ]]
	run -2 "$MASKSPEC" merge
	[[ $output == *"name a report.json"* ]]
	echo '{}' >"$T/empty.json"
	run -2 "$MASKSPEC" merge "$T/empty.json"
	[[ $output == *"$T/empty.json: .schema"* ]]
	run -0 "$MASKSPEC" merge --help
	[[ $output == *--expect* ]]
	run -0 "$MASKSPEC" help diff
	[[ $output == *--threshold* ]]
}
