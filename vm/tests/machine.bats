#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Real kernels that come to harm: what of a run is judged then, why the rest is not, and that
# nothing of it stays. debian-6.1, fetched by vm/fetch where it isn't here.

load boot-helpers

setup_file() {
	make_never
	copy_vm
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	# An image by itself, for what needs no run.
	conformance --runtime "$MASKREF" --keep >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		fail "no machine ran here at all:" "$(cat "$BATS_FILE_TMPDIR/log")"
	export INITRD=$BATS_FILE_TMPDIR/out/vm/initrd
	[ -s "$INITRD" ]
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	RUN_PID=
}

teardown() {
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
	[ -z "$(tagged "$BATS_TEST_TMPDIR")" ] || fail "left alive:" "$(tagged "$BATS_TEST_TMPDIR")"
}

boot() {
	mkdir -p facts
	"$BOOT" --kernel "$KERNEL" --initrd "$INITRD" --facts facts --console console --accel tcg \
		--image "$(sed -n 's/^sha256 //p' "$BATS_FILE_TMPDIR/kernel")" "$@"
}

# What the kernel said first, and how the machine ended, as vm/boot has written it.
field() {
	sed -n "s/^$1\t//p" facts/machine
}

# A run whose runtime harms the machine in lists; links comes before it.
harm() {
	cp "$KIT/build/spoil" "spoil-$1"
	run conformance --runtime "$PWD/spoil-$1" --jobs 1 "${@:2}"
}

links_alone() {
	[ "$status" = 3 ]
	[ "$(cat out/status)" = 3 ]
	[ "$(verdicts links)" = "pass skip" ]
	[ "$(verdicts lists)" = broken ]
	[[ $(report '.results[] | select(.id == "list-absent") | .reason') == *"$1"* ]]
}

@test "a kernel that panics before init" {
	run -3 boot --append rdinit=/none
	[[ $(field fault) == *"Kernel panic - not syncing: VFS"* ]]
	[ "$(field ended)" = "it ended by itself before its init ran (qemu's status 0)" ]
	[ "$(field boot)" = - ]
	# Once more, for what seldom happens under TCG: another boot is as good.
	[ "$(field tries)" = 2 ]
}

@test "a kernel that hangs before init" {
	run -3 boot --append "rdinit=/none rootdelay=600" --boot-timeout 5
	[ "$(field ended)" = "its init said nothing within 5 s" ]
}

@test "an init that dies" {
	run -3 boot --append rdinit=/observe
	[[ $(field fault) == *"Attempted to kill init"* ]]
}

@test "an init that gives up says why" {
	run -3 boot --cgroup v3
	[ "$(field ended)" = "its init gave up: cgroups: EINVAL" ]
}

@test "an initramfs with a damaged header" {
	cp "$INITRD" damaged
	printf x | dd of=damaged bs=1 seek="$(grep -abo 070701 damaged | sed -n '9{s/:.*//p;q}')" conv=notrunc status=none
	INITRD=$PWD/damaged run -3 boot
	[[ $(field fault) == *"Initramfs unpacking failed"* ]]
}

@test "memory that is too small to load the kernel" {
	run -3 boot --memory 32
	[[ $(field ended) == *"has it enough memory?"* ]]
}

@test "a panic in a case" {
	harm panic
	links_alone "Kernel panic - not syncing: sysrq triggered crash"
	[[ " $(report '.vm.remarks[0].cases') " == *" lists "* ]]
	[[ $output == *"kernel said "*"lists: "*"Kernel panic"* ]]
	# Without KEEP=1.
	[ ! -e out/vm/initrd ]
}

@test "a case that never ends" {
	harm hang --timeout 600 --vm-timeout 20
	links_alone "nothing came from it for 20 s"
}

@test "a guest that runs out of memory in a case: broken, never the runtime's failure" {
	# The fetch of this test knows a smaller machine.
	mkdir -p "kit/vm" && cp -r "$KIT/." kit/
	mv kit/vm/fetch kit/vm/real
	printf '%s\n' '#!/bin/bash' 'out=$("${0%/*}/real" "$@") || exit' \
		'sed "s/^memory .*/memory 128/" <<<"$out"' >kit/vm/fetch
	chmod +x kit/vm/fetch
	MASKSPEC=$PWD/kit/build/maskspec harm eat
	[ "$(report .vm.memory)" = 128 ]
	links_alone "Out of memory: Killed process"
}

@test "a warning in a case: said with the case, in report and on the terminal" {
	harm warn
	[ "$status" = 0 ]
	[[ "$(report '.vm.remarks[0] | .kind + " " + .cases') " == "warning "*"lists "* ]]
	[[ $output == *"kernel said "*"lists: "*"WARNING: CPU: 0 PID: 1 at spoil.c"* ]]
}

@test "KEEP=1 keeps image and console, and the line that it prints boots the same" {
	local line
	mkdir "it's kept"
	run "$MASKSPEC" run --kernels "$KERNEL" --accel tcg --cache "$CACHE" --filter "$FILTER" \
		--out "$PWD/it's kept" --runtime "$MASKREF" --keep
	[ "$status" = 0 ]
	[ -s "it's kept/vm/initrd" ]
	[ -e "it's kept/vm/console" ]
	line=$(grep '^qemu-system-x86_64 ' <<<"$output")
	run -43 bash -c "$line" </dev/null
	grep -qa 'frame/1 z [0-9]* [0-9a-f]* 0$' result
	grep -qa 'frame/1 f [0-9]* [0-9a-f]* lists.facts$' result
}

# Runs it in the background, in a group of its own.
start() {
	setsid "$MASKSPEC" run --kernels "${KERNELS:-$KERNEL}" --accel tcg --cache "$CACHE" \
		--filter "$FILTER" --out "$PWD/out" --runtime "$MASKREF" "$@" >log 2>&1 3>&- &
	RUN_PID=$!
}

boots() {
	tagged "$PWD/out/" | grep -q 'qemu-system'
}

none_left() {
	[ -z "$(tagged "$PWD/out")" ]
}

@test "Ctrl-C, to the group or to maskspec alone: 130, and no qemu is left" {
	local to
	for to in "" -; do
		start
		poll 20 boots
		kill -INT -- "$to$RUN_PID"
		status=0
		wait "$RUN_PID" || status=$?
		[ "$status" = 130 ]
		[ "$(cat out/status)" = 130 ]
		grep -q "boot: the machine: it was interrupted by signal" log
		poll 5 none_left
		rm -r out
	done
	RUN_PID=
}

@test "Ctrl-C before there is a machine" {
	mkdir bin
	printf '%s\n' '#!/bin/sh' "echo >'$PWD/asked'; exec sleep 600" >bin/qemu-system-x86_64
	chmod +x bin/qemu-system-x86_64
	PATH=$PWD/bin:$PATH start
	poll 10 test -e asked
	kill -INT -- "-$RUN_PID"
	status=0
	wait "$RUN_PID" || status=$?
	[ "$status" = 130 ]
	grep -q "boot: the machine: it was interrupted by signal" log
	RUN_PID=
}

@test "Ctrl-C with several kernels" {
	cp "$KERNEL" one
	cp "$KERNEL" two
	KERNELS="$PWD/one $PWD/two" start
	poll 30 boots
	kill -INT "$RUN_PID"
	status=0
	wait "$RUN_PID" || status=$?
	[ "$status" = 130 ]
	[ "$(cat out/status)" = 130 ]
	poll 5 none_left
	RUN_PID=
}

@test "Ctrl-C while a kernel is fetched" {
	cp -r "$KIT" kit
	printf '%s\n' '#!/bin/bash' "echo >'$PWD/fetching'; exec sleep 600" >kit/vm/fetch
	MASKSPEC=$PWD/kit/build/maskspec start
	poll 5 test -e fetching
	kill -INT "$RUN_PID"
	status=0
	wait "$RUN_PID" || status=$?
	[ "$status" = 130 ]
	[ "$(cat out/status)" = 130 ]
	grep -q "interrupted; the host is as it was" log
	RUN_PID=
}

@test "maskspec is killed: no qemu is left" {
	start
	poll 20 boots
	kill -KILL "$RUN_PID"
	wait "$RUN_PID" || :
	poll 5 none_left
	RUN_PID=
}

@test "a runtime that can't run there: the preflight case ends the machine, and says why" {
	cp /bin/true runtime
	run conformance --runtime "$PWD/runtime" --timeout 1
	[ "$status" = 3 ]
	[[ $(report .vm.ended) == "it was ended after its preflight case, which failed" ]]
	[[ $output == *"of a container without masks"* ]]
}
