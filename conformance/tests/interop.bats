#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Certificates as other tools see them: whose signature it is, over which bytes, and whether what is
# signed is what in-toto describes.

load helpers

DSSE=$CHECKOUT/conformance/tests/dsse.py

setup_file() {
	need root jq openssl python3 sha256sum tar
	python3 -c 'import cryptography' || fail "python3-cryptography is missing; see \`make deps\`"
	copy_kit
	copy_certify_kit
	few_bundles directories superblocks-pair
	cd "$BATS_FILE_TMPDIR" || return
	small_profile 1 >small
	"$MASKSPEC" keygen -o p256.pem
	"$MASKSPEC" keygen --type ed25519 -o ed25519.pem
	make_one p256 0 --key p256.pem
	make_one ed25519 0 --key ed25519.pem
	make_one failed 1 --runtime-args "--strategy tmpfs-per-dir"
	jq -r '.results[] | select(.verdict == "fail") | .id' failed.out/kernels/1/run-1/report.json |
		sed 's/.*/maskref*\t*\t&\tfail\tone each, as of old/' >known
	printf 'maskref*\t*\tdir-empty\tfail\tof old\tuntil=2020-01-01\n' >>known
	make_one warned 0 --runtime-args "--strategy tmpfs-per-dir" --deviations known
}

# make_one NAME STATUS OPTION...: its members in NAME.
make_one() {
	local status=0
	"$MASKSPEC" certify --runtime "$MASKREF" --cert small --out "$1.out" "${@:3}" >"$1.said" 2>&1 ||
		status=$?
	[ "$status" = "$2" ] || fail "$(<"$1.said")"
	tar -xf "$1.out/certificate.tar" --one-top-level="$1"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	MADE=$BATS_FILE_TMPDIR
}

# Of an envelope $1: what is signed, the signature, and the same with one byte of the payload changed.
split() {
	"$DSSE" pae "$1" whole
	python3 -c 'import sys; b = bytearray(open("whole.pae", "rb").read()); b[int(sys.argv[1])] ^= 1
open("changed.pae", "wb").write(b)' -2
	[ "$(cmp -l whole.pae changed.pae | wc -l)" = 1 ]
	[[ $(head -c 40 whole.pae | tr -d '\0') == "DSSEv1 28 application/vnd.in-toto+json "* ]]
}

@test "P-256: openssl's command line verifies a certificate's envelope, and not a changed payload" {
	split "$MADE/p256/kernels/1/statement.dsse.json"
	run -0 openssl dgst -sha256 -verify "$MADE/p256.pub.pem" -signature whole.sig whole.pae
	run -1 openssl dgst -sha256 -verify "$MADE/p256.pub.pem" -signature whole.sig changed.pae
	openssl ecparam -name prime256v1 -genkey -noout -out other.pem
	openssl pkey -in other.pem -pubout -out other.pub.pem
	run -1 openssl dgst -sha256 -verify other.pub.pem -signature whole.sig whole.pae
}

@test "Ed25519: openssl's command line verifies a certificate's envelope, and not a changed payload" {
	split "$MADE/ed25519/kernels/1/statement.dsse.json"
	run -0 openssl pkeyutl -verify -pubin -inkey "$MADE/ed25519.pub.pem" -rawin -in whole.pae \
		-sigfile whole.sig
	run -1 openssl pkeyutl -verify -pubin -inkey "$MADE/ed25519.pub.pem" -rawin -in changed.pae \
		-sigfile whole.sig
}

@test "python3-cryptography verifies both, and neither a changed payload nor another key" {
	local key other=ed25519 envelope
	for key in p256 ed25519; do
		envelope=$MADE/$key/kernels/1/statement.dsse.json
		run -0 "$DSSE" verify "$envelope" "$MADE/$key.pub.pem"
		[ "$(jq -r .predicate.result <<<"$output")" = PASSED ]
		[ "$(jq -r '.signatures[0].keyid' "$envelope")" = "$("$MASKSPEC" keygen --id "$MADE/$key.pub.pem")" ]
		jq -c '.payload |= (@base64d | sub("PASSED"; "WARNED") | @base64)' "$envelope" >changed
		run -1 "$DSSE" verify changed "$MADE/$key.pub.pem"
		[[ $output == *"the signature is not of this payload"* ]]
		run -1 "$DSSE" verify "$envelope" "$MADE/$other.pub.pem"
		other=p256
	done
}

# What is signed, or not, in the members $1.
statement() {
	if [ -e "$1/kernels/1/statement.json" ]; then
		cat "$1/kernels/1/statement.json"
	else
		jq -r .payload "$1/kernels/1/statement.dsse.json" | base64 -d
	fi
}

# are_statements STATUS FILE...
are_statements() {
	run "-$1" "$CHECKOUT/conformance/tests/validate.py" \
		"$CHECKOUT/fixtures/schema/statement.schema.json" "${@:2}"
}

@test "statements are what in-toto describes: PASSED, WARNED with deviations, FAILED" {
	local row
	for row in p256:PASSED ed25519:PASSED warned:WARNED failed:FAILED; do
		statement "$MADE/${row%:*}" >statement
		[ "$(jq -r .predicate.result statement)" = "${row#*:}" ]
		are_statements 0 statement
	done
	statement "$MADE/warned" >statement
	jq -e --arg sum "$(sha256sum <"$MADE/known" | cut -c 1-64)" '[.predicate.configuration[]
		| select(.name | startswith("deviation/"))] | length > 0 and all(.digest.sha256 == $sum)' statement
	# A host's kernel has no image, so no digest: a URI stands for it.
	jq -e --arg uri "pkg:generic/linux@$(uname -r)" '.predicate.configuration[0]
		| .uri == $uri and (has("digest") | not)' statement
}

@test "deviations that are over: reports name them as the archive does, so they are taken anywhere" {
	run -0 --separate-stderr "$MASKSPEC" verify "$MADE/warned.out/certificate.tar" --profile "$MADE/small"
	[[ ${lines[-1]} == "WARNED $MADE/warned.out/certificate.tar, not signed" ]]
	grep -q 'deviations:2: ' "$MADE/warned/kernels/1/run-1/report.json"
}

@test "of each rule of the schema, a statement that breaks it is refused" {
	local sum rule filter n=0 file
	sum=$(printf x | sha256sum | cut -c 1-64)
	statement "$MADE/warned" >whole
	mkdir taken refused
	while IFS='|' read -r rule filter; do
		case $rule in
		taken) rule=taken/as-in-toto ;;
		*) rule=refused/$rule ;;
		esac
		n=$((n + 1))
		jq -c --arg sum "$sum" "$filter" whole >"$rule $n"
		run ! cmp -s <(jq -c . whole) "$rule $n"
	done <<-'END'
		taken|.predicate.configuration[0] |= (del(.uri) | .digest.sha256 = $sum)
		taken|.predicate.url = "https://example.org/run/1"
		taken|.more = 1 | .predicate.more = 1 | .subject[0].more = 1
		taken|.subject[0].digest.sha3_256 = $sum
		type|._type = "https://in-toto.io/Statement/v0.1"
		type|del(._type)
		subject|del(.subject)
		subject|.subject = []
		subject|.subject = .subject[0]
		subject|.subject += [.subject[0]]
		subject, digest|del(.subject[0].digest)
		subject, digest|.subject[0].digest = {}
		subject, digest|.subject[0].digest = {md5: "d41d8cd98f00b204e9800998ecf8427e"}
		digest, letters|.subject[0].digest.sha256 |= ascii_upcase
		digest, length|.subject[0].digest.sha256 |= .[1:]
		digest, type|.subject[0].digest.sha256 = 1
		digest, empty|.subject[0].digest.other = ""
		subject, name|del(.subject[0].name)
		predicate type|del(.predicateType)
		predicate type|.predicateType = "https://in-toto.io/attestation/test-result/v0.2"
		predicate|del(.predicate)
		predicate|.predicate = []
		result|del(.predicate.result)
		result|.predicate.result = "passed"
		configuration|del(.predicate.configuration)
		configuration|.predicate.configuration = {}
		configuration, resource|.predicate.configuration[0] |= del(.uri)
		configuration, resource|.predicate.configuration[0] = "kernel/host"
		configuration, resource|del(.predicate.configuration[2].digest)
		configuration, resource|.predicate.configuration[1] |= (del(.digest) | .uri = "pkg:generic/x@1")
		configuration, name|del(.predicate.configuration[0].name)
		configuration, name|.predicate.configuration[0].name = "colour/red"
		configuration, annotations|.predicate.configuration[0].annotations = "6.1"
		configuration, annotations|.predicate.configuration[0].annotations.version = 6
		configuration, uri|.predicate.configuration[0].uri = "linux"
		configuration, uri|.predicate.configuration[0].uri = "HTTPS://example.org/linux"
		configuration, uri|.predicate.configuration[0].uri = "https://EXAMPLE.org/linux"
		configuration, content|.predicate.configuration[0].content = "no base64!"
		configuration, media type|.predicate.configuration[0].mediaType = "text"
		configuration, location|.predicate.configuration[0].downloadLocation = "here"
		configuration, git|.predicate.configuration[2].digest.gitCommit |= .[0:12]
		configuration, missing|.predicate.configuration |= map(select(.name | startswith("kernel/") | not))
		configuration, missing|.predicate.configuration |= map(select(.name | startswith("profile/") | not))
		configuration, missing|.predicate.configuration |= map(select(.name != "kit/maskspec"))
		configuration, missing|.predicate.configuration |= map(select(.name != "specification"))
		configuration, missing|.predicate.configuration |= map(select(.name != "fixtures"))
		configuration, missing|.predicate.configuration |= map(select(.name != "archive/MANIFEST"))
		configuration, twice|.predicate.configuration += [.predicate.configuration[0]]
		url|.predicate.url = "run 1"
		tests|del(.predicate.passedTests)
		tests|del(.predicate.warnedTests)
		tests|del(.predicate.failedTests)
		tests|.predicate.passedTests = "dir-empty"
		tests|.predicate.passedTests[0] = 1
		tests|.predicate.passedTests[0] = "Listing a directory"
		tests|.predicate.passedTests += [.predicate.passedTests[0]]
		grade|.predicate.result = "PASSED"
		grade|.predicate.warnedTests = []
		grade|.predicate.failedTests = [.predicate.passedTests[0]]
		no object|[.]
	END
	are_statements 0 taken/*
	are_statements 1 refused/*
	for file in refused/*; do
		grep -qF "$file: " <<<"$output" || fail "taken: $file"
	done
}
