#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# DENY, and maskref on every rung of its ladders (docs/kernels.md): that it conforms there, that the
# call was really made and denied, and what was called in its place.

load helpers

# Bundles that masks of every kind stand in; all of core goes once, with everything denied.
FEW="directories files links superblocks superblocks-userns aliases"
# So that aliases are really mounted.
HOLD="--hold-fd 17:/t/held.d --hold-fd 18:/t/held.f --hold-fd 19:/ --hold-fd 20:bundle:/outside \
--hold-fd 21:/t/held.e"
ALL="openat2 open_tree move_mount fsopen fsconfig fsmount fspick pidfd_open close_range \
mount_setattr statmount listmount open_tree_attr nr_inodes=1"
RUNGS="openat2 open_tree move_mount fsopen fsconfig fsmount pidfd_open close_range mount_setattr \
statmount nr_inodes=1"
# What each strategy comes up against: a tmpfs by mount(2) is that of an alias.
# bats reads this file in a function: without -g it would be gone.
declare -gA ASKS=(
	[shared-tmpfs]="openat2 open_tree move_mount nr_inodes=1"
	[tmpfs-per-dir]="openat2 open_tree move_mount nr_inodes=1"
	[shared-empty-dir]="openat2 open_tree move_mount nr_inodes=1"
	[detached]="openat2 open_tree move_mount fsopen fsconfig fsmount nr_inodes=1"
)

setup_file() {
	need root jq make python3
	make_never
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	cp -r "$BATS_TEST_DIRNAME/liars" "$BATS_FILE_TMPDIR/"
	# Those of core.
	CEILINGS=$(sed '/^#/d' "$KIT/fixtures/require/shared-mask" | tr ' ' '\n' |
		grep '^sb-shared' | sort)
	export CEILINGS
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	RUN_PID=
}

teardown() {
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
}

# judge OPTION...: status.
judge() {
	status=0
	"$MASKSPEC" run --out "$OUT" "$@" >"$BATS_TEST_TMPDIR/tap" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- || status=$?
}

# calls NAME denied|passed: how often, in all facts of the last run.
calls() {
	awk -F '\t' -v name="$1" -v field="$2=" '
		$1 == "r" && $5 == "calls" && $6 == name {
			n = split($8, words, " ")
			for (i = 1; i <= n; i++)
				if (index(words[i], field) == 1)
					sum += substr(words[i], length(field) + 1)
			found = 1
		}
		END { print found ? sum + 0 : "none" }' "$OUT"/facts/*.facts
}

# Nothing of a shipped runtime is printed that EXPECT does not name: its runs are --publish.
# Ids of the last run that have VERDICT.
ids() {
	jq -r --arg v "$1" '.results[] | select(.verdict == $v) | .id' "$OUT/report.json" | sort
}

# on_rung STRATEGY DENIED [OPTION...]: runs it; all must pass, but for the ceilings of
# tmpfs-per-dir, which fall where they are due.
on_rung() {
	local strategy=$1 denied=$2 due
	shift 2
	judge --runtime "$KIT/build/maskref-test" --runtime-args "--strategy $strategy $HOLD" --deny "$denied" "$@"
	[ "$status" = 0 ] || fail "$strategy without $denied:" "$(<"$BATS_TEST_TMPDIR/err")"
	[ -z "$(ids broken)$(ids skip)" ]
	due=$(jq -r '.results[].id' "$OUT/report.json" | sort)
	[ "$strategy" != tmpfs-per-dir ] || due=$(comm -12 <(echo "$due") <(echo "$CEILINGS"))
	[ "$strategy" = tmpfs-per-dir ] || due=
	[ "$(ids fail)" = "$due" ] || fail "$strategy without $denied: falls are" "$(ids fail)"
}

# STRATEGY on the rung below each of its calls.
each_rung() {
	local strategy=$1 call mounts
	# A call that nothing makes: the calls of the upper rung are counted, none is denied.
	on_rung "$strategy" open_tree_attr --filter "$FEW"
	[ "$(calls open_tree_attr denied)" = 0 ]
	mounts=$(calls mount passed)
	for call in ${ASKS[$strategy]}; do
		[ "$call" = nr_inodes=1 ] || [ "$(calls "$call" passed)" -gt 0 ]
	done
	if [ "$strategy" != shared-empty-dir ]; then
		grep -q $'\tstatfs\t.*fs=1021994 ro=1 .*files=1$' "$OUT/facts/directories.facts"
	fi

	for call in $RUNGS; do
		if [[ " ${ASKS[$strategy]} " != *" $call "* ]]; then
			on_rung "$strategy" "$call" --filter directories
			continue
		fi
		on_rung "$strategy" "$call" --filter "$FEW"
		[ "$(calls "$call" denied)" -gt 0 ] || fail "$strategy never called $call"
		[ "$(jq -r '.deny[0].answered' "$OUT/report.json")" = "$(calls "$call" denied)" ]
		case $call in
		# The walk takes no other call than openat(2); that it was taken is that all conforms.
		openat2) [ "$(calls openat2 passed)" = 0 ] ;;
		# By mount(2), and with no more than one try a container.
		open_tree | move_mount)
			[ "$(calls "$call" passed)" = 0 ]
			[ "$(calls mount passed)" -gt "$mounts" ]
			[ "$(calls "$call" denied)" -lt 100 ]
			;;
		# Another tmpfs for each container, made by mount(2) and bound by the new calls.
		fs*)
			[ "$(calls "$call" passed)" = 0 ]
			[ "$(calls mount passed)" -gt "$mounts" ]
			[ "$(calls move_mount passed)" -gt 0 ]
			;;
		# What stands has two inodes.
		nr_inodes=1)
			grep -q $'\tstatfs\t.*fs=1021994 ro=1 .*files=2$' \
				"$OUT/facts/directories.facts"
			;;
		esac
	done
}

# All of core with everything denied.
lowest() {
	local call
	on_rung "$1" "$ALL"
	for call in openat2 open_tree move_mount fsopen fsconfig fsmount close_range; do
		[ "$(calls "$call" passed)" = 0 ]
	done
	for call in openat2 open_tree close_range; do
		[ "$(calls "$call" denied)" -gt 0 ]
	done
	[ "$(calls mount passed)" -gt 0 ]
	[ "$1" != tmpfs-per-dir ] || [ "$(ids fail)" = "$CEILINGS" ]
}

@test "the strategies are those of the tests below" {
	run -0 "$MASKREF" --help
	[ "$(sed -n 's/^ *strategy //p' <<<"$output" | sort)" = \
		"$(printf '%s\n' "${!ASKS[@]}" | sort)" ]
}

@test "shared-tmpfs: each rung" {
	each_rung shared-tmpfs
}

@test "shared-empty-dir: each rung" {
	each_rung shared-empty-dir
}

@test "detached: each rung" {
	each_rung detached
}

@test "tmpfs-per-dir: each rung, the ceilings fall" {
	each_rung tmpfs-per-dir
}

@test "everything denied, all of core, all strategies" {
	local strategy
	for strategy in "${!ASKS[@]}"; do
		lowest "$strategy"
	done
}

@test "a fault of a rung is not there above it" {
	local fault faults
	faults=$(awk -F '\t' '/^[^#]/ && $6 ~ /deny=/ { print $1 ":" $6 }' "$KIT/fixtures/mutants.tsv")
	[ "$(wc -l <<<"$faults")" -ge 4 ]
	while IFS=: read -r fault needs; do
		[[ $needs == *strategy=* ]] || needs=strategy=shared-tmpfs
		needs=${needs#*strategy=}
		on_rung "${needs%% *} --mutant $fault" open_tree_attr --filter "$FEW"
	done <<<"$faults"
}

@test "the strategies differ in what stands, not in what holds" {
	local strategy
	for strategy in "${!ASKS[@]}"; do
		on_rung "$strategy" open_tree_attr --filter directories
		case $strategy in
		shared-empty-dir) [ "$(roots)" = "/empty /empty" ] ;;
		*) [ "$(roots)" = "/ /" ] ;;
		esac
		case $strategy in
		tmpfs-per-dir) [ "$(devices)" = 2 ] ;;
		*) [ "$(devices)" = 1 ] ;;
		esac
	done
}

# Fields 4 and 3 of the mounts on /t/a and /t/b, as the container's mountinfo has them.
masks() {
	awk -F '\t' '$2 == "driver:a" && $3 == "running" && $5 == "mountinfo" && $6 == "container" {
			split($8, m, " ")
			if (m[5] == "/t/a" || m[5] == "/t/b")
				print m[4], m[3]
		}' FS='\t' <(sed 's/\\040/ /g' "$OUT/facts/directories.facts")
}

roots() {
	masks | cut -d ' ' -f 1 | paste -sd ' '
}

devices() {
	masks | cut -d ' ' -f 2 | sort -u | wc -l
}

@test "the payload is not denied anything" {
	on_rung shared-tmpfs "$ALL" --filter directories
	grep -q $'^r\tprobe:admin\trun\tsysadmin\topen-tree\t/t/mount\tok' \
		"$OUT/facts/directories.facts"
	run ! grep -E $'^r\tprobe:.*\tENOSYS' "$OUT/facts/directories.facts"
}

@test "runc conforms with everything denied, and openat2 was" {
	need_runtime runc
	judge --publish --runtime runc --deny "$ALL" --expect runc --strict
	[ "$status" = 0 ]
	[ "$(calls openat2 denied)" -gt 0 ]
	[ "$(calls openat2 passed)" = 0 ]
	[ "$(calls mount passed)" -gt 0 ]
}

# Only that it can be judged: what falls is not for here.
@test "crun runs, with each call of its own denied" {
	local call
	need_runtime crun
	for call in openat2 open_tree move_mount mount_setattr close_range; do
		judge --publish --runtime crun --deny "$call" --filter "directories files superblocks*"
		[ "$status" -le 1 ]
		[ -z "$(ids broken)" ]
		[ "$(calls "$call" denied)" -gt 0 ]
		[ "$(calls "$call" passed)" = 0 ]
	done
}

@test "through make; the report says under what it stands, the rerun has it" {
	cd "$CHECKOUT"
	run -2 --separate-stderr make -s conformance OUT="$OUT" DENY="statmount open_tree" \
		FILTER=superblocks REQUIRE=shared-mask RUNTIME_ARGS="--strategy tmpfs-per-dir"
	[ "$(<"$OUT/status")" = 1 ]
	grep -qx '# DENY open_tree: answered [1-9][0-9]* times' "$OUT/report.tap"
	grep -qx '# DENY statmount: answered 0 times' "$OUT/report.tap"
	[ "$(jq -r '.deny[].name' "$OUT/report.json" | paste -sd ' ')" = "open_tree statmount" ]
	jq -r '.results[].rerun' "$OUT/report.json" | grep -qF " DENY='open_tree statmount' FILTER="
	run -0 "$BATS_TEST_DIRNAME/validate.py" "$KIT/fixtures/schema/report.schema.json" \
		"$OUT/report.json"
}

@test "what was denied cannot be taken out of the facts" {
	on_rung shared-tmpfs openat2 --filter directories
	run -0 "$MASKSPEC" judge "$OUT/facts"
	sed -i '/^h\tdeny\t/s/openat2/-/' "$OUT/facts/directories.facts"
	run -3 "$MASKSPEC" judge "$OUT/facts"
}

@test "a runtime that hangs under DENY is ended, and so is all else" {
	local begun=$SECONDS
	judge --runtime "$BATS_FILE_TMPDIR/liars/hang" --timeout 1 --deny openat2 \
		--runtime-args "--lie create --around $MASKREF" --filter directories
	[ "$status" = 3 ]
	[ $((SECONDS - begun)) -lt 30 ]
	none_tagged "$BATS_FILE_TMPDIR/liars" || fail "left:" "$(tagged "$BATS_FILE_TMPDIR/liars")"
}

@test "nothing is left of a run under DENY that is killed" {
	setsid "$MASKSPEC" run --runtime "$MASKREF" --out "$OUT" --deny "$ALL" >/dev/null 2>&1 3>&- &
	RUN_PID=$!
	poll 10 test -e "$OUT/facts/preflight.facts"
	end_group "$RUN_PID"
	RUN_PID=
	poll 5 none_tagged "$OUT" || fail "left:" "$(tagged "$OUT")"
}
