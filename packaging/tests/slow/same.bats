#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make release: the same commit gives the same bytes, also to somebody with other habits who has only the
# tarball of make dist. Without the source of cJSON there is none.

load ../helpers

# $TREE: what make dist has packed, unpacked.
setup_file() {
	need make tar
	export TREE=$BATS_FILE_TMPDIR/tree
	mkdir "$TREE"
	(umask 077 && tar -C "$TREE" --strip-components=1 -xf "$BUILD"/maskspec-[0-9]*.tar.gz) ||
		fail "build/maskspec-VERSION.tar.gz is missing; run \`make dist\`"
}

release() {
	(umask 077 && env LC_ALL=C.UTF-8 TZ=Asia/Tokyo make -s -j2 -C "$TREE" release "$@")
}

@test "the source of cJSON is asked for, and nothing is made that is half static" {
	run -2 release
	[[ $output == *"make: the source of cJSON is not in build/src/cjson"*"run: make deps"* ]] || fail "$output"
	[ ! -e "$TREE/build" ]
}

@test "two folders, two umasks, two locales: the same bytes; another commit's time: others" {
	mkdir -p "$TREE/build/src"
	cp -r "$CHECKOUT/build/src/cjson" "$TREE/build/src"
	release
	cmp "$BUILD"/release/maskspec-*.tar.gz "$TREE"/build/release/maskspec-*.tar.gz
	SOURCE_DATE_EPOCH=1 release
	run -1 cmp -s "$BUILD"/release/maskspec-*.tar.gz "$TREE"/build/release/maskspec-*.tar.gz
}
