#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make install: what an ordinary user put below another PREFIX works where nothing of it can be
# written, from any folder, wherever it is moved to; uninstall takes it all away and nothing else.

load helpers

PREFIX=/opt/kit
USER_ID=65534

# $TREE: what make install needs of the checkout, to be read by anybody. $DEST: what it has made.
setup_file() {
	need root jq make setpriv unshare pkg-config gcc clang++
	export TREE=$BATS_FILE_TMPDIR/tree DEST=$BATS_FILE_TMPDIR/dest
	copy_tree
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
	install -d -o "$USER_ID" "$DEST"
	(umask 077 && as_user make -s -C "$TREE" install DESTDIR="$DEST" PREFIX="$PREFIX")
	mkdir "$BATS_FILE_TMPDIR/run"
	cd "$BATS_FILE_TMPDIR/run" || return
	read_only maskspec run --runtime maskref --filter "links lists" >../run.tap 2>../run.err 3>&- ||
		fail "$(<../run.err)"
}

setup() {
	RUN=$BATS_FILE_TMPDIR/run
	KIT=$DEST$PREFIX/libexec/maskspec
	cd "$BATS_TEST_TMPDIR" || return
}

copy_tree() {
	local program
	mkdir -p "$TREE/build/vm" "$TREE/conformance/certify"
	cp -r "$CHECKOUT"/{Makefile,.ci,docs,fixtures,vm,reference} "$TREE"
	cp "$CHECKOUT/conformance/certify/about" "$TREE/conformance/certify"
	cp -r "$CHECKOUT/conformance/completion" "$TREE/conformance"
	for program in maskspec maskspec-certify observe maskref vm/init vm/boot libmaskref.a; do
		[ -f "$CHECKOUT/build/$program" ] || fail "build/$program is missing; run \`make\`"
		cp "$CHECKOUT/build/$program" "$TREE/build/$program"
	done
	chmod -R a+rX "$TREE"
}

as_user() {
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups -- "$@"
}

# read_only WORD...: a command with the kit in PATH, where DEST can't be written by anybody.
read_only() {
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" &&
		PATH=$1$2/bin:$1$2/sbin:$PATH && shift 2 && exec "$@"' - "$DEST" "$PREFIX" "$@"
}

# make_says STATUS WORD... -- ARGUMENT...: make of TREE ends so, and says the words.
make_says() {
	local status=$1
	take_words "${@:2}"
	run "-$status" as_user make -s -C "$TREE" "${ARGUMENTS[@]}"
	words_said "$output"
}

# All below a folder: kind, mode, path and what a link leads to.
listing() {
	find "$1" -printf '%y %m %P %l\n' | LC_ALL=C sort
}

@test "what is there is what the list says, with these modes in spite of the umask" {
	diff <(sed 's|/$||' "$KIT/installed") <(find "$DEST" -mindepth 1 -printf '/%P\n' | LC_ALL=C sort)
	[ -z "$(find "$DEST" -mindepth 1 -type d ! -perm 755)" ]
	[ -z "$(find "$DEST" -type f ! -perm 644 ! -perm 755)" ]
	[ -z "$(find "$DEST" -xtype l)" ]
	[ -z "$(find "$DEST" -type l -lname '/*')" ]
	diff <(find "$DEST" -type f -perm 755 -printf '%P\n' | LC_ALL=C sort) \
		<(cd "$DEST" && find . -type f -exec grep -lE -m 1 -e '^#!' -e $'^\x7fELF' {} + |
			grep -v '\.a$' | sed 's|^./||' | LC_ALL=C sort)
}

@test "no test and no mutant is installed" {
	run -1 grep -E 'tests?/|\.bats|maskref-test|oracle|\.c$|fixtures/(faults|vectors)' "$KIT/installed"
	# Debug information of programs names where they were built; nothing else does.
	run -1 grep -rIl -e "$CHECKOUT" -e "$TREE" "$DEST"
}

@test "a run by root: in the working directory, and the command that runs it again does" {
	[ "$(jq -r .summary.verdict "$RUN/maskspec-out/report.json")" = conforms ]
	[ "$(jq -r .kit.commit "$RUN/maskspec-out/report.json")" = \
		"$("$CHECKOUT/build/maskspec" version | sed -n 's/^commit //p')" ]
	grep -qP '^h\tkit-installed\tyes$' "$RUN/maskspec-out/facts/links.facts"
	run -1 --separate-stderr read_only maskspec run --runtime maskref --filter sb-shared-pair \
		--runtime-args "--strategy tmpfs-per-dir" --require sb-shared-pair
	rerun=$(jq -r '.results[] | select(.verdict == "fail") | .rerun' maskspec-out/report.json)
	[ "$rerun" = "maskspec run --runtime $DEST$PREFIX/sbin/maskref --runtime-args '--strategy \
tmpfs-per-dir' --require sb-shared-pair --filter sb-shared-pair" ] || fail "$rerun"
	grep -qF -- "--filter sb-shared-pair" maskspec-out/report.html
	rm -r maskspec-out
	run -1 read_only bash -c "$rerun"
	[ "$(jq -r '[.results[] | select(.verdict == "fail") | .id] | join(" ")' maskspec-out/report.json)" = \
		sb-shared-pair ]
}

@test "nothing of it could be written meanwhile" {
	run -1 read_only touch "$KIT/build/out"
	[[ $output == *"Read-only file system"* ]]
}

@test "an ordinary user judges, reports, shows and asks" {
	read_only maskspec judge "$RUN/maskspec-out/facts" --json >judged.json
	read_only maskspec judge "$RUN/maskspec-out/facts" --json | cmp - judged.json
	as_user "$DEST$PREFIX/bin/maskspec" judge "$RUN/maskspec-out/facts" --json | cmp - judged.json
	as_user "$DEST$PREFIX/bin/maskspec" report --format html "$RUN/maskspec-out/report.json" >page.html
	grep -q '<!DOCTYPE html>' page.html
	run -0 as_user "$DEST$PREFIX/bin/maskspec" show links
	[[ $output == links:* ]]
	run -0 as_user "$DEST$PREFIX/bin/maskspec" explain dir-empty
	[[ $output == *killed* || $output == *mutants* || $output == *killers* ]]
	run -0 as_user "$DEST$PREFIX/bin/maskspec" help run
	[[ $output == *"--runtime-args"* ]]
	run -0 as_user "$DEST$PREFIX/bin/maskspec" version
	[ "$output" = "$("$CHECKOUT/build/maskspec" version)" ]
	run -0 as_user "$DEST$PREFIX/bin/maskspec" kernels --names
	[ "$output" = "$(jq -r '.kernels[].name' "$CHECKOUT/vm/kernels.json")" ]
	run -0 as_user "$DEST$PREFIX/sbin/maskref" --version
}

@test "a certificate of it is valid for a checkout's kit, and its own" {
	small_profile 1 >small
	read_only maskspec keygen -o key.pem
	read_only maskspec certify --runtime maskref --cert "$PWD/small" --key key.pem >said 2>&1 ||
		fail "$(<said)"
	for kit in "$CHECKOUT/build/maskspec" "$DEST$PREFIX/bin/maskspec"; do
		run -0 "$kit" verify maskspec-certificate/certificate.tar --key key.pub.pem \
			--profile "$PWD/small"
	done
}

@test "where kernels are kept: XDG_CACHE_HOME, for root /var/cache, or HOME" {
	cache_of() {
		run -3 "$@" "$DEST$PREFIX/bin/maskspec" run --runtime "$KIT/build/maskref" \
			--kernels debian-6.1 --filter links --out out
		[[ $output == *": can't be written; choose another folder by CACHE="* ]]
		cache=${output%%: can\'t be written*}
		cache=${cache##*vm/fetch: }
	}
	chmod a+rwx .
	cache_of env XDG_CACHE_HOME=/proc/none
	[ "$cache" = /proc/none/maskspec ]
	rm -r out
	cache_of as_user env -u XDG_CACHE_HOME HOME=/proc/none
	[ "$cache" = /proc/none/.cache/maskspec ]
	cache_of as_user env XDG_CACHE_HOME=relative HOME=/proc/none
	[ "$cache" = /proc/none/.cache/maskspec ]
	rm -r out
	cache_of env -u XDG_CACHE_HOME HOME=/proc/none unshare -m sh -c \
		'mount --bind /var/cache /var/cache && mount -o remount,ro,bind /var/cache && exec "$@"' -
	[ "$cache" = /var/cache/maskspec ]
}

# shellcheck disable=SC2016
@test "what is missing: no word of make" {
	cp -a "$DEST" broken
	rm "broken$PREFIX/libexec/maskspec/build/observe"
	run -3 "broken$PREFIX/bin/maskspec" observe
	[[ $output == *"observe: ENOENT; install maskspec anew"* ]]
	run -2 "$DEST$PREFIX/bin/maskspec" shell --runtime "$KIT/build/maskref"
	[[ $output == *'`maskspec kernels` shows them'* ]]
	run -2 "$DEST$PREFIX/bin/maskspec" run --kernels ./none --runtime "$KIT/build/maskref" --cache c
	[[ $output == *"./none: no such file"*'`maskspec kernels` lists these'* ]]
	mkdir bin
	ln -s "$(command -v bash)" "$(command -v dirname)" "$(command -v realpath)" bin
	PATH=$PWD/bin run -3 "$KIT/vm/fetch" --names
	[ "$output" = "vm/fetch: jq is missing; install it" ]
	# A checkout's kit still says the other.
	PATH=$PWD/bin run -3 "$CHECKOUT/vm/fetch" --names
	[ "$output" = "vm/fetch: jq is missing; run: make deps" ]
}

@test "its manual and its completions lie where they are looked for" {
	local share=$DEST$PREFIX/share
	for page in maskspec.1 maskref.8 libmaskref.3 maskspec-report.5; do
		cmp "$share/man/man${page##*.}/$page" "$CHECKOUT/docs/man/$page"
	done
	[ -f "$share/zsh/site-functions/_maskspec" ]
	# shellcheck source=conformance/completion/maskspec.bash
	. "$share/bash-completion/completions/maskspec"
	PATH=$DEST$PREFIX/bin:$PATH
	COMP_WORDS=(maskspec certify --cert certified-2026-e) COMP_CWORD=3
	_maskspec
	[ "${COMPREPLY[*]}" = certified-2026-el8 ]
	COMP_WORDS=(maskspec run --vm-t) COMP_CWORD=2
	_maskspec
	[ "${COMPREPLY[*]}" = --vm-timeout ]
}

@test "it works where it is moved to" {
	cp -a "$DEST" moved
	mkdir -p else
	mv moved else/where
	run -0 "else/where$PREFIX/bin/maskspec" run --runtime "else/where$PREFIX/sbin/maskref" --filter links
	[ "$(jq -r .runtime.path maskspec-out/report.json)" = "$PWD/else/where$PREFIX/libexec/maskspec/build/maskref" ]
}

@test "a kernel in a machine of its own, by the installed kit" {
	need qemu-system-x86_64
	"$CHECKOUT/vm/fetch" --cache "$CHECKOUT/build/cache" debian-6.1 >kernel
	cp "$(sed -n 's/^image //p' kernel)" vmlinuz
	chmod a+rwx .
	run -0 read_only env XDG_CACHE_HOME="$PWD/caches" maskspec run --runtime maskref \
		--kernels ./vmlinuz --accel tcg --filter links
	[[ $(jq -r '.host.kernel, .summary.verdict' maskspec-out/report.json) == 6.1.*conforms ]]
	[ -d caches/maskspec/kernels/by-file ] && [ -d caches/maskspec/layers ]
}

# What pkg-config says of the library below DEST.
flags() {
	PKG_CONFIG_SYSROOT_DIR=$DEST PKG_CONFIG_PATH=$DEST$PREFIX/lib/pkgconfig pkg-config "$@" libmaskref
}

@test "a program of somebody else is built with libmaskref, and masks" {
	sed 's|"reference/mask.h"|<maskref.h>|' "$CHECKOUT/reference/tests/example.c" >example.c
	read -ra words < <(flags --cflags --libs)
	# Nothing but the installed tree can have it.
	run -1 gcc -std=gnu11 -D_GNU_SOURCE -Werror -o example example.c
	gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o example example.c "${words[@]}"
	mkdir -p root/a
	echo secret >root/a/f
	run -0 ./example "$PWD/root" "ls -A root/a" /a
	[ "$output" = $'tmpfs /a\nshare /a\nverify /a' ]
	[ "$(cat root/a/f)" = secret ]
	[ "$(flags --modversion)" = "$("$DEST$PREFIX/bin/maskspec" version | sed -n 's/^maskspec //p')" ]
}

@test "libmaskref has no name but mask_, and C++ takes its header as C" {
	nm -g --defined-only "$DEST$PREFIX/lib/libmaskref.a" | awk 'NF == 3 { print $3 }' >names
	grep -qx mask_plan names
	run -1 grep -v '^mask_' names
	cat >program.cc <<-'END'
		#include <maskref.h>
		int main()
		{
			mask_ctx ctx = MASK_CTX_INIT;
			return mask_begin(&ctx, nullptr);
		}
	END
	read -ra words < <(flags --cflags)
	clang++ -std=c++20 -Wall -Wextra -Wno-missing-field-initializers -pedantic -Werror "${words[@]}" \
		-c program.cc
	nm -u program.o | grep -q ' mask_begin$'
}

@test "uninstall leaves nothing of it, and all else as it was" {
	mkdir -p there/opt/kit/bin there/opt/kit/share/doc there/opt/empty
	echo mine >there/opt/kit/bin/other
	listing there >before
	chown -R "$USER_ID" there
	make_says 0 -- install DESTDIR="$PWD/there" PREFIX="$PREFIX"
	[ -x there/opt/kit/bin/maskspec ]
	make_says 0 -- uninstall DESTDIR="$PWD/there" PREFIX="$PREFIX"
	diff before <(listing there)
	install -d -o "$USER_ID" new
	make_says 0 -- install DESTDIR="$PWD/new" prefix=/usr libexecdir='/usr/lib x&y'
	run -0 "new/usr/bin/maskspec" version
	DESTDIR=$PWD/new make_says 0 -- uninstall prefix=/usr libexecdir='/usr/lib x&y'
	[ -z "$(ls -A new)" ]
}

@test "installed over an older one: what that had and this has not is gone" {
	cp -a "$DEST" older
	chown -R "$USER_ID" older
	echo old >"older$PREFIX/libexec/maskspec/vm/old"
	echo new >"older$PREFIX/libexec/maskspec/vm/not-ours"
	echo "$PREFIX/libexec/maskspec/vm/old" >>"older$PREFIX/libexec/maskspec/installed"
	make_says 0 -- install DESTDIR="$PWD/older" PREFIX="$PREFIX"
	rm "older$PREFIX/libexec/maskspec/vm/not-ours"
	diff <(listing "$DEST") <(listing older)
	cmp "$KIT/installed" "older$PREFIX/libexec/maskspec/installed"
}

@test "one that was cut off is taken away, too" {
	install -d -o "$USER_ID" cut bin
	printf '%s\n' '#!/bin/sh' 'case $* in *vm/init*) exit 7 ;; esac' 'exec install "$@"' >bin/broken
	chmod +x bin/broken
	make_says 2 -- install DESTDIR="$PWD/cut" PREFIX="$PREFIX" INSTALL="$PWD/bin/broken -p"
	[ -e "cut$PREFIX/libexec/maskspec/build/maskspec" ]
	[ ! -e "cut$PREFIX/libexec/maskspec/vm" ] || [ -z "$(ls "cut$PREFIX/libexec/maskspec/vm")" ]
	make_says 0 -- uninstall DESTDIR="$PWD/cut" PREFIX="$PREFIX"
	[ -z "$(ls -A cut)" ]
}

@test "what is asked wrongly is named, and nothing is written" {
	install -d -o "$USER_ID" d
	make_says 2 "prefix=opt: not an absolute path" PREFIX -- install DESTDIR="$PWD/d" PREFIX=opt
	make_says 2 "bindir=bin: not an absolute path" -- install DESTDIR="$PWD/d" bindir=bin
	make_says 2 "docdir=/a/../b: not an absolute" -- install DESTDIR="$PWD/d" docdir=/a/../b
	make_says 2 "/proc: can't be written by this user" DESTDIR -- install DESTDIR=/proc/none
	make_says 2 "/maskspec/installed is not there" "PREFIX and DESTDIR" -- uninstall DESTDIR="$PWD/d"
	make_says 2 "DESTIDR: no such variable" -- install DESTIDR="$PWD/d"
	make_says 2 "KERNELS: no variable of make install" -- install KERNELS=host
	make_says 2 "build/none/maskspec is missing; run: make" -- install DESTDIR="$PWD/d" B=build/none
	[ -z "$(ls -A d)" ]
	mkdir -p d/usr/local/libexec/maskspec
	echo "../etc/passwd" >d/usr/local/libexec/maskspec/installed
	make_says 2 "\"../etc/passwd\" is no path of ours" -- uninstall DESTDIR="$PWD/d"
}
