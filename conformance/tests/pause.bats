#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A container that is paused when the run ends, or that its runtime does not resume: what a v1
# freezer holds dies of no signal, so somebody must let it go.

load helpers

setup_file() {
	need root jq
	make_never
	copy_kit
}

setup() {
	RUN_PID=
	BROKEN=$BATS_TEST_TMPDIR/broken
}

teardown() {
	[ -z "$RUN_PID" ] || end_group "$RUN_PID"
}

# runtime COMMANDS WORDS: a runtime whose COMMANDS, a pattern, are the words.
runtime() {
	cat >"$BROKEN" <<-END
		#!/bin/bash
		for word; do
			case \$word in $1) $2 ;; esac
		done
		exec "$MASKREF" "\$@"
	END
	chmod +x "$BROKEN"
}

no_cgroups() {
	[ -z "$(find /sys/fs/cgroup -maxdepth 3 -name "*$1*" 2>/dev/null)" ]
}

# The freezer of a container of ours that is frozen, v1 or v2.
frozen() {
	find /sys/fs/cgroup -path '*maskspec-*' \( -name freezer.state -exec grep -lsx FROZEN {} \; \
		-o -name cgroup.freeze -exec grep -lsx 1 {} \; \)
}

is_frozen() {
	[ -n "$(frozen)" ]
}

run_id() {
	sed -n 's/^h\trun\t//p' "$BATS_TEST_TMPDIR"/out/facts/*.facts 2>/dev/null | head -n 1
}

@test "resume fails: the run ends, and nothing is left" {
	local id
	runtime "resume|kill|delete" "exit 1"
	run timeout 60 "$MASKSPEC" run --runtime "$BROKEN" --profile scale --filter life-pause \
		--out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 124 ]
	id=$(run_id)
	[ -n "$id" ]
	poll 5 no_cgroups "$id"
}

@test "a run that is killed while a container is paused leaves nothing" {
	local id
	runtime resume "sleep 600"
	setsid "$MASKSPEC" run --runtime "$BROKEN" --profile scale --filter life-pause --timeout 600 \
		--out "$BATS_TEST_TMPDIR/out" >/dev/null 2>&1 3>&- &
	RUN_PID=$!
	poll 20 is_frozen
	id=$(frozen | head -n 1 | xargs dirname | xargs basename)
	end_group "$RUN_PID"
	RUN_PID=
	poll 8 no_cgroups "$id"
}
