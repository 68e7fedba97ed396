#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# vm/boot, and what is made of a machine's end. One machine really runs; what it said is played
# again, changed, by what stands in for qemu.

load boot-helpers

setup_file() {
	need root unshare
	make_never
	copy_vm
	export RECORD=$BATS_FILE_TMPDIR/record
	mkdir "$RECORD"
	BATS_TEST_TMPDIR=$RECORD
	# Both ports into files, and on to vm/boot in the end.
	fake_qemu "\"$REAL_QEMU\" \"\${@//'file:/dev/fd/4'/file:$RECORD/result}\" 3>$RECORD/console" \
		"status=\$?; cat $RECORD/console >&3; cat $RECORD/result >&4; exit \$status"
	conformance --runtime "$MASKREF" --jobs 1 >"$RECORD/log" 2>&1 ||
		fail "no machine ran here at all:" "$(cat "$RECORD/log")"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir facts
	cp "$RECORD/out/facts/manifest" facts/
	cp "$RECORD"/{console,result} .
	RUN_PID=
	OPTIONS=()
	export REPORT=$BATS_TEST_TMPDIR/report.json
}

teardown() {
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
}

boot() {
	"$BOOT" --kernel "$KERNEL" --image "$(sed -n 's/^sha256 //p' "$BATS_FILE_TMPDIR/kernel")" \
		--initrd "$KERNEL" --facts facts --console said --accel tcg --boot-timeout 20 "$@"
}

# Plays result and console again, then does the words given; its facts are judged.
play() {
	fake_qemu "cat '$PWD/console' >&3; cat '$PWD/result' >&4" "$@"
	run boot "${OPTIONS[@]}"
	judge
}

judge() {
	judged_status=0
	"$MASKSPEC" judge --json facts >"$REPORT" || judged_status=$?
	"$MASKSPEC" judge facts >judged 2>&1 || :
}

# Where in result the frame of kind $1 with the name $2 begins.
frame_at() {
	grep -abo "frame/1 $1 [0-9]* [0-9a-f]* $2" result | head -n 1 | cut -d : -f 1
}

# What all tests of a cut in lists expect: links is judged, lists is not, and the report says why.
links_alone() {
	[ "$status" = 3 ]
	[ "$judged_status" = 3 ]
	[ "$(verdicts links)" = "pass skip" ]
	[ "$(verdicts lists)" = broken ]
	[[ $(report '.results[] | select(.id == "list-absent") | .reason') == *"$1"* ]]
	[[ $(report .vm.ended) == *"$1"* ]]
}

@test "control: what was recorded conforms when it is played again" {
	play "exit 43"
	[ "$status" = 0 ]
	[ "$judged_status" = 0 ]
	[ "$(verdicts links)" = "pass skip" ]
	[ "$(verdicts lists)" = pass ]
	[ "$(report .vm.ended)" = "" ]
	cmp said console
}

@test "the port cut in the middle of a frame" {
	head -c $(($(frame_at f lists.facts) + 200)) result >part
	mv part result
	play "exit 0"
	links_alone "it ended by itself before its cases did (qemu's status 0)"
	[[ $(report '.results[] | select(.id == "list-absent") | .reason') == *"ended in this case"* ]]
}

@test "a frame damaged on its way" {
	printf X | dd of=result bs=1 seek=$(($(frame_at f lists.facts) + 200)) conv=notrunc status=none
	play "exit 43"
	links_alone "frames"
}

@test "an end mark in front of the end" {
	head -c $(($(frame_at f lists.facts) - 1)) result >part
	tail -c +$(($(frame_at z 0))) result >>part
	mv part result
	play "exit 43"
	links_alone "came whole"
}

@test "the end mark, but not the status that goes with it" {
	play "exit 0"
	[ "$status" = 3 ]
	[ "$judged_status" = 3 ]
	[[ $(report .vm.ended) == *"qemu's status 0"* ]]
}

@test "the port falls silent in a case" {
	head -c $(($(frame_at f lists.facts) + 200)) result >part
	mv part result
	OPTIONS=(--case-timeout 1)
	play "exec sleep 600"
	links_alone "nothing came from it for 1 s"
}

@test "the machine says nothing at all, and goes on too long" {
	: >result
	OPTIONS=(--boot-timeout 1)
	play "exec sleep 600"
	[ "$status" = 3 ]
	[[ $output == *"its init said nothing within 1 s"* ]]
	head -c $(($(frame_at f lists.facts))) "$RECORD/result" >result
	OPTIONS=(--timeout 1)
	play "exec sleep 600"
	[[ $output == *"it was not done within 1 s"* ]]
}

@test "a flood on the console is ended, and little of it is kept" {
	head -c $(($(frame_at f lists.facts) - 1)) "$RECORD/result" >result
	OPTIONS=(--case-timeout 20)
	play "head -c 80M /dev/zero | tr '\\0' x >&3; exec sleep 600"
	links_alone "its console was flooded with more than 64 MiB"
	[ "$(stat -c %s said)" -le $((4 << 20)) ]
}

@test "a warning is reported with the case in which it was said; nothing is broken by it" {
	local at
	at=$(frame_at f lists.facts)
	head -c $((at - 1)) result >before
	tail -c +$((at)) result >after
	fake_qemu "cat '$PWD/before' >&4; until [ -e '$PWD/facts/links.facts' ]; do :; done" \
		"echo '[    4.0] WARNING: CPU: 0 PID: 1 at fs/namespace.c:44 mntput+0x1/0x2' >&3" \
		"until [ -s '$PWD/said' ]; do :; done; cat '$PWD/after' >&4; exit 43"
	run -0 boot
	judge
	[ "$judged_status" = 0 ]
	[ "$(report '.vm.remarks | length')" = 1 ]
	[ "$(report '.vm.remarks[0] | .kind + " " + .cases')" = "warning lists" ]
	grep -q 'kernel said lists: .*WARNING' judged
}

@test "a warning just before a case is said to have begun may be that case's" {
	local at
	at=$(frame_at f links.facts)
	head -c $((at - 1)) result >before
	tail -c +$((at)) result >after
	fake_qemu "cat '$PWD/before' >&4; until [ -e '$PWD/facts/preflight.facts' ]; do :; done" \
		"echo '[    4.0] WARNING: CPU: 0 PID: 1 at fs/namespace.c:44 mntput+0x1/0x2' >&3" \
		"until [ -s '$PWD/said' ]; do :; done; cat '$PWD/after' >&4; exit 43"
	run -0 boot
	judge
	[ "$(report '.vm.remarks[0].cases')" = "links lists" ]
}

@test "what ran while the kernel failed, or after, is broken, though its facts are whole" {
	local at
	at=$(frame_at f lists.facts)
	head -c $((at - 1)) result >before
	tail -c +$((at)) result >after
	fake_qemu "cat '$PWD/before' >&4; until [ -e '$PWD/facts/links.facts' ]; do :; done" \
		"echo '[    4.0] Out of memory: Killed process 44 (maskref)' >&3" \
		"until [ -s '$PWD/said' ]; do :; done; cat '$PWD/after' >&4; exit 43"
	run -0 boot
	judge
	[ "$judged_status" = 3 ]
	[ "$(verdicts links)" = "pass skip" ]
	[ "$(verdicts lists)" = broken ]
	[[ $(report '.results[] | select(.id == "list-absent") | .reason') == *"Out of memory"* ]]
}

@test "an initramfs that the kernel could not unpack" {
	: >result
	echo "[    0.9] Initramfs unpacking failed: junk within compressed archive" >console
	play "exit 0"
	[ "$judged_status" = 3 ]
	grep -q "Initramfs unpacking failed" judged
}

@test "a disk that is full: what fitted is judged, and the report says what did not" {
	fake_qemu "cat '$PWD/result' >&4; exit 43"
	export -f boot
	# shellcheck disable=SC2016
	run unshare -m bash -c '
		cp facts/manifest . && mount -t tmpfs -o "size=$1" none facts && cp manifest facts/ || exit 99
		boot; status=$?
		cp -r facts kept; exit $status' - \
		$((($(stat -c "%s/4096+" "$RECORD"/out/facts/{manifest,preflight.facts,links.facts} | tr -d '\n')6) * 4096))
	rm -r facts
	mv kept facts
	judge
	links_alone "lists.facts could not be written: ENOSPC"
}

@test "qemu is missing: said, and not judged" {
	mkdir bin
	PATH=$BIN run -3 "$BOOT" --kernel "$KERNEL" --initrd "$KERNEL" --facts facts --accel tcg \
		--qemu "$PWD/bin/none" \
		--image "$(sed -n 's/^sha256 //p' "$BATS_FILE_TMPDIR/kernel")"
	[[ $output == *"none can't be run; run: make deps"* ]]
	judge
	[ "$judged_status" = 3 ]
	[[ $(report .vm.ended) == *"can't be run; run: make deps"* ]]
}

@test "qemu that refuses its command line is quoted" {
	: >result
	: >console
	play "echo 'qemu: -accel tcg: no such thing' >&2; exit 1"
	[ "$status" = 3 ]
	[[ $(report .vm.ended) == "qemu ended with status 1: qemu: -accel tcg: no such thing" ]]
}

@test "qemu is killed" {
	head -c $(($(frame_at f lists.facts) + 200)) result >part
	mv part result
	play 'kill -KILL $$'
	links_alone "qemu was killed"
	play 'kill -ABRT $$'
	links_alone "qemu was ended by signal 6"
}

@test "a machine that ends without a byte on its console may lack memory" {
	: >result
	: >console
	play "exit 0"
	[[ $(report .vm.ended) == *"has it enough memory?"* ]]
}

@test "a machine without the file that tells of its end is broken, and so is one of another kernel" {
	play "exit 43"
	sed -i 's/^image\t./image\tx/' facts/machine
	judge
	[ "$judged_status" = 3 ]
	grep -q "another kernel" judged
	rm facts/machine
	judge
	[ "$judged_status" = 3 ]
	grep -q "nothing is known of how it ended" judged
}

has_begun() {
	[ -s pid ]
}

gone() {
	! kill -0 "$1" 2>/dev/null || [ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" = Z ]
}

@test "qemu ends with vm/boot, whatever ends that" {
	local signal
	fake_qemu "echo \$\$ >'$PWD/pid'" "exec sleep 600"
	for signal in TERM INT HUP KILL; do
		: >pid
		setsid "$BOOT" --kernel "$KERNEL" --initrd "$KERNEL" --facts facts --accel tcg \
			>/dev/null 2>&1 3>&- &
		RUN_PID=$!
		poll 5 has_begun
		kill -s "$signal" "$RUN_PID"
		wait "$RUN_PID" || :
		poll 5 gone "$(<pid)"
	done
	RUN_PID=
}

# In a /dev of its own, where kvm is a file ($1: kvm) or is not (none): boot, with ACCEL=auto.
boot_auto() {
	# shellcheck disable=SC2016
	unshare -m bash -c '
		mount -t tmpfs none /mnt && mkdir /mnt/dev && touch /mnt/dev/{null,kvm,zero} &&
			mount --bind /dev/null /mnt/dev/null && ln -s /proc/self/fd /mnt/dev/fd || exit 99
		[ "$1" = kvm ] || rm /mnt/dev/kvm
		mount --bind /mnt/dev /dev || exit 99
		shift; exec "$@"' - "$1" "$BOOT" --kernel "$KERNEL" --initrd "$KERNEL" --accel auto \
		--cache "$PWD" "${@:2}"
}

@test "ACCEL=auto: KVM that hangs is found out by one probe, remembered, and not used" {
	fake_qemu "case \"\$*\" in *'-accel kvm'*) echo probe >>'$PWD/probes'; exec sleep 600 ;; esac" \
		"cat '$PWD/result' >&4; exit 43"
	local before=$SECONDS
	run -0 boot_auto kvm
	[ $((SECONDS - before)) -le 20 ]
	[[ $output == *"KVM does not work here; TCG it is"* ]]
	grep -q '^tcg ' accel
	run -0 boot_auto kvm
	[ "$(cat probes)" = probe ]
}

@test "ACCEL=auto: KVM that works is used from then on; the answer is for this qemu" {
	fake_qemu "case \"\$*\" in" \
		"*maskspec.mode=probe*) echo probe >>'$PWD/probes' ;; *) echo \"\$*\" >>'$PWD/runs' ;; esac" \
		"cat '$PWD/result' >&4; exit 43"
	run -0 boot_auto kvm
	run -0 boot_auto kvm
	[ "$(cat probes)" = probe ]
	[ "$(grep -c -e '-accel kvm -cpu host' runs)" = 2 ]
	grep -q '^kvm ' accel
	sed -i 's/version 0/version 1/' "$BIN/qemu-system-x86_64"
	run -0 boot_auto kvm
	[ "$(wc -l <probes)" = 2 ]
}

@test "ACCEL=auto: without /dev/kvm nothing is probed" {
	fake_qemu "case \"\$*\" in *'-accel kvm'*) exit 1 ;; esac" "cat '$PWD/result' >&4; exit 43"
	run -0 boot_auto none
	[ ! -e accel ]
}

@test "ACCEL=auto: a probe that was interrupted, or whose kernel failed, is no answer" {
	fake_qemu "case \"\$*\" in *'-accel kvm'*) echo 'Kernel panic - not syncing: x' >&3; exit 0 ;; esac" \
		"cat '$PWD/result' >&4; exit 43"
	run -0 boot_auto kvm
	[[ $output == *"this kernel fails under KVM; TCG it is"* ]]
	[ ! -e accel ]
	fake_qemu "echo \$\$ >'$PWD/pid'" "exec sleep 600"
	setsid bash -c "$(declare -f boot_auto); boot_auto kvm" >/dev/null 2>&1 3>&- &
	RUN_PID=$!
	poll 5 has_begun
	kill -TERM -- "-$RUN_PID"
	wait "$RUN_PID" || :
	RUN_PID=
	poll 5 gone "$(<pid)"
	[ ! -e accel ]
}

@test "options that make no sense are refused" {
	run -2 "$BOOT" --kernel "$KERNEL"
	run -2 "$BOOT" --kernel "$PWD/none" --initrd "$KERNEL"
	[[ $output == *"$PWD/none: ENOENT"* ]]
	run -2 "$BOOT" --kernel "$KERNEL" --initrd "$KERNEL" --case-timeout 0
	run -2 "$BOOT" --kernel "$KERNEL" --initrd "$KERNEL" --facts "$PWD/none"
	run -2 conformance --runtime "$MASKREF" --vm-timeout 0
	[[ $output == *"VM_TIMEOUT=0: not a number"* ]]
}
