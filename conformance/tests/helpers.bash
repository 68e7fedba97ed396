# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the bats files share. A test works on a copy of the kit, so that nobody's rebuild changes
# it in the middle, and in a folder of its own that bats removes.

bats_require_minimum_version 1.5.0

CHECKOUT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# Says what is missing and fails; a test that needs something never passes without it.
need() {
	local tool
	for tool; do
		if [ "$tool" = root ]; then
			[ "$(id -u)" = 0 ] || fail "root is needed: the kit starts containers"
		else
			command -v "$tool" >/dev/null || fail "$tool is missing; see \`make deps\`"
		fi
	done
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# take_words WORD... -- ARGUMENT...: into WORDS and ARGUMENTS.
take_words() {
	WORDS=()
	while [ "$1" != -- ]; do
		WORDS+=("$1")
		shift
	done
	ARGUMENTS=("${@:2}")
}

# words_said TEXT: each of WORDS is in it.
words_said() {
	local word
	for word in "${WORDS[@]}"; do
		[[ $1 == *"$word"* ]] || fail "\"$word\" is not said:" "$1"
	done
}

# Only for a runtime of the distribution, which is a subject and no tool of ours.
need_runtime() {
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || skip "$1 is not installed"
}

# The kit's copy: $KIT/build and $KIT/fixtures. Of setup_file.
copy_kit() {
	local program
	export KIT=$BATS_FILE_TMPDIR/kit
	mkdir -p "$KIT/build"
	for program in maskspec observe maskref; do
		[ -x "$CHECKOUT/build/$program" ] || fail "build/$program is missing; run \`make\`"
		cp "$CHECKOUT/build/$program" "$KIT/build/"
	done
	cp -r "$CHECKOUT/fixtures" "$KIT/"
	# An ordinary user judges, too.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file"
	chmod -R a+rX "$BATS_FILE_TMPDIR"
	export MASKSPEC=$KIT/build/maskspec MASKREF=$KIT/build/maskref
}

# What the copy needs beside it to certify: of setup_file, after copy_kit.
copy_certify_kit() {
	cp "$CHECKOUT/build/maskspec-certify" "$KIT/build/" || fail "run \`make certify-kit\`"
	mkdir -p "$KIT/conformance/certify" "$KIT/vm"
	cp "$CHECKOUT/conformance/certify/about" "$KIT/conformance/certify/"
	cp "$CHECKOUT"/vm/{fetch,kernels.json,*.bash} "$KIT/vm/"
}

# Leaves in the kit's copy only these bundles beside the preflight: few_bundles NAME...
few_bundles() {
	local dir=$KIT/fixtures/bundles name
	mkdir "$KIT/few"
	for name in preflight "$@"; do
		mv "$dir/$name.json" "$KIT/few/"
	done
	rm -r "$dir"
	mv "$KIT/few" "$dir"
}

# A certification profile of few and quick runs: small_profile RUNS
small_profile() {
	jq -n --argjson runs "$1" '{schema: "maskspec-certify/1", name: "small", title: "a small one",
		spec: "0.1", profile: "core", runs: $runs, retries: 1,
		kernels: [{name: "any", versions: ">=3"}],
		skips: [{ids: "alias-*", reason: "*no alias was mounted*", why: "it has none"}]}'
}

# Waits until the words of a command answer 0; false after $1 seconds.
poll() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		((${EPOCHREALTIME/./} < end)) || return 1
		read -r -t 0.02 _ <>"$BATS_FILE_TMPDIR/.never" || :
	done
}

# For poll() and pause(): a FIFO that nobody writes to.
make_never() {
	mkfifo "$BATS_FILE_TMPDIR/.never"
}

# Processes that have the tag $1 in argv or environment, one line each: pid and argv. The globs
# are read before grep starts, so it doesn't find itself.
tagged() {
	local file pid argv
	while read -r file; do
		pid=${file#/proc/}
		pid=${pid%%/*}
		mapfile -d '' argv 2>/dev/null <"/proc/$pid/cmdline" || continue
		echo "$pid ${argv[*]}"
	done < <(grep -lFs -- "$1" /proc/[0-9]*/cmdline /proc/[0-9]*/environ)
}

none_tagged() {
	[ -z "$(tagged "$1")" ]
}

# Sends $2 (KILL) to the process group of $1 and waits for the process; no harm if it is gone.
end_group() {
	kill -s "${2:-KILL}" -- "-$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}
