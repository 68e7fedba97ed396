#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The HTML report in a real Chromium: it asks nothing of anybody, can be read without its script,
# filters and folds with it, is accessible, quick with 40 reports, and hostile text stays text. Each
# check has a page that it must find fault with.

load helpers
load pages

setup_file() {
	prepare_pages
	observe_one whole
	observe_one fallen --runtime-args "--mutant dir-skip"
	page one fallen
	page two whole fallen
	make_few
	page few few.json
	make_matrix 4 >"$PAGES/four.json"
	page matrix four.json
}

# Writes PAGES/NAME.html of reports in PAGES: page NAME REPORT...
page() {
	local name=$1
	shift
	(cd "$PAGES" && "$MASKSPEC" report --format html "$@") >"$PAGES/$name.html"
}

# A matrix of one report and a kernel without one.
make_few() {
	few_results >"$PAGES/one.json"
	jq -s '{ schema: "maskspec-matrix/1",
		summary: { verdict: "fails", kernels: [
			{ name: "a", verdict: "fails", why: "", judged: true },
			{ name: "b", verdict: "absent", why: "no such kernel", judged: false }] },
		reports: . }' "$PAGES/one.json" >"$PAGES/few.json"
}

# $1 kernels of one runtime and of another, every seventh cell of all requirements a fall.
make_matrix() {
	"$MASKSPEC" list requirements | grep -oE '^ *[a-z]+-[a-z0-9-]+' | tr -d ' ' | sort -u |
		jq -Rn '[inputs]' >"$PAGES/ids"
	jq --slurpfile ids "$PAGES/ids" --argjson n "$1" "$SUM"'
		. as $r | (.results[0] | .evidence = ["a row", "another"]) as $one
		| { schema: "maskspec-matrix/1", summary: { verdict: "fails",
			kernels: [range($n) | { name: "kernel-\(.)", verdict: "fails", why: "", judged: true }] },
		reports: [range($n) as $k | $r | .runtime.argv += ["--as", "\($k % 2)"]
			| .vm = { kernel: "kernel-\($k)", image: "", accel: "tcg", qemu: "", append: "",
				memory: "512", cpus: "1", tries: "1", boot_ms: "1", ended: "", remarks: [] }
			| .results = [$ids[0] | to_entries[] | .key as $i | $one + { id: .value,
				level: ["MUST", "SHOULD", "INFO"][$i % 3],
				observed: "\($i % 9) of \($k % 4)",
				verdict: (if ($i * 3 + $k) % 7 == 0 then "fail" else "pass" end) }]
			| sum] }' "$PAGES/whole/report.json"
}

# fine CHECK PAGE [WORD]...
fine() {
	local check=$1 name=$2
	shift 2
	run -0 browser "$check" "$PAGES/$name.html" "$@"
}

# What CHECK says of PAGE, edited by the sed script, holds TEXT: wrong TEXT CHECK PAGE SCRIPT [WORD]...
wrong() {
	local text=$1 check=$2 name=$3 script=$4
	shift 4
	sed "$script" "$PAGES/$name.html" >"$BATS_TEST_TMPDIR/edited.html"
	run ! cmp -s "$PAGES/$name.html" "$BATS_TEST_TMPDIR/edited.html"
	run -1 browser "$check" "$BATS_TEST_TMPDIR/edited.html" "$@"
	[[ $output == *"$text"* ]] || fail "\"$text\" is not said:" "$output"
}

@test "a run leaves the page, and its report.json gives the same again" {
	cmp "$PAGES/whole/report.html" <(cd "$PAGES" && "$MASKSPEC" report --format html whole)
}

@test "nothing on the console, no request, nothing wider than 390 to 1920 pixels" {
	fine quiet two
	fine quiet one
}

@test "an error, a request and a page that is too wide would be noticed" {
	wrong "error: not here" quiet few 's,^"use strict";,&,; s,^<script>$,&throw Error("not here");,'
	wrong "request: http://127.0.0.1:9/x" quiet few \
		's,<meta http-equiv[^>]*>,,; s,</h1>,&<img src="http://127.0.0.1:9/x" alt="">,'
	# With the page's own policy the browser says why none leaves.
	wrong "violates the following Content Security Policy" quiet few \
		's,</h1>,&<img src="http://127.0.0.1:9/x" alt="">,'
	wrong "wide" quiet few 's,</h1>,&<div style="width: 2000px">x</div>,'
}

@test "axe finds nothing serious or critical, light and dark, 390 and 1280 pixels wide" {
	fine axe few
}

@test "axe would find grey on grey and a picture without words" {
	wrong "color-contrast" axe few '/<section>/,/<\/section>/d
		s,</h1>,&<p style="color: #888; background: #999">some words</p>,'
	[[ $output == *"390 light"*"1280 dark"* ]]
}

@test "it filters by words, verdict and level" {
	fine filter two dir-empty
	wrong "back" filter two 's,row.tr.hidden = ,row.tr.hidden ||= ,' dir-empty
}

@test "it filters by runtime and kernel" {
	fine columns matrix
}

@test "it folds, and a cell opens what it links to" {
	fine fold two
}

@test "without JavaScript it is all there" {
	fine scriptless one
	fine scriptless two
	wrong "controls" scriptless two 's,id="filter" hidden,id="filter",; s,</form>,<button>x</button>&,'
}

@test "the matrix scrolls by keyboard, its first column stays" {
	fine keyboard matrix
	wrong "scrolled away" keyboard matrix 's/^\.matrix \.id { position: sticky;/.matrix .id {/'
}

@test "hostile text in every string of a report stays text" {
	local evil='</title></script></style><script>hostile=1</script>\"onmouseover=hostile=1 x=\"<img src=x onerror=hostile=1>'

	jq --arg evil "${evil//\\/}" '
		def poison: if type == "string" then $evil elif type == "array" then map(poison) else . end;
		(.kit, .runtime, .host) |= map_values(poison)
		| (.profile, .require, .userns, .started, .summary.why) = $evil
		| .deny = [{ name: $evil, answered: "1" }]
		| .results |= map(reduce ("reason", "expected", "observed", "rerun", "expect_reason",
			"bundles", "evidence") as $k (.; .[$k] |= poison))
		| .measurements |= [to_entries[] | .value
			+ { name: "\(.key)\($evil)", bundle: $evil }]' \
		"$PAGES/fallen/report.json" >"$PAGES/hostile.json"
	page hostile hostile.json
	fine hostile hostile
	page hostile-two hostile.json whole
	fine hostile hostile-two
	[ "$(grep -c '&lt;script&gt;hostile=1' "$PAGES/hostile.html")" -ge 20 ]
}

@test "text that is more would be noticed" {
	wrong "more than text" hostile few 's,</h1>,&<b onmouseover="hostile=1">x</b><i>\&lt;script></i>,'
	wrong "more than text" hostile few 's,</h1>,&\&lt;script><script>hostile=1</script>,'
}

@test "all requirements of 40 reports: small, and quick to filter" {
	make_matrix 40 >"$PAGES/40.json"
	page 40 40.json
	fine quick 40 dir-empty
	echo "# $output, $(wc -c <"$PAGES/40.html") bytes" >&3
	[[ $output =~ ^cells\ ([0-9]+)\ elements\ ([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -ge 7000 ]
	# A cell that passes is one element; what is told of one that falls is five or so.
	[ "${BASH_REMATCH[2]}" -le 40000 ]
	[ "$(wc -c <"$PAGES/40.html")" -le 3000000 ]
}
