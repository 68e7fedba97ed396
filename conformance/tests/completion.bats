#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Completion of bash and zsh: every command and option, and the values that are known.

load helpers

WORDS=$CHECKOUT/conformance/completion

setup_file() {
	need bash zsh jq
	copy_kit
	copy_certify_kit
	cp -r "$WORDS" "$KIT/conformance"
	cp "$CHECKOUT"/vm/{fetch,*.bash,kernels.json} "$KIT/vm"
	export BIN=$BATS_FILE_TMPDIR/bin
	mkdir "$BIN"
	ln -s ../kit/build/maskspec "$BIN/maskspec"
}

setup() {
	PATH=$BIN:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	mkdir folder
	: >file
	# shellcheck source=conformance/completion/maskspec.bash
	. "$WORDS/maskspec.bash"
}

# in_bash WORD...: what completes the last word, one a line.
in_bash() {
	COMP_WORDS=(maskspec "$@") COMP_CWORD=$#
	_maskspec
	printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort
}

# in_zsh WORD...: what zsh is told, one a line, and which of its own it is asked for.
in_zsh() {
	# shellcheck disable=SC2016
	zsh -f -c 'fpath=($1 $fpath); shift; autoload -Uz _maskspec
		_describe() { print -l -- ${(P)2} } ; _files() { print -- "_files $*" } ; _command_names() { print -- commands }
		words=(maskspec "$@") CURRENT=$(( $# + 1 )); _maskspec' - "$WORDS" "$@"
}

# The options that the help of a command tells.
options_of() {
	maskspec help "$1" | grep -oE '(^|[^[:alnum:]_-])--[a-z][a-z-]*' | sed 's/^[^-]*//' | LC_ALL=C sort -u
}

@test "commands: those of maskspec help" {
	diff <(in_bash "") <({ maskspec help | sed -n 's/^  \([a-z]*\) .*/\1/p'; echo help; } | LC_ALL=C sort)
	[ "$(in_bash ru)" = run ]
	[ "$(in_bash help cert)" = certify ]
	[ -z "$(in_bash help run "")" ]
	[ -z "$(in_bash none --)" ]
}

@test "options: all that help tells, of each command" {
	while read -r name; do
		diff <(in_bash "$name" -- | grep .) <(options_of "$name" | grep .) || fail "$name"
	done < <(in_bash "" | grep -vx help)
	[ "$(in_bash run --vm-t)" = --vm-timeout ]
	in_bash keygen - | grep -qx -e -o
}

@test "values: as the program takes them" {
	for option in --profile --cgroup --userns --accel; do
		run -2 maskspec run --runtime "$MASKREF" --out out "$option" none-such
		diff <(in_bash run "$option" "") <(sed -n 's/.*: none of //p' <<<"$output" | tr ' ' '\n' | LC_ALL=C sort) ||
			fail "$option"
	done
	diff <(in_bash run --kernels "") <({ jq -r '.kernels[].name' "$KIT/vm/kernels.json"; printf '%s\n' host file folder; } |
		LC_ALL=C sort)
	diff <(in_bash explain "") <(maskspec list | cut -d ' ' -f 1 | LC_ALL=C sort)
	diff <(in_bash show "") <(maskspec list cases | cut -d ' ' -f 1 | LC_ALL=C sort)
	[ "$(in_bash run --filter dir-boun)" = dir-bounded ]
	[ "$(in_bash run --filter superblocks-p)" = superblocks-pair ]
	[ "$(in_bash run --require shared)" = shared-mask ]
	[ "$(in_bash judge x --expect ru)" = runc ]
	[ "$(in_bash certify --cert "" | grep cert | paste -sd ' ')" = "certified-2026 certified-2026-el8" ]
	[ "$(in_bash verify x --profile certified-2026-)" = certified-2026-el8 ]
	[ "$(in_bash list "" | paste -sd ' ')" = "cases mutants requirements" ]
	for format in $(in_bash report --format ""); do
		run -2 maskspec report --format "$format" none-such
		[[ $output != *"$format"* ]] || fail "$output"
	done
	run -2 maskspec report --format none-such file
	[[ $output == *none-such* ]]
	for type in $(in_bash keygen --type ""); do [[ $type == p256 || $type == ed25519 ]]; done
	[ "$(in_bash diff a b --format m)" = markdown ]
}

@test "files, folders and commands" {
	[ "$(in_bash judge "" | paste -sd ' ')" = "file folder" ]
	[ "$(in_bash run --out "")" = folder ]
	[ "$(in_bash run --cache f)" = folder ]
	in_bash run --runtime maskspe | grep -qx maskspec
	[ "$(in_bash run --runtime ./fi)" = ./file ]
	[ -z "$(in_bash run --timeout "")" ]
}

@test "zsh: the function is found, and says the same" {
	# shellcheck disable=SC2016
	run -0 zsh -f -c 'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; print -- $_comps[maskspec]' - "$WORDS"
	[ "$output" = _maskspec ]
	for line in "" "run --" "run --kernels " "explain " "report --format " "keygen -" "run --require " "list "; do
		IFS=' ' read -ra words <<<"$line"
		[[ $line != *" " && -n $line ]] || words+=("")
		diff <(in_zsh "${words[@]}" | grep -v '^_files' | sed 's/\([^\\]\):.*/\1/' | LC_ALL=C sort) \
			<("$WORDS/words" "$BIN/maskspec" "${words[@]}" | grep -v '^:' | cut -f 1 | LC_ALL=C sort) || fail "$line"
	done
	[ "$(in_zsh run --out "")" = "_files -/" ]
	[ "$(in_zsh judge "")" = "_files " ]
	in_zsh run --runtime "" | grep -qx commands
	in_zsh run -- | grep -q '^--cgroup:auto, v1 or v2'
}

@test "where there is no kit nothing is said" {
	mkdir bin
	cp "$BIN/maskspec" bin/maskspec
	PATH=$PWD/bin:/usr/bin:/bin
	run -0 in_bash run --
	[ -z "$output" ]
	rm bin/maskspec
	PATH=$PWD/bin:/usr/bin:/bin
	run -0 in_bash ""
	[ -z "$output" ]
}
