# SPDX-License-Identifier: Apache-2.0
# maskspec: `make help` lists the targets and the variables.
#
# Nothing of the machine is asked before a recipe needs it: `make deps conformance` must work
# where pkg-config and cJSON are not installed yet, so every $(shell) below is behind a lazy `=`
# that only recipes after deps expand.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

B ?= build
CC = gcc
AR = ar
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wcast-qual -Wpointer-arith -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wimplicit-fallthrough -Wswitch-enum
WERROR =
CJSON_CFLAGS = $(shell pkg-config --cflags libcjson)
CJSON_LIBS = $(shell pkg-config --libs libcjson)
CHECK_LIBS = $(shell pkg-config --libs check)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(B)/gen $(WARN) $(WERROR) \
	$(CFLAGS) $(SANITIZE) -MMD -MP

REF_LIB := classify plan target apply
REF_RUNTIME := $(filter-out $(REF_LIB) mutants,$(basename $(notdir $(wildcard reference/*.c))))

.PHONY: all
all: $(B)/maskref $(B)/maskref-test

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CJSON_CFLAGS) -c $< -o $@

# reference/ ------------------------------------------------------------------------------------
REF_LIB_O = $(REF_LIB:%=$(B)/reference/%.o)
REF_RUNTIME_O = $(REF_RUNTIME:%=$(B)/reference/%.o)

$(B)/libmaskref.a: $(REF_LIB_O)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/maskref: $(REF_RUNTIME_O) $(B)/libmaskref.a
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS)

# The same objects plus the named faults; a fault enters by the hooks of reference/seam.h only.
$(B)/maskref-test: $(REF_RUNTIME_O) $(B)/reference/mutants.o $(B)/libmaskref.a
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(CJSON_LIBS)

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
