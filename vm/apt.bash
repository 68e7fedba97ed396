# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An apt of our own in a folder: it has the machine's address of the archive, its proxies and its
# checks of signatures, but lists, cache and sources of its own. The system's apt isn't touched, and
# no root is needed. For `make runtimes` and vm/fetch.

# Address of the archive of ORIGIN with LABEL, as the machine's own apt knows it; empty: it knows none.
apt_archive() {
	apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' "Origin: $1" "Label: $2" \
		2>/dev/null | sed -n '1s|/$||p' || true
}

# The keyring of the archive of ORIGIN, where there is one.
apt_keyring() {
	local name=${1,,} file found=''

	for file in /usr/share/keyrings/"$name"-archive-keyring.{pgp,gpg}; do
		[ ! -r "$file" ] || found=$file
	done
	echo "$found"
}

# apt_sources KEYRING ADDRESS SUITE...: lines of a sources.list. The keyring is named where there is
# one: since Debian 13 apt trusts none by itself.
apt_sources() {
	local by=${1:+[signed-by=$1] } address=$2 suite

	shift 2
	for suite; do echo "deb $by$address $suite main"; done
}

# Makes DIR/apt.conf for the DIR/sources.list that is there. With -c it comes after the machine's
# configuration: proxies stay, what apt does after an update doesn't, and signatures are checked
# whatever the machine allows to be left out. Container images leave out apt's own cache, too, which
# makes every question take seconds.
apt_configure() {
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	: >"$1/status"
	cat >"$1/apt.conf" <<-END
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear DPkg::Post-Invoke;
		#clear DPkg::Pre-Install-Pkgs;
		APT::Sandbox::User "";
		APT::Install-Recommends "false";
		APT::Get::AllowUnauthenticated "false";
		Acquire::AllowInsecureRepositories "false";
		Acquire::AllowWeakRepositories "false";
		Acquire::Languages "none";
		Acquire::GzipIndexes "false";
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$1";
		Dir::State::lists "$1/lists";
		Dir::State::status "$1/status";
		Dir::Cache "$1/cache";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Cache::srcpkgcache "srcpkgcache.bin";
	END
}

# apt_run DIR get|cache ARGUMENT...
apt_run() {
	local dir=$1 command=$2

	shift 2
	"apt-$command" -qq -c "$dir/apt.conf" "$@"
}

# The suites of DIR/sources.list that have lists, one a line.
apt_reached() {
	apt_run "$1" get indextargets --format "\$(RELEASE)" 'Created-By: Packages' | sort -u
}
