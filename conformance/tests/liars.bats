#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Runtimes that lie (liars/). None conforms, none outlives the run, each ends within its deadline
# and is named for what it did.

load helpers

setup_file() {
	need root jq
	make_never
	copy_kit
	# The copy's path is the tag: every process of a liar has it in argv or environment.
	cp -r "$BATS_TEST_DIRNAME/liars" "$BATS_FILE_TMPDIR/"
}

setup() {
	# Never exported: what bears one of these names is of the run.
	LIARS=$BATS_FILE_TMPDIR/liars
	OUT=$BATS_TEST_TMPDIR/out
}

teardown() {
	local pid
	[ -z "${RUN_PID:-}" ] || end_group "$RUN_PID"
	while read -r pid _; do
		kill -KILL "$pid" 2>/dev/null || :
	done < <(tagged "$LIARS")
}

# trial SECONDS RUNTIME [RUNTIME_ARGS [OPTION...]]: runs it with a deadline of 1 s a command, in a
# group of its own. Sets status, output (TAP), said (stderr) and checks what holds for every liar.
trial() {
	local most=$1 runtime=$2 args=${3:-} begun=${EPOCHREALTIME/./} took
	shift $(($# < 3 ? 2 : 3))
	setsid "$MASKSPEC" run --runtime "$runtime" --runtime-args "$args" --out "$OUT" \
		--timeout 1 "$@" >"$BATS_TEST_TMPDIR/tap" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	RUN_PID=$!
	poll "$most" ended "$RUN_PID" || fail "$runtime $args: not at its end after $most s"
	status=0
	wait "$RUN_PID" || status=$?
	RUN_PID=
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	said=$(<"$BATS_TEST_TMPDIR/err")
	printf '%s\nexit %s after %s ms\n' "$(head -n 30 <<<"$said")" "$status" "$took"
	none_left "$runtime"
	[ "$status" -ne 0 ]
	[[ $said != *"maskspec: conforms"* ]]
	[ ! -e "$OUT/status" ] || [ "$(<"$OUT/status")" = "$status" ]
}

ended() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

none_left() {
	none_tagged "$LIARS" || fail "$1 left processes:" "$(tagged "$LIARS")"
	none_tagged "$OUT" || fail "of the kit were left:" "$(tagged "$OUT")"
}

# is VERDICT STATUS PATTERN: how the run ended, and what its head says.
is() {
	local head
	[ "$status" = "$2" ]
	[ "$(<"$OUT/status")" = "$2" ]
	[ "$(jq -r .summary.verdict "$OUT/report.json")" = "$1" ]
	[ "$(tail -n 1 <<<"$said")" = "maskspec: $1 (exit $2)" ]
	mapfile -t -n 5 head <<<"$said"
	[[ ${head[*]} =~ $3 ]] || fail "the head doesn't say \"$3\""
}

# A usage error: nothing is started, value and fault are named.
is_usage() {
	[ "$status" = 2 ]
	[[ $said == "maskspec: RUNTIME="*"$1"* ]]
	[ ! -e "$OUT/facts" ]
}

@test "the scan for what outlives a run finds a daemon" {
	(setsid sh -c 'while :; do read -r x <"$1"; done' "$LIARS/x" "$BATS_FILE_TMPDIR/.never" \
		>/dev/null 2>&1 3>&- &)
	! poll 1 none_tagged "$LIARS"
}

@test "does not exist" {
	trial 5 "$LIARS/no-such-runtime"
	is_usage "no such file"
	trial 5 no-such-runtime
	is_usage "no such command in PATH"
}

@test "is not executable" {
	echo 'echo runc version 1.1' >"$BATS_TEST_TMPDIR/plain"
	trial 5 "$BATS_TEST_TMPDIR/plain"
	is_usage "not an executable file"
}

@test "is a directory" {
	trial 5 "$LIARS"
	is_usage "not an executable file"
}

@test "a usage error replaces the status of an older run" {
	mkdir "$OUT"
	echo 0 >"$OUT/status"
	trial 5 "$LIARS/no-such-runtime"
	[ "$(<"$OUT/status")" = 2 ]
}

@test "is no program: execve fails" {
	printf '\177ELF nonsense' >"$BATS_TEST_TMPDIR/elf"
	chmod +x "$BATS_TEST_TMPDIR/elf"
	trial 10 "$BATS_TEST_TMPDIR/elf"
	is broken 3 "create of a container without masks ended with .*ENOEXEC"
}

@test "/bin/true" {
	trial 10 /bin/true
	is broken 3 "answered 0, but its process never ran"
}

@test "/bin/false" {
	trial 10 /bin/false
	is broken 3 "create of a container without masks ended with exit:1"
}

@test "exits 0 without running anything" {
	trial 10 "$LIARS/yes"
	is broken 3 "answered 0, but its process never ran"
}

@test "names a process that is not its own: 1, and itself" {
	trial 10 "$LIARS/yes" "--lie 1"
	is broken 3 "answered 0, but its process never ran"
	trial 10 "$LIARS/yes" "--lie self"
	is broken 3 "answered 0, but its process never ran"
}

hangs_in() {
	trial 20 "$LIARS/hang" "--lie $1 --around $MASKREF"
	is "$2" "$3" "$4"
}

@test "hangs in create" {
	hangs_in create broken 3 "create of a container without masks ended with deadline"
}

@test "hangs in start" {
	hangs_in start broken 3 "start of a container without masks ended with deadline"
}

@test "hangs in state" {
	hangs_in state broken 3 "state of a container without masks ended with deadline"
}

@test "hangs in kill" {
	hangs_in kill broken 3 "kill of a container without masks ended with deadline"
}

@test "hangs in delete" {
	hangs_in delete broken 3 "delete of a container without masks ended with deadline"
}

@test "hangs in everything, --version too, and ignores signals" {
	trial 10 "$LIARS/deaf"
	is broken 3 "create of a container without masks ended with deadline"
}

@test "floods 1 GiB on stdout" {
	trial 10 "$LIARS/flood" "--lie stdout"
	is broken 3 "create of a container without masks ended with flood"
	[ "$(du -sk "$OUT" | cut -f1)" -lt 10240 ]
}

@test "floods 1 GiB on stderr" {
	trial 10 "$LIARS/flood" "--lie stderr"
	is broken 3 "create of a container without masks ended with flood"
	[ "$(du -sk "$OUT" | cut -f1)" -lt 10240 ]
}

@test "floods 1 GiB in answer to --version" {
	trial 10 "$LIARS/flood-version"
	is broken 3 "create of a container without masks ended with flood"
	[ "$(du -sk "$OUT" | cut -f1)" -lt 10240 ]
}

@test "lets a daemon flood after it has answered 0" {
	trial 10 "$LIARS/flood-late"
	is broken 3 "answered 0, but its process never ran"
	[ "$(du -sk "$OUT" | cut -f1)" -lt 10240 ]
}

@test "leaves daemons behind" {
	trial 30 "$LIARS/daemons" "--around $MASKREF" --filter "directories"
	is fails 1 "fails .*daemons"
	[[ $said == *life-delete-processes* ]]
	[[ $said =~ observed:\ [0-9]+\ process(es)?\ left\ of\ container ]]
}

@test "ignores both lists (around maskref): not-implemented, in one line" {
	trial 20 "$LIARS/ignore" "--around $MASKREF" --filter "directories files"
	is not-implemented 1 " neither maskedPaths nor readonlyPaths had any effect "
}

@test "ignores both lists (around runc): not-implemented, in one line" {
	need_runtime runc
	trial 20 "$LIARS/ignore" "--around $(command -v runc || echo /usr/sbin/runc)" \
		--filter "directories files"
	is not-implemented 1 " neither maskedPaths nor readonlyPaths had any effect "
}

@test "kills all it can see" {
	local word
	for word in create start delete; do
		trial 10 "$LIARS/killer" "--lie $word --around $MASKREF"
		is broken 3 "the preflight case left no facts"
		[[ $said == *"its worker was ended by signal 9"* ]]
	done
}

@test "puts a FIFO where the facts are read from" {
	trial 20 "$LIARS/trap-facts"
	is broken 3 "answered 0, but its process never ran"
}

@test "litters: nothing of it stays but what is named" {
	trial 20 "$LIARS/litter" "--around $MASKREF" --filter files
	[ "$status" = 1 ]
	[[ $said == *"chmod of the mask changed the host's /dev/null"* ]]
	[ "$(stat -c %a /dev/null)" = 666 ]
	# What vanishes meanwhile is others'.
	run -0 find / "$BATS_FILE_TMPDIR" /tmp /run /dev /sys/fs/cgroup -ignore_readdir_race \
		-maxdepth 3 -path /proc -prune -o -name maskspec-litter -print
	[ -z "$output" ]
}

# With the pids controller the bomb never gets what the host has; in any case it ends with the run.
@test "forks without end, in a command and behind one" {
	local word
	for word in create start delete; do
		trial 30 "$LIARS/forkbomb" "--lie $word --around $MASKREF"
		is broken 3 "$word of a container without masks ended with deadline"
	done
	trial 30 "$LIARS/forkbomb" "--lie late --around $MASKREF"
	[ ! -e /sys/fs/cgroup/pids ] || grep -qP '^h\ttasks\t[0-9]+$' "$OUT/facts/preflight.facts"
}

@test "deletes the bundle" {
	trial 10 "$LIARS/delete-bundle" "--lie create --around $MASKREF"
	is broken 3 "create of a container without masks ended with exit:1"
	local word
	for word in start kill delete; do
		trial 10 "$LIARS/delete-bundle" "--lie $word --around $MASKREF"
		is broken 3 "answered 0, but its process never ran"
	done
}

@test "forges facts: prints them, or adds them to those of the probe" {
	local word
	for word in print write; do
		trial 20 "$LIARS/forge" "--lie $word --around $MASKREF" --filter "directories files"
		is not-implemented 1 " neither maskedPaths nor readonlyPaths had any effect "
	done
}

@test "forges all facts and runs nothing" {
	trial 20 "$LIARS/forge" "--lie all" --filter "directories files"
	is not-implemented 1 " neither maskedPaths nor readonlyPaths had any effect "
}

@test "changes the probe" {
	trial 10 "$LIARS/change-probe" "--lie replace --around $MASKREF"
	is broken 3 "start of a container without masks ended with exit:1"
	trial 10 "$LIARS/change-probe" "--lie write --around $MASKREF"
	is broken 3 "the runtime changed the probe .* its process never ran"
}

@test "runs the process twice" {
	trial 20 "$LIARS/twice" "--around $MASKREF" --filter "directories files"
	is fails 1 "fails .*twice"
	[[ $said =~ the\ process\ of\ container\ a\ ran\ 2\ times ]]
}

# wrong_state WORD PATTERN: what `state` answers, and what is said of it.
wrong_state() {
	trial 10 "$LIARS/wrong-state" "--lie $1 --around $MASKREF"
	is broken 3 "state of a container without masks $2"
}

@test "answers state with no state" {
	wrong_state error "ended with exit:1"
	wrong_state nothing 'answered the status "" after create'
	wrong_state text 'answered the status "" after create'
	wrong_state zeros 'answered the status "" after create'
}

@test "answers state with a wrong status" {
	wrong_state stopped 'answered the status "stopped" after create, not "created"'
	wrong_state word 'answered the status "fine" after create, not "created"'
}

@test "answers state with a pid that is none of the container's" {
	wrong_state negative "answered no pid"
	wrong_state huge "answered no pid"
	wrong_state none "answered the pid of no process that the runtime left"
	wrong_state init "answered the pid of no process that the runtime left"
	wrong_state other "answered the pid of no process that the runtime left"
	wrong_state daemon "answered the pid of a process that has no mounts of its own"
}
