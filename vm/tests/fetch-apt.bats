#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# vm/fetch and apt: an archive of the test's own, signed by a throw-away key, as Debian's has been since
# 6.19: a metapackage, an empty linux-image-V, modules, and linux-binary-V with the kernel.

load fetch-helpers

setup_file() {
	need jq apt-get dpkg-deb gpg gpgv gzip
	have_kernel
	make_key "$BATS_FILE_TMPDIR/archive"
	make_key "$BATS_FILE_TMPDIR/stranger"
	make_packages 7.1.9 7.2.4
}

# Packages of each version below pool/.
make_packages() {
	local v pool=$BATS_FILE_TMPDIR/pool tree=$BATS_FILE_TMPDIR/tree

	mkdir -p "$pool"
	for v; do
		rm -rf "$tree"
		mkdir -p "$tree/usr/lib/modules/$v-cloud-amd64"
		deb linux-image-cloud-amd64 "$v-1" "$tree" "$pool/meta-$v.deb" "Installed-Size: 13" \
			"Depends: linux-base-cloud-amd64 (= $v-1), linux-image-$v-cloud-amd64 (= $v-1)"
		deb "linux-image-$v-cloud-amd64" "$v-1" "$tree" "$pool/image-$v.deb" "Installed-Size: 15" \
			"Depends: dracut | initramfs-tools (>= 1), linux-modules-$v-cloud-amd64 (= $v-1), linux-binary-$v-cloud-amd64 (= $v-1)"
		head -c 100000 /dev/zero >"$tree/usr/lib/modules/$v-cloud-amd64/module"
		deb "linux-modules-$v-cloud-amd64" "$v-1" "$tree" "$pool/modules-$v.deb" "Installed-Size: 9999"
		rm "$tree/usr/lib/modules/$v-cloud-amd64/module"
		kernel_called "$v-cloud-amd64" "$tree/usr/lib/modules/$v-cloud-amd64/vmlinuz"
		deb "linux-binary-$v-cloud-amd64" "$v-1" "$tree" "$pool/binary-$v.deb" "Installed-Size: 9999" \
			"Depends: linux-base-$v-cloud-amd64 (= $v-1)"
	done
}

setup() {
	CACHE=$BATS_TEST_TMPDIR/cache
	T=$BATS_TEST_TMPDIR
	F=$BATS_FILE_TMPDIR
	cd "$T" || return 1
	export MIRROR_debian=file://$T/debian KEY_debian=$F/archive.gpg
	mkdir debian
	cp -r "$F/pool" debian/pool
}

# suite NAME DEB...: its lists, signed.
suite() {
	local name=$1 dist=debian/dists/$1 file

	shift
	mkdir -p "$dist/main/binary-amd64"
	for file; do
		dpkg-deb -f "debian/pool/$file.deb"
		printf '%s\n' "Filename: pool/$file.deb" "Size: $(stat -c %s "debian/pool/$file.deb")" \
			"SHA256: $(sha256sum <"debian/pool/$file.deb" | cut -d ' ' -f 1)" ''
	done >"$dist/main/binary-amd64/Packages"
	cat >"$dist/Release" <<-END
		Origin: Debian
		Label: Debian
		Suite: $name
		Codename: $name
		Date: $(LC_ALL=C date -u '+%a, %d %b %Y %T UTC')
		Architectures: amd64
		Components: main
		SHA256:
		 $(sha256sum <"$dist/main/binary-amd64/Packages" | cut -d ' ' -f 1) $(stat -c %s "$dist/main/binary-amd64/Packages") main/binary-amd64/Packages
	END
	signed_by archive "$name"
}

signed_by() {
	sign_with "$F/$1" --clearsign -o "debian/dists/$2/InRelease" "debian/dists/$2/Release"
}

suites() {
	suite sid {meta,image,modules,binary}-7.1.9
	suite experimental {meta,image,modules,binary}-7.2.4
}

@test "the newest of several suites, by way of what the metapackage depends on" {
	suites
	fetch 0 debian-7
	answered 7.2.4-cloud-amd64
	[ "$(value source)" = "apt linux-binary-7.2.4-cloud-amd64 7.2.4-1 experimental" ]
	grep -qx "package linux-binary-7.2.4-cloud-amd64 7.2.4-1 $(sha256sum <debian/pool/binary-7.2.4.deb | cut -d ' ' -f 1)" \
		"$(dirname "$(value image)")/from"
	rm -r debian
	PATH=$(path_without apt-get apt-cache) fetch 0 debian-7
	answered 7.2.4-cloud-amd64
}

@test "empty packages aren't asked for: a mirror may have lost them" {
	suites
	rm debian/pool/{meta,image,modules}-*
	fetch 0 debian-7
	answered 7.2.4-cloud-amd64
}

@test "what a mirror lost is said, and the next older one taken" {
	suites
	rm debian/pool/binary-7.2.4.deb
	fetch 0 debian-7
	[[ $stderr == *"linux-binary-7.2.4-cloud-amd64 7.2.4-1: "*"; trying 7.1.9-1" ]]
	answered 7.1.9-cloud-amd64
}

@test "a suite that can't be reached is said, and the others used" {
	suite sid {meta,image,modules,binary}-7.1.9
	fetch 0 debian-7
	[[ $stderr == *"experimental could not be reached"* ]]
	answered 7.1.9-cloud-amd64
}

@test "a package that isn't what the lists say is not taken" {
	suites
	printf 'x' | dd of=debian/pool/binary-7.2.4.deb bs=1 seek=5000 conv=notrunc status=none
	fetch 0 debian-7
	[[ $stderr == *"linux-binary-7.2.4"*"Hash Sum mismatch"* ]]
	answered 7.1.9-cloud-amd64
}

@test "lists that nobody signed, or somebody else; no key; and nobody there" {
	suites
	for name in sid experimental; do signed_by stranger "$name"; done
	refused 4 "debian-7 can't be had" "GPG error" "MIRROR_debian=URL" -- debian-7
	rm debian/dists/*/InRelease
	refused 4 "debian-7 can't be had" "by hand (KERNELS=FILE)" -- debian-7
	KEY_debian=$T/none refused 2 "KEY_debian=$T/none: can't be read" -- debian-7
	MIRROR_debian=http://127.0.0.1:1/debian refused 4 "debian-7 can't be had" "127.0.0.1" -- debian-7
}

@test "without the key of another distribution nothing of it is taken" {
	[ ! -e /usr/share/keyrings/ubuntu-archive-keyring.gpg ] || skip "Ubuntu's key is on this machine"
	suites
	MIRROR_ubuntu=file://$T/debian refused 4 "no key of Ubuntu's archive" "KEY_ubuntu=FILE" -- ubuntu-20.04
}

@test "a suite that moved on, and one whose packages have no kernel" {
	suite sid {meta,image,modules,binary}-7.1.9
	suite trixie-backports {meta,image,modules,binary}-7.2.4
	refused 4 "trixie-backports have no linux-image-6.16.*-cloud-amd64 of it" -- debian-6.16
	suite sid {meta,image,modules}-7.1.9
	suite experimental image-7.2.4
	refused 4 "no package that linux-image-cloud-amd64 7.1.9-1 leads to has a vmlinuz" -- debian-7
	[ -z "$(find "$CACHE" -name vmlinuz)" ]
}

@test "apt of this machine is as it was" {
	suites
	before=$(stat -c '%n %Y' /var/lib/apt/lists /var/cache/apt /etc/apt)
	fetch 0 debian-7
	[ "$(stat -c '%n %Y' /var/lib/apt/lists /var/cache/apt /etc/apt)" = "$before" ]
}

@test "a name never stands for a kernel that says of itself to be another" {
	mkdir -p tree/boot
	kernel_called 6.9-cloud-amd64 tree/boot/vmlinuz-6.9
	deb linux-image-cloud-amd64 7.5-1 tree debian/pool/liar.deb "Installed-Size: 9999"
	suite sid liar
	suite experimental liar
	refused 4 "debian-7 can't be had: its source now has 6.9-cloud-amd64, which is no debian-7" -- debian-7
	[ -z "$(find "$CACHE" -name vmlinuz)" ]
	kernel_called 7.5-cloud-amd64 tree/boot/vmlinuz-6.9
	deb linux-image-cloud-amd64 7.5-1 tree debian/pool/liar.deb "Installed-Size: 9999"
	suite sid liar
	suite experimental liar
	fetch 0 debian-7
	answered 7.5-cloud-amd64
}
