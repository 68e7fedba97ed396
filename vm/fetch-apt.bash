# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A kernel of an apt archive. Part of vm/fetch.
#
# Names of kernels vanish with each point release, so it starts from a metapackage (or the newest name
# of a glob) and follows what that depends on, down to the package that has a vmlinuz: Debian's
# linux-image-V up to 6.18, linux-binary-V from 6.19 on.

apt_unreachable() {
	unreachable "$1" "$(ways '')"
}

# The first of: MIRROR_<family>=, what the machine's apt has.
apt_base() {
	local variable=MIRROR_$1

	if [ -n "${!variable:-}" ]; then
		echo "${!variable%/}"
	else
		apt_archive "${kernel[origin]}" "$2"
	fi
}

# Sources in $work/apt; ends with 4 where no address is known, or no key that others signed with.
apt_prepare() {
	local family=${kernel[family]} key=KEY_${kernel[family]} main updates='' keyring

	command -v apt-get >/dev/null || apt_unreachable "apt-get is not here"
	main=$(apt_base "$family" "${kernel[origin]}")
	[ -n "$main" ] || apt_unreachable "this machine's apt knows no archive of ${kernel[origin]}"
	[ -z "${kernel[security]}" ] || updates=$(apt_base "${family}_security" "${kernel[origin]}-Security")
	keyring=${!key:-$(apt_keyring "${kernel[origin]}")}
	[ -z "$keyring" ] || [ -r "$keyring" ] || die 2 "$key=$keyring: can't be read"
	[ -n "$keyring" ] || [ -n "$(apt_archive "${kernel[origin]}" "${kernel[origin]}")" ] ||
		apt_unreachable "no key of ${kernel[origin]}'s archive is here (${family}-archive-keyring); give it as $key=FILE"
	mkdir "$work/apt"
	# shellcheck disable=SC2086 # one word a suite
	{
		apt_sources "$keyring" "$main" ${kernel[suites]}
		[ -z "$updates" ] || apt_sources "$keyring" "$updates" ${kernel[security]}
	} >"$work/apt/sources.list"
	apt_configure "$work/apt"
	cat >>"$work/apt/apt.conf" <<-END
		Acquire::Retries "1";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
	END
}

# Lists of all suites that answer; those that don't are said, and none is the end.
apt_update() {
	local suite reached why

	apt_run "$work/apt" get update >"$work/log" 2>&1 || true
	reached=$(apt_reached "$work/apt")
	why=$(sed -n 's/^[EW]: //p' "$work/log" | head -n 1)
	[ -n "$reached" ] || apt_unreachable "${why:-no suite answers}"
	while read -r suite; do
		grep -qxF -e "$suite" <<<"$reached" || say "$suite could not be reached (${why:-it has no lists})"
	done < <(sed 's/ main$//; s/.* //' "$work/apt/sources.list")
}

# "VERSION SUITE" of each there is of PACKAGE, newest first, as apt has it.
apt_versions() {
	apt_run "$work/apt" cache madison "$1" |
		awk -F ' *[|] *' '{ split($3, from, " "); sub(/[/].*/, "", from[2]); print $2, from[2] }'
}

# "PACKAGE VERSION" of each that is of this kernel, newest first.
apt_roots() {
	local package=${kernel[package]} name version

	if [[ $package == *'*'* ]]; then
		# shellcheck disable=SC2053 # a glob
		package=$(apt_run "$work/apt" cache pkgnames "${package%%\**}" | while read -r name; do
			[[ $name != ${kernel[package]} ]] || echo "$name"
		done | sort -rV)
	fi
	while read -r name; do
		[ -n "$name" ] || continue
		apt_versions "$name" | while read -r version _; do
			! is_version "$version" || echo "$name $version"
		done
	done <<<"$package"
}

# apt_field FIELD PACKAGE VERSION
apt_field() {
	apt_run "$work/apt" cache show "$2=$3" | sed -n "s/^$1: //p" | head -n 1
}

# "PACKAGE VERSION" of what PACKAGE VERSION depends on that may have a kernel.
apt_depends() {
	local name version

	apt_field Depends "$1" "$2" | tr ',' '\n' |
		sed -n 's/|.*//; s/^ *\(linux-[^ :]*\)[^ ]*/\1/p' | tr -d '()=' |
		while read -r name version; do
			[[ $name != linux-base ]] || continue
			[ -n "$version" ] || read -r version _ < <(apt_versions "$name") || continue
			echo "$name $version"
		done
}

# Downloads PACKAGE VERSION and looks into it. If it has the kernel, that is $work/image then. False if
# it can't be downloaded, with the reason as $why.
apt_try() {
	local package=$1 version=$2 sum suite deb

	rm -rf "$work/unpacked" "$work"/*.deb
	if ! (cd "$work" && apt_run "$work/apt" get download "$package=$version") >"$work/log" 2>&1; then
		why="$package $version: $(sed -n 's/^[EW]: //p' "$work/log" | head -n 1)"
		return 1
	fi
	deb=$(find "$work" -maxdepth 1 -name '*.deb')
	# apt compared it with the signed lists; this is what they say.
	sum=$(apt_field SHA256 "$package" "$version")
	[ "$(sum_of "$deb")" = "$sum" ] || apt_unreachable "$package $version isn't what the lists say (sha256)"
	suite=$(apt_versions "$package" | awk -v v="$version" '$1 == v { print $2; exit }')
	from+="package $package $version $sum"$'\n'
	mkdir "$work/unpacked"
	unpack_deb "$deb" "$work/unpacked" || apt_unreachable "$package $version can't be unpacked: $(head -n 1 "$work/log")"
	rm "$deb"
	[ -n "$(find_images "$work/unpacked")" ] || return 0
	take_image "$package" "$work/image"
	from+="source apt $package $version $suite"
}

# Follows PACKAGE VERSION down to the package that has the kernel; false, with $why, if it can't be had.
# What is named like the kernel itself is looked into before what may be modules, which are large.
apt_follow() {
	local likely=("$1 $2") others=() seen=' ' package version size line

	from=''
	why="no package that $1 $2 leads to has a vmlinuz"
	while [ "${#likely[@]}" -gt 0 ] || [ "${#others[@]}" -gt 0 ]; do
		if [ "${#likely[@]}" -eq 0 ]; then likely=("${others[@]}") others=(); fi
		read -r package version <<<"${likely[0]}"
		likely=("${likely[@]:1}")
		[[ $seen != *" $package "* ]] || continue
		seen+="$package "
		# Less than a MiB is a metapackage; some mirror lacks those and has the kernel.
		size=$(apt_field Installed-Size "$package" "$version")
		if [ "${size:-0}" -ge 1024 ]; then
			apt_try "$package" "$version" || return 1
		fi
		[ ! -f "$work/image" ] || return 0
		while read -r line; do
			case $line in
			linux-image-* | linux-binary-*) likely+=("$line") ;;
			*) others+=("$line") ;;
			esac
		done < <(apt_depends "$package" "$version")
	done
	return 1
}

# A mirror may have lost what its lists still name, so an older version is better than none.
fetch_apt() {
	local package version why tried=''

	apt_prepare
	apt_update
	why="${kernel[suites]}${kernel[security]:+ ${kernel[security]}} have no ${kernel[package]} of it"
	apt_roots >"$work/roots"
	while read -r package version; do
		[ -z "$tried" ] || say "$why; trying $version"
		tried=1
		! apt_follow "$package" "$version" || return 0
	done <"$work/roots"
	apt_unreachable "$why"
}
