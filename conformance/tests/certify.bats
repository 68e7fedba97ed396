#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make certify: what is in a certificate, and what makes it PASSED, WARNED or FAILED.

load helpers

setup_file() {
	need root jq tar sha256sum
	copy_kit
	copy_certify_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	cd "$BATS_FILE_TMPDIR" || return
	"$MASKSPEC" keygen -o key.pem
	small_profile 1 >small
	export PROFILE=$BATS_FILE_TMPDIR/small KEY=$BATS_FILE_TMPDIR/key.pem
	"$MASKSPEC" certify --runtime "$MASKREF" --cert "$PROFILE" --key "$KEY" --vendor "A & B" \
		--product "<it>" --nonce "n-1/2" --out passed >passed.out 2>passed.err ||
		fail "$(<passed.err)"
	tar -xf passed/certificate.tar --one-top-level=members
}

setup() {
	PASSED=$BATS_FILE_TMPDIR/members
	OUT=$BATS_TEST_TMPDIR/out
	M=$BATS_TEST_TMPDIR/members
}

# certify STATUS OPTION...: what it says in $output and $stderr, the members in $M.
certify() {
	run "-$1" --separate-stderr "$MASKSPEC" certify --out "$OUT" "${@:2}"
	[ ! -e "$OUT/certificate.tar" ] || tar -xf "$OUT/certificate.tar" --one-top-level="$M"
}

# profile FILTER: a profile that differs from the small one, in $BATS_TEST_TMPDIR/profile.
profile() {
	jq "$1" "$PROFILE" >"$BATS_TEST_TMPDIR/profile"
}

# What is signed in a folder of members, or not.
statement() {
	if [ -e "$1/statement.json" ]; then
		cat "$1/statement.json"
	else
		jq -r .payload "$1/statement.dsse.json" | base64 -d
	fi
}

@test "the archive is one that tar reads, and MANIFEST has all of it but the statements" {
	(cd "$PASSED" && sha256sum -c --strict --quiet MANIFEST)
	[ "$(cd "$PASSED" && find . -type f | sed 's,^\./,,' | grep -vE '^(MANIFEST|kernels/1/statement.dsse.json)$' | LC_ALL=C sort)" = \
		"$(cut -c 67- "$PASSED/MANIFEST" | LC_ALL=C sort)" ]
	[ "$(tar -tf "$BATS_FILE_TMPDIR/passed/certificate.tar" | wc -l)" -gt 40 ]
}

@test "what it says: the same in certificate.json, in the statement and on stdout" {
	[ "$(<"$BATS_FILE_TMPDIR/passed.out")" = "PASSED host
PASSED passed/certificate.tar" ]
	jq -e --arg sum "$(sha256sum <"$MASKREF" | cut -c 1-64)" --arg kernel "$(uname -r)" \
		--arg key "$("$MASKSPEC" keygen --id "$KEY")" --arg about "$(sha256sum <"$PASSED/about" | cut -c 1-64)" '
		.schema == "maskspec-certificate/1" and .result == "PASSED" and .reasons == []
		and .vendor == "A & B" and .product == "<it>" and .nonce == "n-1/2" and .key == $key
		and .profile.name == "small" and .profile.specification == "0.1"
		and .runtime.name == "maskref" and .runtime.sha256 == $sum and .runtime.about == $about
		and (.kernels | length) == 1 and .kernels[0].name == "host" and .kernels[0].version == $kernel
		and .kernels[0].runs == 1 and .kernels[0].result == "PASSED"' "$PASSED/certificate.json"
	statement "$PASSED/kernels/1" >"$BATS_TEST_TMPDIR/statement"
	jq -e --arg sum "$(sha256sum <"$MASKREF" | cut -c 1-64)" \
		--arg manifest "$(sha256sum <"$PASSED/MANIFEST" | cut -c 1-64)" \
		--arg profile "$(sha256sum <"$PASSED/profile" | cut -c 1-64)" '
		._type == "https://in-toto.io/Statement/v1"
		and .predicateType == "https://in-toto.io/attestation/test-result/v0.1"
		and .subject == [{name: "maskref", digest: {sha256: $sum}}]
		and .predicate.result == "PASSED" and (.predicate.passedTests | index("dir-empty"))
		and .predicate.warnedTests == [] and .predicate.failedTests == []
		and (.predicate.configuration | map({(.name): .digest.sha256}) | add
			| ."archive/MANIFEST" == $manifest and ."profile/small" == $profile)' "$BATS_TEST_TMPDIR/statement"
}

@test "the facts are judged again, and the certifier's nonce is in each of them" {
	local facts=$PASSED/kernels/1/run-1/facts file
	for file in "$facts"/*.facts; do
		grep -qP '^h\tasked-nonce\tn-1/2$' "$file" || fail "$file"
	done
	run -0 --separate-stderr "$MASKSPEC" judge --json --called "$MASKREF" "$facts"
	diff <(jq -S .results <<<"$output") <(jq -S .results "$PASSED/kernels/1/run-1/report.json")
	grep -q '<html' "$PASSED/kernels/1/run-1/report.html"
}

@test "about: package, libraries and host" {
	local runc about
	need_runtime runc
	runc=$(PATH=$PATH:/usr/sbin command -v runc)
	about=$("$CHECKOUT/conformance/certify/about" runc)
	grep -qP "^package\trunc\t" <<<"$about"
	grep -qP "^host\tkernel\t.*$(uname -r)" <<<"$about"
	while IFS=$'\t' read -r _ path sum; do
		[ "$(sha256sum <"$path" | cut -c 1-64)" = "$sum" ] || fail "$path"
	done < <(grep ^library <<<"$about")
	[ "$(ldd "$(realpath "$runc")" | grep -c '/')" = "$(grep -c ^library <<<"$about")" ]
}

@test "without OUT it lies beside the kit" {
	cd "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr "$MASKSPEC" certify --runtime "$MASKREF" --cert "$PROFILE"
	[ -e "$KIT/build/certificate/certificate.tar" ]
	[ ! -e out ]
}

@test "without a key it is not signed, and says so" {
	certify 0 --runtime "$MASKREF" --cert "$PROFILE"
	[[ $output == *"certificate.tar, not signed" ]]
	[ "$(jq -r .key "$M/certificate.json")" = "" ]
	[ ! -e "$M/kernels/1/statement.dsse.json" ]
	[ "$(statement "$M/kernels/1" | jq -r .predicate.result)" = PASSED ]
}

@test "a MUST that falls: FAILED, written all the same, declared or not" {
	printf 'maskref*\t*\tdir-empty\tfail\twe know\n' >"$BATS_TEST_TMPDIR/known"
	certify 1 --runtime "$KIT/build/maskref-test" --runtime-args "--mutant dir-with-content" \
		--cert "$PROFILE" --key "$KEY" --deviations "$BATS_TEST_TMPDIR/known"
	[[ $output == "FAILED host"* ]]
	[[ $stderr == *"maskspec: certify: host: dir-empty falls in run 1: "* ]]
	jq -e '.result == "FAILED" and (.kernels[0].reasons | length) >= 1' "$M/certificate.json"
	statement "$M/kernels/1" | jq -e '.predicate.result == "FAILED" and (.predicate.failedTests | index("dir-empty"))'
}

@test "a SHOULD that falls: FAILED, declared WARNED, promoted FAILED" {
	local known=$BATS_TEST_TMPDIR/known args=(--runtime "$MASKREF" --runtime-args "--strategy tmpfs-per-dir")
	certify 1 "${args[@]}" --cert "$PROFILE"
	[[ $stderr == *"sb-shared falls in run 1, and is no declared deviation"* ]]
	jq -r '.results[] | select(.verdict == "fail") | .id' "$OUT/kernels/1/run-1/report.json" |
		sed 's/.*/maskref*\t*\t&\tfail\tone each, as of old/' >"$known"
	rm -r "$M" "$OUT"
	certify 0 "${args[@]}" --cert "$PROFILE" --deviations "$known"
	[[ $output == "WARNED host"* ]]
	cmp "$known" "$M/deviations"
	statement "$M/kernels/1" | jq -e '.predicate.result == "WARNED" and .predicate.failedTests == []
		and (.predicate.warnedTests | index("sb-shared"))
		and any(.predicate.configuration[]; .name == "deviation/sb-shared"
			and .annotations.reason == "one each, as of old")'
	rm -r "$M" "$OUT"
	profile '.require = "shared-mask"'
	certify 1 "${args[@]}" --cert "$BATS_TEST_TMPDIR/profile" --deviations "$known"
	[[ $stderr == *"sb-shared falls in run 1: "* ]]
}

@test "a skip that the profile doesn't allow, a kernel that is missing" {
	profile '.skips = []'
	certify 1 --runtime "$MASKREF" --cert "$BATS_TEST_TMPDIR/profile"
	[[ $stderr == *"alias-own is skipped in run 1, which the profile does not allow: no alias"* ]]
	rm -r "$M" "$OUT"
	profile '.kernels += [{name: "of old", versions: "<2"}]'
	certify 1 --runtime "$MASKREF" --cert "$BATS_TEST_TMPDIR/profile"
	[[ $stderr == *"maskspec: certify: no kernel of old was run"* ]]
	jq -e '.result == "FAILED" and .reasons == ["no kernel of old was run"] and .kernels[0].result == "PASSED"' \
		"$M/certificate.json"
}

@test "broken runs are made again as often as is allowed, and all are in it" {
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/broken"
	chmod +x "$BATS_TEST_TMPDIR/broken"
	certify 1 --runtime "$BATS_TEST_TMPDIR/broken" --cert "$PROFILE"
	[[ $stderr == *"host: broken runs: 2, the profile allows 1"* ]]
	[ -e "$M/kernels/1/run-2/facts/manifest" ]
	[ ! -e "$M/kernels/1/run-3" ]
	rm -r "$M" "$OUT"
	profile '.runs = 2'
	certify 0 --runtime "$MASKREF" --cert "$BATS_TEST_TMPDIR/profile"
	[ -e "$M/kernels/1/run-2/report.json" ]
	[ "$(jq '.kernels[0].runs' "$M/certificate.json")" = 2 ]
}

@test "what is wrong is said before anything runs" {
	local row words
	profile '.spec = "9.1"'
	while IFS='|' read -r row words; do
		# shellcheck disable=SC2086
		certify 2 $row
		[[ $stderr == *"$words"* ]] || fail "$row" "$stderr"
		[ ! -e "$OUT/kernels" ]
	done <<-END
		--cert small|name a runtime with --runtime
		--runtime $MASKREF --cert nix|CERT: cannot read nix: ENOENT; give a path, or a name in
		--runtime $MASKREF --cert $KEY|$KEY: 
		--runtime $MASKREF --cert $BATS_TEST_TMPDIR/profile|spec: is 9.1, and this kit is of specification 0.
		--runtime $MASKREF --key nix|KEY: 
		--runtime $MASKREF --deviations nix|DEVIATIONS: cannot read nix: ENOENT
		--runtime nix --cert $PROFILE|no such command
		--runtime $MASKREF --cert $PROFILE --kernels debian-5|debian-5: no such kernel; there are host
		--runtime $MASKREF --cert $PROFILE --kernels ./nix|./nix: no such file
		--runtime $MASKREF --cert $PROFILE --vm-timeout x|VM_TIMEOUT=x: not a number
		--runtime $MASKREF x|"x": no option
	END
}
