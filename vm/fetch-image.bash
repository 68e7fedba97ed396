# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A kernel's image in a file of any of the kinds that distributions give. Part of vm/fetch.

# number FILE OFFSET BYTES: little endian, as the host is; nothing if the file ends before.
number() {
	od -An -v -tu"$3" -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' '
}

# hex FILE OFFSET BYTES
hex() {
	od -An -v -tx1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' \n'
}

# What a file is by its first bytes. The kernel's are those of Documentation/arch/x86/boot.rst.
kind_of() {
	case $(hex "$1" 0 8) in
	edabeedb*) echo rpm ;;
	213c617263683e0a) echo deb ;;
	7f454c46*) echo elf ;;
	1f8b* | 28b52ffd* | fd377a585a00*) echo packed ;;
	????????7a696d67) echo other ;;
	*)
		if [ "$(hex "$1" 510 2)$(hex "$1" 514 4)" = 55aa48647253 ]; then
			echo image
		elif [ "$(hex "$1" 56 4)" = 41524d64 ]; then
			echo other
		fi
		;;
	esac
}

# What is wrong with an image, in words; nothing if it is whole and of this architecture. The setup
# header says how long both parts are (a signature may follow), and from 2.12 on whether it is 64 bit.
image_fault() {
	local file=$1 setup size

	setup=$(number "$file" 497 1) size=$(number "$file" 500 4)
	[ "$setup" -ne 0 ] || setup=4
	if [ "$(stat -c %s "$file")" -lt $(((setup + 1) * 512 + size * 16)) ]; then
		echo "truncated: $(stat -c %s "$file") bytes, its header says $(((setup + 1) * 512 + size * 16)); get it again"
	elif [ "$(number "$file" 518 2)" -ge $((0x20c)) ] && [ $(($(number "$file" 566 2) & 1)) -eq 0 ]; then
		echo "a kernel for 32-bit x86; one for x86-64 is needed"
	elif [ -z "$(image_version "$file")" ]; then
		echo "its header has no version; get it again"
	fi
}

# uname -r of an image: the header has the offset of "VERSION (BUILDER) #N …".
image_version() {
	local at

	at=$(number "$1" 526 2)
	[ "$at" -ne 0 ] || return 0
	dd if="$1" bs=1 skip=$((at + 512)) count=128 status=none | tr '\0' '\n' | head -n 1 | cut -d ' ' -f 1
}

# unpack_image FILE TO: the ELF file in an image, if qemu can start that (it has a note with the entry
# of PVH, 18, which kernels have from 4.11 on where they are built with CONFIG_PVH or for Xen); else an
# empty file. The setup header has where it lies from 2.08 on; behind it stands how long it gets, which
# unpackers call garbage.
unpack_image() {
	local file=$1 setup at=0 length=0

	: >"$2"
	setup=$(number "$file" 497 1)
	if [ "$(number "$file" 518 2)" -ge $((0x208)) ]; then
		at=$(((setup + 1) * 512 + $(number "$file" 584 4))) length=$(number "$file" 588 4)
	fi
	dd if="$file" of="$work/payload" iflag=skip_bytes,count_bytes skip="$at" count="$length" bs=1M status=none
	case $(hex "$work/payload" 0 6) in
	28b52ffd*) zstd -dcq "$work/payload" ;;
	fd377a585a00) xz -dc "$work/payload" ;;
	1f8b*) gzip -dc "$work/payload" ;;
	02214c18*) lz4 -dcq "$work/payload" ;;
	esac >"$2" 2>/dev/null || :
	if [ "$(number "$work/payload" $((length - 4)) 4)" != "$(stat -c %s "$2")" ] ||
		[ "$(hex "$2" 0 5)" != 7f454c4602 ] ||
		! readelf -n "$2" 2>/dev/null | grep '^ *Xen .*(0x00000012)' >/dev/null; then
		: >"$2"
	fi
	rm -f "$work/payload"
}

# check_image NAME FILE: ends with status 2 where FILE, called NAME to the user, is no kernel.
check_image() {
	local fault kind

	kind=$(kind_of "$2")
	case $kind in
	image) fault=$(image_fault "$2") ;;
	elf) fault="an ELF file, not a bzImage; the vmlinuz of the same kernel is needed" ;;
	packed) fault="compressed; unpack it first" ;;
	other) fault="a kernel for another architecture; one for x86-64 is needed" ;;
	*) fault="not a kernel (no bzImage header); give a vmlinuz, bzImage, .deb or .rpm" ;;
	esac
	[ -z "$fault" ] || die 2 "$1: $fault"
}

# big FILE OFFSET BYTES: as number, big endian; 0 if the file ends before.
big() {
	local n

	n=$(od -An -v --endian=big -tu"$3" -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' ')
	echo "${n:-0}"
}

# How long an .rpm is: its lead, the signature header (padded to 8), and what that says of the rest by
# RPMSIGTAG_SIZE or _LONGSIZE. Where it doesn't, only what must be there. Unpackers take a cut one.
rpm_length() {
	local file=$1 n data tag offset size=1

	n=$(big "$file" 104 4)
	data=$((112 + 16 * n))
	if [ "$(hex "$file" 96 4)" != 8eade801 ] || [ "$n" -gt 1000 ]; then return; fi
	while read -r tag _ offset _; do
		case $tag in
		1000) size=$(big "$file" $((data + offset)) 4) ;;
		270) size=$(big "$file" $((data + offset)) 8) ;;
		esac
	done < <(od -An -v --endian=big -tu4 -w16 -j 112 -N $((16 * n)) "$file" 2>/dev/null)
	echo $(((data + $(big "$file" 108 4) + 7) / 8 * 8 + size))
}

# unpack_deb FILE DIR, unpack_rpm FILE DIR: what could be a kernel. Their words go to $work/log, and
# their status tells whether the package could be read to its end.
unpack_deb() {
	local status=()

	if command -v dpkg-deb >/dev/null; then
		# tar's status says whether something was found, too: dpkg-deb's says what is asked here.
		dpkg-deb --fsys-tarfile "$1" 2>"$work/log" |
			tar -C "$2" --no-same-owner --wildcards -xf - '*/vmlinuz*' 2>/dev/null || {
			status=("${PIPESTATUS[@]}")
			return "${status[0]}"
		}
	else
		need bsdtar
		bsdtar -xOf "$1" 'data.tar*' 2>"$work/log" >"$2/data.tar" && unpack_archive "$2/data.tar" "$2"
	fi
}

unpack_archive() {
	bsdtar -C "$2" --no-same-owner --include '*/vmlinuz*' -xf "$1" 2>"$work/log" ||
		! grep -v -e 'Not found in archive' -e 'Error exit delayed' "$work/log" >/dev/null
}

# /boot is a ghost in kernel-core, so its vmlinuz is the one beside the modules.
unpack_rpm() {
	local length

	length=$(rpm_length "$1")
	if [ -z "$length" ] || [ "$(stat -c %s "$1")" -lt "$length" ]; then
		echo "$(stat -c %s "$1") bytes, its header says ${length:-nothing}" >"$work/log"
		return 1
	fi
	if command -v bsdtar >/dev/null; then
		unpack_archive "$1" "$2"
	else
		need rpm2cpio
		need cpio
		rpm2cpio "$1" 2>"$work/log" |
			cpio -D "$2" -idm --quiet --no-absolute-filenames '*/vmlinuz*' 2>>"$work/log"
	fi
}

# image_of FILE TO: the image that FILE is (and was checked to be) or holds.
image_of() {
	local file=$1 to=$2 kind

	kind=$(kind_of "$file")
	case $kind in
	deb | rpm) ;;
	*)
		cp --reflink=auto "$file" "$to"
		return
		;;
	esac
	mkdir "$work/unpacked"
	"unpack_$kind" "$file" "$work/unpacked" ||
		die 2 "$file: truncated or damaged ($(head -n 1 "$work/log")); get it again"
	take_image "$file" "$to"
}

# take_image PACKAGE TO: the image that PACKAGE, unpacked, holds.
take_image() {
	local found

	found=$(find_images "$work/unpacked")
	[ -n "$found" ] || die 2 "$1: has no vmlinuz; it is in kernel-core-V.rpm, linux-image-V.deb or (from 6.19) linux-binary-V.deb"
	[[ $found != *$'\n'* ]] || die 2 "$1: has more than one kernel; give one of them as a file"
	check_image "$1: ${found##*/unpacked/}" "$found"
	mv "$found" "$2" || die 3 "$2: can't be written"
	rm -rf "$work/unpacked"
}

# The kernels below DIR. Some packages have the same one twice, in /boot and beside the modules.
find_images() {
	local found

	found=$(find "$1" -type f -path '*/lib/modules/*/vmlinuz')
	[ -n "$found" ] || found=$(find "$1" -type f -path '*/boot/vmlinuz-*')
	echo "$found"
}
