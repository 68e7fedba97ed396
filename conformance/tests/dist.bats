#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make dist: the same bytes from every clone of a commit, and what is in it builds, knows its commit
# and judges without git.

load helpers

# Two clones, of which one is made and packed by somebody with other habits: $BATS_FILE_TMPDIR/a, b.
setup_file() {
	need git make jq root
	[ -e "$CHECKOUT/.git" ] || skip "no git checkout, of which alone dist can be made"
	cd "$BATS_FILE_TMPDIR" || return
	export COMMIT
	COMMIT=$(git -C "$CHECKOUT" rev-parse HEAD)
	clone a
	make -s -C a dist >a.said
	(
		umask 077
		clone b
		find b -path b/.git -prune -o -exec touch -h -d 2001-01-01 {} +
		git -C b config tar.umask 0077
		git -C b config core.autocrlf true
		LC_ALL=C.UTF-8 TZ=Asia/Tokyo GZIP=-1 make -s -C b dist >b.said
	)
	export TARBALL
	TARBALL=$BATS_FILE_TMPDIR/a/$(<a.said)
	tar -xf "$TARBALL"
	export UNPACKED=${TARBALL##*/}
	UNPACKED=$BATS_FILE_TMPDIR/${UNPACKED%.tar.gz}
}

clone() {
	git clone -q --no-checkout "$CHECKOUT" "$1"
	git -C "$1" checkout -q --detach "$COMMIT"
}

@test "two clones give the same bytes, another commit others" {
	cd "$BATS_FILE_TMPDIR"
	cmp "$TARBALL" "b/$(<b.said)"
	clone c
	git -C c -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m x
	make -s -C c dist
	run -1 cmp -s "$TARBALL" "c/$(<a.said)"
}

@test "it has each file of the commit as it is, but for the one that names the commit" {
	diff -r -x .git -x build "$BATS_FILE_TMPDIR/a" "$UNPACKED" >different || :
	[ "$(grep -c '^[<>]' different)" = 2 ] || fail "$(<different)"
	grep -q "^> $COMMIT$" different
	diff <(git -C "$BATS_FILE_TMPDIR/a" ls-files | LC_ALL=C sort) \
		<(cd "$UNPACKED" && find . ! -type d -printf '%P\n' | LC_ALL=C sort)
	[ -z "$(find "$UNPACKED" ! -type l ! -perm 755 ! -perm 644)" ]
}

@test "built from it, where a checkout of something else lies around it, the kit judges and knows its commit" {
	git init -q "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	git -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m x
	cp -r "$UNPACKED" kit
	make -s -j2 -C kit CFLAGS=-O0 build/maskspec build/observe build/maskref build/tests/check_text >said 2>&1 ||
		fail "$(<said)"
	(cd kit && build/tests/check_text)
	kit/build/maskspec version | grep -qx "commit $COMMIT"
	run -0 kit/build/maskspec run --runtime kit/build/maskref --filter links --out out
	[ "$(jq -r .kit.commit out/report.json)" = "$COMMIT" ]
}

@test "what can't be in it is said" {
	cp -r "$BATS_FILE_TMPDIR/a" dirty
	echo x >dirty/x
	run -0 make -s -C dirty dist
	[[ $output == *"what is not committed is not in it"* ]]
	cmp "$TARBALL" "dirty/$(<"$BATS_FILE_TMPDIR/a.said")"
	run -2 make -s -C "$UNPACKED" dist
	[[ $output == *"no git checkout"*"clone the repository"* ]]
}
