# SPDX-License-Identifier: Apache-2.0
# What proves the kit: tests, mutants, faults, sanitizers, fuzzers, the matrix, speed.
need = command -v $(1) >/dev/null || { echo "make: $(1) is missing; run: make deps" >&2; exit 1; }
# What takes longest is begun first.
LONG := conformance/tests/check_judges.c conformance/tests/check_edits.c
UNIT := $(patsubst conformance/tests/%.c,$(B)/tests/%,$(LONG) \
	$(filter-out $(LONG),$(wildcard conformance/tests/check_*.c))) $(B)/tests/check_reference
BATS := $(wildcard vm/tests/*.bats reference/tests/*.bats conformance/tests/*.bats)
# It compares the whole host before and after. Of the others many wait, so one more runs.
BATS_ALONE := conformance/tests/host-clean.bats
UNIT_O = $(KIT_O)

# What libFuzzer and the tests call.
FUZZ_MASKSPEC := mountinfo case facts fixture machine expect report archive dsse statement
FUZZ_VM_O = $(addprefix $(B)/vm/,frame.o pack.o console.o)
FUZZ_REFERENCE := config classify
FUZZ_MASKSPEC_O = $(patsubst %.c,$(B)/%.o,$(wildcard conformance/fuzz/*.c))
FUZZ_REFERENCE_O = $(patsubst %.c,$(B)/%.o,$(wildcard reference/tests/fuzz/*.c))

$(B)/tests/check_patience: $(B)/conformance/patience.o
$(B)/tests/check_trace: $(B)/conformance/trace_text.o
$(B)/tests/check_state: $(B)/conformance/state.o
$(B)/tests/check_machine: $(FUZZ_VM_O)
$(B)/tests/check_links: $(addprefix $(B)/conformance/probe/,links.o change.o)
$(B)/tests/check_rounds: $(addprefix $(B)/conformance/probe/,isolation.o look.o links.o change.o)
$(B)/tests/check_fuzz: $(FUZZ_MASKSPEC_O) $(FUZZ_VM_O)
$(B)/tests/check_reference: $(FUZZ_REFERENCE_O)

# Of certify/, and with OpenSSL.
SIGN := $(addprefix $(B)/tests/,check_certify check_digests check_dsse check_fuzz check_key check_sights check_tar \
	check_ustar)
SIGN_O = $(filter-out %/certify.o %/reproduce.o %/runner.o $(B)/conformance/certify/cmd_%.o,$(CERTIFY_O))
$(SIGN:$(B)/%=$(B)/conformance/%.o) $(addprefix $(B)/conformance/fuzz/,dsse.o statement.o): | $(B)/tools-crypto
$(SIGN): $(SIGN_O)
$(SIGN): LINK_WITH = $(CRYPTO_LIBS)

$(B)/tests/example: $(B)/reference/tests/example.o $(B)/libmaskref.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^

REF_TESTS := $(filter-out reference/tests/example.c,$(wildcard reference/tests/*.c))
$(B)/tests/check_reference: $(REF_TESTS:%.c=$(B)/%.o) \
		$(B)/reference/hold.o \
		$(filter-out $(B)/reference/maskref.o,$(REF_RUNTIME_O)) $(B)/libmaskref.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS) $(CHECK_LIBS)

$(B)/tests/check_%: $(B)/conformance/tests/check_%.o $(UNIT_O)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS) $(CHECK_LIBS) $(LINK_WITH) -lz -lm

# By `make fuzz`, with clang. Each program is one function of the objects above.
link_fuzzer = $(Q)$(CC) $(CFLAGS) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(CJSON_LIBS) $(LINK_WITH) -lz -lm \
	-Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$(@F) $(MUTATOR)
$(B)/fixture $(B)/config $(B)/report $(B)/dsse: $(B)/.ci/mutate_json.o
$(B)/fixture $(B)/config $(B)/report $(B)/dsse: MUTATOR = -Wl,--defsym=LLVMFuzzerCustomMutator=mutate_json

$(FUZZ_MASKSPEC:%=$(B)/%): LINK_WITH = $(CRYPTO_LIBS)
$(FUZZ_MASKSPEC:%=$(B)/%): $(FUZZ_MASKSPEC_O) $(FUZZ_VM_O) $(UNIT_O) $(SIGN_O)
	$(call say,LD)
	$(link_fuzzer)

$(FUZZ_REFERENCE:%=$(B)/%): $(FUZZ_REFERENCE_O) $(filter-out $(B)/reference/maskref.o,$(REF_RUNTIME_O)) \
		$(B)/libmaskref.a
	$(call say,LD)
	$(link_fuzzer)

.PHONY: check unit bats lint mutants docs sanitize fuzz fuzzers help
check: lint unit bats

side_by_side = xargs -P $$(($$(nproc)$(2))) -n 1 sh -c \
	'said=$$($(1) "$$0" 2>&1); r=$$?; printf "%s\n" "$$said"; exit $$r'
unit: $(UNIT)
	@$(call need,xmllint)
	@printf '%s\n' $(UNIT) | $(call side_by_side)

bats: $(B)/tests/check_reference $(B)/tests/example
bats: all certify-kit $(B)/tests/bench-masks $(B)/tests/oracle $(B)/tests/remake $(B)/tests/spoil
	@$(call need,bats); $(call need,jq); $(call need,prove)
	@r=0; bats $(BATS_ALONE) || r=1; \
	printf '%s\n' $(filter-out $(BATS_ALONE),$(BATS)) | $(call side_by_side,bats,+1) || r=1; \
	exit $$r

lint: all
	@.ci/lint $(B)

# Each named fault of maskref must fail exactly the requirements that fixtures/mutants.tsv declares.
mutants: all
	@$(call need,jq)
	@conformance/tests/mutants $(B)

# What is made from tables; lint compares.
docs: docs/mutants.md
docs/mutants.md: conformance/tests/mutants.awk fixtures/mutants.tsv
	$(call say,DOC)
	$(Q)awk -f $^ > $@

.PHONY: times farm
times: all
	@$(call need,jq)
	@conformance/tests/record-times $(B) > $(B)/times.tsv && mv $(B)/times.tsv fixtures/times.tsv

farm: $(B)/maskspec $(B)/observe $(B)/maskref
	@$(foreach v,$(TAKES_farm),$(call environment,$(v))) conformance/farm/farm $(B)

# What exposes a container must not be called conforming: docs/guide/faults.md.
environment = $(1)='$(subst ','\'',$($(1)))'
FAULTS_ENVIRONMENT = $(foreach v,RUNTIME RUNTIME_ARGS DENY USERNS CGROUP TIMEOUT JOBS EVERY PUBLISH \
	VERBOSE,$(call environment,$(v)))
.PHONY: faults matrix matrix-faults
faults: all $(B)/tests/oracle
	@$(call need,jq)
	@$(FAULTS_ENVIRONMENT) conformance/tests/faults $(B) '$(subst ','\'',$(FAULT))'

matrix: matrix-faults
matrix-faults: all $(B)/tests/oracle
	@$(call need,jq)
	@PUBLISH='$(PUBLISH)' VERBOSE='$(VERBOSE)' TIMEOUT='$(TIMEOUT)' conformance/tests/matrix-faults $(B)

# What sanitizers find shows in a part of the edits, which take ten times as long there.
sanitize:
	EDITS=20 $(MAKE) B=$(B)/sanitize CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' unit

fuzzers: $(FUZZ_MASKSPEC:%=$(B)/%) $(FUZZ_REFERENCE:%=$(B)/%)

FUZZ_SECONDS ?= 30
FUZZ ?= $(FUZZ_MASKSPEC) $(FUZZ_REFERENCE)
fuzz:
	@$(call need,clang); $(call need,python3)
	$(MAKE) B=$(B)/fuzz CC=clang CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzzers
	@.ci/fuzz $(B)/fuzz $(FUZZ_SECONDS) $(FUZZ)

# Of what long runs found, a little is kept in the repository.
.PHONY: fuzz-keep
fuzz-keep:
	@.ci/fuzz-keep $(B)/fuzz $(FUZZ)

# Real runtimes, to be judged where they lie: RUNTIME=build/runtimes/runc-1.3.6/runc
.PHONY: runtimes
runtimes:
	@.ci/runtimes $(B)/runtimes $(STRICT)

# What every one of them is known to do, with a reason for each fall: fixtures/expect.
.PHONY: matrix-runtimes
matrix: matrix-runtimes
matrix-runtimes: all runtimes
	@$(call need,jq)
	@set -f; PROFILE='$(PROFILE)' TIMEOUT='$(TIMEOUT)' STRICT='$(STRICT)' RECORD='$(RECORD)' \
		conformance/tests/matrix-runtimes $(B) $(RUNTIMES)

# Kernels to boot: what they are called, and which are here. docs/guide/kernels.md
CACHE ?= $(B)/cache
.PHONY: kernels
kernels:
	@$(call need,jq)
	@vm/fetch --list --cache '$(subst ','\'',$(CACHE))'

# The same on several kernels, in virtual machines: docs/kernels.md. EL8=FILE: one of RHEL 8, too.
.PHONY: matrix-kernels
matrix: matrix-kernels
matrix-kernels: all runtimes
	@$(call need,jq); $(call need,qemu-system-x86_64)
	@PROFILE='$(PROFILE)' KERNELS='$(KERNELS)' EL8='$(EL8)' CACHE='$(CACHE)' STRICT='$(STRICT)' \
		RECORD='$(RECORD)' conformance/tests/matrix-kernels $(B)

# What make mutants declares, on other kernels: an hour or so.
.PHONY: matrix-mutants
matrix: matrix-mutants
matrix-mutants: all
	@$(call need,jq); $(call need,qemu-system-x86_64)
	@KERNELS='$(KERNELS)' CACHE='$(CACHE)' JOBS='$(JOBS)' conformance/tests/matrix-mutants $(B)

# What many superblocks cost: ratios, no bound, and no test of them.
.PHONY: storm
storm: all runtimes
	@$(call need,jq); $(call need,qemu-system-x86_64)
	@$(foreach v,$(TAKES_storm),$(call environment,$(v))) vm/storm $(B)

# Speed: ratios within one run, and never part of a test. Each exits 1 where a bound is broken.
$(B)/tests/bench-masks: $(B)/reference/bench/masks.o $(B)/libmaskref.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -ldl

$(B)/tests/payload: | $(B)/tools
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)echo 'int main(void) { return 0; }' | $(CC) -static -x c -o $@ -

# Shares no code with the kit: what it sees is compared with what the kit says.
$(B)/tests/oracle: conformance/tests/oracle.c | $(B)/tools
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) -static -o $@ $<

# Makes of a certificate with edited facts one that says what these come to.
$(B)/conformance/tests/remake.o: | $(B)/tools-crypto
$(B)/tests/remake: $(B)/conformance/tests/remake.o $(UNIT_O) $(SIGN_O)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS) $(CRYPTO_LIBS) -lz -lm

# A maskref that does harm to the machine it runs in, by its name.
$(B)/tests/spoil: $(B)/vm/tests/spoil.o $(REF_RUNTIME_O) $(B)/libmaskref.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS)

.PHONY: bench bench-masks bench-start bench-kit bench-vm
bench: bench-masks bench-start bench-kit bench-vm

bench-masks: $(B)/tests/bench-masks
	@$<

bench-start: $(B)/maskref $(B)/tests/payload
	@$(call need,hyperfine); $(call need,jq)
	@reference/bench/start $(B)

bench-kit: all
	@conformance/tests/bench-kit $(B)

bench-vm: all
	@$(call need,qemu-system-x86_64)
	@conformance/tests/bench-vm $(B)
