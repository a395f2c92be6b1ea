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
CWARN   := $(filter-out -Wvla,$(WARN)) -Wvla -Wstrict-prototypes \
           -Wmissing-prototypes
CXXWARN := -Wall -Wextra -Wshadow -Wundef -Wwrite-strings
ifeq ($(CI),true)
CWARN   += -Werror
endif
SAN     ?=
CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE \
            -DMILLRACE_VERSION='"$(VERSION)"' $(DEFS)
ALL_CFLAGS   = -std=c11 $(OPT) $(CWARN) $(SAN) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(OPT) $(CXXWARN) $(SAN) $(CXXFLAGS)
LDFLAGS += $(SAN)
LDLIBS  := -lrdkafka -lrocksdb -ledit -licui18n -licuuc -lgmp -lpcre2-8 -lmd \
           -ldouble-conversion -lpthread -lm -lstdc++
# What ThreadSanitizer needs to see librdkafka's threads.
SEEN    := $(if $(findstring thread,$(SAN)),$(BUILD)/tests/tidy/tsan_threads.o)
LDLIBS  += $(SEEN)

FOLDERS := base types parser functions formats kafka state planner runtime \
           engine testing
SRC     := $(wildcard $(addsuffix /*.c,$(FOLDERS)))
SRCXX   := $(wildcard $(addsuffix /*.cc,$(FOLDERS)))
LIBOBJ  := $(SRC:%.c=$(BUILD)/%.o) $(SRCXX:%.cc=$(BUILD)/%.o) \
           $(BUILD)/gen/grammar.o
LIB     := $(BUILD)/libmillrace.a
CLIOBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard cli/*.c))
BIN     := $(BUILD)/millrace

# Programs of one file each: tests/unit/test_x.c -> $(BUILD)/unit/test_x.
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
INTEG   := $(patsubst tests/integration/%.c,$(BUILD)/integration/%,$(wildcard tests/integration/*.c))
CONFORM := $(BUILD)/conformance
CONFOBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/conformance/*.c))
KAFKAIT := $(patsubst tests/kafka/%.c,$(BUILD)/kafka-it/%,$(wildcard tests/kafka/it_*.c))
BENCH   := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/bench_*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
TESTLIB := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/lib/*.c tests/kafka/broker_suite*.c))

all: $(BIN) ## build the release binary, build/millrace

$(BIN): $(CLIOBJ) $(LIB)
	@echo "  link $@"
	@$(CC) -o $@ $^ $(LDFLAGS) $(LDLIBS)

$(LIB): $(LIBOBJ) | $(SEEN)
	@rm -f $@
	@ar rcs $@ $^

# Missing Debian packages are installed once, before anything is compiled.
PACKAGES := $(BUILD)/.packages
$(PACKAGES): scripts/packages.txt scripts/setup.sh
	@scripts/setup.sh build
	@mkdir -p $(@D) && touch $@

$(BUILD)/%.o: %.c | $(PACKAGES)
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc | $(PACKAGES)
	@mkdir -p $(@D)
	@echo "  c++  $<"
	@$(CXX) $(CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

# Lemon writes next to its input, so the grammar is copied first. Its output
# warns under our flags and is compiled with fewer.
# One rule for both files: who includes the header is compiled after it, in the
# same run, when the tokens have changed.
$(BUILD)/gen/grammar.c $(BUILD)/gen/grammar.h &: parser/grammar.y | $(PACKAGES)
	@mkdir -p $(BUILD)/gen
	@echo "  lemon $<"
	@cp $< $(BUILD)/gen/grammar.y
	@lemon -q $(BUILD)/gen/grammar.y
	@touch $(BUILD)/gen/grammar.c $(BUILD)/gen/grammar.h
$(BUILD)/gen/grammar.o: $(BUILD)/gen/grammar.c
	@$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(SAN) -MMD -MP -c -o $@ $<
$(filter $(BUILD)/parser/%,$(LIBOBJ)): | $(BUILD)/gen/grammar.h

LINK = $(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Wno-missing-prototypes -MMD -MP \
       -o $@ $< $(TESTLIB) $(LIB) $(LDFLAGS) $(LDLIBS)

$(BUILD)/unit/%: tests/unit/%.c $(TESTLIB) $(LIB)
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(LINK)
$(BUILD)/integration/%: tests/integration/%.c $(TESTLIB) $(LIB)
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(LINK)
$(CONFORM): $(CONFOBJ) $(TESTLIB) $(LIB)
	@echo "  link $@"
	@$(CC) -o $@ $^ $(LDFLAGS) $(LDLIBS)
$(BUILD)/kafka-it/%: tests/kafka/%.c $(TESTLIB) $(LIB)
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(LINK)
$(BUILD)/bench/%: bench/%.c $(TESTLIB) $(LIB)
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(LINK)

# The chaos program: see tests/chaos/README.md.
CHAOSOBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/chaos/*.c))
$(BUILD)/chaos: $(CHAOSOBJ) $(LIB)
	@echo "  link $@"
	@$(CC) -o $@ $^ $(LDFLAGS) $(LDLIBS) -lsqlite3

chaos: ## kill servers 60 times on each broker, and hold what they wrote against a model
	@scripts/setup.sh build test kafka
	@$(MAKE) --no-print-directory all $(BUILD)/chaos
	@tests/chaos/run.sh $(BUILD) $(or $(KILLS),60)

# libFuzzer targets are a build of their own, with clang and sanitizers.
fuzz-build:
	@scripts/setup.sh build fuzz
	$(MAKE) BUILD=$(BUILD)/clang CC=clang CXX=clang++ OPT='-O1 -g' \
	    SAN='-fsanitize=fuzzer-no-link,address,undefined' \
	    $(FUZZ:$(BUILD)/fuzz/%=$(BUILD)/clang/fuzz/%)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Wno-missing-prototypes \
	    -fsanitize=fuzzer -o $@ $< $(LIB) $(LDFLAGS) $(LDLIBS)

fuzz: fuzz-build ## run each fuzz target for 60 seconds (FUZZ_SECONDS=60)
	@tests/fuzz/run.sh $(BUILD)/clang/fuzz $(or $(FUZZ_SECONDS),60)

check: $(BIN) unit ## the house rules, and what the documents promise
	@tests/tidy/tidy.sh
	@tests/tidy/documents.sh $(BIN)
	@tests/tidy/symbols.sh $(BIN)
	@$(BUILD)/unit/test_fn_examples && echo "examples of functions: true"

unit: $(UNIT)

test: ## set up and run all tests that need no Kafka
	@scripts/setup.sh build test
	@$(MAKE) --no-print-directory all unit $(INTEG) $(CONFORM)
	@tests/run.sh $(BUILD)

conformance: ## run the reference's cases, where ../shared/conformance is
	@$(MAKE) --no-print-directory all $(INTEG) $(CONFORM)
	@tests/conformance.sh $(BUILD)

test-kafka: ## set up a real Apache Kafka (KAFKA_VERSION) and run against it
	@scripts/setup.sh build test kafka
	@$(MAKE) --no-print-directory all $(KAFKAIT) $(BUILD)/chaos
	@tests/kafka/run.sh $(BUILD)

asan: ## run the tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan OPT='-O1 -g' \
	    SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' test
	@tests/conformance.sh $(BUILD)/asan plainly

tsan: ## run the tests under ThreadSanitizer
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tidy/tsan.supp allocator_may_return_null=1" \
	    $(MAKE) --no-print-directory BUILD=$(BUILD)/tsan OPT='-O1 -g' \
	    SAN='-fsanitize=thread' test

bench: ## measure against plain librdkafka loops on a real Kafka
	@scripts/setup.sh build kafka
	@$(MAKE) --no-print-directory all $(BENCH)
	@bench/run.sh $(BUILD)

soak: ## half an hour (MINUTES) of load and statements: does anything grow?
	@$(MAKE) --no-print-directory all $(BUILD)/bench/bench_soak
	@$(BUILD)/bench/bench_soak $(or $(MINUTES),30) $(ADDRESS)

demo: ## the main job: a web shop's orders, live, in under 30 seconds
	@$(MAKE) --no-print-directory all
	@examples/demo.sh $(BIN)

docs: $(BIN) ## write docs/config.md and docs/functions.md
	$(BIN) help --config-document > docs/config.md
	$(BIN) help --functions-document > docs/functions.md

install: all ## install to $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/millrace
	install -D -m 644 docs/millrace.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/millrace.1
	install -D -m 644 scripts/millrace.bash \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/millrace
	install -D -m 644 LICENSE \
	    $(DESTDIR)$(PREFIX)/share/doc/millrace/LICENSE

format: ## format all sources
	@scripts/setup.sh style
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cc')

clean: ## remove everything generated
	rm -rf $(BUILD)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | \
	    sed -E 's/:.*## /\t/' | expand -t 14

-include $(shell find $(BUILD) -maxdepth 3 -name '*.d' \
    -not -path '$(BUILD)/asan/*' -not -path '$(BUILD)/tsan/*' 2>/dev/null)
.SECONDARY: $(TESTLIB)
.PHONY: all unit check test conformance test-kafka asan tsan bench soak demo docs \
        install format clean help fuzz fuzz-build chaos
