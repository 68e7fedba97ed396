#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What other projects' CI is given (docs/guide/ci.md), run as its services would: the steps of the
# action, of GitLab's template and of the tmt test, and the guide's own lines. One bundle is enough.

load helpers

CI=$CHECKOUT/conformance/tests/ci.py
FILTERED=directories

# The services have a clone of the kit; this one is built already.
setup_file() {
	local file

	need root git jq
	[ -e "$CHECKOUT/.git" ] || skip "no git checkout: there is nothing to clone"
	export CLONE=$BATS_FILE_TMPDIR/maskspec
	mkdir "$CLONE"
	cd "$CHECKOUT" || return 1
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp -a --parents -t "$CLONE"
	cp -a .git "$CLONE/"
	mkdir "$CLONE/build"
	for file in build/*; do
		case $file in
		build/cache | build/node | build/runtimes | build/src | build/out) ;;
		*) cp -a "$file" "$CLONE/build/" ;;
		esac
	done
	make -s -C "$CLONE" all >&2
	[ -x "$CLONE/build/maskref-test" ] || fail "build/maskref-test is missing; run \`make\`"
}

# A workspace with what is needed there: runtimes of the project's own, and commands that a service has.
setup() {
	export GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary RUNNER_TEMP=$BATS_TEST_TMPDIR/temp
	export GITHUB_WORKSPACE=$BATS_TEST_TMPDIR/work
	mkdir "$RUNNER_TEMP" "$GITHUB_WORKSPACE" "$BATS_TEST_TMPDIR/bin"
	cd "$GITHUB_WORKSPACE" || return 1
	cp "$CLONE/build/maskref" good
	runtime bad "exec $CLONE/build/maskref-test --mutant dir-first-skip \"\$@\""
	stub sudo '[ "$1" != -- ] || shift; exec "$@"'
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

stub() {
	printf '#!/bin/bash\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

runtime() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

# play STATUS NAME=VALUE...: the action, whose steps fail where STATUS is not 0; $record, $report.
play() {
	local want=$1

	shift
	"$CI" play "$CLONE/action.yml" "$BATS_TEST_TMPDIR/record" "$@" packages=true \
		>"$BATS_TEST_TMPDIR/log" 2>"$BATS_TEST_TMPDIR/errors"
	record=$BATS_TEST_TMPDIR/record
	report=$(jq -r .outputs.report "$record")
	[ "$(jq -r .failed "$record")" = "$([ "$want" = 0 ] && echo false || echo true)" ] ||
		fail "$(tail -n 5 "$BATS_TEST_TMPDIR/errors")"
	[ "$(jq -r .outputs.status "$record")" = "$want" ]
}

# The log without what stands between `::stop-commands::TOKEN` and `::TOKEN::`.
obeyed() {
	awk '
		/^::stop-commands::/ { token = substr($0, 18); stops++ }
		token == "" && /^[[:space:]]*::|##\[/ { print }
		token != "" && $0 == "::" token "::" { token = "" }
		END { exit stops != 1 || token != "" }' "$BATS_TEST_TMPDIR/log"
}

# Ids that failed, of LEVEL or of all.
failed() {
	jq -r --arg level "${1-}" '.results[] | select(.verdict == "fail") |
		select($level == "" or .level == $level) | .id' "$report/report.json" | sort
}

# What upload-artifact would take, relative to the report.
uploaded() {
	local glob

	shopt -s globstar nullglob
	jq -r '.uses[] | select(.uses | startswith("actions/upload-artifact@")) | .path' "$record" |
		while IFS= read -r glob; do
			# shellcheck disable=SC2231 # it is a glob
			for file in $glob; do echo "${file#"$report"/}"; done
		done | sort
}

@test "action: a runtime that conforms" {
	play 0 runtime=./good variables=FILTER=$FILTERED
	[ "$(jq -r .outputs.verdict "$record")" = conforms ]
	run -0 obeyed
	[ -z "$output" ]
	cmp "$GITHUB_STEP_SUMMARY" <("$CLONE/build/maskspec" report --format markdown "$report")
	[ "$(uploaded | paste -s -d ' ')" = "facts junit.xml report.html report.json report.md report.tap" ]
	[ "$(jq -r '.uses[].uses' "$record")" = actions/upload-artifact@v4 ]
	[ "$(jq -r '.uses[].name' "$record")" = maskspec-host ]
	grep -q '<html' "$report/report.html"
}

@test "action: an error for each failed id, the same as the report has, and uploads all the same" {
	play 1 runtime=./bad variables=FILTER=$FILTERED
	[ "$(jq -r .outputs.verdict "$record")" = fails ]
	[ "$(failed MUST | wc -l)" -ge 2 ]
	[ "$(failed SHOULD | wc -l)" -ge 1 ]
	run -0 obeyed
	diff <(failed MUST) <(sed -n 's/^::error title=\([a-z-]*\) (MUST) fails%3A .*::.*/\1/p' <<<"$output" | sort)
	diff <(failed SHOULD) <(sed -n 's/^::warning title=\([a-z-]*\) (SHOULD) fails, .*::.*/\1/p' \
		<<<"${output//%2C/,}" | sort)
	[ "${#lines[@]}" = "$(failed | wc -l)" ]
	uploaded | grep -qx report.html
}

@test "action: what the runner would obey is seen here" {
	printf '%s\n' ::stop-commands::t ::error::a ::t:: ' ::warning::b' 'c ##[add-mask]c' d >"$BATS_TEST_TMPDIR/log"
	run -0 obeyed
	[ "$output" = " ::warning::b"$'\n'"c ##[add-mask]c" ]
	sed -i 1d "$BATS_TEST_TMPDIR/log"
	run -1 obeyed
	printf '%s\n' ::stop-commands::t ::error::a >"$BATS_TEST_TMPDIR/log"
	run -1 obeyed
}

@test "action: what a runtime says is no command of the workflow's" {
	local evil='::error title=x::y%0A' line

	runtime evil "case \$1 in --version) printf 'evil version 1,::%%s\n::add-mask::a\n' ;; esac
		printf '\n%s\n##[error]z\n' '$evil' >&2
		exit 1"
	play 3 runtime=./evil variables=FILTER=$FILTERED
	grep -q 'evil' "$BATS_TEST_TMPDIR/log"
	run -0 obeyed
	[ "${#lines[@]}" -ge 1 ]
	for line in "${lines[@]}"; do
		[[ $line == "::error title="[a-z]* || $line == "::warning title="[a-z]* || $line == "::notice title="[a-z]* ]]
		[[ $line != *'title=x::y'* && $line != ::*::*$'\r'* ]]
	done
}

@test "action: with publish nothing that is withheld is said or uploaded" {
	local id

	play 1 runtime=./bad variables=FILTER=$FILTERED
	failed >"$BATS_TEST_TMPDIR/secrets"
	[ -s "$BATS_TEST_TMPDIR/secrets" ]
	grep -qFf "$BATS_TEST_TMPDIR/secrets" "$BATS_TEST_TMPDIR/log" "$GITHUB_STEP_SUMMARY" "$report/report.html"
	: >"$GITHUB_STEP_SUMMARY"
	: >nothing
	play 1 runtime=./bad variables="FILTER=$FILTERED"$'\n'"WITHHELD=./nothing"
	run -0 uploaded
	[[ $output == *report.html* && $output != *facts* ]]
	: >"$GITHUB_STEP_SUMMARY"
	play 1 runtime=./bad variables=FILTER=$FILTERED publish=true
	run ! grep -wFf "$BATS_TEST_TMPDIR/secrets" "$BATS_TEST_TMPDIR/log" "$BATS_TEST_TMPDIR/errors" \
		"$GITHUB_STEP_SUMMARY" "$record" "$report/report.json" "$report/report.tap" "$report/report.md" \
		"$report/junit.xml"
	run -0 uploaded
	[[ $output == *report.html* && $output != *facts* ]]
}

@test "action: kernels are cached under what they are called, and errors of inputs end it" {
	local sum

	echo no kernel >image.rpm
	sum=$(sha256sum <image.rpm | cut -c1-64)
	play 2 runtime=./good kernels=./image.rpm
	[[ $(jq -r '.uses[].key' "$record") == maskspec-kernels-*-$sum ]]
	[ "$(jq -r '.uses[0].path' "$record")" = "$RUNNER_TEMP/maskspec-cache/kernels
$RUNNER_TEMP/maskspec-cache/files" ]
	grep -q 'image.rpm' "$BATS_TEST_TMPDIR/errors"
	run ! play 0 runtime=./good kernels='$(id)'
	grep -q "neither a kernel's name" "$BATS_TEST_TMPDIR/errors"
	[ "$(jq -r '.uses | length' "$record")" = 0 ]
}

# judge ------------------------------------------------------------------------------------------

@test "judge: has the status of the run, and takes a dollar as it stands" {
	# shellcheck disable=SC2016 # as it stands
	cp good 'go$(touch gone)od'
	# shellcheck disable=SC2016
	"$CLONE/conformance/ci/judge" out RUNTIME='./go$(touch gone)od' FILTER=$FILTERED EXPECT= >/dev/null
	[ ! -e gone ] && [ ! -e "$CLONE/gone" ]
	[ "$(jq -r .runtime.path out/report.json)" = "$PWD/go\$(touch gone)od" ]
	run -1 "$CLONE/conformance/ci/judge" out RUNTIME=./bad FILTER=$FILTERED
	[ "$(cat out/status)" = 1 ]
	run -2 "$CLONE/conformance/ci/judge" out RUNTIME=./nothing
	[[ $output == *nothing* ]]
	[ ! -e out/report.json ]
	run -2 "$CLONE/conformance/ci/judge" out RUNTIME
	run -3 "$CLONE/conformance/ci/judge" out NOSUCH=1
	[[ $output == *"NOSUCH: no such variable"* ]]
}

# tmt --------------------------------------------------------------------------------------------

# tmt_test NAME=VALUE...: as tmt calls it; $data.
tmt_test() {
	data=$(mktemp -d "$BATS_TEST_TMPDIR/data.XXXXXX")
	(cd "$CLONE/conformance/tmt" && env "$@" TMT_TEST_DATA="$data" \
		bash -c "$("$CI" show test.fmf | jq -r .test)") >"$BATS_TEST_TMPDIR/log" 2>&1
	"$CI" check "$CHECKOUT/fixtures/schema/tmt-results.schema.json" "$data/results.yaml"
	"$CI" show "$data/results.yaml" >"$data/results.json"
}

@test "tmt: an entry for each requirement, with the verdict of the report" {
	tmt_test RUNTIME="$PWD/bad" FILTER=$FILTERED
	diff <(jq -r '.results[] | select(.verdict != "not-due") |
			"/\(.id) \(if .verdict == "fail" and .level != "MUST" then "info" else .verdict end)"' "$data/report.json") \
		<(jq -r '.[] | select(.name != "/") | "\(.name) \(.result)"' "$data/results.json")
	[ "$(jq -r '.[0] | .name + .result' "$data/results.json")" = /fail ]
	jq -r '.[].log[]' "$data/results.json" | sort -u | while read -r file; do
		[ -s "$data/$file" ]
	done
	jq -e '.[] | select(.result == "fail") | .note | any(startswith("rerun: make conformance "))' \
		"$data/results.json" >/dev/null
}

@test "tmt: with PUBLISH nothing that is withheld stays in the folder" {
	tmt_test RUNTIME="$PWD/bad" FILTER=$FILTERED
	report=$data failed >"$BATS_TEST_TMPDIR/secrets"
	[ -s "$BATS_TEST_TMPDIR/secrets" ] && [ -d "$data/facts" ]
	tmt_test RUNTIME="$PWD/bad" FILTER=$FILTERED PUBLISH=1
	[ ! -e "$data/facts" ]
	run -1 grep -wFf "$BATS_TEST_TMPDIR/secrets" "$data"/{results.yaml,report.json,report.tap,report.md,junit.xml}
	[ "$(jq -r '.[0] | .name + .result' "$data/results.json")" = /fail ]
}

@test "tmt: what conforms passes, what could not be judged is an error" {
	tmt_test RUNTIME="$PWD/good" FILTER=$FILTERED
	[ "$(jq -r '[.[].result] | unique | join(" ")' "$data/results.json")" = pass ]
	tmt_test RUNTIME=/nothing
	[ "$(jq -r '.[] | .name + .result' "$data/results.json")" = /error ]
}

# GitLab -----------------------------------------------------------------------------------------

# The script of the template, as a runner gives it to its shell, in a project's folder.
gitlab() {
	"$CI" show "$CLONE/conformance/ci/gitlab.yml" |
		jq -r '.[".maskspec"] | (.before_script + .script)[]' >"$BATS_TEST_TMPDIR/script"
	"$CI" show "$CLONE/conformance/ci/gitlab.yml" |
		jq -r '.[".maskspec"].variables | to_entries[] | "\(.key)=\(.value)"' >"$BATS_TEST_TMPDIR/variables"
	mapfile -t variables <"$BATS_TEST_TMPDIR/variables"
	run env "${variables[@]}" "$@" bash -e -o pipefail "$BATS_TEST_TMPDIR/script"
}

@test "GitLab: clones the commit, judges, and leaves what the template says" {
	local commit file

	commit=$(git -C "$CLONE" rev-parse HEAD)
	stub apt-get 'exit 0'
	stub git 'echo "git $*" >>calls; [ "$1" != clone ] || cp -a '"$CLONE"' "${@: -1}"'
	gitlab MASKSPEC_URL=https://example.com/maskspec.git MASKSPEC_COMMIT="$commit" RUNTIME=./bad FILTER=$FILTERED
	[ "$status" = 1 ]
	diff calls - <<-END
		git clone -q https://example.com/maskspec.git .maskspec
		git -C .maskspec checkout -q $commit
	END
	for file in maskspec/report.* $("$CI" show "$CLONE/conformance/ci/gitlab.yml" |
		jq -r '.[".maskspec"].artifacts.reports.junit'); do
		[ -s "$file" ]
	done
	[ "$(grep -c '<failure' maskspec/junit.xml)" = "$(report=maskspec failed MUST | wc -l)" ]
	gitlab MASKSPEC_URL=https://example.com/maskspec.git MASKSPEC_COMMIT="$commit" RUNTIME=./good FILTER=$FILTERED
	[ "$status" = 0 ]
	run -0 grep -c '<failure' maskspec/junit.xml || [ "$output" = 0 ]
}

# The guide's own lines ----------------------------------------------------------------------------

@test "guide: the lines for a checkout, in one of runc" {
	local runc

	need_runtime runc
	runc=$(PATH=$PATH:/usr/sbin:/sbin command -v runc)
	mkdir runc
	cd runc
	printf 'runc:\n\tcp %s runc\n' "$runc" >Makefile
	"$CI" blocks "$CHECKOUT/docs/guide/ci.md" sh "$BATS_TEST_TMPDIR"
	stub git '[ "$1" != clone ] || { echo "$@" >>../calls; cp -a '"$CLONE"' "${@: -1}"; }'
	# What the lines do not have: one bundle is enough.
	run -0 env FILTER=$FILTERED bash -e "$BATS_TEST_TMPDIR/1.sh"
	[ "$(cat ../calls)" = "clone -q https://github.com/OWNER/maskspec ../maskspec" ]
	[ "$(jq -r .runtime.path ../maskspec/build/out/report.json)" = "$PWD/runc" ]
	[ "$(jq -r .profile ../maskspec/build/out/report.json)" = all ]
	[ "$(cat ../maskspec/build/out/status)" = 0 ]
}

@test "guide: the lines for any other service end as the run does" {
	"$CI" blocks "$CHECKOUT/docs/guide/ci.md" sh "$BATS_TEST_TMPDIR"
	cp -a "$CLONE" maskspec
	echo '# none yet' >maskspec.expect
	cp good runc
	run -0 env FILTER=$FILTERED bash "$BATS_TEST_TMPDIR/2.sh"
	[ "${lines[-1]}" = conforms ]
	mv bad runc
	run -1 env FILTER=$FILTERED bash "$BATS_TEST_TMPDIR/2.sh"
	[[ ${lines[-1]} == "a MUST failed"* ]]
}
