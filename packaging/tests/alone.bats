#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make release: the tarball is all that it needs. It runs in a root that has nothing else: no C library,
# no shell.

load helpers

setup_file() {
	need root jq python3 tar readelf
	unpack_release
}

# alone WORD...: runs it in the root that only has the kit, in /kit, and a folder to write to, in /out.
alone() {
	mkdir -p "$BATS_TEST_TMPDIR/out"
	in_root - --bind "$KIT:/kit" --bind "$BATS_TEST_TMPDIR/out:/out" "${GIVEN[@]}" -- "$@"
}

setup() {
	GIVEN=()
}

@test "there nothing runs that needs a library" {
	GIVEN=(--file "$(type -P true):/bin/true")
	run -127 alone /bin/true
	[[ $output == *"/bin/true: No such file or directory" ]] || fail "$output"
}

@test "maskspec judges maskref, and a fault of it fails" {
	run -0 alone /kit/bin/maskspec run --runtime /kit/sbin/maskref --out /out/good
	[[ $output == *"maskspec: conforms (exit 0)"* ]]
	[ "$(jq -r .summary.verdict "$BATS_TEST_TMPDIR/out/good/report.json")" = conforms ]
	GIVEN=(--file "$BUILD/static/maskref-test:/bin/maskref-test")
	run -1 alone /kit/bin/maskspec run --runtime maskref-test --runtime-args "--mutant dir-skip" --out /out/bad
	[ "$(jq -r '[.results[] | select(.verdict == "fail") | .id] | index("dir-empty") != null' \
		"$BATS_TEST_TMPDIR/out/bad/report.json")" = true ]
}

@test "keys are made, whatever a machine's openssl.cnf says" {
	local config=$BATS_TEST_TMPDIR/openssl.cnf
	printf '%s\n' 'openssl_conf = i' '[i]' 'alg_section = a' '[a]' 'default_properties = fips=yes' >"$config"
	OPENSSL_CONF=$config run -3 "$BUILD/maskspec" keygen -o "$BATS_TEST_TMPDIR/shared.pem"
	OPENSSL_CONF=$config run -0 "$KIT/bin/maskspec" keygen -o "$BATS_TEST_TMPDIR/static.pem"
	run -0 alone /kit/bin/maskspec keygen -o /out/key.pem
	[ -s "$BATS_TEST_TMPDIR/out/key.pem" ]
}

@test "what it can't do there, it says in a sentence" {
	run -3 --separate-stderr alone /kit/bin/maskspec run --runtime /kit/sbin/maskref --kernels debian-6.1 --out /out
	[ "${#stderr_lines[@]}" -eq 1 ] || fail "$stderr"
	[[ $stderr == *bash* && $stderr != *make* ]] || fail "$stderr"
}

@test "every program is static and stripped, and none is missing" {
	local program
	for program in maskspec maskspec-certify observe maskref vm/init vm/boot; do
		run -0 readelf -lW "$KIT/libexec/maskspec/build/$program"
		[[ $output == *LOAD* && $output != *INTERP* ]]
		run -0 readelf -SW "$KIT/libexec/maskspec/build/$program"
		[[ $output == *.text* && $output != *.symtab* ]]
	done
	run -0 readelf -lW "$BUILD/maskspec-certify"
	[[ $output == *INTERP* ]]
}

@test "no path of the machine that built it, and the terms of all that is in it" {
	run -1 grep -rlF -e "$CHECKOUT" "$KIT"
	[ "$(grep -cE '^(glibc|openssl|zlib|cjson) [0-9]' "$KIT/share/doc/maskspec/built-with")" -eq 4 ]
	[ "$(find "$KIT/share/doc/maskspec/licenses" -size +0 | wc -l)" -ge 6 ]
	run -0 tar -tvzf "$BUILD"/release/maskspec-*.tar.gz
	[ -z "$(awk '$2 != "0/0"' <<<"$output")" ]
}
