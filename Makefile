# SPDX-License-Identifier: Apache-2.0
# maskspec: `make help` lists the targets and the variables.
#
# Nothing of the machine is asked before a recipe needs it: `make deps conformance` must work
# where pkg-config and cJSON are not installed yet, so every $(shell) below is behind a lazy `=`
# that only recipes after deps expand.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

B ?= build
VERSION := 0.1.0
CC = gcc
AR = ar
CFLAGS = -O2 -g
LDFLAGS =
WARN = -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wcast-qual -Wpointer-arith -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wimplicit-fallthrough -Wswitch-enum
WERROR =
CJSON_CFLAGS = $(shell pkg-config --cflags libcjson)
CJSON_LIBS = $(shell pkg-config --libs libcjson)
# A runtime is started hundreds of times in a run, and the kit is sent to hosts (make farm), so both are
# static where `make deps` found the source of the cJSON that is installed; distributions have no static one.
CJSON_C := $(if $(SANITIZE),,$(wildcard build/src/cjson/cJSON.c))
KIT_LIBS = $(if $(CJSON_C),-static $(B)/cJSON.o -lm,$(CJSON_LIBS))
# `make release`: all of them, for machines that have none of the libraries.
STATIC =
CHECK_LIBS = $(shell pkg-config --libs check)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(B)/gen $(WARN) $(WERROR) \
	$(CFLAGS) $(SANITIZE) -MMD -MP

comma := ,
# `make V=1` shows the commands.
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

REF_LIB := classify plan target ladder apply
REF_MUTANTS := $(patsubst reference/%.c,%,$(wildcard reference/mutants*.c reference/hold.c))
REF_RUNTIME := $(filter-out $(REF_LIB) $(REF_MUTANTS),$(patsubst reference/%.c,%,$(wildcard reference/*.c)))

.DEFAULT_GOAL := all
.PHONY: all
all: $(B)/maskspec $(B)/observe $(B)/maskref $(B)/maskref-test $(B)/vm/init $(B)/vm/boot $(B)/vm/storm

# What is missing is named once, with the command that installs it; nothing else installs.
$(B)/tools:
	@mkdir -p $(B)
	@fail() { echo "make: $$1 is missing; run: make deps" >&2; exit 1; }; \
	command -v $(CC) >/dev/null || fail "the C compiler $(CC)"; \
	command -v pkg-config >/dev/null || fail pkg-config; \
	echo '#include <zlib.h>' | $(CC) -E -x c - >/dev/null 2>&1 || fail "zlib (zlib1g-dev, zlib-static)"; \
	pkg-config --exists libcjson || fail "cJSON (libcjson-dev, cjson-devel)"; \
	echo 'int main(void) { return 0; }' | $(CC) -static -x c -o $@ - || \
		fail "the static C library (libc6-dev, glibc-static)"

$(B)/%.o: %.c | $(B)/tools
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(CJSON_CFLAGS) -c $< -o $@

# reference/ ------------------------------------------------------------------------------------
REF_LIB_O = $(REF_LIB:%=$(B)/reference/%.o)
REF_RUNTIME_O = $(REF_RUNTIME:%=$(B)/reference/%.o)

$(B)/libmaskref.a: $(REF_LIB_O)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/cJSON.o: $(CJSON_C)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(B)/maskref: $(REF_RUNTIME_O) $(B)/libmaskref.a $(if $(CJSON_C),| $(B)/cJSON.o)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) -o $@ $^ $(KIT_LIBS)

# The same objects plus the named faults; a fault enters by the hooks of reference/seam.h only.
$(B)/maskref-test: $(REF_RUNTIME_O) $(REF_MUTANTS:%=$(B)/reference/%.o) $(B)/libmaskref.a $(if $(CJSON_C),| $(B)/cJSON.o)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) -o $@ $^ $(KIT_LIBS)

# conformance/ ----------------------------------------------------------------------------------
SHARED := text case calls fault sha256 facts mountinfo userns
OBSERVE := $(SHARED) bundle caller command drive holder host limit observe patience rounds sandbox state subject supervisor \
	trace trace_text tree views watchdog
MASKSPEC := $(SHARED) assemble assemble_folders folders kit share split child classes cmd_diff cmd_expect cmd_judge cmd_kernels cmd_merge cmd_report cmd_list cmd_run cmd_shell cmd_show cmd_site config controls fields fixture \
	follow kernels lists machine manifest maskspec pairs plan planned preflight program repeats run_options run_time site_folder steps strict vm words
OBSERVE_O = $(OBSERVE:%=$(B)/conformance/%.o) \
	$(patsubst %.c,$(B)/%.o,$(wildcard conformance/probe/*.c))
JUDGE_O = $(patsubst %.c,$(B)/%.o,$(wildcard conformance/judge/*.c))
REPORT_O = $(patsubst %.c,$(B)/%.o,$(wildcard conformance/report/*.c))
MASKSPEC_O = $(MASKSPEC:%=$(B)/conformance/%.o) $(JUDGE_O) $(REPORT_O)
SPEC := $(sort $(wildcard docs/spec/[0-9]*.md))

$(B)/gen/requirements.def: docs/spec/requirements.awk $(SPEC)
	@mkdir -p $(@D)
	$(call say,SPEC)
	$(Q)awk -f docs/spec/requirements.awk $(SPEC) > $@

$(B)/gen/html_assets.h: $(addprefix conformance/report/html.,awk css js)
	@mkdir -p $(@D)
	$(call say,HTML)
	$(Q)awk -f $^ > $@

# An archive of git's has the commit in a file; what it is unpacked in may be somebody else's checkout.
$(B)/gen/version.h: $(B)/gen/requirements.def VERSION_STAMP
	@{ echo '#define MASKSPEC_VERSION "$(VERSION)"'; \
	   echo "#define MASKSPEC_COMMIT \"$$(grep -xE '[0-9a-f]{40,64}' .ci/commit || git rev-parse HEAD 2>/dev/null || echo unknown)\""; \
	   echo "#define MASKSPEC_SPEC_VERSION \"$$(sed -n 's/^Version \([0-9.]*[0-9]\) of the specification.*/\1/p' docs/spec/README.md)\""; \
	   echo "#define MASKSPEC_SPEC \"$$(sha256sum $< | cut -c1-64)\""; } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: VERSION_STAMP
VERSION_STAMP:

$(JUDGE_O) $(REPORT_O) $(MASKSPEC:%=$(B)/conformance/%.o) \
		$(patsubst %.c,$(B)/%.o,$(wildcard conformance/tests/*.c conformance/fuzz/*.c)): \
		| $(B)/gen/requirements.def
$(addprefix $(B)/conformance/,maskspec.o run_options.o cmd_run.o certify/cert.o certify/remade.o): $(B)/gen/version.h
$(B)/conformance/report/html.o: $(B)/gen/html_assets.h

# Static: the same binary runs on the host, in any container, and in a VM.
$(B)/observe: $(OBSERVE_O)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -pthread -o $@ $^

$(B)/maskspec: $(MASKSPEC_O) $(if $(CJSON_C),| $(B)/cJSON.o)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) -o $@ $^ $(KIT_LIBS) -lm

# conformance/certify/ ----------------------------------------------------------------------------
# A program of its own: nothing else needs OpenSSL. `all` has it where OpenSSL's headers are.
CRYPTO_H := $(wildcard /usr/include/openssl/evp.h)
CRYPTO_LIBS = $(shell pkg-config --libs libcrypto)
# Where it is static, alone.c keeps it from what a machine would have it load.
CERTIFY_ALONE := $(B)/conformance/certify/alone.o
CERTIFY_O = $(filter-out $(CERTIFY_ALONE),$(patsubst %.c,$(B)/%.o,$(wildcard conformance/certify/*.c)))
CERTIFY_LIBS = $(if $(STATIC),$(KIT_LIBS) $(shell pkg-config --static --libs libcrypto) \
	$(addprefix -Wl$(comma)--wrap=,dlopen getaddrinfo gethostbyname),$(CJSON_LIBS) $(CRYPTO_LIBS))
# What such a program, and a test, takes of maskspec: all but its commands.
KIT_O = $(filter-out $(addprefix $(B)/conformance/,maskspec.o child.o cmd_%.o plan.o share.o run_options.o follow.o kernels.o vm.o),$(MASKSPEC_O))

$(B)/tools-crypto: | $(B)/tools
	@pkg-config --exists 'libcrypto >= 1.1.1' || { \
		echo "make: OpenSSL (libssl-dev, openssl-devel) is missing; run: make deps" >&2; exit 1; }
	@touch $@

$(CERTIFY_O) $(CERTIFY_ALONE): CJSON_CFLAGS += $(shell pkg-config --cflags libcrypto)
$(CERTIFY_O) $(CERTIFY_ALONE): | $(B)/gen/requirements.def $(B)/tools-crypto

$(B)/maskspec-certify: $(CERTIFY_O) $(if $(STATIC),$(CERTIFY_ALONE)) $(KIT_O) $(B)/conformance/child.o \
		$(if $(STATIC),| $(B)/cJSON.o)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) -o $@ $^ $(CERTIFY_LIBS) -lm

.PHONY: certify-kit
certify-kit: $(B)/maskspec-certify
all: $(if $(CRYPTO_H),certify-kit)

# vm/ -----------------------------------------------------------------------------------------
VM_SHARED_O = $(addprefix $(B)/,vm/frame.o vm/pack.o conformance/text.o)

# Static: it is alone in its initramfs.
$(B)/vm/init: $(patsubst %.c,$(B)/%.o,$(wildcard vm/init*.c)) $(VM_SHARED_O)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ -lz

$(B)/vm/boot: $(patsubst %.c,$(B)/%.o,$(wildcard vm/boot*.c)) $(VM_SHARED_O) \
		$(addprefix $(B)/,vm/console.o conformance/kit.o conformance/machine.o conformance/words.o conformance/facts.o conformance/case.o conformance/sha256.o)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) $(if $(STATIC),-static) -o $@ $^ -lz

# Static: it is also what runs in its containers.
$(B)/vm/storm: $(patsubst %.c,$(B)/%.o,$(wildcard vm/storm*.c)) $(B)/conformance/text.o
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^

include .ci/install.mk
include .ci/packages.mk

# What users call -----------------------------------------------------------------------------
RUNTIME ?= $(abspath $(B))/maskref
# A variable that is not given is not passed; `maskspec run` knows the defaults and the errors.
option = $(if $($(1)),--$(2) '$(subst ','\'',$($(1)))')
switch = $(if $($(1)),--$(2))
RUN_OPTIONS = $(call option,RUNTIME,runtime) $(call option,RUNTIME_ARGS,runtime-args) \
	$(call option,PROFILE,profile) $(call option,FILTER,filter) $(call option,REQUIRE,require) \
	$(call option,EXPECT,expect) $(call option,WITHHELD,withheld) $(call option,OUT,out) \
	$(call option,TIMEOUT,timeout) $(call option,JOBS,jobs) $(call option,CGROUP,cgroup) \
	$(call option,DENY,deny) \
	$(call option,USERNS,userns) $(call option,KERNELS,kernels) $(call option,ACCEL,accel) \
	$(call option,CACHE,cache) $(call option,VM_TIMEOUT,vm-timeout) $(call option,VM_CPUS,vm-cpus) $(call option,SHARD,shard) $(call switch,KEEP,keep) \
	$(call switch,STRICT,strict) $(call switch,PUBLISH,publish) $(call switch,VERBOSE,verbose) \
	$(call switch,TIME,time)

CERTIFY_OPTIONS = $(call option,RUNTIME,runtime) $(call option,RUNTIME_ARGS,runtime-args) \
	$(call option,KERNELS,kernels) $(call option,CERT,cert) $(call option,KEY,key) $(if $(KEY),--passphrase) \
	$(call option,VENDOR,vendor) $(call option,PRODUCT,product) $(call option,NONCE,nonce) \
	$(call option,DEVIATIONS,deviations) $(call option,OUT,out) $(call option,TIMEOUT,timeout) \
	$(call option,JOBS,jobs) $(call option,ACCEL,accel) $(call option,CACHE,cache) \
	$(call option,VM_TIMEOUT,vm-timeout)

# A misspelt variable, or one of another target, would silently judge something else: every one given
# must be known, and taken by a target that is asked for.
TAKES_conformance := RUNTIME RUNTIME_ARGS PROFILE FILTER REQUIRE EXPECT WITHHELD OUT TIMEOUT JOBS CGROUP \
	DENY USERNS KERNELS ACCEL CACHE VM_TIMEOUT VM_CPUS SHARD KEEP STRICT PUBLISH VERBOSE TIME
TAKES_farm := HOSTS SHARDS SSH_CONFIG RUNTIME RUNTIME_ARGS PROFILE FILTER REQUIRE EXPECT WITHHELD OUT TIMEOUT \
	JOBS CGROUP DENY USERNS STRICT PUBLISH
TAKES_certify := RUNTIME RUNTIME_ARGS KERNELS CERT KEY VENDOR PRODUCT NONCE DEVIATIONS OUT TIMEOUT JOBS ACCEL \
	CACHE VM_TIMEOUT
TAKES_shell := RUNTIME PROFILE FILTER KERNEL ACCEL CACHE CGROUP OUT
TAKES_kernels := CACHE
TAKES_faults := RUNTIME RUNTIME_ARGS DENY USERNS CGROUP TIMEOUT JOBS PUBLISH VERBOSE FAULT EVERY
TAKES_matrix-faults := TIMEOUT PUBLISH VERBOSE
TAKES_matrix-runtimes := PROFILE TIMEOUT STRICT RUNTIMES RECORD
TAKES_matrix-kernels := PROFILE KERNELS EL8 CACHE STRICT RECORD
TAKES_matrix-mutants := KERNELS CACHE JOBS
TAKES_matrix := $(TAKES_matrix-faults) $(TAKES_matrix-runtimes) $(TAKES_matrix-kernels) \
	$(TAKES_matrix-mutants)
TAKERS := conformance certify farm shell kernels install uninstall faults matrix matrix-faults matrix-runtimes matrix-kernels matrix-mutants storm
TAKES_storm := KERNELS EL8 RUNTIMES CACHE OUT RECORD CONTAINERS MASKS CGROUPS ROUNDS CPUS
OF_TARGETS := $(foreach t,$(TAKERS),$(TAKES_$(t)))
ASKED := $(filter $(TAKERS),$(MAKECMDGOALS))
# Of the others none reads them, but to give them those of conformance or install does no harm.
TAKEN := $(foreach t,$(or $(ASKED),conformance install),$(TAKES_$(t)))
KNOWN := B CC AR CFLAGS LDFLAGS SANITIZE STATIC WERROR WARN MAKEFLAGS MFLAGS MAKEOVERRIDES V FUZZ FUZZ_SECONDS MIRROR_% KEY_%
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command line,$(origin $(v))),$(v)))
UNKNOWN := $(filter-out $(KNOWN) $(OF_TARGETS) -%,$(GIVEN))
ASTRAY := $(firstword $(filter-out $(TAKEN),$(filter $(OF_TARGETS),$(GIVEN))))
$(foreach v,STRICT PUBLISH VERBOSE TIME RECORD KEEP,$(if $(filter-out 1,$($(v))),$(error $(v)=$($(v)): it is 1 or not set)))
ifneq ($(UNKNOWN),)
$(error $(firstword $(UNKNOWN)): no such variable; `make help` lists them)
endif
ifneq ($(ASTRAY),)
$(error $(ASTRAY): no variable of make $(or $(ASKED),$(MAKECMDGOALS),all), but of make $(strip \
	$(foreach t,$(TAKERS),$(if $(filter $(ASTRAY),$(TAKES_$(t))),$(t)))); see `make help`)
endif

.PHONY: conformance
conformance: $(B)/maskspec $(B)/observe $(B)/maskref $(B)/vm/init $(B)/vm/boot
	@$(B)/maskspec run $(RUN_OPTIONS)

# A passphrase is asked for only where the key has one.
.PHONY: certify
certify: certify-kit $(B)/maskspec $(B)/observe $(B)/maskref $(B)/vm/init $(B)/vm/boot
	@$(B)/maskspec certify $(CERTIFY_OPTIONS)

.PHONY: shell
shell: $(B)/maskspec $(B)/observe $(B)/maskref $(B)/vm/init $(B)/vm/boot
	@$(if $(KERNEL),,echo "make: name a kernel: make shell KERNEL=debian-6.1" >&2; exit 2)
	@$(B)/maskspec shell --out $(B)/shell $(call option,KERNEL,kernels) $(RUN_OPTIONS)

define HELP
make deps                install what build and tests need (apt or dnf), saying what for
                         (deps-conformance: only what make conformance needs, for a CI)
make conformance         judge a runtime; without RUNTIME the embedded reference, maskref
make check               our own tests: lint, unit tests, command line, liars, host is clean
                         (lint, unit, bats: one part; V=1 shows commands, B=DIR builds there,
                         WERROR=-Werror as CI does)
make mutants             every named fault of maskref must be caught, by the declared ids
make docs | times        docs/mutants.md from fixtures/mutants.tsv | fixtures/times.tsv, measured anew
make faults              a runtime's mount calls, each once not made: what gets exposed must not be
                         called conforming. FAULT=K:pass or K:einval: only that one; EVERY=N each
                         N-th; takes RUNTIME, RUNTIME_ARGS, DENY, USERNS, CGROUP, TIMEOUT, JOBS,
                         PUBLISH, VERBOSE (matrix-faults: maskref's strategies, runc and crun)
make sanitize            unit tests under ASan and UBSan
make fuzz                libFuzzer on every parser, FUZZ_SECONDS=30 each; FUZZ="case …" only these
make fuzz-keep           FUZZ="archive dsse statement": the smallest inputs that a long run found into
                         conformance/fuzz/kept
make runtimes            the runc and crun of Debian's suites, unpacked into $(B)/runtimes; the system
                         is left alone, and STRICT=1 fails where a suite can't be reached
make matrix              matrix-faults, and every runtime that there is against what is known of it
                         (matrix-runtimes): those of make runtimes in PROFILE=all, or of them
                         RUNTIMES="runc-1.3.6 crun-*"; RECORD=1 writes the tables of docs/runtimes.md;
                         PROFILE, TIMEOUT (30 there), STRICT=1: a runtime of the table that is not
                         here fails
make kernels             the kernels that can be named, where they are from, and which are here
make farm                HOSTS="root@a root@b": a run in shards on several hosts, by GNU parallel over ssh,
                         and one report; takes SHARDS=N (2 a host), SSH_CONFIG=FILE, STRICT=1 (all
                         hosts must be there), and most of make conformance: docs/guide/farm.md
make shell               KERNEL=NAME RUNTIME=PATH: a shell in that machine, cases and bundles at hand
make matrix-kernels      maskref in each strategy, runc and crun on four kernels (docs/kernels.md);
                         EL8=FILE one more; part of make matrix
make matrix-mutants      every named fault on two kernels; part of make matrix
make storm               what sharing one mask is worth, and where the time goes, on three kernels and
                         EL8=FILE: CONTAINERS=8 at once, MASKS=128 each, CGROUPS=64 further memory
                         cgroups, ROUNDS=5, CPUS=2; KERNELS, RUNTIMES, CACHE, OUT as above; RECORD=1 writes
                         the tables of docs/kernels.md and docs/storm.svg
make bench               libmaskref, maskref and the kit against their bounds of speed (bench-masks,
                         bench-start, bench-kit, bench-vm: one of them)
make certify             KERNELS="debian-5.10 debian-7" KEY=key.pem: an archive of evidence, graded by
                         CERT=certified-2026 and signed; takes RUNTIME, RUNTIME_ARGS, VENDOR, PRODUCT,
                         NONCE, DEVIATIONS, OUT ($(B)/certificate), ACCEL, CACHE, TIMEOUT, JOBS,
                         VM_TIMEOUT: docs/guide/certifying.md
make certify-kit         $(B)/maskspec-certify, for maskspec certify and keygen; needs OpenSSL
make all | clean         build into $(B)/ | remove it
make dist                the source of HEAD as $(B)/maskspec-$(VERSION).tar.gz, the same bytes from every clone
make release             $(B)/release/: all of it in a tarball that needs nothing of the machine
make deb | rpm           packages of the source of HEAD, in $(B)/debian/ | $(B)/rpm/
make check-packages      lint and tests of these three; check-release: in other distributions, too, which
                         are fetched into CACHE: docs/guide/releasing.md
make install | uninstall what make has built, to PREFIX=/usr/local | take it away again; DESTDIR,
                         prefix, exec_prefix, bindir, sbindir, libexecdir, libdir, includedir,
                         datarootdir, datadir, mandir, docdir, INSTALL as of GNU: docs/guide/installing.md

Variables of `make conformance`, all optional:
  RUNTIME=PATH|NAME      OCI runtime: a path, or a command's name
  RUNTIME_ARGS="…"       its global flags
  PROFILE=core           core, security, scale or all
  FILTER="GLOB…"         on requirement ids and bundles; the report is then partial
  REQUIRE="ID|GLOB|FILE" SHOULD that count as MUST (files: fixtures/require)
  EXPECT=FILE            falls that are known (fixtures/expect); STRICT=1 fails on unused and
                         expired ones
  WITHHELD=FILE          falls that must not be published; PUBLISH=1 without such a file
  OUT=DIR                report.json, report.html, report.tap, facts/, status (default
                         $(B)/out)
  TIMEOUT=SECONDS        for each command of the runtime (10)
  JOBS=N                 cases at once (number of processors, 4 at most)
  CGROUP=auto|v1|v2      layout that the runtime sees
  KERNELS="NAME|FILE…"   kernels to boot in a virtual machine, in place of this one (host): names of
                         make kernels, or a vmlinuz, .rpm or .deb; needs no root
  ACCEL=auto|tcg|kvm     how the machine runs: KVM where a probe boot proves that it works
  CACHE=DIR              kernels and images that were fetched and made (default $(B)/cache)
  MIRROR_<family>=URL    where kernels of this family are fetched from, KEY_<family>=FILE by whom
                         its lists are signed: docs/guide/kernels.md
  SHARD=I/N              only the I-th of N parts of the cases: docs/guide/farm.md
  KEEP=1                 keep the machine's image, and say how to boot it by hand
  DENY="CALL…"           what the runtime is told that the kernel lacks: openat2, open_tree, …, or
                         fault=K:pass, fault=K:einval: its K-th mount call is not made
  USERNS=none|many|one   every container in a user namespace of many ids or of one
  VERBOSE=1              a line for each case
  TIME=1                 where the time of the run went
  VM_CPUS=N              processors of that machine (1: TCG loses a kernel now and then with more)
  VM_TIMEOUT=SECONDS     how long the machine of a kernel may say nothing (60 until it runs, then 300)

Exit status, also in OUT/status (make itself answers 2 for all but 0):
  0 conforms   1 a MUST failed, or not implemented   2 usage   3 broken   4 nothing ran
endef
export HELP
help:
	@printf '%s\n' "$$HELP"

.PHONY: deps deps-conformance
deps:
	@.ci/deps $(B)
	@.ci/cjson build/src/cjson

deps-conformance:
	@.ci/deps $(B) conformance

include .ci/tests.mk

.PHONY: clean
clean:
	rm -rf $(B)

# Not what others call so, in roots and packages.
-include $(shell find $(B) \( -name cache -o -name debian -o -name rpm \) -prune -o -type f -name '*.d' -print 2>/dev/null)
