# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Tables of a document that are printed from runs. Sourced, with these set:
#   doc      the document, with lines `<!-- NAME -->` and `<!-- end of NAME -->`
#   work     a folder for what is made on the way
#   record   the command that writes the tables anew
: "${doc:?}" "${work:?}" "${record:?}"
faults=0

fault() {
	echo "FAULT: $*"
	faults=$((faults + 1))
}

between() {
	sed -n "/^<!-- $1 -->\$/,/^<!-- end of $1 -->\$/p" "$doc" | sed '1d;$d'
}

# The document with what stands between the markers $1 replaced by the file $2.
replace() {
	awk -v name="$1" -v new="$(cat "$2")" '
		$0 == "<!-- end of " name " -->" { print new; skip = 0 }
		!skip { print }
		$0 == "<!-- " name " -->" { skip = 1 }' "$doc"
}

check_table() {
	local name=$1 new=$2

	if [ "${RECORD:-}" = 1 ]; then
		replace "$name" "$new" >"$work/doc" && cat "$work/doc" >"$doc"
	else
		diff -u --label "${doc##*/}: $name" --label seen <(between "$name") "$new" ||
			fault "docs/${doc##*/} is not what was seen; to write it: $record"
	fi
}
