# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of packages share.

# shellcheck source=conformance/tests/helpers.bash
. "$(dirname "${BASH_SOURCE[0]}")/../../conformance/tests/helpers.bash"

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# What make says to its own children is not for those of a test.
unset MAKEFLAGS MFLAGS
BUILD=$(realpath "${MASKSPEC_BUILD:-$CHECKOUT/build}")

in_root() {
	"$CHECKOUT/packaging/tests/in-root" "$@"
}

# $KIT: the tarball of the release, unpacked.
unpack_release() {
	mkdir "$BATS_FILE_TMPDIR/kit"
	tar -C "$BATS_FILE_TMPDIR/kit" --strip-components=1 -xzf "$BUILD"/release/maskspec-*.tar.gz ||
		fail "build/release is missing; run \`make release\`"
	export KIT=$BATS_FILE_TMPDIR/kit
}

# The one package of that name: debian NAME, rpm NAME
debian() {
	echo "$BUILD/debian/$1"_*.deb
}

rpm_file() {
	echo "$BUILD/rpm/$1"-[0-9]*.x86_64.rpm
}
