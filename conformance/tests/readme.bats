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
}

# Ids that fixtures/expect names for "RUNTIME VERSION"; globs of bash are those of the kit. What only
# some machines can show has no evidence of this one.
falls_of() {
	local glob id verdict

	shopt -s extglob
	while IFS=$'\t' read -r glob _ id verdict _; do
		# shellcheck disable=SC2053 # it is a glob
		[[ $1 == $glob && $id != withheld* && $verdict != *skip* ]] && echo "$id"
	done < <(grep -hv '^#' fixtures/expect/runc fixtures/expect/crun | tr -s '\t') | sort
}

@test "docs/runtimes.md: shows the evidence of each fall of Debian 12's runtimes, and of no other" {
	local runtime

	for runtime in 'runc 1.1.5' 'crun 1.8.1'; do
		[ "$(falls_of "$runtime" | wc -l)" -ge 10 ]
		diff <(falls_of "$runtime") \
			<(sed -n "/^## $runtime\$/,/^## /p" docs/runtimes.md | sed -n 's/^### //p' |
				grep -E '^[a-z][a-z-]+(, [a-z-]+)*$' | sed 's/, /\n/g' | sort)
	done
}

@test "docs/runtimes.md: the tables name no runtime without counts, and no fall without a reason" {
	run -0 sed -n '/^<!-- runtimes all -->$/,/^<!-- end of runtimes all -->$/p' docs/runtimes.md
	[ "$(grep -cE '^\| (runc|crun) ' <<<"$output")" -ge 9 ]
	run -0 sed -n '/^<!-- reasons -->$/,/^<!-- end of reasons -->$/p' docs/runtimes.md
	[ "$(grep -cE '^\| (runc|crun) ' <<<"$output")" -ge 10 ]
	run ! grep -E '^\| (runc|crun) .*\| +\|' <<<"$output"
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
