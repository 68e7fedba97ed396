#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The README and the guides say what is: the figure's lines occur, links lead somewhere, variables
# are those of `make help`.
bats_require_minimum_version 1.5.0

setup_file() {
	local build

	cd "$BATS_TEST_DIRNAME/../.." || return 1
	build=$(realpath "${B:-build}")
	"$build/maskspec" run --runtime "$build/maskref" --filter directories \
		--out "$BATS_FILE_TMPDIR/out" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		{ cat "$BATS_FILE_TMPDIR/log"; return 1; }
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
}

figure() {
	sed -n '/^<!-- figure -->$/,/^<!-- end of figure -->$/p' README.md | sed '/^<!--/d; /^```$/d'
}

# Blanks and tabs are one blank; none at the ends.
plain() {
	sed 's/[[:blank:]]\{1,\}/ /g; s/^ //; s/ $//'
}

# Prints the line of FILE, at or after line FROM, that is TEXT; fails where there is none.
line_of() {
	plain <"$1" | TEXT=$3 awk -v from="$2" '
		NR >= from && $0 == ENVIRON["TEXT"] { print NR; found = 1; exit }
		END { exit !found }'
}

@test "README: each line of the figure occurs in its file, in this order" {
	local line file='' at=1 quoted=0 files=0

	while IFS= read -r line; do
		case $line in
		'    '*)
			line=$(plain <<<"$line")
			at=$(line_of "$file" "$at" "$line") || {
				echo "not in $file from line $at on: $line"
				return 1
			}
			quoted=$((quoted + 1))
			;;
		' |'* | ' v') ;;
		*)
			file=${line%%  *}
			file=${file/#build\/out/$BATS_FILE_TMPDIR/out}
			at=1
			files=$((files + 1))
			[ -f "$file" ]
			;;
		esac
	done < <(figure)
	[ "$files" -ge 5 ]
	[ "$quoted" -ge 15 ]
}

@test "README: a changed line of the figure would be noticed" {
	run ! line_of "$BATS_FILE_TMPDIR/out/facts/directories.facts" 1 \
		"r probe:a run root list /t/a ok entries=1 dots=2"
}

@test "README: the figure's requirement has the verdict shown" {
	run -0 jq -r '.results[] | select(.id == "dir-empty") | .level + " " + .verdict' \
		"$BATS_FILE_TMPDIR/out/report.json"
	[ "$output" = "MUST pass" ]
}

# judge RUNTIME VERSION [OPTION]...: a whole run, published; skips where another version is here.
judge() {
	local runtime=$1 version=$2

	shift 2
	command -v "$runtime" >/dev/null || skip "no $runtime"
	run -0 "$runtime" --version
	[[ $output == *" version $version"* ]] || skip "no $runtime $version"
	"$(realpath "${B:-build}")/maskspec" run --runtime "$runtime" --publish --expect "$runtime" \
		--out "$BATS_TEST_TMPDIR/out" >/dev/null 2>&1 ||
		[ -f "$BATS_TEST_TMPDIR/out/report.json" ]
	report=$BATS_TEST_TMPDIR/out/report.json
}

# jq's filter on the report gives lines that the file must hold.
holds() {
	local want

	jq -r "$2" "$report" >"$BATS_TEST_TMPDIR/lines"
	[ -s "$BATS_TEST_TMPDIR/lines" ]
	while IFS= read -r want; do
		line_of "$1" 1 "$want" >/dev/null || {
			echo "$1 does not have: $want"
			return 1
		}
	done <"$BATS_TEST_TMPDIR/lines"
}

@test "docs: the counts of runc are those of a run" {
	judge runc 1.1.5
	holds README.md '.summary.by_level | to_entries[] |
		"\(.key) \(.value.pass) \(.value.fail) \(.value.skip) \(.value.broken)"'
	holds docs/runtimes.md '.summary.by_level | to_entries[] |
		"| \(.key) | \(.value.pass) | \(.value.fail) | \(.value.skip) | \(.value.broken) |"'
	jq -r '.summary | "| \(.pass) of \(.pass + .fail + .skip + .broken + .withheld) | \(.fail) |"' \
		"$report" >"$BATS_TEST_TMPDIR/cell"
	grep '^| runc 1.1.5' docs/runtimes.md | grep -qFf "$BATS_TEST_TMPDIR/cell"
}

@test "docs: the counts of crun are those of a published run" {
	judge crun 1.8.1
	jq -r '.summary | "| \(.pass) of \(.pass + .fail + .skip + .broken + .withheld) | \(.fail) | \(.skip + .broken) | \(.withheld) |"' \
		"$report" >"$BATS_TEST_TMPDIR/cell"
	grep '^| crun 1.8.1' docs/runtimes.md | grep -qFf "$BATS_TEST_TMPDIR/cell"
}

@test "docs/runtimes.md: explains each fall of fixtures/expect, and no other" {
	local runtime

	for runtime in runc crun; do
		diff <(awk -F '\t+' -v r="$runtime" '$1 ~ "^" r && $3 != "withheld" { print $3 }' \
			"fixtures/expect/$runtime" | sort) \
			<(sed -n "/^## $runtime /,/^## /p" docs/runtimes.md | sed -n 's/^### //p' |
				grep -E '^[a-z][a-z-]+(, [a-z-]+)*$' | sed 's/, /\n/g' | sort)
	done
}

@test "docs: every relative link leads to a file" {
	local doc link missing=0

	for doc in README.md docs/*.md docs/*/*.md; do
		while IFS= read -r link; do
			case $link in
			*://* | '#'* | '') continue ;;
			esac
			[ -e "$(dirname "$doc")/${link%%#*}" ] && continue
			echo "$doc: $link"
			missing=$((missing + 1))
		done < <(grep -oE '\]\([^) ]+\)' "$doc" | sed 's/^](//; s/)$//')
	done
	[ "$missing" -eq 0 ]
}

@test "docs: the variables of running.md are those of make help" {
	run -0 make -s help
	help=$(sed -n '/^Variables/,/^$/p' <<<"$output" | grep -oE '[A-Z_]+=' | sort -u)
	guide=$(grep -oE '^\| `[A-Z_]+=' docs/guide/running.md | tr -d '|` ' | sort -u)
	[ "$(wc -l <<<"$help")" -ge 10 ]
	diff <(cat <<<"$help") <(cat <<<"$guide")
}
