#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The host is as it was after a run, after Ctrl-C, and within 5 s after SIGKILL of the whole
# process group at any moment. What "as it was" means is in snapshot-host.

load helpers

KILLS=20
RESTORED_WITHIN=5

setup_file() {
	need root jq comm unshare
	make_never
	copy_kit
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	CONTROLS=()
	RUN_PID=
	snapshot >"$BATS_TEST_TMPDIR/before"
}

teardown() {
	local thing
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
	for thing in "${CONTROLS[@]}"; do
		case $thing in
		[0-9]*) end_group "$thing" ;;
		*) umount "$thing" 2>/dev/null || rmdir "$thing" ;;
		esac
	done
}

snapshot() {
	"$BATS_TEST_DIRNAME/snapshot-host" "$BATS_RUN_TMPDIR"
}

# What is not as before: anything new, and what is gone of mounts, cgroups and the device.
changes() {
	local before=$BATS_TEST_TMPDIR/before after=$BATS_TEST_TMPDIR/after
	snapshot >"$after" || echo "no snapshot could be taken"
	LC_ALL=C comm -13 "$before" "$after" || echo "no comparison"
	LC_ALL=C comm -23 "$before" "$after" >"$after.gone" || echo "no comparison"
	sed -n '/^\(mount\|cgroup\|device\) /s/^/gone: /p' "$after.gone"
}

unchanged() {
	[ -z "$(changes)" ]
}

restored() {
	poll "$RESTORED_WITHIN" unchanged || fail "not as before after $RESTORED_WITHIN s ($*):" \
		"$(changes | head -n 20)"
}

# start RUNTIME OPTION…: a run in a process group of its own, its signals as a terminal would have them.
start() {
	cd "$BATS_TEST_TMPDIR"
	set -m
	"$MASKSPEC" run --runtime "$1" "${@:2}" --out "$OUT" --jobs 2 >tap 2>err 3>&- &
	RUN_PID=$!
	set +m
}

# BATS_TEST_TMPDIR/hangs: maskref that hangs at the create whose words have $1, so that a run of it is in
# its middle for as long as a test needs.
hangs_at() {
	cat >"$BATS_TEST_TMPDIR/hangs" <<-END
		#!/bin/bash
		[[ \$* != *" create "*$1* ]] || exec tail -f /dev/.//null
		exec "$MASKREF" "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/hangs"
}

# end SIGNAL WHOM: WHOM is the process or, with a minus, its group. Sets status.
end() {
	local pid=$RUN_PID
	kill -s "$1" -- "$2" 2>/dev/null || :
	status=0
	wait "$pid" || status=$?
	RUN_PID=
}

# At a random moment: half of them in the first 300 ms, the others in the first 2 s.
pause() {
	local most=$((RANDOM % 2 ? 300 : 2000))
	ms=$((RANDOM % most + 1))
	printf -v delay '%d.%03d' $((ms / 1000)) $((ms % 1000))
	read -r -t "$delay" _ <>"$BATS_FILE_TMPDIR/.never" || :
}

runtimes() {
	local name
	RUNTIMES=("$MASKREF")
	for name in runc crun; do
		if PATH=$PATH:/usr/sbin:/sbin command -v "$name" >/dev/null; then
			RUNTIMES+=("$name")
		fi
	done
}

seed() {
	SEED=${SEED:-$((EPOCHSECONDS % 32768))}
	RANDOM=$SEED
	echo "# SEED=$SEED" >&3
}

@test "the snapshot sees an instance of the tracer" {
	local place=$BATS_TEST_TMPDIR/tracefs
	mkdir "$place"
	mount -t tracefs none "$place" 2>/dev/null || skip "there is no tracefs here"
	mkdir "$place/instances/someone" || { umount "$place"; skip "no instance can be made here"; }
	[[ $(changes) == *"trace someone"* ]] || { rmdir "$place/instances/someone"; umount "$place"; fail "not seen"; }
	rmdir "$place/instances/someone"
	umount "$place"
}

@test "the snapshot sees a mount, a cgroup, files and a process" {
	local hierarchy
	for hierarchy in /sys/fs/cgroup/pids /sys/fs/cgroup/unified /sys/fs/cgroup; do
		[ ! -e "$hierarchy/cgroup.procs" ] || break
	done
	mkdir "$BATS_TEST_TMPDIR/m" "$hierarchy/control-$$" "/tmp/control-$$" "/run/control-$$"
	CONTROLS+=("$hierarchy/control-$$" "/tmp/control-$$" "/run/control-$$")
	mount -t tmpfs -o size=4k control "$BATS_TEST_TMPDIR/m"
	CONTROLS+=("$BATS_TEST_TMPDIR/m")
	set -m
	unshare -pf --mount-proc cat <>"$BATS_FILE_TMPDIR/.never" >/dev/null 3>&- &
	CONTROLS+=($!)
	set +m
	sees() {
		run -0 changes
		[[ $output == *"process "*/cat* ]]
	}
	poll 2 sees
	printf '%s\n' "$output"
	[[ $output == *"cgroup $hierarchy/control-$$"* ]]
	[[ $output == *"file d 755 /tmp/control-$$"* || -n ${HOST_IGNORE:-} ]]
	[[ $output == *"file d 755 /run/control-$$"* ]]
	[[ $output == *"mount "*" - tmpfs control "* ]]
}

# The kit and the folder it was started in are as before; OUT holds what is documented.
whole_run() {
	local before after
	before=$(find "$KIT" "$CHECKOUT"/{conformance,docs,fixtures,reference} -printf '%p\n' | sort)
	start "$1"
	end CONT "$RUN_PID"
	after=$(find "$KIT" "$CHECKOUT"/{conformance,docs,fixtures,reference} -printf '%p\n' | sort)
	restored "$1"
	[ "$before" = "$after" ]
	[ "$status" -le 1 ]
	[ "$(<"$OUT/status")" = "$status" ]
	run -0 find "$OUT" -mindepth 1 -maxdepth 1 -printf '%f\n'
	[ "$(sort <<<"$output")" = $'cases\nfacts\nreport.html\nreport.json\nreport.tap\nstatus' ]
	run -0 find . -mindepth 1 -maxdepth 1 -not -name out -not -name before -not -name after \
		-not -name after.gone -not -name tap -not -name err
	[ -z "$output" ]
}

@test "after a run of maskref" {
	whole_run "$MASKREF"
}

@test "after a run of runc" {
	need_runtime runc
	whole_run runc
}

@test "after a run of crun" {
	need_runtime crun
	whole_run crun
}

@test "after Ctrl-C, which says so, and exits 130" {
	local i
	seed
	runtimes
	for i in 1 2 3 4 5; do
		start "${RUNTIMES[i % ${#RUNTIMES[@]}]}"
		poll 5 test -s "$OUT/facts/preflight.facts"
		pause
		end INT "-$RUN_PID"
		restored "SIGINT $i"
		# It may have ended just before.
		[ "$status" = 130 ] || [ -e "$OUT/report.json" ]
		[ "$(<"$OUT/status")" = "$status" ]
		[ "$status" != 130 ] || [[ $(<err) == *"interrupted; the host is as it was"* ]]
		rm -r "$OUT"
	done
}

@test "after SIGTERM and SIGKILL of maskspec alone" {
	local signal
	hangs_at directories
	for signal in TERM KILL; do
		start "$BATS_TEST_TMPDIR/hangs"
		poll 5 test -s "$OUT/facts/preflight.facts"
		end "$signal" "$RUN_PID"
		[ "$status" = "$((128 + $(kill -l "$signal")))" ]
		restored "$signal"
		rm -r "$OUT"
	done
}

# In the middle of what is traced the runtime hangs, so that the tracer is there to be left.
@test "after a run that traces, and kill -9 in the middle of it" {
	hangs_at d16
	start "$MASKREF" --profile scale --filter superblocks-traced
	end 0 "$RUN_PID"
	[ "$status" = 0 ] || [ "$status" = 4 ]
	restored "its own end"
	rm -r "$OUT"
	start "$BATS_TEST_TMPDIR/hangs" --profile scale --filter superblocks-traced
	poll 10 pgrep -f "^tail -f /dev/.//null$"
	end KILL "-$RUN_PID"
	restored KILL
}

@test "after kill -9 of the whole process group at $KILLS random moments" {
	local hits=0 tries=0 runtime began
	seed
	runtimes
	while [ "$hits" -lt "$KILLS" ]; do
		tries=$((tries + 1))
		[ "$tries" -le $((KILLS * 3)) ]
		runtime=${RUNTIMES[tries % ${#RUNTIMES[@]}]}
		start "$runtime"
		pause
		end KILL "-$RUN_PID"
		began=${EPOCHREALTIME/./}
		[ "$status" != 137 ] || hits=$((hits + 1))
		restored "kill $hits of ${runtime##*/} after $ms ms, SEED=$SEED"
		echo "$hits: ${runtime##*/} after $ms ms, exit $status, restored and seen in" \
			"$(((${EPOCHREALTIME/./} - began) / 1000)) ms"
	done
}
