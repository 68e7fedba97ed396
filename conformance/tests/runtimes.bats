#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `make matrix-runtimes` notices what it is there for, and `make runtimes` asks nobody twice. The
# subject is the crun that is installed; the tree is a copy, so that its files can be spoiled, and its
# table is one of profile core, so that a run is short. Nothing here needs a network.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	command -v crun >/dev/null || skip "no crun"
	version=$(crun --version | sed -n 's/^crun version //p')
	grep -q "^| crun $version |" docs/runtimes.md || skip "crun $version is not in docs/runtimes.md"
	build=$(realpath "${B:-build}")
	tree=$BATS_TEST_TMPDIR/tree
	copy=$tree/build/runtimes/crun-$version
	doc=$tree/docs/runtimes.md
	mkdir -p "$tree/docs" "$tree/conformance/tests" "$copy"
	cp -r fixtures "$tree"
	sed 's/^<!-- \(end of \)*runtimes all -->$/<!-- \1runtimes core -->/' docs/runtimes.md >"$doc"
	cp conformance/tests/{matrix-runtimes,tables.bash} "$tree/conformance/tests"
	for part in maskspec observe gen; do ln -s "$build/$part" "$tree/build/$part"; done
	cp "$(command -v crun)" "$copy/crun"
	sed -n "s/^| crun $version | crun \([^ ]*\) .*/version \1/p" docs/runtimes.md >"$copy/package"
}

# matrix STATUS [VARIABLE=VALUE]... [-- GLOB...]
matrix() {
	local status=$1 vars=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do vars+=("$1") && shift; done
	run "$status" env -u RECORD PROFILE=core "${vars[@]}" "$tree/conformance/tests/matrix-runtimes" \
		"$tree/build" "${@:2}"
}

record() {
	PROFILE=core RECORD=1 "$tree/conformance/tests/matrix-runtimes" "$tree/build"
}

@test "matrix: what is known is no fault, and what is not here is said" {
	record
	matrix -0
	[[ $output == *"not judged: runc 1.3.6"* ]]
	[[ $output == *"1 runtimes, profile core, "*" 0 faults" ]]
	matrix -1 STRICT=1
	[[ $output == *"a runtime of the table was not judged"* ]]
}

@test "matrix: a fall without a reason is a fault, and is not named" {
	sed -i '/\tsb-shared/d' "$tree/fixtures/expect/crun"
	matrix -1
	[[ $output == *" falls are not named by EXPECT and not shown, "* ]]
	run ! grep sb-shared "$tree/build/matrix/runtimes/crun-$version".{err,tap}
}

@test "matrix: a reason without a fall is a fault" {
	printf 'crun *\t*\tfile-null\tfail\tit is not so\n' >>"$tree/fixtures/expect/crun"
	matrix -1
	[[ $output == *"is not as fixtures/expect/crun says"* ]]
	[[ $output == *file-null* ]]
}

@test "matrix: a reason that no runtime has is a fault" {
	printf 'crun 1.99\t*\tfile-null\tfail\tnobody has it\n' >>"$tree/fixtures/expect/crun"
	matrix -1
	[[ $output == *"no runtime of the table is meant by: crun 1.99 file-null"* ]]
}

@test "matrix: a table that is not what was seen is a fault until it is recorded" {
	record
	cp "$doc" "$doc.seen"
	sed -i "s/^\(| crun $version .*\) [0-9]* | 0 |/\1 99 | 0 |/" "$doc"
	run -1 diff "$doc.seen" "$doc"
	matrix -1
	[[ $output == *"docs/runtimes.md is not what was seen"* ]]
	record
	diff "$doc.seen" "$doc"
}

@test "matrix: a name that no runtime has is an error that names those there are" {
	matrix -2 -- crun-9.9
	[[ $output == "no runtime is called crun-9.9; there are: crun-$version" ]]
	matrix -2 -- 'crun-*' 'youki*'
	[[ $output == *"no runtime is called youki*"* ]]
	rm -r "$tree/build/runtimes"
	matrix -2
	[[ $output == *"run: make runtimes" ]]
}

@test "matrix: a copy that was not finished is a fault, with or without its program" {
	mkdir "$tree/build/runtimes/runc-9.9"
	matrix -1 -- runc-9.9
	[[ $output == *"runc-9.9 is not whole; remove it, and run: make runtimes"* ]]
	cp "$copy/crun" "$tree/build/runtimes/runc-9.9/runc"
	matrix -1 -- runc-9.9
	[[ $output == *"runc-9.9 is not whole"* ]]
	[[ $output == *"0 runtimes, "*" 1 faults" ]]
}

@test "matrix: a program that does not run is a fault" {
	printf '#!/bin/sh\necho no >&2; exit 127\n' >"$copy/crun"
	matrix -1
	[[ $output == *"crun-$version is not as fixtures/expect/crun says"* ]]
}

# A folder of `make runtimes` as it leaves it, with one copy that is linked for its place.
unpacked() {
	dir=$BATS_TEST_TMPDIR/runtimes
	mkdir -p "$dir/crun-$version"
	cp "$copy/package" "$dir/crun-$version/package"
	cp "$(command -v crun)" "$dir/crun-$version/crun"
	cp "$(patchelf --print-interpreter "$(command -v crun)")" "$dir/crun-$version/loader"
	patchelf --set-interpreter "$dir/crun-$version/loader" "$dir/crun-$version/crun"
	sed -n "s/^version \(.*\)/crun $version \1 suite/p" "$copy/package" >"$dir/.versions"
	printf '%s\n' "$dir" '? examples-backports' >"$dir/.done"
}

# An apt that knows nothing: whoever asks it has asked again.
without_apt() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 100\n' >"$BATS_TEST_TMPDIR/bin/apt-get"
	chmod +x "$BATS_TEST_TMPDIR/bin/apt-get"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "runtimes: what is there is not asked for again, and what was not reached is said each time" {
	command -v patchelf >/dev/null || skip "no patchelf"
	unpacked
	without_apt
	run -0 .ci/runtimes "$dir" 1
	[ "$output" = "runtimes: examples-backports could not be reached, as is to be expected" ]
	echo '! examples' >>"$dir/.done"
	run -0 .ci/runtimes "$dir"
	[[ $output == *"runtimes: examples could not be reached, "*"update.log says why" ]]
	run -1 .ci/runtimes "$dir" 1
}

@test "runtimes: a copy that was lost, spoiled or moved is asked for again" {
	command -v patchelf >/dev/null || skip "no patchelf"
	unpacked
	without_apt
	mv "$dir/crun-$version/package" "$BATS_TEST_TMPDIR/package"
	run -1 .ci/runtimes "$dir"
	[[ $output == *"runtimes: apt knows no Debian archive"* ]]
	mv "$BATS_TEST_TMPDIR/package" "$dir/crun-$version/package"
	run -0 .ci/runtimes "$dir"
	mv "$dir" "$dir.moved"
	run -1 .ci/runtimes "$dir.moved"
	mv "$dir.moved" "$dir"
	rm "$dir/crun-$version/loader"
	run -1 .ci/runtimes "$dir"
}

@test "runtimes: without a network it is an error, and nothing is left as if it were whole" {
	command -v patchelf >/dev/null || skip "no patchelf"
	dir=$BATS_TEST_TMPDIR/runtimes
	run -1 unshare -n .ci/runtimes "$dir"
	[[ ${lines[-1]} == "runtimes: no suite could be reached" ||
		${lines[-1]} == "runtimes: apt knows no Debian archive"* ]]
	[ ! -e "$dir/.done" ]
	[ -z "$(find "$dir" -name '*-*' -path "$dir/*-*" -prune)" ]
}
