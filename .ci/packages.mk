# SPDX-License-Identifier: Apache-2.0
# What is handed out to those who have no checkout: docs/guide/releasing.md.
DIST = $(B)/maskspec-$(VERSION).tar.gz
RELEASE = $(B)/release/maskspec-$(VERSION)-linux-$(shell uname -m).tar.gz

# Flags are not those of who develops.
.PHONY: release deb rpm
release:
	@[ -f build/src/cjson/cJSON.c ] || { echo "make: the source of cJSON is not in build/src/cjson, so nothing" \
		"static can be made; run: make deps, which says why it can't be had" >&2; exit 1; }
	@$(MAKE) B=$(B)/static CFLAGS=-O2 LDFLAGS= SANITIZE= STATIC=1 all certify-kit
	@CC='$(CC)' packaging/release $(B)/static $(RELEASE)

deb: dist
	@$(call need,dpkg-buildpackage); $(call need,dh)
	@packaging/deb $(VERSION) $(DIST) $(B)/debian

rpm: dist
	@$(call need,rpmbuild)
	@packaging/rpm $(VERSION) $(DIST) $(B)/rpm

# Those of slow/ have other distributions fetched, which are kept in CACHE.
.PHONY: check-packages check-release
check-packages: all release deb rpm
	@$(call need,bats); $(call need,jq); $(call need,lintian); $(call need,rpmlint)
	@MASKSPEC_BUILD='$(B)' bats packaging/tests

check-release: check-packages
	@$(call need,debootstrap)
	@MASKSPEC_BUILD='$(B)' CACHE='$(subst ','\'',$(CACHE))' bats packaging/tests/slow
