# depeer: `make help` says what there is.
#
# One Makefile, not recursive by folder. Products stand under build/<flavour>/ only, so that
# `make SAN=address check` can stand beside `make check` without a clean between them.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR  ?=

SAN      ?=
FLAVOUR  := $(if $(SAN),$(SAN),release)
B        := build/$(FLAVOUR)

CC       ?= cc
PKGS     := libmaxminddb libpcre2-8 libpsl libidn2 jansson
# Asked when first needed, not when the Makefile is read: on a fresh machine the set-up comes first.
pkg_config = $(shell pkg-config $(1) $(PKGS) 2>/dev/null)$(if $(filter 0,$(.SHELLSTATUS)),,\
             $(error pkg-config, or one of $(PKGS), is missing: `make setup-build` installs them))
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(call pkg_config,--cflags))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(call pkg_config,--libs))$(PKG_LIBS)

WARN     := -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
            -Wcast-qual -Wwrite-strings -Wvla
WERROR   ?= $(if $(CI),1,)
OPT      := $(if $(SAN),-O1 -fno-omit-frame-pointer,-O2 -D_FORTIFY_SOURCE=2)
HARDEN   := -fstack-protector-strong -fPIE
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN))
CPPFLAGS := -I. -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -DDEPEER_VERSION='"$(VERSION)"' \
            -DDEPEER_SYSCONFDIR='"$(SYSCONFDIR)"' -DDEPEER_DATADIR='"$(PREFIX)/share/depeer"'
CFLAGS   ?= -g
ALL_CFLAGS = -std=c11 $(OPT) $(HARDEN) $(WARN) $(if $(WERROR),-Werror) $(SANFLAGS) \
             $(CFLAGS) $(PKG_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) $(LDFLAGS)
# libunbound's .pc asks for libevent's, which Debian's libunbound-dev does not bring.
LIBS       = $(PKG_LIBS) -lunbound -lloc -lpthread -lm

ROOMS    := base geoip dns message rules milter tool
# What belongs to one program only is not in the library.
MAINS    := milter/main.c milter/callbacks.c milter/apply.c tool/main.c geoip/depeer_mmdb.c
LIB_SRC  := $(filter-out $(MAINS) %_test.c %_fuzz.c,$(foreach r,$(ROOMS),$(wildcard $(r)/*.c)))
TEST_SRC := $(foreach r,$(ROOMS) test-harness test-harness/smtp,$(wildcard $(r)/*_test.c))
FUZZ_SRC := $(foreach r,$(ROOMS) test-harness,$(wildcard $(r)/*_fuzz.c))
HARNESS_SRC := $(filter-out test-harness/t.c %_test.c %_fuzz.c,$(wildcard test-harness/*.c)) \
            test-harness/smtp/session.c
# Only `make bench` compares with GMime: nothing else needs that library.
GMIME_BENCH := test-harness/bench/gmime_bench.c
HARNESS_MAINS := $(wildcard test-harness/smtp/*_client.c test-harness/tools/*.c) \
            $(filter-out $(GMIME_BENCH),$(wildcard test-harness/bench/*.c))

obj      = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB      := $(B)/libdepeer.a
HARNESS_LIB := $(B)/libharness.a
PROGRAMS := $(B)/depeerd $(B)/depeer $(B)/depeer-mmdb
TESTS    := $(patsubst %.c,$(B)/test/%,$(TEST_SRC))
REPLAYS  := $(patsubst %.c,$(B)/replay/%,$(FUZZ_SRC))
HARNESS_BIN := $(patsubst test-harness/%.c,$(B)/harness/%,$(HARNESS_MAINS))

.PHONY: all help
.DEFAULT_GOAL := all
all: $(PROGRAMS)  ## build depeerd, depeer and depeer-mmdb under build/release/

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20
	@echo '  make SAN=address|undefined|thread check   the tests under a sanitizer'
	@echo '  make setup-TARGET  install by apt what a target needs (build check demo bench lint fuzz oracle)'
	@echo '  make WERROR=1 ...  warnings are errors (also where CI is set)'

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What has the installation's paths compiled in is made anew when they change: `make` and then
# `make install PREFIX=/usr` gives programs that know /usr.
PATHS    := $(PREFIX) $(SYSCONFDIR) $(VERSION)
$(B)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(PATHS)' | cmp -s - $@ || echo '$(PATHS)' >$@
.PHONY: FORCE
FORCE:
$(call obj,milter/config.c milter/main.c milter/config_test.c tool/main.c geoip/depeer_mmdb.c): \
	$(B)/paths

$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	ar rcs $@ $^

# A library, so that a test takes from the harness only what it calls.
$(HARNESS_LIB): $(call obj,$(HARNESS_SRC))
	@rm -f $@
	ar rcs $@ $^

$(B)/depeerd: $(call obj,milter/main.c milter/callbacks.c milter/apply.c) $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lmilter $(LIBS)
$(B)/depeer: $(call obj,tool/main.c) $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(B)/depeer-mmdb: $(call obj,geoip/depeer_mmdb.c) $(LIB)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/test/%: $(B)/obj/%.o $(B)/obj/test-harness/t.o $(HARNESS_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
# Tests whose allocations fail (test-harness/fault/alloc.h); malloc is a sanitizer's own.
FAULT_TESTS := $(B)/test/milter/alloc_test $(B)/test/milter/callbacks_test
$(FAULT_TESTS): $(B)/obj/test-harness/fault/$(if $(SAN),alloc_wrap,alloc_libc).o \
            $(B)/obj/test-harness/fault/arena_blocks.o
$(FAULT_TESTS): ALL_LDFLAGS += $(if $(SAN),$(foreach f,malloc calloc realloc strdup strndup, \
            -Wl,--wrap=$(f)))
# libmilter's calls are the test's own.
$(B)/test/milter/callbacks_test: $(call obj,milter/callbacks.c milter/apply.c)
$(B)/harness/%: $(B)/obj/test-harness/%.o $(HARNESS_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lmilter $(LIBS)

# No error where GMime is missing: that row of the bench is left out then.
.PHONY: gmime-bench
gmime-bench:
	@if pkg-config --exists gmime-3.0; then \
		$(MAKE) --no-print-directory $(B)/harness/bench/gmime_bench; \
	else rm -f $(B)/harness/bench/gmime_bench; fi
$(B)/harness/bench/gmime_bench: $(GMIME_BENCH) $(call obj,test-harness/each_file.c)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $$(pkg-config --cflags gmime-3.0) $(ALL_LDFLAGS) -o $@ $^ \
		$$(pkg-config --libs gmime-3.0)

.PHONY: unit check check-run layers demo bench torture oracle lint fuzz install
# A static pattern: make looks for no implicit rule for a phony target.
SETUPS := $(addprefix setup-,build check demo bench oracle lint fuzz)
.PHONY: $(SETUPS)
$(SETUPS): setup-%:
	@test-harness/setup $*

unit: all $(TESTS) ## the unit tests only
	@T_LOG=$(B)/test-log test-harness/run_tests $(TESTS)

# Programs and scripts that test the whole: each prints TAP.
E2E = $(sort $(wildcard test-harness/*/smoke_test.sh test-harness/e2e/*_test))

check: setup-check ## every test; installs what it needs; ends in "N passed, N failed"
	@$(MAKE) --no-print-directory check-run SAN=$(SAN)
# The corpus first: several tests read it, and skip by name where it cannot be had.
check-run: all $(TESTS) $(HARNESS_BIN) $(REPLAYS)
	@test-harness/corpora >/dev/null || true
	@T_LOG=$(B)/test-log B=$(B) test-harness/run_tests $(TESTS) test-harness/layers \
		$(if $(REPLAYS),test-harness/fuzz_corpus/replay_test) $(E2E)

layers: ## who includes whom, against the rules of doc/architecture.md
	@test-harness/layers

demo: setup-demo ## see it decide: a private Postfix, mails from several networks, a table
	@$(MAKE) --no-print-directory all $(HARNESS_BIN)
	@B=$(B) test-harness/demo/demo

bench: setup-bench ## speed and memory, beside a filter that does nothing
	@$(MAKE) --no-print-directory all $(HARNESS_BIN) gmime-bench
	@B=$(B) test-harness/bench/bench

torture: setup-build ## hostile mails of 9.9 MB: CPU, memory; twice the mail, twice the work
	@$(MAKE) --no-print-directory all $(HARNESS_BIN)
	@B=$(B) test-harness/torture/torture

oracle: setup-oracle ## the same mail to SpamAssassin and to depeer: what differs, and where
	@$(MAKE) --no-print-directory all $(HARNESS_BIN)
	@B=$(B) test-harness/oracle/oracle --aims
	@B=$(B) test-harness/oracle/speed

lint: setup-lint ## warnings as errors, clang-tidy, cppcheck, shellcheck, mandoc, the tree's form
	@$(MAKE) --no-print-directory lint-build FLAVOUR=lint WERROR=1 SAN=
	@LINT_CPPFLAGS='$(subst ','\'',$(CPPFLAGS) $(PKG_CFLAGS))' \
		T_TIMEOUT=1800 test-harness/run_tests test-harness/lint
.PHONY: lint-build
lint-build: all $(TESTS) $(HARNESS_BIN) $(REPLAYS)

FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= 1
fuzz: setup-fuzz ## each fuzz target (FUZZ_TARGETS="a b": those) for FUZZ_SECONDS (60), under ASan
	@$(MAKE) --no-print-directory fuzz-build FLAVOUR=fuzz CC=clang SAN=
	@FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_TARGETS="$(FUZZ_TARGETS)" FUZZ_JOBS=$(FUZZ_JOBS) \
		B=build/fuzz test-harness/fuzz_corpus/run

# libFuzzer instruments the rooms themselves, hence a flavour of its own.
FUZZERS = $(patsubst %.c,build/fuzz/fuzz/%,$(FUZZ_SRC))
.PHONY: fuzz-build
fuzz-build: SANFLAGS = -fsanitize=fuzzer-no-link,address,undefined
fuzz-build: OPT = -O1 -fno-omit-frame-pointer
fuzz-build: $(FUZZERS)
build/fuzz/fuzz/%: build/fuzz/obj/%.o $(HARNESS_LIB) $(LIB)
	@mkdir -p $(@D)
	clang $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# The same targets without libFuzzer, over the inputs kept in the tree: part of `make check`.
$(B)/replay/%: $(B)/obj/%.o $(B)/obj/test-harness/fuzz_corpus/replay.o $(HARNESS_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# A text on its way to be installed: the paths in it are those of this installation.
INSTALLED_TEXT = sed -e 's,/usr/local/,$(PREFIX)/,g' -e 's,/etc/depeer,$(SYSCONFDIR)/depeer,g'
# $(call install_texts,FILES,DIRECTORY)
define install_texts
	for file in $(1); do \
		$(INSTALLED_TEXT) $$file >$(2)/$${file##*/} && chmod 644 $(2)/$${file##*/} || exit 1; \
	done
endef

DATA     = $(DESTDIR)$(PREFIX)/share/depeer
DOCUMENTS = $(DESTDIR)$(PREFIX)/share/doc/depeer
MANUAL   = $(DESTDIR)$(PREFIX)/share/man
UNITS    = $(DESTDIR)$(PREFIX)/lib/systemd/system
SETTINGS = $(DESTDIR)$(SYSCONFDIR)/depeer
install: all ## into DESTDIR/PREFIX (config below SYSCONFDIR; nothing of it is overwritten)
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(MANUAL)/man1 $(MANUAL)/man5 \
		$(MANUAL)/man8 $(DATA)/rules/d $(DATA)/rules/lists $(DOCUMENTS) $(UNITS) \
		$(SETTINGS)/rules $(SETTINGS)/lists
	install -m 755 $(B)/depeerd $(B)/depeer-mmdb $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(B)/depeer $(DESTDIR)$(PREFIX)/bin
	install -m 644 rules/d/*.cf $(DATA)/rules/d
	install -m 644 rules/lists/* $(DATA)/rules/lists
	install -m 644 LICENSE $(DOCUMENTS)
	$(call install_texts,doc/depeer.1,$(MANUAL)/man1)
	$(call install_texts,doc/depeer.conf.5 doc/depeer-rules.5,$(MANUAL)/man5)
	$(call install_texts,doc/depeerd.8,$(MANUAL)/man8)
	$(call install_texts,README.md doc/*.md rules/d/*.example packaging/editors/* \
		packaging/lists/*,$(DOCUMENTS))
	$(call install_texts,packaging/systemd/*,$(UNITS))
	test -e $(SETTINGS)/depeer.conf || { $(call install_texts,packaging/depeer.conf,$(SETTINGS)); }

.PHONY: clean
clean: ## take build/ away
	rm -rf build

.SECONDARY:
-include $(shell find build/$(FLAVOUR)/obj -name '*.d' 2>/dev/null)
