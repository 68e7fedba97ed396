# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of pages share: runs to be shown, and a real Chromium to show them.

# Of setup_file: the kit's copy, PAGES to write to, and what browser() needs.
prepare_pages() {
	need root jq node
	CHROMIUM=$(command -v chromium || command -v chromium-browser) ||
		fail "chromium is missing; see \`make deps\`"
	export CHROMIUM
	[ -d "$CHECKOUT/build/node/node_modules/@axe-core/playwright" ] &&
		[ -d "$CHECKOUT/build/node/node_modules/playwright-core" ] ||
		fail "playwright-core and @axe-core/playwright are missing; see \`make deps\`"
	copy_kit
	cp "$CHECKOUT/build/maskref-test" "$KIT/build/"
	export NODE_PATH=$CHECKOUT/build/node/node_modules PAGES=$BATS_FILE_TMPDIR
}

# A run of maskref-test, whose verdict doesn't matter, in PAGES/NAME: observe_one NAME [OPTION]...
observe_one() {
	local name=$1
	shift
	"$MASKSPEC" run --runtime "$KIT/build/maskref-test" --out "$PAGES/$name" "$@" \
		>"$PAGES/$name.log" 2>&1 3>&- || [ -f "$PAGES/$name/report.json" ]
}

# Numbers that fit the results, as the reader demands.
SUM='def sum: . as $r | reduce ("MUST", "SHOULD", "INFO") as $l ($r;
	reduce ("pass", "fail", "skip", "broken") as $v (.; .summary.by_level[$l][$v] =
		([$r.results[] | select(.level == $l and .verdict == $v)] | length)));'

# A requirement of each kind of cell, so that what looks at every element is quick.
few_results() {
	jq "$SUM"'.results |= map(select(.id | IN("dir-empty", "dir-lookup", "dir-errno", "dir-mode",
			"path-link", "path-dot", "sb-shared", "sb-files")))
		| .results |= map(
			if .id == "path-link" then .expected_fall = true | .expect_reason = "a bug"
			elif .id == "path-dot" then .verdict = "broken" | .reason = "control is dull"
			elif .id == "sb-files" then .verdict = "pass" | .unexpected_pass = true
			elif .id == "sb-shared" then .verdict = "skip" | .reason = "not offered"
			else . end) | sum' "$PAGES/fallen/report.json"
}

browser() {
	node "$BATS_TEST_DIRNAME/browser.js" "$@"
}
