#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A site of many reports, in a real Chromium and on the command line: its pages ask nothing of
# anybody, none of their links is dead, and no folder but a site's own is ever replaced.

load helpers
load pages

setup_file() {
	prepare_pages
	observe_one fallen --runtime-args "--mutant dir-skip"
	few_results >"$PAGES/few.json"
	mkdir "$PAGES/runs"
	report runs/a 0.1.0 5.10.0 2026-01-01
	report runs/b/c 0.1.0 6.1.0 2026-01-02
	report runs/b/d 0.1.0 6.1.0 2026-01-03
	report runs/e 0.2.0 6.1.0 2026-01-04 '.results |= map(.verdict = "pass") | .summary.verdict =
		"conforms" | sum'
	site "$PAGES/site" "$PAGES/runs"
	export SITE=$PAGES/site
}

# Writes PAGES/FOLDER/report.json: report FOLDER VERSION KERNEL DAY [FILTER]
report() {
	mkdir -p "$PAGES/$1"
	jq --arg version "maskref version $2" --arg kernel "$3" --arg day "${4}T00:00:00Z" "$SUM"'
		.runtime.version = $version | .host.kernel = $kernel | .started = $day
		| .results |= map(.expected_fall = false | .unexpected_pass = false) | '"${5:-.}" \
		"$PAGES/few.json" >"$PAGES/$1/report.json"
}

# site OUT ARGUMENT...
site() {
	"$MASKSPEC" site "${@:2}" -o "$1"
}

# Says TEXT with status STATUS, and leaves nothing beside OUT: refused STATUS TEXT OUT ARGUMENT...
refused() {
	run "-$1" site "${@:3}"
	[[ $output == "maskspec: site: "*"$2"* ]] || fail "\"$2\" is not said:" "$output"
	nothing_beside "$3"
}

nothing_beside() {
	run ! compgen -G "$1.*"
}

# What is said of FILE in a copy of the site, edited by the sed script, holds TEXT:
# wrong TEXT FILE SCRIPT
wrong() {
	local copy=$BATS_TEST_TMPDIR/copy
	rm -rf "$copy"
	cp -r "$SITE" "$copy"
	sed -i "$3" "$copy/$2"
	run ! cmp -s "$SITE/$2" "$copy/$2"
	run -1 browser site "$copy" "$2"
	[[ $output == *"$1"* ]] || fail "\"$1\" is not said:" "$output"
}

@test "each page is quiet, no link is dead, and there is a way in and back" {
	run -0 browser site "$SITE"
	# An index, four runs, eight requirements.
	[[ $output == "pages 13 links "* ]]
}

@test "a dead link, a request and a page that is too wide would be noticed" {
	wrong "link: index.html" index.html 's,href="requirement/dir-empty,&-not,'
	wrong "part: index.html" index.html 's,href="#runs",href="#not",'
	wrong "link: index.html https://localhost/" index.html \
		's,</h1>,&<a href="https://localhost/">x</a>,'
	wrong "request: http://127.0.0.1:9/x" index.html \
		's,<meta http-equiv[^>]*>,,; s,</h1>,&<img src="http://127.0.0.1:9/x" alt="">,'
	wrong "wide" requirement/dir-empty.html 's,</h1>,&<div style="width: 2000px">x</div>,'
}

@test "axe finds nothing serious or critical" {
	run -0 browser axe "$SITE/index.html"
	run -0 browser axe "$SITE/requirement/dir-empty.html"
	run -0 browser axe "$(printf '%s\n' "$SITE"/run/*5.10.0*)"
	sed 's,</h1>,&<p style="color: #888; background: #999">some words</p>,' \
		"$SITE/index.html" >"$BATS_TEST_TMPDIR/grey.html"
	run -1 browser axe "$BATS_TEST_TMPDIR/grey.html"
}

@test "hostile text in every string of a report stays text, and out of paths" {
	local evil='</title></script></style><script>hostile=1</script>"onmouseover=hostile=1 x="<img src=x onerror=hostile=1>/../../x'
	mkdir -p "$BATS_TEST_TMPDIR/runs/hostile"
	jq --arg evil "$evil" '
		def poison: if type == "string" then $evil elif type == "array" then map(poison) else . end;
		(.kit, .runtime, .host) |= map_values(poison)
		| (.profile, .require, .userns, .started, .summary.why) = $evil
		| .results |= map(reduce ("reason", "expected", "observed", "rerun", "expect_reason",
			"bundles", "evidence") as $k (.; .[$k] |= poison))' \
		"$PAGES/few.json" >"$BATS_TEST_TMPDIR/runs/hostile/report.json"
	site "$BATS_TEST_TMPDIR/site" "$PAGES/runs" "$BATS_TEST_TMPDIR/runs"
	run -0 browser site "$BATS_TEST_TMPDIR/site"
	run -0 browser hostile "$BATS_TEST_TMPDIR/site/index.html" 0
	run -0 browser hostile "$BATS_TEST_TMPDIR/site/requirement/dir-empty.html" 0
	run -1 browser hostile "$SITE/index.html" 0
	[[ $output == *"not shown at all"* ]]
}

@test "the same reports give the same site, in whatever order" {
	site "$BATS_TEST_TMPDIR/again" "$PAGES/runs/e" "$PAGES/runs/b" "$PAGES/runs/a/report.json"
	diff -r "$SITE" "$BATS_TEST_TMPDIR/again"
}

@test "a matrix and the reports of its kernels are shown once" {
	local runs=$BATS_TEST_TMPDIR/runs
	cp -r "$PAGES/runs" "$runs"
	"$MASKSPEC" merge "$runs/a" "$runs/b/c" >"$runs/report.json" || [ -s "$runs/report.json" ]
	jq -e '.reports | length == 2' "$runs/report.json"
	site "$BATS_TEST_TMPDIR/site" "$runs" "$runs/a"
	diff -r "$SITE" "$BATS_TEST_TMPDIR/site"
}

@test "two reports of one run that differ are named" {
	cp -r "$PAGES/runs" "$BATS_TEST_TMPDIR/runs"
	jq '.results[0].observed = "another"' "$PAGES/runs/a/report.json" \
		>"$BATS_TEST_TMPDIR/runs/b/report.json"
	refused 2 "runs/a/report.json and $BATS_TEST_TMPDIR/runs/b/report.json" \
		"$BATS_TEST_TMPDIR/site" "$BATS_TEST_TMPDIR/runs"
	[ ! -e "$BATS_TEST_TMPDIR/site" ]
}

@test "a site is replaced as a whole, an empty folder is taken" {
	local out=$BATS_TEST_TMPDIR/site
	mkdir "$out"
	site "$out/" "$PAGES/runs"
	diff -r "$SITE" "$out"
	site "$out" "$PAGES/runs/a"
	[ "$(find "$out" -name '*.html' -path '*/run/*' | wc -l)" -eq 1 ]
	site "$out" "$PAGES/runs"
	diff -r "$SITE" "$out"
	nothing_beside "$out"
}

@test "what is not a site's is left alone" {
	local out=$BATS_TEST_TMPDIR/site
	mkdir "$out"
	echo mine >"$out/mine"
	refused 2 "is not empty, and no site" "$out" "$PAGES/runs"
	rm "$out/mine"
	mkdir "$out/run"
	echo mine >"$out/run/mine"
	refused 2 "is not empty, and no site" "$out" "$PAGES/runs"
	rm -r "$out"
	site "$out" "$PAGES/runs"
	echo mine >"$out/run/mine"
	refused 2 "$out/run/mine: is none of the site's" "$out" "$PAGES/runs"
	[ "$(cat "$out/run/mine")" = mine ]
	rm -r "$out/run"
	mkdir "$BATS_TEST_TMPDIR/other"
	echo mine >"$BATS_TEST_TMPDIR/other/index.html"
	ln -s ../other "$out/run"
	refused 2 "$out/run: is none of the site's" "$out" "$PAGES/runs"
	[ "$(cat "$BATS_TEST_TMPDIR/other/index.html")" = mine ]
	echo mine >"$BATS_TEST_TMPDIR/file"
	refused 2 "is no folder" "$BATS_TEST_TMPDIR/file" "$PAGES/runs"
	[ "$(cat "$BATS_TEST_TMPDIR/file")" = mine ]
}

@test "what can't be written whole is not written" {
	local out=$BATS_TEST_TMPDIR/site
	refused 3 "none/site" "$BATS_TEST_TMPDIR/none/site" "$PAGES/runs"
	site "$out" "$PAGES/runs"
	# shellcheck disable=SC2317
	limited() {
		trap '' XFSZ
		ulimit -f 1
		site "$@"
	}
	run -3 limited "$out" "$PAGES/runs/a"
	[[ $output == *"EFBIG"* ]]
	diff -r "$SITE" "$out"
	nothing_beside "$out"
}

@test "links are not followed, and hidden folders not searched" {
	mkdir -p "$BATS_TEST_TMPDIR/runs/.git" "$BATS_TEST_TMPDIR/runs/x"
	ln -s "$PAGES/runs" "$BATS_TEST_TMPDIR/runs/y"
	ln -s "$PAGES/runs/a/report.json" "$BATS_TEST_TMPDIR/runs/x/report.json"
	cp "$PAGES/runs/a/report.json" "$BATS_TEST_TMPDIR/runs/.git"
	refused 2 "$BATS_TEST_TMPDIR/runs: has no report.json" "$BATS_TEST_TMPDIR/site" \
		"$BATS_TEST_TMPDIR/runs"
	cp "$PAGES/runs/a/report.json" "$BATS_TEST_TMPDIR/runs"
	site "$BATS_TEST_TMPDIR/site" "$BATS_TEST_TMPDIR/runs"
	[ "$(find "$BATS_TEST_TMPDIR/site/run" -type f | wc -l)" -eq 1 ]
}

@test "an input that can't be read is named" {
	local runs=$BATS_TEST_TMPDIR/runs out=$BATS_TEST_TMPDIR/site
	mkdir -p "$runs/x"
	refused 2 "$runs/none: ENOENT" "$out" "$runs/none"
	echo '{' >"$runs/x/report.json"
	refused 2 "$runs/x/report.json: .: is no JSON object" "$out" "$PAGES/runs" "$runs"
	jq '.results[0].level = "x"' "$PAGES/runs/a/report.json" >"$runs/x/report.json"
	refused 2 "$runs/x/report.json: .results[" "$out" "$runs"
	mkdir -p "$runs/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
	rm "$runs/x/report.json"
	refused 2 "more than 16 folders deep" "$out" "$runs"
	[ ! -e "$out" ]
}

@test "usage" {
	run -2 "$MASKSPEC" site "$PAGES/runs"
	[[ $output == *"-o OUT"* ]]
	run -2 "$MASKSPEC" site -o "$BATS_TEST_TMPDIR/site"
	[[ $output == *"name OUT folders"* ]]
	run -2 "$MASKSPEC" site --no-such "$PAGES/runs"
	run -0 "$MASKSPEC" help site
	[[ $output == *"Begin with OUT/index.html"* ]]
}

@test "100 reports take less than 10 s" {
	local i begun runs=$BATS_TEST_TMPDIR/runs
	for i in {0..99}; do
		mkdir -p "$runs/$i"
		sed -E "s/\"kernel\":[[:space:]]*\"[^\"]*\"/\"kernel\": \"6.$((i % 10)).0\"/
			s/\"started\":[[:space:]]*\"[^\"]*\"/\"started\": \"2026-01-01T00:00:$i\"/" \
			"$PAGES/fallen/report.json" >"$runs/$i/report.json"
	done
	begun=${EPOCHREALTIME/./}
	site "$BATS_TEST_TMPDIR/site" "$runs"
	i=$(((${EPOCHREALTIME/./} - begun) / 1000))
	echo "# $i ms, $(du -sk "$BATS_TEST_TMPDIR/site" | cut -f1) KiB" >&3
	[ "$i" -lt 10000 ]
	[ "$(find "$BATS_TEST_TMPDIR/site/run" -type f | wc -l)" -eq 100 ]
	# Ten kernels, each with nine runs that are older.
	[ "$(grep -o '>9 more<' "$BATS_TEST_TMPDIR/site/index.html" | wc -l)" -eq 10 ]
}
