# SPDX-License-Identifier: Apache-2.0
# Builds everything under $(BUILD). `make help` lists the targets.
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

CC      ?= gcc
CXX     ?= g++
OPT     ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wundef -Wwrite-strings -Wvla
CWARN   := $(WARN) -Wstrict-prototypes -Wmissing-prototypes
ifeq ($(CI),true)
CWARN   += -Werror
endif
CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE -DMILLRACE_VERSION='"$(VERSION)"'
CFLAGS   ?=
ALL_CFLAGS   = -std=c11 $(OPT) $(CWARN) $(SAN) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(OPT) $(WARN) $(SAN)
LDFLAGS += $(SAN)
LDLIBS  := -lrdkafka -lrocksdb -ledit -licui18n -licuuc -lgmp -lpcre2-8 \
           -ldouble-conversion -lpthread -lm -lstdc++

FOLDERS := base types parser functions formats kafka state planner runtime \
           engine
SRC     := $(wildcard $(addsuffix /*.c,$(FOLDERS)))
SRCXX   := $(wildcard $(addsuffix /*.cc,$(FOLDERS)))
LIBOBJ  := $(SRC:%.c=$(BUILD)/%.o) $(SRCXX:%.cc=$(BUILD)/%.o) \
           $(if $(wildcard parser/grammar.y),$(BUILD)/gen/grammar.o)
LIB     := $(BUILD)/libmillrace.a
CLI     := $(wildcard cli/*.c)
BIN     := $(BUILD)/millrace
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

all: $(BIN) ## build the release binary, build/millrace

$(BIN): $(CLI:%.c=$(BUILD)/%.o) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(LIBOBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

# Lemon writes next to its input, so the grammar is copied first. Its output
# warns under our flags and is compiled with fewer.
$(BUILD)/gen/grammar.c $(BUILD)/gen/grammar.h: parser/grammar.y
	@mkdir -p $(BUILD)/gen
	cp $< $(BUILD)/gen/grammar.y
	lemon -q $(BUILD)/gen/grammar.y

$(BUILD)/gen/grammar.o: $(BUILD)/gen/grammar.c
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(SAN) -MMD -MP -c -o $@ $<

$(filter $(BUILD)/parser/%,$(LIBOBJ)): $(BUILD)/gen/grammar.h

unit: $(UNIT)

$(BUILD)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Wno-missing-prototypes -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS)

test-unit: unit ## run the unit tests
	@scripts/run-unit.sh $(BUILD)/unit

clean: ## remove everything generated
	rm -rf $(BUILD)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all unit test-unit clean help
