#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The kit, maskref, runc and crun started by an ordinary user; and hosts that give that user no
# user namespace. Nothing of the host is changed: a limit is set in a user namespace of the test's,
# /etc/subuid in a mount namespace.

load helpers

ID=54321 # nobody's

setup_file() {
	need root jq setpriv unshare nsenter newuidmap
	make_never
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT" "$BATS_TEST_TMPDIR/state"
	chown "$ID:$ID" "$OUT" "$BATS_TEST_TMPDIR/state"
	chmod a+x "$BATS_FILE_TMPDIR"/.. "$BATS_TEST_TMPDIR"/.. "$BATS_TEST_TMPDIR"
}

as_user() {
	setpriv --reuid "$ID" --regid "$ID" --clear-groups --inh-caps=-all "$@"
}

# Ids of a verdict, one a line; but for those of aliases, which hang on descriptors of the runtime.
with_verdict() {
	jq -r --arg v "$1" '.results[] | select(.verdict == $v) | .id' "$OUT/report.json" |
		grep -vxE 'alias-(own|mask)' || :
}

# What needs root of the initial user namespace: a device of the host, a file that overlayfs breaks at.
UNMADE=$'file-host-device\npath-failing'

# What every rootless run must come to, whatever the runtime's verdict is.
check_rootless() {
	[[ ${stderr_lines[0]} == *"not root: the runtime is started by uid $ID, rootless"* ]]
	[[ ${stderr_lines[1]} == *"skipped, for it can't be had so:"*cgroups* ]]
	[ "$(jq -r .userns "$OUT/report.json")" = rootless ]
	[ "$(jq -r '.host.limits | length' "$OUT/report.json")" = 4 ]
	[ -z "$(with_verdict broken)" ] || fail "broken:" "$(with_verdict broken)"
	[ "$(with_verdict skip)" = "$(printf '%s\n' file-host-device path-failing \
		path-unreachable life-refused-cgroups life-delete-cgroups)" ] || fail "skipped:" "$(with_verdict skip)"
	for id in dir-empty dir-exec file-empty file-mount dir-mount life-start life-delete-state \
		sb-host-mounts sb-gone list-default path-pairs; do
		[ "$(jq -r --arg id $id '.results[] | select(.id == $id) | .verdict' \
			"$OUT/report.json")" = pass ] || fail "$id does not pass"
	done
}

@test "maskref, rootless: conforms, nothing fails" {
	run -0 --separate-stderr as_user "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT"
	check_rootless
	[ -z "$(with_verdict fail)" ] || fail "$(with_verdict fail)"
}

@test "runc, rootless: conforms" {
	need_runtime runc
	run -0 --separate-stderr as_user "$MASKSPEC" run --runtime runc --out "$OUT"
	check_rootless
}

# Its verdict is not ours to publish here (docs/guide/disclosure.md), that it has one is.
@test "crun, rootless: is judged, nothing is broken" {
	need_runtime crun
	run --separate-stderr as_user "$MASKSPEC" run --runtime crun --out "$OUT"
	[ "$status" -le 1 ]
	check_rootless
}

@test "the runtime is that user, without any capability" {
	local spy=$BATS_TEST_TMPDIR/spy
	cat >"$spy" <<-END
		#!/bin/bash
		{ id -u; sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status; } >>"\$TMPDIR/../state/spied"
		[ "\$3" = create ] && cat "\$TMPDIR/../state/spied" >&2
		exec "$MASKREF" "\$@"
	END
	chmod a+rx "$spy"
	run -0 --separate-stderr as_user "$MASKSPEC" run --runtime "$spy" --out "$OUT" \
		--filter directories
	run -0 grep -hP '\texit\tcreate\t' "$OUT/facts/directories.facts"
	[[ $output == *"$ID\\0120000000000000000"* ]]
}

@test "many ids, denied calls: an ordinary user is told, nothing runs" {
	run -2 --separate-stderr as_user "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--userns many
	[[ $stderr == *"USERNS=many"*"or run this as root"* ]]
	run -2 --separate-stderr as_user "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--deny openat2
	[[ $stderr == *"DENY=openat2"*"or run this as root"* ]]
	[ ! -e "$OUT/facts" ]
}

# nested LIMIT COMMAND…: as the ordinary user, in a user namespace of all ids whose
# user.max_user_namespaces is LIMIT. The host's own is left alone.
nested() {
	local limit=$1 holder status=0
	shift
	# Holds the namespace; its capabilities went with the exec, before it had a map.
	unshare --user sleep 60 >"$BATS_TEST_TMPDIR/holder" 2>&1 3>&- &
	holder=$!
	poll 5 inside "$holder"
	echo "0 0 4294967295" >"/proc/$holder/uid_map"
	echo "0 0 4294967295" >"/proc/$holder/gid_map"
	# shellcheck disable=SC2016 # expanded inside
	nsenter --user --target "$holder" bash -c '
		echo "$1" >/proc/sys/user/max_user_namespaces || exit 99
		id=$2
		shift 2
		exec setpriv --reuid "$id" --regid "$id" --clear-groups --inh-caps=-all "$@"
	' nested "$limit" "$ID" "$@" || status=$?
	kill "$holder"
	return "$status"
}

# True once the process has left our user namespace.
inside() {
	[ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ]
}

@test "user namespaces disabled for real: named with the remedy, 3, nothing runs" {
	local before
	before=$(cat /proc/sys/user/max_user_namespaces)
	run -3 --separate-stderr nested 0 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT"
	[[ $stderr == *"user namespaces are disabled: user.max_user_namespaces is 0"* ]]
	[[ $stderr == *"sysctl user.max_user_namespaces="* ]]
	[ ! -e "$OUT/facts" ]
	[ "$(cat /proc/sys/user/max_user_namespaces)" = "$before" ]
}

@test "the same place without the limit: conforms" {
	run -0 --separate-stderr nested 1000 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" \
		--filter 'dir-*'
	[ -z "$(with_verdict broken)" ]
}

@test "root's run says whether there are user namespaces" {
	run -0 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --filter users
	[ "$(jq -r .host.user_namespaces "$OUT/report.json")" = ok ]
	[ "$(jq -r '.host.limits | length' "$OUT/report.json")" = 0 ]
}

@test "user namespaces of many ids and of one: maskref conforms" {
	local kind
	for kind in many one; do
		run -0 "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --userns "$kind"
		[ "$(jq -r .userns "$OUT/report.json")" = "$kind" ]
		[ "$(with_verdict skip)" = "$UNMADE" ]
		[ -z "$(with_verdict fail)$(with_verdict broken)" ]
	done
}

# A runtime of the distribution is told apart from the kit's or the host's doing, no more.
@test "user namespaces of many ids and of one: nothing is broken under runc and crun" {
	local kind runtime
	for runtime in runc crun; do
		need_runtime "$runtime"
		for kind in many one; do
			run "$MASKSPEC" run --runtime "$runtime" --out "$OUT" --userns "$kind"
			[ "$status" -le 1 ]
			[ -z "$(with_verdict broken)" ] || fail "$runtime $kind:" "$(with_verdict broken)"
			[ "$(with_verdict skip)" = "$UNMADE" ]
		done
	done
}

@test "what a run was given is in the line to run it again" {
	run -1 "$MASKSPEC" run --runtime "$KIT/build/maskref-test" --runtime-args "--mutant dir-skip" \
		--out "$OUT" --userns one --filter dir-empty
	[[ $(jq -r '.results[0].rerun' "$OUT/report.json") == *" USERNS=one "* ]]
}

# maskref by itself --------------------------------------------------------------------------

# A bundle whose shell is the host's; its maps are the words that follow, each HOST:SIZE.
make_bundle() {
	local dir=$BATS_TEST_TMPDIR/bundle link maps='' next=0 word
	rm -rf "$dir"
	mkdir -p "$dir"/rootfs/{proc,dev,usr,masked}
	echo secret >"$dir/rootfs/masked/secret"
	for link in bin lib lib64; do
		ln -s "usr/$link" "$dir/rootfs/$link"
	done
	for word; do
		maps+=${maps:+,}"{\"containerID\":$next,\"hostID\":${word%:*},\"size\":${word#*:}}"
		next=$((next + ${word#*:}))
	done
	jq -n --argjson maps "[$maps]" '{
		ociVersion: "1.0.2",
		process: { user: { uid: 0, gid: 0 }, cwd: "/", env: ["PATH=/bin"], args: ["/bin/sh", "-c",
			"cat /proc/self/uid_map /proc/self/setgroups; ls -A /masked | wc -l"] },
		root: { path: "rootfs" },
		mounts: [
			{ destination: "/proc", type: "proc", source: "proc" },
			{ destination: "/dev", type: "tmpfs", source: "tmpfs" },
			{ destination: "/usr", type: "bind", source: "/usr", options: ["rbind", "ro"] }
		],
		linux: {
			uidMappings: $maps, gidMappings: $maps, maskedPaths: ["/masked"],
			namespaces: [({type: "pid"}, {type: "mount"}, {type: "ipc"}),
				({type: "user"} | select($maps != []))]
		}
	}' >"$dir/config.json"
	chown -R "$ID:$ID" "$dir"
}

maskref() {
	XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/state as_user "$MASKREF" "$@"
}

# In a mount namespace where the user has a name, and the ids from 600000 on.
with_subids() {
	local etc=$BATS_TEST_TMPDIR/etc
	mkdir -p "$etc"
	{
		cat /etc/passwd
		echo "rootless:x:$ID:$ID::/:/bin/sh"
	} >"$etc/passwd"
	echo "rootless:600000:65536" | tee "$etc/subuid" >"$etc/subgid"
	for file in subuid subgid; do
		[ -e /etc/$file ] || skip "no /etc/$file to be covered"
	done
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount --propagation private bash -c '
		for file in passwd subuid subgid; do
			mount --bind "$1/$file" /etc/$file || exit 99
		done
		shift
		exec "$@"
	' with_subids "$etc" env XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/state" \
		setpriv --reuid "$ID" --regid "$ID" --clear-groups --inh-caps=-all "$MASKREF" "$@"
}

@test "maskref alone: the own id, groups given up" {
	make_bundle "$ID:1"
	run -0 maskref run --bundle "$BATS_TEST_TMPDIR/bundle" one
	[[ ${lines[0]} =~ ^\ +0\ +$ID\ +1$ ]]
	[ "${lines[1]}" = deny ]
	[ "${lines[2]}" = 0 ]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/state/maskref")" ]
}

@test "maskref alone: more ids, by newuidmap" {
	make_bundle "$ID:1" 600000:65536
	run -0 with_subids run --bundle "$BATS_TEST_TMPDIR/bundle" many
	[[ ${lines[1]} =~ ^\ +1\ +600000\ +65536$ ]]
	[ "${lines[2]}" = allow ]
	[ "${lines[3]}" = 0 ]
}

@test "maskref alone: ids that are not the user's are refused, nothing is left" {
	make_bundle "$ID:1" 700000:10
	run -1 with_subids run --bundle "$BATS_TEST_TMPDIR/bundle" others
	[[ $output == *"linux.uidMappings: newuidmap refused"* ]]
	make_bundle 0:1
	run -1 with_subids run --bundle "$BATS_TEST_TMPDIR/bundle" root
	[[ $output == *"linux.uidMappings: newuidmap refused"* ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/state/maskref")" ]
}

@test "maskref alone: what an ordinary user can't have is named with the remedy" {
	local config=$BATS_TEST_TMPDIR/bundle/config.json
	make_bundle
	run -1 maskref run --bundle "$BATS_TEST_TMPDIR/bundle" none
	[[ $output == *"without root a user namespace is needed: add"*uidMappings* ]]
	make_bundle "$ID:1"
	jq '.linux.cgroupsPath = "/not-mine"' "$config" >"$config.new"
	mv "$config.new" "$config"
	run -1 maskref run --bundle "$BATS_TEST_TMPDIR/bundle" cgroup
	[[ $output == *"linux.cgroupsPath: '/not-mine' is not the user's to make; leave it out"* ]]
	run -1 as_user env -u XDG_RUNTIME_DIR "$MASKREF" state none
	[[ $output == *"no XDG_RUNTIME_DIR"*"--root"* ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/state/maskref")" ]
}
