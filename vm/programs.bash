# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a program is linked with, as its own loader says. Part of vm/image; what is found is put into
# LIBRARIES, whose keys are paths.
declare -A LIBRARIES=()

# "MACHINE<tab>LOADER<tab>NEEDS" of each FILE, in their order, - where there is none. Those of the same
# loader and needs are linked with the same. The first file is given again in the end, as readelf names
# files only if there are some, and each is said as the next one is named.
inspect() {
	readelf -hldW -- "$@" "$1" 2>/dev/null | awk '
		function flush() {
			if (files++)
				print machine "\t" loader "\t" needs
			machine = loader = needs = "-"
		}
		/^File: / { flush() }
		/^  Machine:/ { sub(/^  Machine: */, ""); machine = $0 }
		/Requesting program interpreter: / {
			sub(/.*interpreter: /, ""); sub(/\]$/, ""); loader = $0
		}
		/\(NEEDED\)/ { needs = needs " " $NF }
		/\((RPATH|RUNPATH)\)/ { needs = needs " " files }'
}

# By whom a library is named that isn't there: of FILE and what it is linked with.
needed_by() {
	local library=$1 file

	shift
	for file; do
		! readelf -dW -- "$file" 2>/dev/null | grep -F "Shared library: [$library]" >/dev/null || echo "$file"
	done | paste -sd ' '
}

# Says what LOADER misses of FILE: --list stops at the first, tracing goes on.
missing_library() {
	local loader=$1 file=$2 said=$3 line name=''
	local -a found=("$file")

	while read -r line; do
		case $line in
		*' => not found') name=${name:-${line% => not found}} ;;
		*' => /'*) line=${line#* => } && found+=("${line% (0x*}") ;;
		esac
	done < <(env -i LD_TRACE_LOADED_OBJECTS=1 "$loader" "$file" 2>/dev/null)
	[ -n "$name" ] || bad "$file: its loader says: ${said%%$'\n'*}"
	bad "$file: the library $name is not found (needed by $(needed_by "$name" "${found[@]}"));" \
		"install what has it"
}

# What LOADER says that it loads for FILE, without the addresses, into REPLY; nothing of the environment
# counts. Status and words of a failure are the loader's.
ask_loader() {
	local loader=$1 file=$2 r=0
	local -a lines

	shift 2
	REPLY=$(exec -c "$loader" "$@" --list "$file" 2>&1) || r=$?
	mapfile -t lines <<<"$REPLY"
	printf -v REPLY '%s\n' "${lines[@]% (0x*}"
	return "$r"
}

# Puts the loader of FILE, and what it loads, into LIBRARIES.
libraries() {
	local loader=$1 file=$2 said line

	[[ $loader == /* ]] || bad "$file: its loader $loader is not an absolute path"
	[ -x "$loader" ] || bad "$file: its loader $loader is not there; install what has it"
	LIBRARIES[$loader]=1
	ask_loader "$loader" "$file" || missing_library "$loader" "$file" "$REPLY"
	said=$REPLY
	while read -r line; do
		case $line in
		*' => not found') missing_library "$loader" "$file" "$said" ;;
		*' => /'*) LIBRARIES[${line#* => }]=1 ;;
		/*) LIBRARIES[$line]=1 ;;
		esac
	done <<<"$said"
	bring_cache "$loader" "$file" "$said"
}

# /etc/ld.so.cache names what is on this machine: it is brought only where the loader, which said
# SAID, doesn't find the same without it.
bring_cache() {
	local loader=$1 file=$2 said=$3

	[[ -e /etc/ld.so.cache && ${loader##*/} == ld-linux* ]] || return 0
	ask_loader "$loader" "$file" --inhibit-cache || true
	[ "$REPLY" = "$said" ] || LIBRARIES[/etc/ld.so.cache]=1
}

# A library for the processor of this machine: the VM's may want the plain one beside it.
plain_libraries() {
	local path plain

	for path in "${!LIBRARIES[@]}"; do
		[[ $path == */glibc-hwcaps/* ]] || continue
		plain=${path%%/glibc-hwcaps/*}/${path##*/}
		[ ! -e "$plain" ] || LIBRARIES[$plain]=1
	done
}

check_program() {
	local path=$1 magic=''

	[ -e "$path" ] || bad "$path: no such runtime"
	[ ! -d "$path" ] || bad "$path: a folder, not a runtime"
	[ -r "$path" ] || bad "$path: can't be read by this user"
	[ -x "$path" ] || bad "$path: not executable"
	IFS= read -r -n 4 magic <"$path" || true
	case $magic in
	$'\x7fELF') ;;
	'#!'*) bad "$path: a script, whose interpreter would not be there; name the program itself" ;;
	*) bad "$path: neither an ELF program nor anything else that a kernel starts" ;;
	esac
}

# Where a program is here, if it is.
find_program() {
	local folder

	for folder in /usr/bin /usr/sbin /bin /sbin; do
		if [ -r "$folder/$1" ] && [ -x "$folder/$1" ]; then
			REPLY=$folder/$1
			return
		fi
	done
	return 1
}
