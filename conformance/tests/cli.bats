#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line: what is asked wrongly is named with its remedy, what is printed can be read by
# the tools it is for, and the commands it offers do what they say.

load helpers

setup_file() {
	need root jq prove python3 make setpriv
	python3 -c 'import jsonschema' || fail "python3-jsonschema is missing; see \`make deps\`"
	copy_kit
	if command -v runc >/dev/null || [ -x /usr/sbin/runc ]; then
		run_once runc runc
	fi
	run_once maskref "$MASKREF"
}

# TAP goes to NAME.tap, what else is said to NAME.err, the exit status to NAME.exit.
run_once() {
	local status=0
	"$MASKSPEC" run --runtime "$2" --out "$BATS_FILE_TMPDIR/$1" >"$BATS_FILE_TMPDIR/$1.tap" \
		2>"$BATS_FILE_TMPDIR/$1.err" 3>&- || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/$1.exit"
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	RUNC=$BATS_FILE_TMPDIR/runc
	REF=$BATS_FILE_TMPDIR/maskref
}

# wrong WORD... -- OPTION...: exit 2 before anything runs, one line that holds all the words.
wrong() {
	take_words "$@"
	run -2 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" "${ARGUMENTS[@]}"
	[ -z "$output" ]
	words_said "$stderr"
	[ ! -e "$OUT/facts" ]
}

@test "wrong values: variable, value and remedy" {
	wrong PROFILE=quick "core security scale all" -- --profile quick
	wrong PROFILE= "core security scale all" -- --profile ""
	wrong CGROUP=v3 "auto v1 v2" -- --cgroup v3
	wrong USERNS=two "none many one" -- --userns two
	wrong TIMEOUT=0 "from 1 to 3600" -- --timeout 0
	wrong TIMEOUT=5s "from 1 to 3600" -- --timeout 5s
	wrong TIMEOUT=-1 "from 1 to 3600" -- --timeout -1
	wrong JOBS=0 "from 1 to 64" -- --jobs 0
	wrong JOBS=many "from 1 to 64" -- --jobs many
	wrong DENY=openat "openat2 open_tree" nr_inodes=1 -- --deny "openat2 openat"
	wrong FILTER=no-such-thing "maskspec list" -- --filter no-such-thing
	wrong REQUIRE no-such-id "maskspec list" -- --require no-such-id
	wrong EXPECT no-such-file "give a path, or a name in" "expect: crun, runc" -- \
		--expect no-such-file
	wrong EXPECT ./no-such-file "expect: crun, runc" -- --expect ./no-such-file
	wrong WITHHELD no-such-file -- --withheld no-such-file
	wrong "OUT=/proc/none" "name a folder" -- --out /proc/none
	wrong "--profil" "help run" -- --profil=core --profilx core
	wrong "--misspelt" "help run" -- --misspelt
	wrong '"core"' "help run" -- core
}

@test "a bad EXPECT file: its line and what a line holds" {
	echo "runc is bad" >"$BATS_TEST_TMPDIR/expect"
	wrong EXPECT "expect:1" "five with tabs" -- --expect "$BATS_TEST_TMPDIR/expect"
	printf '*\t*\tno-such-id\tfail\tbecause\n' >"$BATS_TEST_TMPDIR/expect"
	wrong EXPECT "expect:1" no-such-id -- --expect "$BATS_TEST_TMPDIR/expect"
}

@test "FILTER and REQUIRE of another profile: which one has it" {
	wrong "FILTER=sec-null: not in PROFILE=core, but in security; give PROFILE=security" \
		"PROFILE=all" -- --filter sec-null
	wrong "FILTER=dir-empty: not in PROFILE=security, but in core" -- --filter dir-empty \
		--profile security
	wrong "FILTER=sec-nul: no case and no requirement" "near: sec-null" -- --filter sec-nul
	wrong FILTER=sec-null FILTER=scale-1024 PROFILE=scale -- --filter "sec-null scale-1024"
	wrong "names no case but preflight" -- --filter preflight
	# Where something is left to judge, what is not is said and no more.
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--filter "dir-empty sec-null" --require life-pause
	[[ $stderr == *"FILTER=sec-null: not in PROFILE=core, but in security"* ]]
	[[ $stderr == *"REQUIRE=life-pause: not in PROFILE=core, but in scale"* ]]
	[[ $stderr != *dir-empty* ]]
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--filter sec-null --profile all
	[[ $stderr != *FILTER* ]]
}

@test "a bad fixture: file, container, step and field" {
	local bundles=$BATS_TEST_TMPDIR/fixtures/bundles
	mkdir -p "$bundles"
	cat >"$bundles/x.json" <<-'END'
		{ "schema": "maskspec-fixture/1", "name": "x", "containers": [{ "name": "plain" },
		  { "name": "k", "hostPid": false, "steps": [{ "do": "pause", "name": "p" },
		    { "do": "exec", "name": "run" }] }] }
	END
	wrong "$bundles/x.json: container k: steps[1]: name: \"run\" is a phase of its own" -- \
		--fixtures "$BATS_TEST_TMPDIR/fixtures"
	sed -i 's/false/"true"/' "$bundles/x.json"
	wrong "$bundles/x.json: container k: hostPid: \"true\" is neither true nor false" -- \
		--fixtures "$BATS_TEST_TMPDIR/fixtures"
}

@test "no runtime, or one that the kit would cover" {
	run -2 --separate-stderr "$MASKSPEC" run --out "$OUT"
	[[ $stderr == *"--runtime"* ]]
	run -2 --separate-stderr "$MASKSPEC" run --runtime "" --out "$OUT"
	[[ $stderr == *"--runtime"* ]]
	run -2 --separate-stderr "$MASKSPEC" run --runtime /dev/null --out "$OUT"
	[[ $stderr == *"RUNTIME=/dev/null"* ]]
}

@test "through make: a misspelt variable, and a switch that is neither 1 nor unset" {
	cd "$CHECKOUT"
	run -2 --separate-stderr make conformance STRICT=yes OUT="$OUT"
	[[ $stderr == *"STRICT=yes"*"1 or not set"* ]]
	run -2 --separate-stderr make conformance PROFIL=core OUT="$OUT"
	[[ $stderr == *PROFIL*"make help"* ]]
	run -2 --separate-stderr make conformance EVERY=5 OUT="$OUT"
	[[ $stderr == *"EVERY: no variable of make conformance, but of make faults"* ]]
	run -2 --separate-stderr make conformance RUNTIMES="runc-*" OUT="$OUT"
	[[ $stderr == *"RUNTIMES: no variable of make conformance, but of make matrix matrix-runtimes"* ]]
	run -2 --separate-stderr make -n all RECORD=1
	[[ $stderr == *"RECORD: no variable of make all, but of make matrix"* ]]
	run -2 --separate-stderr make -n matrix FILTER=dir-empty
	[[ $stderr == *"FILTER: no variable of make matrix, but of make conformance"* ]]
	[ ! -e "$OUT/facts" ]
}

@test "list, and the same as JSON" {
	local ids
	run -0 "$MASKSPEC" list
	ids=$(awk '{ print $1 }' <<<"$output")
	grep -qx dir-empty <<<"$ids"
	run -0 "$MASKSPEC" list --json
	[ "$(jq -r '.[].id' <<<"$output")" = "$ids" ]
	[ "$(jq '[.[] | select(.level | IN("MUST", "SHOULD", "INFO") | not)] | length' \
		<<<"$output")" = 0 ]
	run -0 "$MASKSPEC" list cases
	ids=$(awk '{ print $1 }' <<<"$output")
	run -0 "$MASKSPEC" list cases --json
	[ "$(jq -r '.[].bundle' <<<"$output")" = "$ids" ]
	run -0 "$MASKSPEC" list mutants
	run -0 "$MASKSPEC" list mutants --json
	jq -e 'type == "array"' <<<"$output"
	run -2 --separate-stderr "$MASKSPEC" list nonsense
	[[ $stderr == *nonsense*"requirements, cases, mutants"* ]]
}

@test "explain, each requirement" {
	local id
	for id in $("$MASKSPEC" list --json | jq -r '.[].id'); do
		run -0 "$MASKSPEC" explain "$id"
		[[ ${lines[0]} == "$id ("*")" ]]
		[[ $output == *$'\nspec         docs/spec/'*"#$id"* ]]
		[[ $output =~ cases\ +[a-z] ]] || fail "$id: no case"
	done
}

@test "explain nonsense, explain nothing" {
	run -2 --separate-stderr "$MASKSPEC" explain nonsense
	[[ $stderr == *'"nonsense"'*"maskspec list"* ]]
	run -2 --separate-stderr "$MASKSPEC" explain
	[[ $stderr == *"maskspec list"* ]]
}

@test "show, each case" {
	local bundle
	for bundle in $("$MASKSPEC" list cases --json | jq -r '.[].bundle'); do
		run -0 "$MASKSPEC" show "$bundle"
		[[ ${lines[0]} == "$bundle: "* ]]
		[[ $output == *rootfs:* && $output == *config.json:* ]]
	done
	run -2 --separate-stderr "$MASKSPEC" show nonsense
	[[ $stderr == *'"nonsense"'*"list cases"* ]]
}

@test "show --write: a bundle whose tree can be made, and whose config.json is JSON" {
	local dir=$BATS_TEST_TMPDIR/bundle bundle container
	mkdir "$dir"
	for bundle in directories links kinds; do
		run -0 "$MASKSPEC" show "$bundle" --write "$dir/$bundle"
	done
	for container in "$dir"/*/*; do
		jq -e .ociVersion "$container/config.json"
		(cd "$container" && ./make-rootfs.sh)
	done
	[ -f "$dir/directories/a/rootfs/t/a/secret" ]
	[ "$(stat -c %a "$dir/directories/a/rootfs/t/b/secret")" = 600 ]
	run -2 --separate-stderr "$MASKSPEC" show directories --write "$dir/directories"
	[[ $stderr == *"name a folder"* ]]
}

@test "version, help, help run, no command, a wrong one" {
	run -0 "$MASKSPEC" version
	[[ ${lines[0]} =~ ^maskspec\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	[[ ${lines[1]} =~ ^commit\ ([0-9a-f]{40}|unknown)$ ]]
	[[ ${lines[2]} =~ ^spec\ [0-9a-f]{64}$ ]]
	[[ ${lines[3]} =~ ^spec-version\ [0-9]+\.[0-9]+$ ]]
	run -0 "$MASKSPEC" help
	[[ $output == *"Exit status: 0 conforms"* ]]
	run -0 "$MASKSPEC" help run
	[[ $output == *--runtime*--filter*--timeout* ]]
	for command in list explain show observe judge version; do
		run -0 "$MASKSPEC" help "$command"
		[[ ${lines[0]} == "usage: maskspec $command"* ]]
	done
	run -2 "$MASKSPEC" help nonsense
	run -2 --separate-stderr "$MASKSPEC" nonsense
	[[ $stderr == *'"nonsense"'* ]]
	run -0 "$MASKSPEC"
}

@test "TAP on stdout is report.tap, and prove takes it" {
	local name
	for name in "$REF" "$RUNC"; do
		[ -e "$name.tap" ] || continue
		cmp "$name.tap" "$name/report.tap"
		[ "$(head -n 1 "$name.tap")" = "TAP version 13" ]
		run prove -e cat "$name.tap"
		printf '%s\n' "$output"
		# What prove says and what the run says is the same: a SHOULD is TODO.
		[ "$status" = "$(<"$name.exit")" ]
		[[ $output != *"Parse errors"* ]]
		[ "$(grep -c '^\(not \)\?ok' "$name.tap")" = \
			"$(jq '.results | length' "$name/report.json")" ]
	done
}

@test "prove refuses the TAP of a run that fails" {
	run -1 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--runtime-args "--strategy tmpfs-per-dir" --require shared-mask \
		--filter superblocks-pair
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/tap"
	run ! prove -e cat "$BATS_TEST_TMPDIR/tap"
	[[ $output != *"Parse errors"* ]]
}

@test "exit status, OUT/status and the last line agree" {
	local name status
	for name in "$REF" "$RUNC"; do
		[ -e "$name.tap" ] || continue
		status=$(<"$name.exit")
		[ "$(<"$name/status")" = "$status" ]
		[ "$(tail -n 1 "$name.err")" = \
			"maskspec: $(jq -r .summary.verdict "$name/report.json") (exit $status)" ]
	done
	[ "$(<"$REF.exit")" = 0 ]
}

@test "report.json is what its schema describes" {
	local name
	for name in "$REF" "$RUNC"; do
		[ -e "$name.tap" ] || continue
		run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/report.schema.json" \
			"$name/report.json"
		[ "$(jq .partial "$name/report.json")" = false ]
	done
}

@test "run --json: report.json on stdout, and nothing else" {
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --json \
		--filter dir-empty
	diff <(jq -S . <<<"$output") <(jq -S . "$OUT/report.json")
}

@test "FILTER: partial, only what was named" {
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--filter "dir-empty file-n*"
	run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/report.schema.json" \
		"$OUT/report.json"
	[ "$(jq .partial "$OUT/report.json")" = true ]
	[ "$(jq -r '.results[].id' "$OUT/report.json")" = $'dir-empty\nfile-null' ]
}

# asks_state RUNTIME: the same verdicts, and whether state was asked in the bundle directories.
asks_state() {
	"$MASKSPEC" run --runtime "$1" --filter dir-empty --out "$OUT" >/dev/null 2>&1
	grep -q $'\targv\tstate\t' "$OUT/facts/preflight.facts"
	grep -q $'\targv\tstate\t' "$OUT/facts/directories.facts"
}

@test "state is asked where the pid file has no pid of the container" {
	local does
	run ! asks_state "$MASKREF"
	for does in ':' 'echo 1 >"$file"' 'echo x >"$file"' 'echo $$ >"$file"'; do
		cat >"$BATS_TEST_TMPDIR/runtime" <<-END
			#!/bin/bash
			[ "\$6" != --pid-file ] || { file=\$7; set -- "\${@:1:5}" "\${@:8}"; $does; }
			exec "$MASKREF" "\$@"
		END
		chmod +x "$BATS_TEST_TMPDIR/runtime"
		asks_state "$BATS_TEST_TMPDIR/runtime"
		[ "$(<"$OUT/status")" = 0 ]
	done
}

@test "OUT is emptied of the run before, and of nothing else" {
	mkdir -p "$OUT/facts"
	echo mine >"$OUT/notes.txt"
	run -0 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --filter file-null
	run -0 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --filter dir-empty
	[ "$(<"$OUT/notes.txt")" = mine ]
	[ ! -e "$OUT/facts/files.facts" ]
	[ -e "$OUT/facts/directories.facts" ]
}

@test "every rerun command of runc's falls gives the same verdict" {
	local id rerun again
	[ -e "$RUNC.tap" ] || skip "runc is not installed"
	cd "$CHECKOUT"
	jq -r '.results[] | select(.verdict == "fail") | [.id, .rerun] | @tsv' \
		"$RUNC/report.json" >"$BATS_TEST_TMPDIR/falls"
	[ -s "$BATS_TEST_TMPDIR/falls" ]
	while IFS=$'\t' read -r id rerun; do
		again=$BATS_TEST_TMPDIR/$id
		[[ $rerun == "make conformance RUNTIME="*" FILTER=$id" ]]
		# As it stands; only where it writes to is told by the environment.
		OUT=$again bash -c "$rerun" >"$again.tap" 2>"$again.err" 3>&- || :
		[ -e "$again/report.json" ] || fail "$rerun:" "$(<"$again.err")"
		[ "$(jq -r --arg id "$id" '.results[] | select(.id == $id) | .verdict' \
			"$again/report.json")" = fail ] || fail "$rerun: not fail"
	done <"$BATS_TEST_TMPDIR/falls"
}

@test "--time says where the time went, and the three add up to the cases" {
	run -0 --separate-stderr "$MASKSPEC" run --runtime "$MASKREF" --filter links --time \
		--out "$OUT"
	for row in runtime payload kit; do
		grep -qE "^  $row +[0-9.]+ s +[0-9]+ %" <<<"$stderr" || fail "no $row in" "$stderr"
	done
	[ "$(jq '[.measurements[] | select(.bundle == "links" and (.name | test("time.(runtime|payload|kit)")))
		| .value | tonumber] | add' "$OUT/report.json")" = \
		"$(awk -F '\t' '$2 == "driver" && $6 == "case" { print $8 }' "$OUT/facts/links.facts")" ]
}
