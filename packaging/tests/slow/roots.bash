# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Small installations of Debian's suites, with the runc of each, as archives that in-root unpacks.
# shellcheck source=packaging/tests/helpers.bash
. "$(dirname "${BASH_SOURCE[0]}")/../helpers.bash"
# shellcheck source=vm/apt.bash
. "$CHECKOUT/vm/apt.bash"

ROOTS=$(realpath -m "${CACHE:-$BUILD/cache}")/roots

# make_root SUITE: $ROOTS/SUITE.tar, kept from run to run; it appears as a whole or not at all. What
# debootstrap mounts ends with it.
make_root() {
	local suite=$1 archive keyring work=$ROOTS/$1.work

	[ ! -s "$ROOTS/$suite.tar" ] || return 0
	archive=$(apt_archive Debian Debian)
	keyring=$(apt_keyring Debian)
	[ -n "$archive" ] || fail "apt knows no archive of Debian (apt-get update may be needed)"
	rm -rf "$work"
	mkdir -p "$work"
	unshare -m debootstrap --variant=minbase --include=runc ${keyring:+--keyring="$keyring"} "$suite" "$work" \
		"$archive" >"$ROOTS/$suite.log" 2>&1 3>&- ||
		fail "debootstrap $suite failed; $ROOTS/$suite.log ends in:" "$(tail -n 3 "$ROOTS/$suite.log")"
	proxies >"$work/etc/apt/apt.conf.d/90machine"
	tar -C "$work" --numeric-owner --exclude='./dev/*' --exclude='*.deb' -cf "$ROOTS/$suite.tar.new" .
	mv "$ROOTS/$suite.tar.new" "$ROOTS/$suite.tar"
	rm -rf "$work" "$ROOTS/$suite.log"
}

# How this machine's apt reaches the archive, the root's does, too.
proxies() {
	apt-config dump | grep -E '^Acquire::(https?::|)Proxy' || :
}

# in_suite SUITE WORD...: options of in-root, then -- and a command.
in_suite() {
	in_root "$ROOTS/$1.tar" --bind "$OUT:/out" "${@:2}"
}

# The ids and verdicts of a report.
verdicts() {
	jq -r '.results[] | "\(.id) \(.verdict)"' "$1/report.json"
}
