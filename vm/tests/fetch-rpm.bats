#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# vm/fetch and rpm: packages laid out like kernel-core around Debian's kernel, and a mirror of them
# whose lists a throw-away key signs. Each link from the key to the image is broken once.

load fetch-helpers

V=4.18.0-348.7.1.el8_5

setup_file() {
	local payload

	need jq bsdtar rpm2cpio cpio rpmbuild gpg gpgv curl zstd xz unshare
	have_kernel
	kernel_called "$V.x86_64" "$BATS_FILE_TMPDIR/el8"
	for payload in w2.xzdio w2.zstdio w2.gzdio; do build_rpm "$payload"; done
	make_key "$BATS_FILE_TMPDIR/vendor"
	make_key "$BATS_FILE_TMPDIR/stranger"
}

# As kernel-core is: the image beside the modules' lists, /boot a ghost, a dot file of the same name.
build_rpm() {
	local top=$BATS_FILE_TMPDIR/rpm-$1

	mkdir -p "$top"
	cat >"$top/kernel-core.spec" <<-END
		%define _binary_payload $1
		%define __os_install_post %{nil}
		%define debug_package %{nil}
		Name: kernel-core
		Version: ${V%%-*}
		Release: ${V#*-}
		Summary: test
		License: none
		%description
		test
		%install
		mkdir -p %{buildroot}/boot %{buildroot}/lib/modules/$V.x86_64
		cp $BATS_FILE_TMPDIR/el8 %{buildroot}/lib/modules/$V.x86_64/vmlinuz
		echo sum >%{buildroot}/lib/modules/$V.x86_64/.vmlinuz.hmac
		echo map >%{buildroot}/lib/modules/$V.x86_64/System.map
		echo ghost >%{buildroot}/boot/vmlinuz-$V.x86_64
		%files
		/lib/modules/$V.x86_64
		%ghost /boot/vmlinuz-$V.x86_64
	END
	rpmbuild -bb --quiet --target x86_64 --define "_topdir $top" --define "_rpmdir $top" \
		"$top/kernel-core.spec" >/dev/null 2>"$top/log" || fail "$(cat "$top/log")"
	mv "$top"/x86_64/*.rpm "$BATS_FILE_TMPDIR/${1#*.}.rpm"
}

setup() {
	CACHE=$BATS_TEST_TMPDIR/cache
	T=$BATS_TEST_TMPDIR
	F=$BATS_FILE_TMPDIR
	OS=$T/mirror/8.5.2111/BaseOS/x86_64/os
	cd "$T" || return 1
	export MIRROR_el8=file://$T/mirror KEY_el8=$F/vendor.pub
}

# package VERSION RELEASE ARCH [NAME]: an entry of primary.xml for the one package there is.
package() {
	cat <<-END
		<package type="rpm"><name>${4:-kernel-core}</name><arch>$3</arch>
		<version epoch="0" ver="$1" rel="$2"/>
		<checksum type="$digest" pkgid="YES">$("${digest}sum" <"$OS/Packages/k.rpm" | cut -d ' ' -f 1)</checksum>
		<summary>a &lt;kernel&gt;</summary>
		<location href="$href"/>
		<format><rpm:provides><rpm:entry name="kernel-core"/></rpm:provides></format>
		</package>
	END
}

# make_mirror [PACKING]: what is not to be chosen points nowhere.
make_mirror() {
	local digest=${digest:-sha256} href

	mkdir -p "$OS/Packages" "$OS/repodata"
	cp "$F/xzdio.rpm" "$OS/Packages/k.rpm"
	{
		echo '<metadata xmlns="http://linux.duke.edu/metadata/common" packages="5">'
		href=Packages/none.rpm
		package 4.18.0 80.el8 x86_64
		package 4.18.0 999.el8 aarch64
		package 5.14.0 1.el9 x86_64
		package 4.18.0 999.el8 x86_64 kernel-core-debug
		href=${1:-Packages/k.rpm}
		package "${V%%-*}" "${V#*-}" x86_64
		href=Packages/none.rpm
		package 4.18.0 193.el8 x86_64
		echo '</metadata>'
	} >"$OS/repodata/primary.xml"
	index_mirror
}

# Makes repomd.xml of the primary.xml there is, and signs it.
index_mirror() {
	local packed=primary.xml.${packing:-gz}

	(cd "$OS/repodata" && case $packed in *.zst) zstd -qkf primary.xml ;; *.xz) xz -kf primary.xml ;; *) gzip -kf primary.xml ;; esac)
	cat >"$OS/repodata/repomd.xml" <<-END
		<repomd xmlns="http://linux.duke.edu/metadata/repo">
		<data type="filelists"><checksum type="sha256">0</checksum><location href="repodata/none"/></data>
		<data type="primary"><checksum type="sha256">$(sha256sum <"$OS/repodata/$packed" | cut -d ' ' -f 1)</checksum>
		<open-checksum type="sha256">0</open-checksum><location href="repodata/$packed"/></data></repomd>
	END
	sign_mirror vendor
}

sign_mirror() {
	sign_with "$F/$1" --armor --detach-sign -o "$OS/repodata/repomd.xml.asc" "$OS/repodata/repomd.xml"
}

# Nothing of it came into the cache.
nothing_kept() {
	[ -z "$(find "$CACHE" -name vmlinuz)" ] && [ ! -e "$CACHE/kernels/by-name/el8" ]
}

rpms_are_taken() {
	local payload size

	for payload in xzdio zstdio gzdio; do
		CACHE=$T/$1-$payload
		fetch 0 "$F/$payload.rpm"
		answered "$V.x86_64"
		[ "$(value cgroup) $(value source)" = "v1 file $F/$payload.rpm" ]
		cmp "$(value image)" "$F/el8"
		for size in 90 3000000 $(($(stat -c %s "$F/$payload.rpm") - 1)); do
			head -c "$size" "$F/$payload.rpm" >cut.rpm
			refused 2 "$T/cut.rpm: truncated or damaged" "get it again" -- ./cut.rpm
		done
	done
}

@test "a kernel-core, of each payload and cut at any place; with bsdtar" {
	rpms_are_taken bsdtar
}

@test "the same with rpm2cpio and cpio" {
	PATH=$(path_without bsdtar) rpms_are_taken cpio
}

@test "a mirror: the newest of this kernel is taken, and what it came from is kept" {
	for packing in gz zst xz; do
		CACHE=$T/$packing
		make_mirror
		fetch 0 el8
		answered "$V.x86_64"
		[ "$(value name) $(value cgroup) $(value source)" = "el8 v1 rpm kernel-core-$V.x86_64 el8" ]
		cmp "$(value image)" "$F/el8"
		grep -qx "package kernel-core $V.x86_64 $(sha256sum <"$F/xzdio.rpm" | cut -d ' ' -f 1)" \
			"$(dirname "$(value image)")/from"
		rm -r "$OS/repodata"
	done
}

@test "offline when warm: nobody is asked" {
	make_mirror
	fetch 0 el8
	rm -r "$T/mirror"
	PATH=$(path_without curl gpg gpgv apt-get) run -0 --separate-stderr unshare -n "$FETCH" --cache "$CACHE" el8
	[ -z "$stderr" ]
	answered "$V.x86_64"
	rm "$CACHE/kernels/by-name/el8"
	refused 4 "el8 can't be had" -- el8
}

@test "a link of the chain that is broken: package, primary.xml, repomd.xml, signature, key" {
	local file

	make_mirror
	cp -r "$T/mirror" good
	for file in Packages/k.rpm repodata/primary.xml.gz; do
		printf 'x' | dd of="$OS/$file" bs=1 seek=200 conv=notrunc status=none
		refused 4 "el8 can't be had" "$file isn't what the signed repodata says (sha256 differs)" -- el8
		cp "good/8.5.2111/BaseOS/x86_64/os/$file" "$OS/$file"
	done
	sed -i 's/open-checksum/other-checksum/g' "$OS/repodata/repomd.xml"
	refused 4 "el8 can't be had" "repomd.xml: its signature is not by a key of el8" "BAD signature" -- el8
	sign_mirror stranger
	refused 4 "its signature is not by a key of el8" "No public key" -- el8
	rm "$OS/repodata/repomd.xml.asc"
	refused 4 "isn't signed" "repomd.xml.asc" "by hand" -- el8
	cp "good/8.5.2111/BaseOS/x86_64/os/repodata/"repomd.xml* "$OS/repodata/"
	KEY_el8='' ETC=$T refused 4 "no key of it is here" "KEY_el8=FILE" -- el8
	KEY_el8=$T/none refused 2 "KEY_el8=$T/none: can't be read" -- el8
	KEY_el8=$F/stranger.pub refused 4 "its signature is not by a key" -- el8
	nothing_kept
	fetch 0 el8
	answered "$V.x86_64"
}

@test "what is signed and yet not taken: a weak digest, a place outside, another kernel, none" {
	digest=sha1 make_mirror
	refused 4 "its digest is sha1, neither sha256 nor sha512" -- el8
	digest=sha256
	for href in ../k.rpm /etc/k.rpm http://127.0.0.1/k.rpm Packages/../../k.rpm; do
		make_mirror "$href"
		refused 4 "$href: leads out of the repository" -- el8
	done
	make_mirror Packages/lost.rpm
	refused 4 "Packages/lost.rpm" -- el8
	make_mirror
	sed -i 's/rel="[^"]*el8[^"]*"/rel="1.el9"/' "$OS/repodata/primary.xml"
	index_mirror
	refused 4 "has no kernel-core of it" -- el8
	make_mirror
	sed -i 's/rel="348.7.1.el8_5"/rel="1000.el8"/' "$OS/repodata/primary.xml"
	cp "$F/zstdio.rpm" "$OS/Packages/k.rpm"
	index_mirror
	refused 4 "isn't what the signed repodata says" -- el8
	nothing_kept
	digest=sha512 make_mirror
	fetch 0 el8
	answered "$V.x86_64"
}

@test "no mirror, one that doesn't answer, one that has something else: a line with the ways on" {
	MIRROR_el8='' ETC=$T refused 4 "el8 can't be had: no mirror of it is known" "by hand (KERNELS=FILE)" \
		"dnf download kernel-core" "MIRROR_el8=URL" -- el8
	MIRROR_el8=http://127.0.0.1:1/a refused 4 "el8 can't be had: http://127.0.0.1:1/a has no repository" \
		"MIRROR_el8=URL" -- el8
	run -0 "$FETCH" --cache "$CACHE" --list
	grep -qE '^el8 .* unreachable on [0-9-]*: http://127.0.0.1:1/a' <<<"$output"
	mkdir -p "$T/mirror"
	refused 4 "file://$T/mirror has no repository of it" -- el8
	nothing_kept
	make_mirror
	fetch 0 el8
	run -0 "$FETCH" --cache "$CACHE" --list
	grep -qE "^el8 .* present $V.x86_64$" <<<"$output"
	[ ! -e "$CACHE/kernels/by-name/el8.unreachable" ]
	MIRROR_el8=file://$OS CACHE=$T/itself fetch 0 el8
}

# configured LINE...: dnf of an el8, as it is found below /etc.
configured() {
	rm -rf etc && mkdir -p etc/yum.repos.d etc/pki/rpm-gpg etc/dnf/vars
	printf '%s\n' 'ID="example"' 'VERSION_ID="8.5"' 'PLATFORM_ID="platform:el8"' >etc/os-release
	cp "$F/vendor.pub" etc/pki/rpm-gpg/RPM-GPG-KEY-centosofficial
	echo "file://$T" >etc/dnf/vars/where
	printf '%s\n' '[other]' 'baseurl=http://127.0.0.1:1/' '[baseos]' "$@" '[after]' 'enabled=0' >etc/yum.repos.d/a.repo
}

@test "dnf's configuration: baseurl, mirrorlist, its keys; not what is disabled or of others" {
	export ETC=$T/etc MIRROR_el8='' KEY_el8=''
	make_mirror
	# shellcheck disable=SC2016 # dnf's variables
	configured 'name=x' 'baseurl = $where/mirror/$releasever.5.2111/BaseOS/$basearch/os/' 'gpgcheck=1'
	fetch 0 el8
	answered "$V.x86_64"
	rm -r "$CACHE"
	configured "mirrorlist=file://$T/list"
	printf '# mirrors\nfile://%s/none\nfile://%s/\n' "$T" "$OS" >list
	fetch 0 el8
	rm -r "$CACHE"
	configured 'enabled=0' "baseurl=file://$OS"
	refused 4 "no mirror of it is known" -- el8
	configured "baseurl=file://$OS"
	refused 4 "el9 can't be had: no mirror of it is known" -- el9
	rm etc/pki/rpm-gpg/*
	refused 4 "no key of it is here" -- el8
	cp "$F/stranger.gpg" etc/pki/rpm-gpg/RPM-GPG-KEY-centosofficial
	refused 4 "its signature is not by a key" -- el8
	cp "$F/vendor.gpg" etc/pki/rpm-gpg/RPM-GPG-KEY-centosofficial
	fetch 0 el8
}

@test "cache: an image that was spoiled is fetched anew, or said where nobody answers" {
	make_mirror
	fetch 0 el8
	image=$(value image)
	echo x >>"$image"
	run -0 "$FETCH" --cache "$CACHE" --list
	grep -qE '^el8 .* spoiled' <<<"$output"
	fetch 0 el8
	[[ $stderr == *"$image isn't what was put there"* ]]
	answered "$V.x86_64"
	echo x >>"$image"
	mv mirror away
	run -4 --separate-stderr "$FETCH" --cache "$CACHE" el8
	[ "${#stderr_lines[@]}" = 2 ]
	[[ ${stderr_lines[0]} == *"$image isn't what was put there"* ]]
	[[ ${stderr_lines[1]} == *"(the one in the cache was spoiled) el8 can't be had"* ]]
	nothing_kept
}

# A curl that says what it was asked for, and waits at the package until somebody writes to go.
slow_curl() {
	mkdir bin
	mkfifo go
	cat >bin/curl <<-END
		#!/bin/bash
		echo "\${*: -1}" >>"$T/asked"
		[[ \${*: -1} != *.rpm ]] || read -r _ <"$T/go"
		exec "$(type -P curl)" "\$@"
	END
	chmod +x bin/curl
	SLOW=$T/bin:$PATH
}

setup_poll() {
	[ -p "$BATS_FILE_TMPDIR/.never" ] || make_never
}

asked_for_package() {
	grep -qs 'k.rpm$' asked
}

@test "two at once: one fetches, the other waits, both have it" {
	setup_poll
	make_mirror
	slow_curl
	PATH=$SLOW "$FETCH" --cache "$CACHE" el8 >first 2>first.err 3>&- &
	first=$!
	poll 20 asked_for_package
	PATH=$SLOW "$FETCH" --cache "$CACHE" el8 >second 2>second.err 3>&- &
	second=$!
	poll 20 grep -q 'waiting for el8' second.err
	echo >go
	wait "$first"
	wait "$second"
	[ "$(grep -c 'k.rpm$' asked)" = 1 ]
	cmp first second
	output=$(cat second)
	answered "$V.x86_64"
}

@test "one that is killed half-way leaves nothing that the next one trips over" {
	setup_poll
	make_mirror
	slow_curl
	PATH=$SLOW setsid "$FETCH" --cache "$CACHE" el8 >first 2>&1 3>&- &
	first=$!
	poll 20 asked_for_package
	end_group "$first"
	nothing_kept
	fetch 0 el8
	answered "$V.x86_64"
}
