#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# maskspec verify: a certificate is taken by anybody who has only it and the public key, and refused
# for whatever was changed in it, signed anew or not.

load helpers

DSSE=$CHECKOUT/conformance/tests/dsse.py

setup_file() {
	need root jq tar python3 setpriv sha256sum
	copy_kit
	copy_certify_kit
	cd "$BATS_FILE_TMPDIR" || return
	"$MASKSPEC" keygen -o key.pem
	"$MASKSPEC" keygen -o other.pem
	small_profile 2 >"$KIT/fixtures/certify/small"
	chmod -R a+rX "$KIT"
	make_one one --nonce "n-1"
	make_one another --nonce "n-2"
}

# make_one NAME OPTION...: NAME.tar and its members in NAME.
make_one() {
	"$MASKSPEC" certify --runtime "$MASKREF" --cert small --key key.pem --out "$1.out" "${@:2}" \
		>"$1.said" 2>&1 || fail "$(<"$1.said")"
	mv "$1.out/certificate.tar" "$1.tar"
	tar -xf "$1.tar" --one-top-level="$1"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ONE=$BATS_FILE_TMPDIR/one
	PUBLIC=$BATS_FILE_TMPDIR/key.pub.pem
	PRIVATE=$BATS_FILE_TMPDIR/key.pem
	FACTS=kernels/1/run-1/facts
	cp -r "$ONE" m
}

# verify STATUS ARCHIVE OPTION...
verify() {
	run "-$1" --separate-stderr "$MASKSPEC" verify "$2" --key "$PUBLIC" "${@:3}"
}

digests() {
	(cd m && find . -type f ! -name MANIFEST ! -name 'statement*.json' -printf '%P\n' | LC_ALL=C sort |
		xargs sha256sum >MANIFEST)
}

# Makes edited.tar of m, as an archive of ours, its MANIFEST put right.
pack() {
	digests
	(cd m && find . -type f -printf '%P\n' | LC_ALL=C sort |
		tar --format=ustar -b1 --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0644 \
			--no-recursion -cf ../edited.tar -T -)
}

# Signs the statement of m anew, with MANIFEST's digest put right: sign KEY [FILTER]
sign() {
	digests
	jq -r .payload "$ONE/kernels/1/statement.dsse.json" | base64 -d |
		jq -c --arg sum "$(sha256sum <m/MANIFEST | cut -c 1-64)" '(.predicate.configuration[]
			| select(.name == "archive/MANIFEST")).digest.sha256 = $sum | '"${2:-.}" >payload
	python3 "$DSSE" sign payload "$1" >m/kernels/1/statement.dsse.json
	pack
}

# refuses WORDS: the archive that pack made, in one line.
refuses() {
	verify 3 edited.tar
	[[ $stderr == *"maskspec: verify: edited.tar: "*"$1"* ]] || fail "\"$1\" is not said:" "$stderr"
	[ -z "$output" ]
}

@test "by an ordinary user who has the archive and the public key: what it comes to" {
	cp "$ONE.tar" "$PUBLIC" .
	chmod a+rx . ./*
	run -0 --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups env TMPDIR=/tmp \
		"$MASKSPEC" verify one.tar --key key.pub.pem --nonce n-1 --profile small --runtime "$MASKREF"
	[ "$output" = "PASSED host ($(uname -r)), 2 runs
PASSED one.tar, signed by $("$MASKSPEC" keygen --id key.pub.pem)" ]
	[ -z "$stderr" ]
}

@test "packed again as it was it is the same, so that the edits below are what is refused" {
	pack
	cmp "$ONE.tar" edited.tar
	sign "$PRIVATE"
	verify 0 edited.tar
}

@test "another nonce, runtime, profile or key than was asked for" {
	verify 3 "$ONE.tar" --nonce n-2
	[[ $stderr == *"run-1/facts/"*": was not made for nonce n-2, but for n-1"* ]]
	verify 3 "$ONE.tar" --runtime /bin/sh
	[[ $stderr == *"is of another runtime, with SHA-256 $(sha256sum <"$MASKREF" | cut -c 1-64)"* ]]
	verify 3 "$ONE.tar" --profile certified-2026
	[[ $stderr == *"profile: is another than"* ]]
	PUBLIC=$BATS_FILE_TMPDIR/other.pub.pem
	verify 3 "$ONE.tar"
	[[ $stderr == *"kernels/1/statement.dsse.json: "* ]]
}

@test "bytes that were changed" {
	local at size
	size=$(stat -c %s "$ONE.tar")
	for at in 0 300 600 100000 $((size / 2)) $((size - 1)); do
		cp "$ONE.tar" edited.tar
		python3 -c 'import sys; f = open("edited.tar", "r+b"); f.seek(int(sys.argv[1])); b = f.read(1)
f.seek(int(sys.argv[1])); f.write(bytes([b[0] ^ 1]))' "$at"
		refuses ""
	done
	head -c $((size - 512)) "$ONE.tar" >edited.tar
	refuses ""
	{ cat "$ONE.tar" && printf x; } >edited.tar
	refuses ""
}

@test "members: one too many, one that is missing, one that is changed" {
	echo x >m/x && pack
	refuses "x: is no member of a certificate"
	rm m/x
	echo x >m/$FACTS/.hidden && pack
	refuses "$FACTS/.hidden: is no member"
	rm m/$FACTS/.hidden
	mv m/about m/profile.old && pack
	refuses "is no member"
	rm m/profile.old && pack
	refuses "about: is missing"
	cp "$ONE/about" m/
	rm m/kernels/1/statement.dsse.json && pack
	refuses "kernels/1/statement.json: is missing"
}

@test "contents, with MANIFEST put right: the signature is of another one" {
	sed -i 's/"vendor":\t""/"vendor":\t"me"/' m/certificate.json
	run ! cmp -s m/certificate.json "$ONE/certificate.json"
	pack
	refuses "kernels/1/statement.dsse.json: "
	# Who has the key may say who he is.
	sign "$PRIVATE"
	verify 0 edited.tar
	sign "$BATS_FILE_TMPDIR/other.pem"
	refuses "kernels/1/statement.dsse.json: "
}

@test "a verdict, a grade and a statement, signed anew: the facts come to something else" {
	sed -i '0,/"verdict":\t"pass"/s//"verdict":\t"fail"/' m/kernels/1/run-1/report.json
	sign "$PRIVATE"
	refuses "kernels/1/run-1/report.json: is not what the facts come to"
	cp "$ONE/kernels/1/run-1/report.json" m/kernels/1/run-1/
	sed -i 's/"PASSED"/"FAILED"/' m/certificate.json
	sign "$PRIVATE"
	refuses "certificate.json: is not what the facts come to"
	cp "$ONE/certificate.json" m/
	sign "$PRIVATE" '.predicate.failedTests += [.predicate.passedTests[0]]'
	refuses "statement.dsse.json: states something else than the facts come to"
	sed -i 's/"nonce":\t"n-1"/"nonce":\t"n-2"/' m/certificate.json
	sign "$PRIVATE"
	refuses "certificate.json: is not what the facts come to"
	cp "$ONE/certificate.json" m/
	sign "$PRIVATE" '.subject[0].digest.sha256 |= gsub("[0-9]"; "0")'
	refuses "statement.dsse.json: states something else"
}

@test "evidence, signed anew: a case omitted, edited, of another run" {
	rm m/$FACTS/directories.facts
	sign "$PRIVATE"
	refuses "is not what the facts come to"
	cp "$BATS_FILE_TMPDIR/another/$FACTS/directories.facts" m/$FACTS/
	sign "$PRIVATE"
	refuses "$FACTS/directories.facts: run is "
	cp "$ONE/kernels/1/run-2/facts/directories.facts" m/$FACTS/
	sign "$PRIVATE"
	refuses "$FACTS/directories.facts: run is "
	cp "$ONE/$FACTS/directories.facts" m/$FACTS/
	sed -i '/^case\tdirectories\t/d; s/^end\t\([0-9]*\)$/echo "end\t$((\1 - 1))"/e' m/$FACTS/manifest
	sign "$PRIVATE"
	refuses "$FACTS/manifest: the case directories, for dir-empty, is not among those that were due"
	# One as it was before there was DENY is read, but the facts are not of it.
	cp "$ONE/$FACTS/manifest" m/$FACTS/
	sed -i '/^deny\t/d; s/^end\t\([0-9]*\)$/echo "end\t$((\1 - 1))"/e' m/$FACTS/manifest
	run ! cmp -s "$ONE/$FACTS/manifest" m/$FACTS/manifest
	sign "$PRIVATE"
	refuses "is not what the facts come to"
}

@test "runs, signed anew: the same one twice, one too few, one of another nonce" {
	rm -r m/kernels/1/run-2
	cp -r m/kernels/1/run-1 m/kernels/1/run-2
	sign "$PRIVATE"
	refuses "kernels/1/run-2: is kernels/1/run-1 once more"
	rm -r m/kernels/1/run-2
	sign "$PRIVATE"
	refuses "certificate.json: is not what the facts come to"
	cp -r "$BATS_FILE_TMPDIR/another/kernels/1/run-1" m/kernels/1/run-2
	sign "$PRIVATE"
	refuses "asked-nonce is n-2, but n-1 in kernels/1/run-1"
}

@test "runs, signed anew: swapped, also where both were started in the same second" {
	mv m/kernels/1/run-1 m/kernels/1/run
	mv m/kernels/1/run-2 m/kernels/1/run-1
	mv m/kernels/1/run m/kernels/1/run-2
	sign "$PRIVATE"
	refuses "kernels/1/run-2: was started before kernels/1/run-1"
	sed -i 's/^h\tstarted\t.*/h\tstarted\t2026-01-01T00:00:00Z/' m/kernels/1/run-?/facts/*.facts
	sign "$PRIVATE"
	refuses "kernels/1/run-2: was started before kernels/1/run-1"
	cp "$ONE"/kernels/1/run-1/facts/* m/kernels/1/run-1/facts/
	cp "$ONE"/kernels/1/run-2/facts/* m/kernels/1/run-2/facts/
	sed -i 's/^h\tstarted\t.*/h\tstarted\t2026-01-01T00:00:00Z/' m/kernels/1/run-?/facts/*.facts
	sign "$PRIVATE"
	verify 3 edited.tar
	[[ $stderr != *"was started before"* ]]
}

@test "the profile, signed anew: another under the same name" {
	jq '.runs = 1' "$ONE/profile" >m/profile
	sign "$PRIVATE"
	refuses "profile: is another than the one of that name here"
}

# The kit of this checkout with one requirement more, of a later version of the specification.
make_newer() {
	(cd "$CHECKOUT" && cp -r Makefile .ci conformance reference vm docs fixtures "$1/")
	cp "$KIT/fixtures/certify/small" "$1/fixtures/certify/"
	sed -i 's/^Version 0.1 of the spec/Version 0.2 of the spec/' "$1/docs/spec/README.md"
	printf '%s\n' '### dir-newer' '' 'Listing a masked directory MUST still give exactly `.` and `..`.' '' \
		'- Why: It is new.' '- Source: CVE-2025-31133' '- Observe: readdir.' '- Since: 0.2' '' \
		>>"$1/docs/spec/10-directories.md"
	sed -n '/^static bool not_empty/,/^}/p; /^#include/p; /^JUDGE(dir_empty)/,/^}/p' \
		"$1/conformance/judge/directories.c" | sed 's/dir_empty/dir_newer/' >"$1/conformance/judge/newer.c"
	make -s -C "$1" CFLAGS=-O0 build/maskspec-certify >make.log 2>&1 || fail "$(<make.log)"
}

@test "a newer kit says what is new in it, and holds it against nobody; one that knows less refuses" {
	mkdir newer
	make_newer "$PWD/newer"
	run -0 --separate-stderr newer/build/maskspec-certify verify "$ONE.tar" --key "$PUBLIC"
	[[ $output == *"new in this kit, and not asked by the profile: dir-newer (MUST, specification 0.2)"* ]]
	[ "$(grep -c 'new in this kit' <<<"$output")" = 1 ]
	[[ $output == *"PASSED $ONE.tar, signed by "* ]]
	# What the profile's specification has is missed, by that kit and by this one.
	sed -i '/^case\tdirectories\t/s/\bdir-empty\b *//' m/$FACTS/manifest
	sign "$PRIVATE"
	refuses "$FACTS/manifest: the case directories was not due for dir-empty"
	run -3 --separate-stderr newer/build/maskspec-certify verify edited.tar --key "$PUBLIC"
	[[ $stderr == *"$FACTS/manifest: the case directories was not due for dir-empty"* ]]
	cp "$ONE/$FACTS/manifest" m/$FACTS/
	sed -i '/^case\tdirectories\t/s/\bdir-empty\b/& dir-newer/' m/$FACTS/manifest
	sign "$PRIVATE"
	refuses "$FACTS/manifest: the case directories was due for dir-newer, which this kit's is not for"
}

@test "links, folders and paths that lead out" {
	ln -s /etc/passwd m/link
	pack
	(cd m && tar --format=ustar -b1 --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0644 \
		-cf ../edited.tar link about)
	refuses "link"
	tar --format=ustar -b1 --mode=0644 -cf edited.tar m
	refuses "m/"
	tar --format=ustar -b1 -P -cf edited.tar /etc/passwd
	refuses "passwd"
	: >edited.tar
	refuses ""
	cp "$KIT/build/maskspec" edited.tar
	refuses "no archive: at byte 0 no header of POSIX ustar begins; the archive is damaged, compressed or"
}

@test "unsigned: taken without a key, and never with one" {
	"$MASKSPEC" certify --runtime "$MASKREF" --cert small --out out >said 2>&1
	run -0 --separate-stderr "$MASKSPEC" verify out/certificate.tar
	[[ ${lines[1]} == "PASSED out/certificate.tar, not signed" ]]
	verify 3 out/certificate.tar
	[[ $stderr == *"is not signed"* ]]
	run -2 --separate-stderr "$MASKSPEC" verify "$ONE.tar"
	[[ $stderr == *"is signed: name the public key"* ]]
}

@test "one that is FAILED is valid, and exits with 1" {
	"$MASKSPEC" certify --runtime "$MASKREF" --runtime-args "--strategy tmpfs-per-dir" --cert small \
		--key "$PRIVATE" --out out >said 2>&1 || :
	verify 1 out/certificate.tar
	[[ ${lines[1]} == "FAILED out/certificate.tar, signed by "* ]]
}

# A runtime whose bytes stay the same: with the file `other` beside it, it is another strategy of
# maskref, or without the file that it needs broken.
turncoat() {
	printf '#!/bin/sh\nread -r strategy <"%s/strategy" && exec "%s" --strategy "$strategy" "$@"\n' "$PWD" \
		"$MASKREF" >turncoat
	chmod +x turncoat
	echo shared-tmpfs >strategy
	jq '.runs = 1 | .skips += [{ids: "*", reason: "*", why: "any"}]' \
		"$KIT/fixtures/certify/small" >few
	"$MASKSPEC" certify --runtime "$PWD/turncoat" --cert few --key "$PRIVATE" --out out >said 2>&1 ||
		fail "$(<said)"
}

@test "--reproduce: run again, and what must not differ does not, or is said" {
	mkdir tmp
	turncoat
	export TMPDIR=$PWD/tmp
	local args=(out/certificate.tar --profile few --runtime turncoat --reproduce)
	verify 0 "${args[@]}"
	[[ ${lines[0]} == "reproduced on host ($(uname -r)): "*" observations in "*" cases" ]]
	[[ ${lines[2]} == "PASSED out/certificate.tar, signed by "* ]]
	verify 0 "${args[@]}" --timeout 20 --jobs 1 --kernels host
	echo tmpfs-per-dir >strategy
	verify 3 "${args[@]}"
	[[ $stderr == *"verify: out/certificate.tar: not reproduced: kernels/1: sb-shared: pass in the certificate, fail here"* ]]
	[[ $output != *PASSED* ]]
	rm strategy
	verify 3 "${args[@]}"
	[[ $stderr == *"not reproduced: kernels/1: directories.facts: "* ]]
	[[ $stderr =~ "not reproduced: and "[0-9]+" more" ]]
	[ -z "$(ls -A tmp)" ]
	# Another runtime, and another kernel, is nothing to compare.
	verify 3 out/certificate.tar --profile few --runtime "$MASKREF" --reproduce
	[[ $stderr == *"is of another runtime"* ]]
	verify 2 out/certificate.tar --reproduce
	[[ $stderr == *"--reproduce: name the runtime (--runtime)"* ]]
	verify 2 out/certificate.tar --kernels host
	[[ $stderr == *"nothing is run without --reproduce"* ]]
}

@test "a first run that left no facts, made again: valid, also for its nonce" {
	cp -r "$KIT" kit
	mv kit/build/maskspec kit/build/real
	cat >kit/build/maskspec <<-'END'
		#!/bin/bash
		"${0%/*}/real" "$@"
		status=$?
		[[ "$*" != *"/run-1 "* ]] || rm "${@: -3:1}"/facts/*.facts
		exit $status
	END
	chmod +x kit/build/maskspec
	jq '.runs = 1' "$KIT/fixtures/certify/small" >few
	kit/build/maskspec-certify certify --runtime "$MASKREF" --cert few --key "$PRIVATE" --nonce n-3 --out out \
		>said 2>&1 || fail "$(<said)"
	tar -tf out/certificate.tar >names
	grep -qx kernels/1/run-2/facts/directories.facts names
	run ! grep 'kernels/1/run-1/.*\.facts' names
	verify 0 out/certificate.tar --profile few --nonce n-3
	[[ ${lines[-1]} == "PASSED out/certificate.tar, signed by "* ]]
	verify 3 out/certificate.tar --profile few --nonce n-2
}

@test "Ctrl-C: nothing is said, and nothing is left behind" {
	mkdir tmp
	make_never
	begun() {
		[ -n "$(ls -A tmp)" ] || ! kill -0 "$pid" 2>/dev/null
	}
	# It is quick, so it may have ended just before.
	for _ in {1..20}; do
		TMPDIR=$PWD/tmp "$MASKSPEC" verify "$ONE.tar" --key "$PUBLIC" >said 2>&1 3>&- &
		pid=$!
		poll 10 begun
		kill -INT "$pid" || :
		status=0
		wait "$pid" || status=$?
		[ -z "$(ls -A tmp)" ]
		[ "$status" = 0 ] || break
	done
	[ "$status" = 130 ]
	[ ! -s said ]
}

@test "nothing is left behind, and usage" {
	mkdir tmp
	TMPDIR=$PWD/tmp verify 0 "$ONE.tar"
	TMPDIR=$PWD/tmp verify 3 "$ONE.tar" --nonce x
	[ -z "$(ls -A tmp)" ]
	TMPDIR=$PWD/nix verify 3 "$ONE.tar"
	[[ $stderr == *"nix/maskspec-verify-"*"set TMPDIR"* ]]
	verify 2 nix.tar
	[[ $stderr == *"nix.tar: ENOENT"* ]]
	verify 2 "$ONE.tar" --profile nix
	[[ $stderr == *"CERT: cannot read nix"* ]]
	run -2 "$MASKSPEC" verify
	PUBLIC=nix verify 2 "$ONE.tar"
	[[ $stderr == *"KEY: nix"* ]]
}
