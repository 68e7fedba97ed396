# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $stderr is of bats
# What the tests of vm/fetch share: a real kernel, packages around it, and keys to sign lists with.
# Mirrors are folders (file://), so that nothing but the first kernel comes from outside.

load ../../conformance/tests/helpers

FETCH=$CHECKOUT/vm/fetch

# $VMLINUZ is Debian's 6.1 out of the build's own cache, where CI and users have it, too.
have_kernel() {
	export VMLINUZ=$BATS_FILE_TMPDIR/vmlinuz
	"$FETCH" --cache "${B:-$CHECKOUT/build}/cache" debian-6.1 >"$BATS_FILE_TMPDIR/fetched"
	cp "$(sed -n 's/^image //p' "$BATS_FILE_TMPDIR/fetched")" "$VMLINUZ"
}

# kernel_called VERSION TO: the same kernel with another uname -r in its header.
kernel_called() {
	local at

	at=$(($(od -An -tu2 -j 526 -N 2 "$VMLINUZ") + 512))
	cp "$VMLINUZ" "$2"
	printf '%s (builder@test) #1 SMP test\0' "$1" | dd of="$2" bs=1 seek="$at" conv=notrunc status=none
}

# deb NAME VERSION TREE TO [FIELD]...
deb() {
	local name=$1 version=$2 tree=$3 to=$4

	shift 4
	mkdir -p "$tree/DEBIAN"
	printf '%s\n' "Package: $name" "Version: $version" "Architecture: amd64" "Maintainer: test <t@example.invalid>" \
		"Description: test" "$@" >"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" "$to" >/dev/null
}

# A throw-away key: $1.pub can check what sign_with $1 signed.
make_key() {
	mkdir -m 0700 "$1"
	gpg --homedir "$1" --batch --quiet --passphrase '' --quick-gen-key "$(basename "$1")@example.invalid" ed25519 sign 7d 2>/dev/null
	gpg --homedir "$1" --armor --export >"$1.pub"
	gpg --homedir "$1" --export >"$1.gpg"
	# The agent would hold the folder, and bats' output.
	gpgconf --homedir "$1" --kill all
}

# sign_with KEY OPTION... FILE
sign_with() {
	local key=$1

	shift
	gpg --homedir "$key" --batch --yes --quiet "$@" 2>/dev/null
	gpgconf --homedir "$key" --kill all
}

# A PATH that has all programs but these.
path_without() {
	local dir=$BATS_TEST_TMPDIR/path file

	mkdir "$dir"
	for file in /bin /usr/bin /usr/sbin; do ln -sf "$file"/* "$dir/"; done
	for file; do rm "$dir/$file"; done
	echo "$dir"
}

# fetch STATUS ARGUMENT...: stdout is $output, one line at most on stderr is $stderr.
fetch() {
	local status=$1

	shift
	run "-$status" --separate-stderr "$FETCH" --cache "$CACHE" "$@" 3>&-
	[[ $stderr != *$'\n'* ]] || fail "more than one line:" "$stderr"
}

# refused STATUS WORD... -- ARGUMENT...: nothing on stdout, each word in the one line on stderr.
refused() {
	local status=$1

	take_words "${@:2}"
	fetch "$status" "${ARGUMENTS[@]}"
	[ -z "$output" ]
	words_said "$stderr"
	nothing_half
}

# Nothing is left that was not finished.
nothing_half() {
	[ -z "$(find "$CACHE"/kernels/.work -mindepth 1 -maxdepth 1 -type d 2>/dev/null)" ]
}

# value KEY: of the answer.
value() {
	sed -n "s/^$1 //p" <<<"$output"
}

# answered VERSION: the keys in their order, of an image that is in the cache.
answered() {
	[ "$(cut -d ' ' -f 1 <<<"$output" | paste -s -d ' ')" = "name version image boot sha256 cgroup memory append source" ]
	[ "$(value version)" = "$1" ]
	[ "$(value image)" = "$CACHE/kernels/$(value sha256)/vmlinuz" ]
	[ "$(sha256sum <"$(value image)")" = "$(value sha256)  -" ]
	nothing_half
}
