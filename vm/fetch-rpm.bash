# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A kernel of an rpm repository, without rpm or dnf. Part of vm/fetch.
#
# The chain: a key of the distribution, the signature of repomd.xml, its digest of primary.xml, that
# one's digest of the package. Each link is checked, and nothing is taken where one is missing.
#
# Where the repository is: MIRROR_<family>=URL, itself or one of the catalogue's paths below it; else
# what dnf is configured with on a machine of this family. The key: KEY_<family>=FILE, else what is
# installed below /etc/pki/rpm-gpg.

rpm_unreachable() {
	unreachable "$1" "$(ways ", \`dnf download ${kernel[package]}\` on a host that has it")"
}

# ETC is for the tests.
rpm_etc=${ETC:-/etc}

# download URL FILE: false with the reason in $work/log.
download() {
	curl -fsSL --connect-timeout 10 --speed-limit 1000 --speed-time 30 --retry 1 -o "$2" -- "$1" \
		2>"$work/log"
}

# Is dnf's configuration one of this family? That is PLATFORM_ID=platform:el8, or ID and VERSION_ID.
is_family() {
	local id version platform

	id=$(os_release ID) version=$(os_release VERSION_ID) platform=$(os_release PLATFORM_ID)
	case $id in amzn) id=amazon ;; esac
	[ "${platform#platform:}" = "$1" ] || [ "$id$version" = "$1" ]
}

os_release() {
	sed -n "s/^$1=//p" "$rpm_etc/os-release" 2>/dev/null | tr -d "\"'" | head -n 1
}

# "baseurl URL" and "mirrorlist URL" of the enabled repositories that have the kernel.
dnf_configured() {
	local version file args=()

	version=$(os_release VERSION_ID)
	for file in "$rpm_etc"/dnf/vars/*; do
		[ ! -f "$file" ] || args+=(-e "s|\\\$${file##*/}\\b|$(head -n 1 "$file")|g")
	done
	args+=(-e "s|\\\$basearch\\b|x86_64|g" -e "s|\\\$releasever\\b|${version%%.*}|g")
	cat "$rpm_etc"/yum.repos.d/*.repo 2>/dev/null | awk '
		function flush() {
			if (enabled && tolower(id) ~ /(^|-)baseos(-rpms)?$|^amazonlinux$/)
				printf "%s", found
			found = ""; enabled = 1
		}
		/^\[/ { flush(); id = substr($0, 2, index($0, "]") - 2) }
		/^enabled *= *(0|[Ff]alse|[Nn]o)/ { enabled = 0 }
		/^(baseurl|mirrorlist) *=/ {
			key = $0; sub(/ *=.*/, "", key)
			value = $0; sub(/^[^=]*= */, "", value); sub(/ .*/, "", value)
			found = found key " " value "\n"
		}
		END { flush() }' | sed "${args[@]}"
}

# Where repodata/ may lie, one a line.
rpm_bases() {
	local variable=MIRROR_${kernel[family]} path key value

	if [ -n "${!variable:-}" ]; then
		echo "${!variable%/}"
		for path in ${kernel[paths]}; do echo "${!variable%/}/$path"; done
		return
	fi
	is_family "${kernel[family]}" || return 0
	while read -r key value; do
		if [ "$key" = baseurl ]; then
			echo "${value%/}"
		elif download "$value" "$work/mirrorlist"; then
			sed -n '/^[a-z]*:/s|/*$||p' "$work/mirrorlist" | head -n 3
		fi
	done < <(dnf_configured)
}

# Sets $base, and has its repomd.xml. The paths of a host that doesn't answer aren't tried one by one.
rpm_base() {
	local status

	base=''
	rpm_bases >"$work/bases"
	[ -s "$work/bases" ] || rpm_unreachable "no mirror of it is known here"
	while read -r base; do
		status=0
		download "$base/repodata/repomd.xml" "$work/repomd.xml" || status=$?
		case $status in
		0) return ;;
		5 | 6 | 7 | 28 | 35 | 60) break ;;
		esac
	done <"$work/bases"
	rpm_unreachable "$(head -n 1 "$work/bases") has no repository of it ($(tail -n 1 "$work/log"))"
}

# All keys that may have signed it, as one keyring of gpgv.
rpm_keyring() {
	local variable=KEY_${kernel[family]} pattern file keys=()

	if [ -n "${!variable:-}" ]; then
		[ -r "${!variable}" ] || die 2 "$variable=${!variable}: can't be read"
		keys=("${!variable}")
	else
		for pattern in ${kernel[keys]}; do
			while read -r file; do keys+=("$file"); done < <(compgen -G "$rpm_etc/pki/rpm-gpg/$pattern")
		done
	fi
	[ "${#keys[@]}" -gt 0 ] ||
		rpm_unreachable "no key of it is here to check its signature by; give the distribution's RPM-GPG-KEY as $variable=FILE"
	mkdir -m 0700 "$work/gpg"
	for file in "${keys[@]}"; do
		if grep -q -e '-----BEGIN PGP' "$file"; then
			gpg --homedir "$work/gpg" --batch --dearmor <"$file" 2>"$work/log" || die 2 "$file: not a key"
		else
			cat "$file"
		fi
	done >"$work/keyring"
}

rpm_signature() {
	download "$base/repodata/repomd.xml.asc" "$work/repomd.xml.asc" ||
		rpm_unreachable "$base/repodata isn't signed (no repomd.xml.asc), so nothing vouches for the package"
	gpgv --homedir "$work/gpg" --keyring "$work/keyring" "$work/repomd.xml.asc" "$work/repomd.xml" 2>"$work/log" ||
		rpm_unreachable "$base/repodata/repomd.xml: its signature is not by a key of ${kernel[family]} ($(tail -n 1 "$work/log"))"
}

# What XML has between two "<" is a record; attributes come in any order.
# shellcheck disable=SC2016 # $0 is awk's
rpm_xml='
	function attribute(name) {
		if (!match($0, "[ \t\n]" name "=\"[^\"]*\""))
			return ""
		return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
	}
	function text() {
		return substr($0, index($0, ">") + 1)
	}
	BEGIN { RS = "<" }
	/^checksum[ >]/ { digest = attribute("type") " " text() }
	/^location / { location = attribute("href") }'

# "TYPE DIGEST HREF" of primary.xml
rpm_primary() {
	# shellcheck disable=SC2016 # $0 is awk's
	awk "$rpm_xml"'
		/^data / { type = attribute("type") }
		/^\/data>/ && type == "primary" { print digest, location; exit }' "$work/repomd.xml"
}

# "VERSION-RELEASE.ARCH TYPE DIGEST HREF" of each package of this name in the primary.xml on stdin.
rpm_packages() {
	# shellcheck disable=SC2016 # $0 is awk's
	awk -v wanted="${kernel[package]}" "$rpm_xml"'
		/^name>/ { name = text() }
		/^arch>/ { arch = text() }
		/^version / { version = attribute("ver") "-" attribute("rel") }
		/^\/package>/ && name == wanted && arch == "x86_64" { print version "." arch, digest, location }'
}

# verified TYPE DIGEST HREF TO: downloads below $base what must have this digest.
verified() {
	local type=$1 digest=$2 href=$3 to=$4 sum

	case $type in
	sha256 | sha512) ;;
	*) rpm_unreachable "$href: its digest is ${type:-missing}, neither sha256 nor sha512" ;;
	esac
	case /$href/ in
	//* | */../* | *:*) rpm_unreachable "$href: leads out of the repository" ;;
	esac
	download "$base/$href" "$to" || rpm_unreachable "$base/$href: $(tail -n 1 "$work/log")"
	sum=$("${type}sum" <"$to")
	[ "${sum%% *}" = "$digest" ] || rpm_unreachable "$base/$href isn't what the signed repodata says ($type differs)"
}

unpacked() {
	case $1 in
	*.gz) gzip -dc ;;
	*.zst) zstd -dcq ;;
	*.xz) xz -dc ;;
	*.bz2) bzip2 -dc ;;
	*) cat ;;
	esac
}

fetch_rpm() {
	local type digest href version newest

	need curl
	need gpg
	need gpgv
	rpm_base
	rpm_keyring
	rpm_signature
	read -r type digest href <<<"$(rpm_primary)"
	[ -n "${href:-}" ] || rpm_unreachable "$base/repodata/repomd.xml names no primary.xml"
	verified "$type" "$digest" "$href" "$work/primary"
	unpacked "$href" <"$work/primary" | rpm_packages >"$work/packages" ||
		rpm_unreachable "$base/$href can't be read"
	newest=$(while read -r version digest; do
		! is_version "$version" || echo "$version $digest"
	done <"$work/packages" | sort -V | tail -n 1)
	[ -n "$newest" ] || rpm_unreachable "$base has no ${kernel[package]} of it"
	read -r version type digest href <<<"$newest"
	verified "$type" "$digest" "$href" "$work/package.rpm"
	[ "$(kind_of "$work/package.rpm")" = rpm ] || rpm_unreachable "$base/$href is no rpm"
	image_of "$work/package.rpm" "$work/image"
	rm "$work/package.rpm"
	from="package ${kernel[package]} $version $digest"$'\n'"source rpm ${kernel[package]}-$version ${kernel[family]}"
}
