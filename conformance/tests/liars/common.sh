# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034
# What the liars share. `LIAR [--lie WORD] [--around RUNTIME] FLAGS... COMMAND WORDS...`
#
# Sets $lie, $around and $phase (the OCI command, or "version"); the words meant for the runtime
# itself stay in "$@". Every process a liar starts has its path in argv or in LIAR=, so that a
# test can find those that outlive the run.
export LIAR="$0"
lie='' around='' phase=''
while :; do
	case $1 in
	--lie) lie=$2 ;;
	--around) around=$2 ;;
	*) break ;;
	esac
	shift 2
done
for word; do
	case $word in
	create | start | state | kill | delete | exec) phase=$word && break ;;
	--version) phase=version && break ;;
	esac
done
forever() {
	exec sleep infinity
}
# The one answer of `state` that lets a run go on, after create: with a pid and that status.
say_state() {
	printf '{"ociVersion":"1.0.2","id":"liar","status":"created","pid":%s,"bundle":"/"}\n' "$1"
}
