#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make farm on real hosts: each a network, processes, folders and an sshd of its own on this machine. One
# is killed half-way, and the report is that of a single machine.

load helpers

# With falls, so that texts and evidence are compared, too.
ARGS="--strategy tmpfs-per-dir"
REQUIRED="shared-mask"
# Two of the quickest.
FEW="directories files"

setup_file() {
	need root jq parallel perl sshd ssh ssh-keygen ip unshare nsenter setpriv tar
	copy_kit
	make_never
	mkdir "$KIT/conformance" "$BATS_FILE_TMPDIR/hosts"
	cp -r "$CHECKOUT/conformance/farm" "$KIT/conformance/"
	export HOSTS_DIR=$BATS_FILE_TMPDIR/hosts FARM=$KIT/conformance/farm/farm
	export GATED=$BATS_FILE_TMPDIR/gated
	make_gated
	# However this file ends, they end with it.
	setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc \
		"$CHECKOUT/conformance/tests/farm-hosts" "$HOSTS_DIR" a b c old >"$HOSTS_DIR/log" 2>&1 3>&- &
	export OUTER=$!
	poll 20 test -e "$HOSTS_DIR/ready" || fail "no hosts:" "$(<"$HOSTS_DIR/log")"
	read -r NAMESPACES _ <"/proc/$OUTER/task/$OUTER/children" || :
	export NAMESPACES
	local status=0 host
	for host in a b c old; do
		pid_of "$host" >"$HOSTS_DIR/$host.outer"
	done
	on a "$MASKSPEC" run --runtime "$GATED" --runtime-args "'$ARGS'" --require "$REQUIRED" \
		--out "$BATS_FILE_TMPDIR/single" >"$BATS_FILE_TMPDIR/single.log" 2>&1 || status=$?
	[ "$status" = 1 ] || fail "a single machine: exit $status" "$(<"$BATS_FILE_TMPDIR/single.log")"
}

teardown_file() {
	kill -KILL "$OUTER" 2>/dev/null || :
	wait "$OUTER" 2>/dev/null || :
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	ERR=$BATS_TEST_TMPDIR/err
	SINGLE=$BATS_FILE_TMPDIR/single/report.json
}

teardown() {
	let_go
	[ -z "${farm:-}" ] || kill -KILL "$farm" 2>/dev/null || :
}

# maskref that stops on the host HOST at its Nth create, if there is gate.HOST with the number N, for as
# long as that is there.
make_gated() {
	cat >"$GATED" <<-END
		#!/bin/sh
		at=$HOSTS_DIR/gate.\$(hostname)
		for word; do
			[ "\$word" = create ] && [ -e "\$at" ] || continue
			echo >>"\$at.creates"
			while [ -e "\$at" ] && [ "\$(wc -l <"\$at.creates")" -ge "\$(cat "\$at")" ]; do
				sleep 0.05
			done
			break
		done
		exec $MASKREF "\$@"
	END
	chmod +x "$GATED"
}

# hold HOST N
hold() {
	rm -f "$HOSTS_DIR/gate.$1.creates"
	echo "$2" >"$HOSTS_DIR/gate.$1"
}

let_go() {
	rm -f "$HOSTS_DIR"/gate.*
}

inside() {
	nsenter --target "$NAMESPACES" --net --mount --pid -- "$@"
}

on() {
	local host=$1
	shift
	inside ssh -F "$HOSTS_DIR/ssh_config" "$host" "$@" 3>&-
}

# farm HOSTS [VARIABLE=VALUE]... SIGINT is ignored where the tests run in the background, and a shell
# doesn't undo that.
farm() {
	local hosts=$1
	shift
	inside perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' env HOSTS="$hosts" SSH_CONFIG="$HOSTS_DIR/ssh_config" OUT="$OUT" RUNTIME="$MASKREF" "$@" \
		"$FARM" "$KIT/build" >"$BATS_TEST_TMPDIR/tap" 2>"$ERR" 3>&- </dev/null
}

# The farm of all cases, in the background: $farm. Of nsenter the only child is the farm itself.
begin_farm() {
	farm "$1" RUNTIME="$GATED" RUNTIME_ARGS="$ARGS" REQUIRE="$REQUIRED" SHARDS="$2" &
	farm=$!
}

end_farm() {
	status=0
	wait "$farm" || status=$?
	farm=
}

# The process of the farm itself, as seen from out here, in $own: below $farm, and above those that it
# starts, which are called the same.
has_begun() {
	local argv
	own=$farm
	until mapfile -d '' argv 2>/dev/null <"/proc/$own/cmdline" && [ "${argv[1]:-}" = "$FARM" ]; do
		own=$(cat "/proc/$own/task/$own/children" 2>/dev/null)
		own=${own%% *}
		[ "$own" ] || return
	done
}

# A folder of host $1, from out here: by its first process.
root_of() {
	echo "/proc/$(<"$HOSTS_DIR/$1.outer")/root"
}

end_host() {
	kill -KILL "$(<"$HOSTS_DIR/$1.outer")" 2>/dev/null || :
}

# The first process of host $1, as seen from out here.
pid_of() {
	local inner file
	inner=$(<"$HOSTS_DIR/$1.pid")
	for file in /proc/[0-9]*/status; do
		awk -v inner="$inner" -v ns="$NAMESPACES" '$1 == "NSpid:" && NF == 4 && $3 == inner && $4 == 1 { found = 1 }
			END { exit !found }' "$file" 2>/dev/null && basename "${file%/status}" && return
	done
	return 1
}

# A shard of which host $1 has made some facts, but not all: its number in $shard.
is_half_way() {
	local file
	for file in "$(root_of "$1")"/var/tmp/maskspec-farm-*/pid.*; do
		shard=${file##*.}
		set -- "${file%/*}/out.$shard/facts"/*.facts
		[ $# -ge 3 ] && return
	done
	return 1
}

# Nothing is left on the host: no file, no process but sshd's and the host's own.
is_as_before() {
	local root left
	root=$(root_of "$1") || return
	[ -z "$(ls -A "$root/var/tmp" "$root$HOME" | grep -v ':$')" ] || return
	left=$(on "$1" 'cat /proc/[0-9]*/cmdline | tr "\0" " "')
	[[ $left != *maskspec* && $left != *observe* ]]
}

same() {
	timeless "$1" >"$BATS_TEST_TMPDIR/one"
	timeless "$2" >"$BATS_TEST_TMPDIR/other"
	diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/other" >"$BATS_TEST_TMPDIR/diff" ||
		fail "$(head -n 20 "$BATS_TEST_TMPDIR/diff")"
}

# All of a report but what no two runs have in common: when it was made, and how long each step took.
timeless() {
	jq -S 'del(.started, .seconds) | del(.measurements[] | select(.unit == "us") | .value)' "$1"
}

done_jobs() {
	awk -F '\t' 'NR > 1 && $7 == 0 && $8 == 0 { print $1, $2, $3 }' "$OUT/farm/joblog" | sort
}

has_done() {
	[ -e "$OUT/farm/joblog" ] && [ "$(done_jobs | wc -l)" -ge "$1" ]
}

@test "hosts are folders, processes and networks of their own" {
	local host
	for host in a b c; do
		[ "$(on $host hostname)" = $host ]
		is_as_before $host
	done
	touch "$(root_of a)/var/tmp/x"
	run -1 is_as_before a
	is_as_before b
	rm "$(root_of a)/var/tmp/x"
}

@test "a host is killed half-way: others take its shards, and the report is that of one machine" {
	hold b 8
	begin_farm "a b c" 6
	poll 40 is_half_way b || fail "$(<"$ERR")"
	end_host b
	end_farm
	[ "$status" = 1 ] || fail "exit $status" "$(<"$ERR")"
	[ "$(<"$OUT/status")" = 1 ]
	same "$SINGLE" "$OUT/report.json"
	# The control: they were two runs, with falls.
	run -1 diff -q "$SINGLE" "$OUT/report.json"
	[ "$(jq '[.results[] | select(.verdict == "fail")] | length' "$SINGLE")" -ge 1 ]
	grep -q '<html' "$OUT/report.html"
	[ "$(cut -f 1 "$OUT/farm/shards.tsv" | tr '\n' ' ')" = "1 2 3 4 5 6 " ]
	[ "$(awk -v shard="$shard" '$1 == shard { print $2 }' "$OUT/farm/shards.tsv")" != b ]
	grep -E "^maskspec: host [ac]: shards.* $shard[ ,]" "$ERR"
	# It is judged again as any run is, anywhere.
	run -1 --separate-stderr "$MASKSPEC" judge --json --called "$GATED" "$OUT/facts"
	echo "$output" >"$BATS_TEST_TMPDIR/again"
	same "$OUT/report.json" "$BATS_TEST_TMPDIR/again"
	is_as_before a
	is_as_before c
}

@test "interrupted it leaves nothing, and goes on where it was" {
	local before
	hold c 1
	begin_farm "a c" 10
	poll 20 has_begun
	poll 40 has_done 1 || fail "$(<"$ERR")"
	kill -INT "$own"
	end_farm
	[ "$status" = 130 ] || fail "exit $status" "$(<"$ERR")"
	[ "$(<"$OUT/status")" = 130 ]
	[ ! -e "$OUT/report.json" ]
	is_as_before a
	is_as_before c
	let_go
	before=$(done_jobs)
	[ "$(wc -l <<<"$before")" -lt 10 ]
	begin_farm "a c" 10
	end_farm
	[ "$status" = 1 ] || fail "exit $status" "$(<"$ERR")"
	grep "going on" "$ERR"
	[ "$(done_jobs | wc -l)" = 10 ]
	# What was done is done: the same start, no second one.
	[ -z "$(comm -23 <(echo "$before") <(done_jobs))" ]
	same "$SINGLE" "$OUT/report.json"
}

@test "killed it leaves nothing on the hosts" {
	hold a 8
	begin_farm "a c" 4
	poll 20 has_begun
	poll 40 is_half_way a
	kill -KILL "$own"
	poll 20 is_as_before a
	poll 20 is_as_before c
	end_farm
}

@test "one that came to its end begins anew, and so does another" {
	local first
	farm a FILTER="$FEW" SHARDS=1
	first=$(done_jobs)
	farm a FILTER="$FEW" SHARDS=1
	[ "$(done_jobs | wc -l)" = 1 ]
	[ -z "$(comm -12 <(echo "$first") <(done_jobs))" ]
	run -1 grep "going on" "$ERR"
	rm "$OUT/farm/done"
	farm a FILTER="$FEW" SHARDS=2
	[ "$(done_jobs | wc -l)" = 2 ]
	run -1 grep "going on" "$ERR"
	[ "$(jq .partial "$OUT/report.json")" = true ]
	[ "$(jq -r .runtime.path "$OUT/report.json")" = "$MASKREF" ]
}

@test "a host that can't be used is named, with what to do" {
	end_host b
	farm "a b a-again" FILTER="$FEW" SHARDS=1
	grep "host b: .*refused" "$ERR"
	# Whichever came second.
	[ "$(grep -cE "host a(-again)?: .*another name of this machine" "$ERR")" = 1 ]
	[[ $(cut -f 2 "$OUT/farm/shards.tsv") =~ ^a(-again)?$ ]]
	run -3 farm "a b" FILTER="$FEW" STRICT=1
	grep "STRICT: every host" "$ERR"
	[ "$(<"$OUT/status")" = 3 ]
	run -3 farm "b" FILTER="$FEW"
	grep "none of them can be used" "$ERR"
	run -2 farm "a old" FILTER="$FEW"
	grep "a runs $(uname -r).* old runs 2.6.*alike" "$ERR"
	is_as_before a
	is_as_before old
	run -1 setpriv --reuid=1000 --regid=1000 --clear-groups sh "$KIT/conformance/farm/host" "$BATS_TEST_TMPDIR/x"
	[[ $output == "error: not root there; name it root@"* ]]
}

@test "wrong values: variable, value and remedy, and nothing is sent" {
	local row
	while IFS='|' read -r row words; do
		run -2 farm a "$row"
		grep -F -- "$words" "$ERR" || fail "$row" "$(<"$ERR")"
	done <<-'END'
		HOSTS=|name the hosts
		HOSTS=-oProxyCommand=x|is no host's name
		HOSTS=a a|named twice
		SHARDS=0|SHARDS=0: not a number
		SHARDS=900|give 
		RUNTIME=no-such-runtime|RUNTIME=no-such-runtime: no such file
		PROFILE=quick|PROFILE=quick: none of
		SSH_CONFIG=/nonexistent|SSH_CONFIG=/nonexistent: can't be read
	END
	run -2 --separate-stderr make -s -C "$CHECKOUT" farm HOSTS=a KERNELS=debian-7
	[[ $stderr == *"KERNELS: no variable of make farm"* ]]
	run -2 --separate-stderr make -s -C "$CHECKOUT" farm OUT="$OUT"
	[[ $stderr == *"HOSTS: name the hosts"* ]]
}

# The last one: it ends the hosts.
@test "shards that nobody could run are broken, and named" {
	hold a 8
	begin_farm "a c" 4
	poll 40 is_half_way a || fail "$(<"$ERR")"
	end_host a
	end_host c
	end_farm
	[ "$status" != 0 ]
	grep "shard $shard of 4: no host could run it" "$ERR"
	# None was finished, or some: never less than all of them.
	if [ -e "$OUT/report.json" ]; then
		[[ $(jq -r .summary.why "$OUT/report.json") == *" of 4 "*" missing" ]]
		[ "$(jq .summary.broken "$OUT/report.json")" -ge 1 ]
	else
		[ "$status" = 3 ]
	fi
}
