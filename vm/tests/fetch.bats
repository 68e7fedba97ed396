#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# vm/fetch: names, files by hand, and the cache. What it can't use it names in one line with a remedy,
# and leaves nothing of it.

load fetch-helpers

setup_file() {
	need jq python3 bsdtar rpm2cpio cpio dpkg-deb
	have_kernel
}

setup() {
	CACHE=$BATS_TEST_TMPDIR/cache
	T=$BATS_TEST_TMPDIR
	VERSION=$(sed -n 's/^version //p' "$BATS_FILE_TMPDIR/fetched")
	cd "$T" || return 1
}

catalogue_is_valid() {
	"$CHECKOUT/conformance/tests/validate.py" "$CHECKOUT/fixtures/schema/kernels.schema.json" "$1"
}

@test "the catalogue is what its schema describes, and the schema sees what is wrong" {
	local edit

	catalogue_is_valid "$CHECKOUT/vm/kernels.json"
	for edit in '.schema = "maskspec-kernels/2"' '.kernels = []' '.kernels[0].name = "host"' \
		'.kernels[0].family = "el-8"' '.kernels[0].cgroup = "v3"' '.kernels[0].memory = 1' \
		'.kernels[0].status = "tested"' '.kernels[0].checked = "today"' 'del(.kernels[0].append)' \
		'.kernels[0].source.type = "rpm"' '.kernels[0].source.origin = "example"' \
		'.kernels[0].source.suites = ["http://example.invalid"]' '.kernels[0].more = 1' \
		'(.kernels[] | select(.name == "el8").source.paths[0]) = "http://example.invalid/os"'; do
		jq "$edit" "$CHECKOUT/vm/kernels.json" >edited.json
		run -1 catalogue_is_valid edited.json
	done
}

@test "names stand once; --list has each, and asks no network" {
	fetch 0 --names
	[ "$output" = "$(jq -r '.kernels[].name' "$CHECKOUT/vm/kernels.json")" ]
	[ -z "$(sort <<<"$output" | uniq -d)" ]
	run -0 --separate-stderr unshare -n "$FETCH" --cache "$CACHE" --list
	[ "$(awk 'NR > 1 { print $1 }' <<<"$output")" = "$("$FETCH" --names)" ]
	[ "$(grep -c 'not fetched$' <<<"$output")" = "$("$FETCH" --names | wc -l)" ]
	[ ! -e "$CACHE" ]
	run -0 make -s -C "$CHECKOUT" kernels CACHE="$CACHE"
	[[ ${lines[0]} == NAME*VERSION*STATE ]]
}

@test "a kernel of a suite, as it is in the build's cache: version, settings, where it is from" {
	local record

	CACHE=$(realpath "${B:-$CHECKOUT/build}")/cache
	fetch 0 debian-6.1
	answered "$VERSION"
	[[ $VERSION == 6.1.*-cloud-amd64 ]]
	[ "$(value name) $(value cgroup) $(value memory)" = "debian-6.1 v2 512" ]
	[[ $(value source) == "apt linux-image-$VERSION 6.1."*" bookworm"* ]]
	record=$CACHE/kernels/$(value sha256)/from
	grep -qE "^package linux-image-$VERSION 6\.1\.[^ ]* [0-9a-f]{64}$" "$record"
	run -0 "$FETCH" --cache "$CACHE" --list
	grep -qE "^debian-6.1 .* present $VERSION$" <<<"$output"
}

@test "what is asked wrongly is named with a remedy" {
	refused 2 "debian-6: no such kernel" "debian-6.1 debian-6.12" el8 "or give a file" -- debian-6
	refused 2 "host" "needs no fetching" -- host
	refused 2 "./none: no such file" "make kernels" -- ./none
	refused 2 "$T: not a file" -- "$T"
	refused 2 "no kernel given" "usage" --
	refused 2 "--all: no such option" "usage" -- --all
	refused 2 "el9: one kernel at a time" -- el8 el9
	MIRROR_el88=x refused 2 "MIRROR_el88: no such family" " el8 " -- el8
	KEY_debain=x refused 2 "KEY_debain: no such family" -- el8
	MIRROR_URL=x refused 2 "debian-6: no such kernel" -- debian-6
	run -2 --separate-stderr make -s -C "$CHECKOUT" kernels MIROR_el8=x
	[[ $stderr == *"MIROR_el8"*"no such variable"* ]]
	run -0 make -s -C "$CHECKOUT" kernels MIRROR_el8=x KEY_el8=x
	refused 2 "debian-6: no such kernel" -- --check debian-6
	refused 2 "./none: no such file" -- --check ./none
	CACHE=/proc/none
	run -0 "$FETCH" --cache "$CACHE" --check debian-6.1
	[ -z "$output" ]
	refused 3 "/proc/none: can't be written" "CACHE=" -- el8
}

# How long the setup header says that the image is.
image_says() {
	echo $((($(od -An -tu1 -j 497 -N 1 "$VMLINUZ") + 1) * 512 + $(od -An -tu4 -j 500 -N 4 "$VMLINUZ") * 16))
}

@test "a file that is no kernel, or half of one" {
	: >empty
	printf 'no kernel\n' >text
	cp "$(type -P true)" elf
	gzip -c text >gzip
	head -c 100000 /dev/zero >zero
	{ head -c 56 /dev/zero; printf 'ARMd'; head -c 8000 /dev/zero; } >arm64
	{ printf 'MZ\0\0zimg'; head -c 8000 /dev/zero; } >zboot
	head -c 1000000 "$VMLINUZ" >half
	head -c 600 "$VMLINUZ" >header
	head -c $(($(image_says) - 1)) "$VMLINUZ" >one-less
	{ head -c "$(image_says)" "$VMLINUZ"; echo signature; } >signed
	cp "$VMLINUZ" x86-32
	printf '\0' | dd of=x86-32 bs=1 seek=566 conv=notrunc status=none

	for file in empty text zero; do refused 2 "$T/$file: not a kernel" "give a vmlinuz" -- "./$file"; done
	refused 2 "$T/elf: an ELF file" "vmlinuz" -- ./elf
	refused 2 "$T/gzip: compressed; unpack" -- ./gzip
	for file in arm64 zboot; do refused 2 "$T/$file: a kernel for another architecture" -- "./$file"; done
	refused 2 "$T/x86-32: a kernel for 32-bit x86" -- ./x86-32
	refused 2 "$T/half: truncated: 1000000 bytes, its header says" -- ./half
	refused 2 "$T/header: truncated: 600 bytes" -- ./header
	refused 2 "$T/one-less: truncated" -- ./one-less
	[ -z "$(find "$CACHE" -name vmlinuz)" ]
	fetch 0 ./signed
	answered "$VERSION"
}

@test "a file has the settings of the kernel that it could be" {
	fetch 0 "$VMLINUZ"
	answered "$VERSION"
	[ "$(value name) $(value cgroup)" = "file v2" ]
	[ "$(value source)" = "file $VMLINUZ" ]
	kernel_called 4.18.0-553.el8_10.x86_64 el8
	fetch 0 ./el8
	answered 4.18.0-553.el8_10.x86_64
	[ "$(value name) $(value cgroup) $(value source)" = "file v1 file ./el8" ]
	kernel_called 3.10.0-1160.el7.x86_64 el7
	fetch 0 ./el7
	answered 3.10.0-1160.el7.x86_64
	[ "$(value cgroup) $(value memory)" = "v2 512" ]
}

# debs: boot.deb (to 7.1), modules.deb (from 7.2), twice.deb, none.deb, two.deb, arm64.deb
make_debs() {
	local at

	for at in boot/vmlinuz-1 usr/lib/modules/1/vmlinuz; do
		mkdir -p "a/$at" "t/$(dirname "$at")" && rm -rf "a/$at"
		cp "$VMLINUZ" "a/$at" && cp "$VMLINUZ" "t/$at"
	done
	deb kernel 1 t twice.deb
	mkdir -p t1 t2 t3/usr/share/doc t4/boot t5/boot
	cp -r t/boot t1/ && deb kernel 1 t1 boot.deb
	cp -r t/usr t2/ && deb kernel 1 t2 modules.deb
	deb kernel 1 t3 none.deb
	cp "$VMLINUZ" t4/boot/vmlinuz-1 && cp "$VMLINUZ" t4/boot/vmlinuz-2 && deb kernel 1 t4 two.deb
	{ head -c 56 /dev/zero; printf 'ARMd'; head -c 8000 /dev/zero; } >t5/boot/vmlinuz-1
	deb kernel 1 t5 arm64.deb
}

debs_are_taken() {
	local file

	for file in boot modules twice; do
		CACHE=$BATS_TEST_TMPDIR/$1-$file
		fetch 0 "./$file.deb"
		answered "$VERSION"
		cmp "$(value image)" "$VMLINUZ"
	done
	refused 2 "$T/none.deb: has no vmlinuz" linux-image linux-binary -- ./none.deb
	refused 2 "$T/two.deb: has more than one kernel" -- ./two.deb
	refused 2 "$T/arm64.deb: boot/vmlinuz-1: a kernel for another architecture" -- ./arm64.deb
	for file in 100 5000 5000000; do
		head -c "$file" boot.deb >cut.deb
		refused 2 "$T/cut.deb: truncated or damaged" "get it again" -- ./cut.deb
	done
}

@test "a .deb, wherever its kernel lies; with dpkg-deb and without" {
	make_debs
	debs_are_taken dpkg
	PATH=$(path_without dpkg-deb) debs_are_taken bsdtar
}

@test "cache: an image that was spoiled is noticed, and had anew" {
	local image

	fetch 0 "$VMLINUZ"
	image=$(value image)
	printf 'x' | dd of="$image" bs=1 seek=100000 conv=notrunc status=none
	fetch 0 "$VMLINUZ"
	[[ $stderr == *"$image isn't what was put there"*"removed"* ]]
	answered "$VERSION"
	rm "$image"
	fetch 0 "$VMLINUZ"
	answered "$VERSION"
	fetch 0 "$VMLINUZ"
	[ -z "$stderr" ]
}

@test "an image is started unpacked where qemu can, and packed where not" {
	local elf cut=$T/cut.image at

	fetch 0 "$VMLINUZ"
	elf=$(value boot)
	[ "$elf" = "$CACHE/kernels/$(value sha256)/vmlinux" ]
	readelf -h "$elf" | grep -q 'Advanced Micro Devices X86-64'
	printf x | dd of="$elf" bs=1 seek=5000000 conv=notrunc status=none
	fetch 0 "$VMLINUZ"
	[ "$(value boot)" = "$elf" ] && [ "$(cksum <"$elf")" = "$(cat "$elf.sum")" ]
	# What unpacks to less than it says.
	cp "$VMLINUZ" "$cut"
	at=$((($(od -An -tu1 -j 497 -N 1 "$cut") + 1) * 512 + $(od -An -tu4 -j 584 -N 4 "$cut") + $(od -An -tu4 -j 588 -N 4 "$cut")))
	printf '\1' | dd of="$cut" bs=1 seek=$((at - 3)) conv=notrunc status=none
	fetch 0 "$cut"
	[ "$(value boot)" = "$(value image)" ]
	fetch 0 "$cut"
	[ "$(value boot)" = "$(value image)" ]
}

@test "cache: a full disk leaves nothing, and says so" {
	need unshare mount
	mkdir -p "$CACHE"
	# shellcheck disable=SC2016 # expanded there
	run -3 --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=3m none "$2" && "$1" --cache "$2" "$3"; r=$?
		find "$2" -name vmlinuz; find "$2" -path "*by-*/*"; exit $r' - "$FETCH" "$CACHE" "$VMLINUZ"
	[ -z "$output" ]
	[[ $stderr == *"No space left"*"could not be finished"* ]]
}
