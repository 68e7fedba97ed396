#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make deb, make rpm: clean by lintian and rpmlint, and in them is what make install installs.

load helpers

# What make install puts below /usr: $BATS_FILE_TMPDIR/installed, a path a line.
setup_file() {
	need dpkg-deb lintian rpm rpmlint make python3
	[ -f "$(debian maskspec)" ] || fail "build/debian is missing; run \`make deb\`"
	[ -f "$(rpm_file maskspec)" ] || fail "build/rpm is missing; run \`make rpm\`"
	make -s -C "$CHECKOUT" B="$BUILD" install DESTDIR="$BATS_FILE_TMPDIR/dest" PREFIX=/usr
	find "$BATS_FILE_TMPDIR/dest" ! -type d -printf '/%P\n' | LC_ALL=C sort >"$BATS_FILE_TMPDIR/installed"
}

# Paths on stdin as make install has them: where a distribution has a place of its own for something, and
# without what belongs to packages themselves.
usual_places() {
	sed -E -e 's|/lib(64\|/x86_64-linux-gnu)/|/lib/|' -e 's|/vendor-completions/|/site-functions/|' \
		-e '/\/share\/man\//s/\.gz$//' -e '/\/(changelog.Debian.gz|copyright)$/d' \
		-e '/\/share\/(lintian|licenses)\//d' -e '/\/\.build-id/d' | LC_ALL=C sort
}

deb_files() {
	dpkg-deb --fsys-tarfile "$1" | tar -t | grep -v '/$' | sed 's/^\.//'
}

# Folders are of packages, too, but not of make install.
rpm_files() {
	rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$1" 2>/dev/null | sed '/^d/d; s/^[^ ]* //'
}

@test "the Debian packages have all of make install, and nothing else" {
	diff "$BATS_FILE_TMPDIR/installed" \
		<({ deb_files "$(debian maskspec)"; deb_files "$(debian libmaskref-dev)"; } | usual_places)
	deb_files "$(debian maskspec)" | grep -qx /usr/bin/maskspec
}

@test "the RPM packages do, too" {
	diff "$BATS_FILE_TMPDIR/installed" \
		<({ rpm_files "$(rpm_file maskspec)"; rpm_files "$(rpm_file libmaskref-devel)"; } | usual_places)
	rpm_files "$(rpm_file maskspec)" | grep -qx /usr/bin/maskspec
}

@test "lintian has no error and no warning, and would have" {
	local tree=$BATS_TEST_TMPDIR/tree
	run -0 lintian --allow-root --fail-on error,warning "$BUILD"/debian/*.changes
	[ -z "$output" ] || fail "$output"
	dpkg-deb -R "$(debian maskspec)" "$tree"
	chmod +x "$tree/usr/libexec/maskspec/vm/kernels.json"
	dpkg-deb --root-owner-group -b "$tree" "$BATS_TEST_TMPDIR/maskspec_0_amd64.deb" >/dev/null
	run -2 lintian --allow-root --fail-on error,warning "$BATS_TEST_TMPDIR/maskspec_0_amd64.deb"
	[[ $output == *executable-not-elf-or-script* ]] || fail "$output"
}

@test "rpmlint has no error and no warning, and would have" {
	local packages=("$BUILD"/rpm/*.rpm)
	run -0 rpmlint -r "$CHECKOUT/packaging/maskspec.rpmlintrc" "${packages[@]}" "$CHECKOUT/packaging/maskspec.spec"
	[[ $output == *"${#packages[@]} packages and 1 specfiles checked; 0 errors, 0 warnings"* ]] || fail "$output"
	sed '/^%changelog/,$d' "$CHECKOUT/packaging/maskspec.spec" >"$BATS_TEST_TMPDIR/maskspec.spec"
	printf '%%build\nmake -C $RPM_SOURCE_DIR\n' >>"$BATS_TEST_TMPDIR/maskspec.spec"
	run rpmlint -r "$CHECKOUT/packaging/maskspec.rpmlintrc" "$BATS_TEST_TMPDIR/maskspec.spec"
	[[ $output != *"0 errors, 0 warnings"* ]] || fail "$output"
}

@test "programs but for those of containers and machines are linked with the distribution's libraries" {
	local program needs
	dpkg-deb -x "$(debian maskspec)" "$BATS_TEST_TMPDIR/deb"
	for program in maskspec maskref; do
		needs=$(readelf -d "$BATS_TEST_TMPDIR/deb/usr/libexec/maskspec/build/$program")
		[[ $needs == *libcjson* && $needs == *BIND_NOW* ]] || fail "$program:" "$needs"
	done
	for program in observe vm/init; do
		run -0 readelf -lW "$BATS_TEST_TMPDIR/deb/usr/libexec/maskspec/build/$program"
		[[ $output == *LOAD* && $output != *INTERP* ]]
	done
	run -0 dpkg-deb -f "$(debian maskspec)" Depends
	[[ $output == *"libc6 ("*"libcjson1 ("*"libssl3"* ]] || fail "$output"
}

@test "what was packed is what was committed, and says so" {
	local commit
	commit=$("$BUILD/maskspec" version | sed -n 's/^commit //p')
	dpkg-deb -x "$(debian maskspec)" "$BATS_TEST_TMPDIR/deb"
	run -0 "$BATS_TEST_TMPDIR/deb/usr/bin/maskspec" version
	[ "${lines[1]}" = "commit $commit" ] || fail "$output"
}

@test "a version without an entry in the changelog is not packed" {
	run -1 "$CHECKOUT/packaging/deb" 9.9 /dev/null "$BATS_TEST_TMPDIR"
	[[ $output == *"changelog: its first entry is of "*"write an entry"* ]] || fail "$output"
	run -1 "$CHECKOUT/packaging/rpm" 9.9 /dev/null "$BATS_TEST_TMPDIR"
	[[ $output == *"maskspec.spec: it is of "* ]] || fail "$output"
}
