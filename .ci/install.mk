# SPDX-License-Identifier: Apache-2.0
# make install, make uninstall, make dist: .ci/install says what goes where, .ci/dist what is packed.
# As others take them, also from the environment.
DESTDIR ?=
PREFIX ?= /usr/local
prefix = $(PREFIX)
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
sbindir = $(exec_prefix)/sbin
libexecdir = $(exec_prefix)/libexec
libdir = $(exec_prefix)/lib
includedir = $(prefix)/include
datarootdir = $(prefix)/share
datadir = $(datarootdir)
mandir = $(datarootdir)/man
docdir = $(datarootdir)/doc/maskspec
INSTALL = install

INSTALL_FOLDERS := prefix bindir sbindir libexecdir libdir includedir datadir mandir docdir
TAKES_install := DESTDIR PREFIX exec_prefix datarootdir $(INSTALL_FOLDERS) INSTALL
TAKES_uninstall := $(TAKES_install)

# By who was root to install it, nothing is built: it would be root's from then on.
.PHONY: install uninstall
install uninstall:
	@$(foreach v,DESTDIR INSTALL VERSION $(INSTALL_FOLDERS),$(call environment,$(v))) .ci/install $@ $(B)

.PHONY: dist
dist:
	@.ci/dist $(B) $(VERSION)
