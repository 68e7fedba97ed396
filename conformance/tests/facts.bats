#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A facts folder is judged anywhere, by anybody, with the same results; and whatever is taken out
# of it or changed in its cases or manifest never helps.

load helpers

USER_ID=1000
# Cases that show a fall of tmpfs-per-dir, others that don't; small ones.
FEW="directories files superblocks-pair links"

setup_file() {
	need root jq setpriv
	copy_kit
	run_maskref "$BATS_FILE_TMPDIR/good" ""
	run_maskref "$BATS_FILE_TMPDIR/other" "" --filter "$FEW"
	# With falls, so that they can be seen to stay.
	run_maskref "$BATS_FILE_TMPDIR/falls" "--strategy tmpfs-per-dir" --filter "$FEW"
	chmod -R a+rX "$BATS_FILE_TMPDIR"
}

run_maskref() {
	local status=0 out=$1 args=$2
	shift 2
	"$MASKSPEC" run --runtime "$MASKREF" --runtime-args "$args" --out "$out" \
		--require shared-mask "$@" >"$out.tap" 2>"$out.err" 3>&- || status=$?
	[ "$status" -le 1 ] || fail "maskref: exit $status" "$(<"$out.err")"
}

setup() {
	GOOD=$BATS_FILE_TMPDIR/good
	FALLS=$BATS_FILE_TMPDIR/falls
	OTHER=$BATS_FILE_TMPDIR/other
	FACTS=$BATS_TEST_TMPDIR/facts
}

results() {
	jq -S .results "$1"
}

# judge FOLDER: status, and the report in $JUDGED; a usage error leaves it empty.
judge() {
	JUDGED=$BATS_TEST_TMPDIR/judged.json
	status=0
	"$MASKSPEC" judge "$1" --json >"$JUDGED" 2>"$BATS_TEST_TMPDIR/err" || status=$?
}

# never_better WHAT [GONE]: the last judgement against that of the run itself, $BASE. Broken may
# take the place of fail (what is gone can't be seen), nothing else may; a requirement may vanish
# (GONE = none) only where the manifest was edited, which leaves all others broken.
never_better() {
	local better
	[ "$status" -ne 0 ] || fail "$1: exit 0"
	[ "$status" -le 3 ] || fail "$1: exit $status"
	if [ "$status" = 2 ]; then
		[ ! -s "$JUDGED" ] || fail "$1: a usage error with a report"
		return
	fi
	[ "$(jq -r .summary.verdict "$JUDGED")" != conforms ] || fail "$1: conforms"
	better=$(jq -n -r --arg gone "${2:-}" --slurpfile a "$BASE/report.json" --slurpfile b "$JUDGED" '
		($b[0].results | map({(.id): .verdict}) | add) as $now
		| $a[0].results[] | . as $r | ($now[.id] // "none") as $v
		| select($v != .verdict and $v != "broken" and $v != "fail" and $v != $gone)
		| "\($r.id): \($r.verdict) became \($v)"')
	[ -z "$better" ] || fail "$1: verdicts got better:" "$better"
}

fresh() {
	rm -rf "$FACTS"
	cp -rl "$BASE/facts" "$FACTS"
}

# The copy's file $1 becomes a file of its own, to be edited; the others are links.
own() {
	rm "$FACTS/$1"
	cp "$BASE/facts/$1" "$FACTS/$1"
}

@test "the runs are what these tests need" {
	[ "$(<"$GOOD/status")" = 0 ]
	[ "$(jq -r .summary.verdict "$GOOD/report.json")" = conforms ]
	[ "$(<"$FALLS/status")" = 1 ]
	[ "$(jq '[.results[] | select(.verdict == "fail")] | length' "$FALLS/report.json")" -ge 1 ]
}

@test "an ordinary user judges the same" {
	local run
	cd /
	for run in "$GOOD" "$FALLS"; do
		status=0
		setpriv --reuid=$USER_ID --regid=$USER_ID --clear-groups \
			"$MASKSPEC" judge "$run/facts" --json >"$BATS_TEST_TMPDIR/json" || status=$?
		[ "$status" = "$(<"$run/status")" ]
		diff <(results "$run/report.json") <(results "$BATS_TEST_TMPDIR/json")
		diff <(jq -S 'del(.results)' "$run/report.json") \
			<(jq -S 'del(.results)' "$BATS_TEST_TMPDIR/json")
	done
}

# A report has one measurement of a name and case, so a second create counts with the first.
@test "a command that was given twice is measured as one" {
	local once="$GOOD/facts/directories.facts"
	awk -F '\t' -v OFS='\t' '$1 == "end" { $2 += n } { print }
		$2 == "driver:admin" && $5 == "time" && $6 == "create" { print; n++ }
		END { exit n != 1 }' "$once" >"$BATS_TEST_TMPDIR/twice.facts"
	value() {
		"$MASKSPEC" judge --json "$1" 2>/dev/null |
			jq '[.measurements[] | select(.name == "time.create").value | tonumber] | if length == 1 then .[0] else error end'
	}
	[ "$(value "$BATS_TEST_TMPDIR/twice.facts")" -eq $((2 * $(value "$once"))) ]
}

@test "elsewhere, from read-only files, without the cases and the rest of OUT, it is the same" {
	cp -r "$FALLS/facts" "$FACTS"
	chmod -R a-w "$FACTS"
	mkdir -p "$BATS_TEST_TMPDIR/else/build"
	cp -r "$KIT/fixtures" "$BATS_TEST_TMPDIR/else/"
	cp "$MASKSPEC" "$BATS_TEST_TMPDIR/else/build/"
	MASKSPEC=$BATS_TEST_TMPDIR/else/build/maskspec judge "$FACTS"
	[ "$status" = 1 ]
	diff <(results "$FALLS/report.json") <(results "$JUDGED")
}

@test "each facts file deleted in turn: no verdict gets better" {
	local file
	for BASE in "$GOOD" "$FALLS"; do
		[ "$(ls "$BASE/facts" | wc -l)" -ge 6 ]
		for file in "$BASE"/facts/*; do
			fresh
			rm "$FACTS/${file##*/}"
			judge "$FACTS"
			never_better "without ${file##*/}"
		done
	done
}

@test "each file cut by a byte, by a line, in half, to one byte, to none" {
	local file size name at
	BASE=$FALLS
	for file in "$BASE"/facts/*; do
		name=${file##*/}
		size=$(stat -c %s "$file")
		for at in "$((size - 1))" "$((size - $(tail -n 1 "$file" | wc -c)))" \
			"$((size / 2))" 1 0; do
			fresh
			own "$name"
			truncate -s "$at" "$FACTS/$name"
			judge "$FACTS"
			# The newline at the very end is no evidence: without it, it is the same.
			if [ "$at" = "$((size - 1))" ]; then
				[ "$(results "$JUDGED")" != "$(results "$BASE/report.json")" ] ||
					continue
			fi
			never_better "$name cut at $at of $size"
		done
	done
}

# damaged_all_due FILE: each requirement that the case is due to show is fail or broken now.
damaged_all_due() {
	local ids
	ids=$(awk -F '\t' -v name="$1" '$1 == "case" && $3 == name { print $5 }' \
		"$BASE/facts/manifest")
	[ -n "$ids" ]
	run -0 jq -r --arg ids "$ids" '(.results | map({(.id): .verdict}) | add) as $now
		| $ids | split(" ")[] | select($now[.] != "broken" and $now[.] != "fail")' "$JUDGED"
	[ -z "$output" ] || fail "$1: judged without evidence:" "$output"
}

@test "without its facts all that a case owes is broken" {
	local file
	BASE=$GOOD
	for file in "$BASE"/facts/*.facts; do
		[ "${file##*/}" != preflight.facts ] || continue
		fresh
		rm "$FACTS/${file##*/}"
		judge "$FACTS"
		[ "$status" = 3 ]
		damaged_all_due "${file##*/}"
	done
}

# One byte at the offset $2 of file $1 becomes another one.
flip() {
	local old new
	old=$(dd if="$1" bs=1 skip="$2" count=1 status=none | od -An -tu1)
	printf -v new '\\%03o' $(((old ^ 1) & 255))
	printf '%b' "$new" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "a byte of a case changed: broken" {
	local at name=directories.facts
	BASE=$FALLS
	while read -r at; do
		fresh
		own "$name"
		flip "$FACTS/$name" "$at"
		judge "$FACTS"
		never_better "$name, byte $at"
		damaged_all_due directories.facts
	done < <(grep -b '^c' "$BASE/facts/$name" | awk -F : 'NR % 11 == 1 { print $1 + 4 }' |
		head -n 40)
}

@test "each byte of the manifest's first lines changed, and every 37th of the rest" {
	local at size tested=0
	BASE=$FALLS
	size=$(stat -c %s "$BASE/facts/manifest")
	for ((at = 0; at < size; at += at < 60 ? 1 : 37)); do
		fresh
		own manifest
		flip "$FACTS/manifest" "$at"
		judge "$FACTS"
		[ "$status" = 2 ] || [ "$status" = 3 ] || fail "byte $at: exit $status"
		never_better "manifest, byte $at" none
		tested=$((tested + 1))
	done
	[ "$tested" -ge 60 ]
}

@test "a case taken out of the manifest, the rest made to fit: broken" {
	local n
	BASE=$FALLS
	fresh
	own manifest
	sed -i '/^case\tfiles\t/d' "$FACTS/manifest"
	n=$(grep -c . "$FACTS/manifest")
	sed -i "s/^end\t.*/end\t$((n - 1))/" "$FACTS/manifest"
	rm "$FACTS/files.facts"
	judge "$FACTS"
	[ "$status" = 3 ]
	[ "$(jq -r '[.results[].verdict] | unique | join(" ")' "$JUDGED")" = broken ]
}

@test "a requirement or REQUIRE taken out of the manifest: broken" {
	local edit
	BASE=$FALLS
	for edit in 's/ dir-list / /;s/ dir-empty / /;s/\tdir-empty /\t/' 's/^require\t.*/require\t-/' \
		's/^profile\t.*/profile\tscale/' 's/^filter\t.*/filter\tdir-*/'; do
		fresh
		own manifest
		sed -i "$edit" "$FACTS/manifest"
		! cmp -s "$FACTS/manifest" "$BASE/facts/manifest"
		judge "$FACTS"
		[ "$status" = 3 ] || fail "$edit: exit $status"
		never_better "$edit" none
	done
}

@test "facts of another run: broken, and said" {
	BASE=$GOOD
	fresh
	rm "$FACTS/files.facts"
	cp "$OTHER/facts/files.facts" "$FACTS/"
	judge "$FACTS"
	[ "$status" = 3 ]
	never_better "files.facts of another run"
	damaged_all_due files.facts
	[[ $(jq -r '.results[] | select(.id == "file-empty") | .reason' "$JUDGED") == \
		*"of another run"* ]]
}

@test "facts of another case of the same run: broken" {
	BASE=$GOOD
	fresh
	rm "$FACTS/files.facts"
	cp "$FACTS/directories.facts" "$FACTS/files.facts"
	judge "$FACTS"
	[ "$status" = 3 ]
	never_better "directories for files"
	damaged_all_due files.facts
}

@test "no folder, no manifest, no facts: a sentence and 2" {
	BASE=$FALLS
	fresh
	judge "$BATS_TEST_TMPDIR/none"
	[ "$status" = 2 ]
	mkdir "$BATS_TEST_TMPDIR/empty"
	judge "$BATS_TEST_TMPDIR/empty"
	[ "$status" = 2 ]
	[[ $(<"$BATS_TEST_TMPDIR/err") == *"no manifest here"* ]]
	judge /bin/true
	[ "$status" = 2 ]
	[[ $(<"$BATS_TEST_TMPDIR/err") == "maskspec: /bin/true: "* ]]
}
