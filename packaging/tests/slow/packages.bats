#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The packages are installed in a clean root by its own tools, judge its runc there, and leave nothing.

load roots

setup_file() {
	need root jq python3 debootstrap unshare
	make_root bullseye
	make_root trixie
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
}

# shell SUITE PACKAGE SCRIPT: the script in the root, where the package is /tmp/PACKAGE.
shell() {
	in_suite "$1" --network --file "$2:/tmp/${2##*/}" -- bash -euc "export DEBIAN_FRONTEND=noninteractive
		PACKAGE=/tmp/${2##*/}
		$3" 3>&-
}

@test "trixie: apt installs the Debian package, which judges runc, and purges it" {
	run -0 shell trixie "$(debian maskspec)" '
		apt-get update -qq
		dpkg-query -W -f "\${source:Upstream-Version}" runc >/out/version
		find / -xdev ! -path "/var/*" ! -path "/tmp/*" ! -path "/run/*" ! -path "/etc/ld.so.cache" | sort >/tmp/before
		apt-get install -qq -y --no-install-recommends "$PACKAGE" >/out/log 2>&1
		cd /root && maskspec run --runtime runc --expect runc --strict --out /out/report >/out/tap 2>&1
		maskspec keygen -o /out/key.pem
		maskspec run --runtime /usr/sbin/maskref --out /out/maskref >/dev/null 2>&1
		apt-get purge -qq -y --auto-remove maskspec >>/out/log 2>&1
		find / -xdev ! -path "/var/*" ! -path "/tmp/*" ! -path "/run/*" ! -path "/etc/ld.so.cache" | sort >/tmp/after
		diff /tmp/before /tmp/after >/out/left'
	[ "$(jq -r .summary.verdict "$OUT/report/report.json")" = conforms ]
	[ "$(jq -r .summary.verdict "$OUT/maskref/report.json")" = conforms ]
	jq -e --arg version "$(<"$OUT/version")" '.runtime.version | contains($version)' "$OUT/report/report.json"
}

@test "bullseye: apt refuses the Debian package, for its libraries are older" {
	run -100 shell bullseye "$(debian maskspec)" '
		apt-get install -y --no-install-recommends "$PACKAGE"'
	[[ $output == *"Depends: libc6 (>= 2.34)"* ]] || fail "$output"
}

@test "trixie: rpm installs the RPM package, which judges runc, and erases it" {
	run -0 shell trixie "$(rpm_file maskspec)" '
		apt-get update -qq
		apt-get install -qq -y --no-install-recommends rpm libcjson1 libssl3t64 >/out/log 2>&1
		rpm -i --nodeps "$PACKAGE"
		rpm -V --nodeps maskspec
		cd /root && maskspec run --runtime runc --expect runc --strict --out /out/report >/out/tap 2>&1
		maskspec keygen -o /out/key.pem
		rpm -e maskspec
		! ls -d /usr/libexec/maskspec /usr/share/maskspec /usr/bin/maskspec 2>/dev/null'
	[ "$(jq -r .summary.verdict "$OUT/report/report.json")" = conforms ]
}
