#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manual says what there is and nothing else: pages against the help of the programs, help against
# what the programs take, the library's page against its header, the report's against its schemas.

load helpers

MAN=$CHECKOUT/docs/man

setup_file() {
	need jq mandoc
	copy_kit
	copy_certify_kit
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# Options in a text, one a line: --runtime, -o.
options_in() {
	grep -oE '(^|[^[:alnum:]_-])--?[a-z][a-z-]*' | sed 's/^[^-]*//' | LC_ALL=C sort -u
}

# Options that a part of a page marks up: of mdoc on stdin.
options_of_page() {
	grep -oE '\bFl -?[a-z][a-z-]*' | sed 's/^Fl /-/' | LC_ALL=C sort -u
}

# The part of maskspec(1) that is about a command.
part() {
	awk -v name="$1" '/^\.S[sh]/ { in_it = $0 == ".Ss " name } in_it' "$MAN/maskspec.1"
}

commands() {
	"$MASKSPEC" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# What a command says of itself; the first two lines are usage and what for.
help_of() {
	"$MASKSPEC" help "$1"
}

@test "maskspec(1) has each command, and no other" {
	diff <(commands) <(awk '/^\.Sh/ { in_it = $2 == "COMMANDS" } in_it && /^\.Ss/ { print $2 }' "$MAN/maskspec.1")
	[ "$(commands | wc -l)" -ge 17 ]
}

@test "maskspec(1) has the options of each command's help, and no other" {
	commands >names
	while read -r name; do
		of=$name
		# It says that it takes those of run, which the next test holds to.
		[ "$name" != shell ] || of=run
		diff <(help_of "$name" | options_in) <(part "$of" | options_of_page) || fail "$name"
	done <names
	diff <(help_of shell | tail -n +3) <(help_of run | tail -n +3)
	part shell | grep -q '^It takes the options of$'
}

@test "an option that one of them lacks would be found" {
	diff <(help_of judge | options_in) <(part judge | grep -v -e '-called' | options_of_page) &&
		fail "not in the page"
	diff <(help_of judge | grep -v -e '--called' | options_in) <(part judge | options_of_page) &&
		fail "not in the help"
	help_of run | options_in | grep -qx -e --vm-timeout
}

# The words of a source's table of options, but --help, which all have.
table() {
	grep -ohE '\{ "[a-z-]+", (required|no)_argument' "$@" | cut -d '"' -f 2 | sed 's/^/--/' |
		grep -vx -e --help | LC_ALL=C sort -u
}

@test "help tells every option that is taken" {
	local runner='--accel --cache --timeout --jobs --vm-timeout'
	local judge='--expect --strict --withheld --publish --fixtures'
	cd "$CHECKOUT/conformance"
	while read -r name source more; do
		table "$source" >"$BATS_TEST_TMPDIR/taken"
		# shellcheck disable=SC2086 # words
		[ -z "$more" ] || printf '%s\n' $more >>"$BATS_TEST_TMPDIR/taken"
		[ -s "$BATS_TEST_TMPDIR/taken" ]
		diff <(LC_ALL=C sort -u "$BATS_TEST_TMPDIR/taken") <(help_of "$name" | options_in | grep -e --) ||
			fail "$name"
	done <<-END
		run run_options.c
		kernels cmd_kernels.c
		observe observe.c
		judge cmd_judge.c $judge
		report cmd_report.c $judge
		expect cmd_expect.c $judge
		merge cmd_merge.c $judge
		diff cmd_diff.c
		site cmd_site.c
		certify certify/cmd_certify.c --passphrase --passphrase-fd $runner
		verify certify/cmd_verify.c $runner
		keygen certify/keygen.c --passphrase --passphrase-fd
	END
}

@test "maskref(8) has its commands, options and strategies, and no other" {
	"$MASKREF" --help >help
	diff <(grep -oE '^  --[a-z-]+' help | sed 's/^  //' | LC_ALL=C sort -u) \
		<(options_of_page <"$MAN/maskref.8" | LC_ALL=C sort -u)
	diff <(sed -n 's/^  \([a-z]*\)  .*/\1/p' help) \
		<(awk '/^\.Sh/ { in_it = $2 == "COMMANDS" } in_it && /^\.It Cm/ { print $3 }' "$MAN/maskref.8")
	diff <(sed -n 's/^  strategy //p' help) \
		<(awk '/^\.Sh/ { in_it = $2 == "STRATEGIES" } in_it && /^\.It Cm/ { print $3 }' "$MAN/maskref.8")
	[ -s help ]
}

@test "libmaskref(3) has the functions of the header with their arguments, and no other" {
	# Prototypes of both, without blanks and stars that stand elsewhere.
	tr '\n' ' ' <"$CHECKOUT/reference/mask.h" | sed 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' |
		grep -oE '\bmask_[a-z_]+\([^;]*\);' | sed 's/);$//; s/[(,]/ /g' | tr -d '*' |
		tr -s ' \t' ' ' | LC_ALL=C sort >header
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$MAN/libmaskref.3" |
		sed -n 's/^\.Fn //p' | tr -d '*"' | tr -s ' ' | LC_ALL=C sort >page
	[ "$(wc -l <page)" -ge 20 ]
	diff header page
	# Each is described, too.
	while read -r name _; do
		sed -n '/^\.Sh DESC/,$p' "$MAN/libmaskref.3" | grep -qE "^\.Fn $name( |$)" || fail "$name"
	done <page
}

@test "maskspec-report(5) has the keys of the schemas, and no other" {
	(cd "$CHECKOUT/fixtures/schema" && jq -r '[.. | .properties? // empty | keys[]] | .[]' \
		report.schema.json matrix.schema.json) | grep -vxE 'MUST|SHOULD|INFO' | LC_ALL=C sort -u >schema
	grep -E '^\.(It )?Va ' "$MAN/maskspec-report.5" | sed 's/^\.\(It \)\?Va//; s/[,;:.)]/ /g' |
		tr -s ' ' '\n' | sed '/^$/d' | LC_ALL=C sort -u >page
	[ "$(wc -l <schema)" -ge 60 ]
	diff schema page
}

@test "every page is one that man can show" {
	for page in "$MAN"/*; do
		mandoc -Tutf8 "$page" >text
		[ "$(wc -l <text)" -gt 100 ] || fail "$page"
	done
}
