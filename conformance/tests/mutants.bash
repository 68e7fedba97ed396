# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # hold is used by who sources this
# What fixtures/mutants.tsv says. Sourced, with `table`, its path, set.
: "${table:?}"

# Known objects behind known descriptors: what the bundles about aliases name.
hold="--hold-fd 17:/t/held.d --hold-fd 18:/t/held.f --hold-fd 19:/ --hold-fd 20:bundle:/outside \
--hold-fd 21:/t/held.e"

# column NAME NUMBER
column() {
	awk -F'\t' -v n="$1" -v c="$2" '$1 == n { print $c }' "$table"
}

# Words of column 6: strategy=NAME, deny=CALL, profile=NAME, filter=GLOB. A fault of a rung is only
# there to be found on it; a fault that only the bundles of another profile show is run with that
# profile alone, and with a filter only with bundles of that name: those of `scale` are great.
# trace=KERNEL: only a kernel that lets itself be traced shows it; where this one does not, that one
# is booted (ACCEL and CACHE as for `make conformance`).
needs() {
	column "$1" 6 | tr ' ' '\n' | sed -n "s/^$2=//p" | paste -sd ' '
}

profile_of() {
	local profile
	profile=$(needs "$1" profile)
	echo "${profile:-core}"
}

# All mutants, or those that are given.
names_of() {
	[ $# -gt 0 ] && printf '%s\n' "$@" && return
	grep -v '^#' "$table" | cut -f1
}
export -f column needs profile_of
