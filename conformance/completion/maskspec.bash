# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash: what `words`, beside the kit that is called, says. Installed as completions/maskspec.

_maskspec() {
	local current=${COMP_WORDS[COMP_CWORD]} program line kind

	COMPREPLY=()
	program=$(type -P -- "${COMP_WORDS[0]}") || return 0
	program=$(realpath -- "$program")
	while IFS= read -r line; do
		case $line in
		:files) kind=-f ;;
		:dirs) kind=-d ;;
		:commands) kind=-c ;;
		*)
			line=${line%%$'\t'*}
			[[ $line != "$current"* ]] || COMPREPLY+=("$line")
			continue
			;;
		esac
		compopt -o filenames 2>/dev/null || :
		while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "$current")
	done < <("${program%/*}/../conformance/completion/words" "$program" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _maskspec maskspec
