#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Procfs' names of descriptors. A runtime's own are open by chance, so here the test build of
# maskref holds known objects, and each form is seen to be really masked.

load helpers

HOLD="--hold-fd 17:/t/held.d --hold-fd 18:/t/held.f --hold-fd 19:/ --hold-fd 20:bundle:/outside
	--hold-fd 21:/t/held.e"

setup_file() {
	need root jq
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
}

# aliases RUNTIME ARGS: the report of the bundles about aliases, in $REPORT.
aliases() {
	REPORT=$BATS_TEST_TMPDIR/out/report.json
	run -0 "$MASKSPEC" run --runtime "$KIT/build/$1" --runtime-args "$2" --filter "alias*" \
		--out "$BATS_TEST_TMPDIR/out"
}

result() {
	jq -r --arg id "$1" '.results[] | select(.id == $id) | '"$2" "$REPORT"
}

mounted() {
	jq -r --arg b "$1" '.measurements[] |
		select(.name == "aliases.mounted" and .bundle == $b) | .value' "$REPORT"
}

@test "what is held is masked, by each of the five forms, with each strategy" {
	local strategy form
	for strategy in $("$MASKREF" --help | sed -n 's/^ *strategy //p'); do
		aliases maskref-test "--strategy $strategy ${HOLD//$'\n\t'/ }"
		for id in alias-own alias-mask alias-rest alias-outside alias-nothing; do
			[ "$(result $id .verdict)" = pass ] || fail "$strategy: $id"
		done
		for form in self thread-self pid self-task pid-task middle last file spelled; do
			grep -q "^r.probe:$form.first.root.mountinfo.-.ok.* /t/held\.[df] " \
				"$BATS_TEST_TMPDIR/out/facts/aliases.facts" ||
				fail "$strategy: $form is not mounted"
		done
		[ "$(mounted aliases)" = 12 ] || fail "$strategy: $(mounted aliases) mounted"
	done
}

@test "a directory outside, the root, and what leads there by a link are refused" {
	local name
	aliases maskref-test "${HOLD//$'\n\t'/ }"
	for name in outside root dev-fd link; do
		grep -q "^r.driver:$name.create.driver.exit.create.exit:1" \
			"$BATS_TEST_TMPDIR/out/facts/aliases.facts" || fail "$name"
	done
}

@test "where nothing is held no alias is mounted, and that is no pass" {
	aliases maskref ""
	[ "$(mounted aliases)" = 0 ]
	for id in alias-own alias-mask; do
		[ "$(result $id .verdict)" = skip ]
		[ "$(result $id .reason)" = "no alias was mounted" ]
	done
}

@test "the product holds nothing, and bad descriptors are usage errors" {
	local bad
	run -1 "$MASKREF" --hold-fd 17:/t state x
	[[ "$output" == "maskref: hold-fd: '17:/t': "* ]]
	for bad in 17 17:t x:/t -1:/t 17:host:/t; do
		run -1 "$KIT/build/maskref-test" --hold-fd "$bad" state x
		[[ "$output" == "maskref: hold-fd: '$bad': "* ]] || fail "$bad: $output"
	done
}
