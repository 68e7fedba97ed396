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
