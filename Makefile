# jiandu. `make` builds build/jiandud, build/jiandu-worker, build/jianductl and build/libjiandu.so.0.
# `make run`, `demo`, `test`, `asan`, `tsan`, `lint`, `fuzz`, `torture`, `sim`, `mutants` and `test-systemd` bring their own dependencies;
# the others expect them.
# V=1 shows commands whole.

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR    ?=
BUILD      ?= build
VERSION    := 0.1.0

CC       ?= cc
OPT      ?= -O2 -g
CFLAGS   ?= $(OPT) -fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS  ?= -pie -Wl,-z,relro,-z,now
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
JD_FLAGS  = -std=c17 -D_GNU_SOURCE -DJD_VERSION='"$(VERSION)"' $(WARN) -I. -Iinclude -MMD -MP
PYTHON   := /usr/bin/python3

MAKEFLAGS += --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
Q := $(if $(V),,@)
comma := ,
say = $(if $(V),,@printf '%-5s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$@))

# What each program is made of. A new source file in a folder is found without being listed.
base_src    := $(wildcard base/*.c)
proto_src   := $(wildcard proto/*.c)
loop_src    := $(wildcard proto/uv/*.c)
policy_src  := $(wildcard workers/policy/*.c)
worker_src  := $(filter-out workers/main.c,$(wildcard workers/*.c workers/rules/*.c workers/handlers/*.c)) $(policy_src) $(loop_src)
daemon_src  := $(filter-out daemon/main.c,$(wildcard daemon/*.c)) $(loop_src)
lib_src     := $(wildcard ctl/lib/*.c)
ctl_src     := $(wildcard ctl/*.c)
# A peer whose client library is not there is left out, and said to be missing.
pkg          = $(shell pkg-config --exists $(1) 2>/dev/null && echo $(1))
bench_pkgs  := $(call pkg,libpq) $(call pkg,librabbitmq)
bench_src   := $(filter-out $(if $(findstring libpq,$(bench_pkgs)),,bench/peer_postgres.c) \
                 $(if $(findstring librabbitmq,$(bench_pkgs)),,bench/peer_rabbitmq.c),$(wildcard bench/*.c))
bench_flags := $(if $(findstring libpq,$(bench_pkgs)),-DJD_HAVE_POSTGRES $(shell pkg-config --cflags libpq)) \
               $(if $(findstring librabbitmq,$(bench_pkgs)),-DJD_HAVE_RABBITMQ $(shell pkg-config --cflags librabbitmq))

obj = $(patsubst %.c,$(BUILD)/o/%.o,$(1))

common_libs := -lmsgpackc -lutf8proc -lyaml -lsodium
worker_libs := $(common_libs) -llmdb -luv -lsystemd -lpthread
daemon_libs := $(common_libs) -lzmq -luv -lsystemd
ctl_libs    := $(common_libs) -lzmq -ljansson

PROGRAMS := $(BUILD)/jiandud $(BUILD)/jiandu-worker $(BUILD)/jianductl $(BUILD)/libjiandu.so.0
# A unit test is a program of its own; a fuzz target is linked with libFuzzer by `make fuzz`, and with a
# plain main that runs its corpus once by `make unit`.
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
CORPUS   := $(patsubst tests/fuzz/%.c,$(BUILD)/corpus/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all run demo test unit bench count lint format asan tsan fuzz torture mutants sim install clean deps docs test-systemd
.SECONDARY:
all: $(PROGRAMS)
	@:

$(BUILD)/o/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(JD_FLAGS) $(CFLAGS) -c $< -o $@

# The library's objects again, position independent and with only the public names visible.
$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(JD_FLAGS) $(filter-out -fPIE,$(CFLAGS)) -fPIC -c $< -o $@

define link
$(call say,LINK)
@mkdir -p $(@D)
$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(1) -o $@
endef

$(BUILD)/jiandud: $(call obj,daemon/main.c $(daemon_src) $(base_src) $(proto_src))
	$(call link,$(daemon_libs))

$(BUILD)/jiandu-worker: $(call obj,workers/main.c $(worker_src) $(base_src) $(proto_src))
	$(call link,$(worker_libs))

$(BUILD)/jianductl: $(call obj,$(ctl_src) $(lib_src) $(policy_src) $(base_src) $(proto_src))
	$(call link,$(ctl_libs))

$(BUILD)/libjiandu.so.0: $(patsubst %.c,$(BUILD)/pic/%.o,$(lib_src) $(base_src) $(proto_src)) ctl/lib/libjiandu.map
	$(call say,LINK)
	$(Q)$(CC) $(filter-out -fPIE,$(CFLAGS)) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,$(@F) \
	  -Wl,--version-script=ctl/lib/libjiandu.map $(filter %.o,$^) $(common_libs) -lzmq -o $@
	$(Q)ln -sf $(@F) $(BUILD)/libjiandu.so

$(BUILD)/jiandu-bench: $(call obj,$(bench_src) $(lib_src) $(base_src) $(proto_src))
	$(call link,$(common_libs) -lzmq -llmdb -lpthread $(if $(strip $(bench_pkgs)),$(shell pkg-config --libs $(bench_pkgs))))
$(BUILD)/o/bench/%.o: JD_FLAGS += $(bench_flags)

# The engine alone: counted, and to fill stores.
inside_src := bench/count/inside.c bench/messages.c $(worker_src) $(base_src) $(proto_src)
$(BUILD)/jiandu-count: $(call obj,bench/count/count.c bench/count/rules.c bench/count/longer.c $(inside_src))
	$(call link,$(worker_libs))

$(BUILD)/jiandu-fill: $(call obj,bench/count/fill.c $(inside_src))
	$(call link,$(worker_libs))

# The simulation: both programs, main included, on clocks, sockets, threads and a disk of its own (tests/sim/sim.h).
sim_wraps := jd_yaml_parse exit flock close fstatvfs prctl clock_gettime \
  mdb_env_open mdb_env_close mdb_txn_begin mdb_txn_commit mdb_txn_abort \
  $(addprefix pthread_,create join mutex_init mutex_lock mutex_unlock cond_init cond_wait cond_signal)
$(BUILD)/o/sim/%.o: $(BUILD)/o/%/main.o Makefile
	@mkdir -p $(@D)
	$(call say,NAME)
	$(Q)objcopy --redefine-sym main=jd_$*_main --rename-section .bss=jd_$*_statics $< $@

$(BUILD)/jiandu-sim: $(call obj,$(wildcard tests/sim/*.c) $(filter-out daemon/zloop.c,$(daemon_src)) $(worker_src)) \
                     $(BUILD)/o/sim/daemon.o $(BUILD)/o/sim/workers.o \
                     $(call obj,$(filter-out base/log.c,$(base_src)) $(proto_src))
	$(call link,$(addprefix -Wl$(comma)--wrap=,$(sim_wraps)) $(common_libs) -llmdb -lsystemd)

pure_obj := $(call obj,$(worker_src) $(base_src) $(proto_src))
$(BUILD)/unit/%: $(BUILD)/o/tests/unit/%.o $(call obj,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))) $(pure_obj)
	$(call link,-lcmocka $(worker_libs))

# This one is of the command line's.
$(BUILD)/corpus/fuzz_json $(BUILD)/fuzz/fuzz_json: fuzz_libs := -ljansson -lzmq
$(BUILD)/corpus/fuzz_json $(BUILD)/fuzz/fuzz_json: $(call obj,ctl/json.c $(lib_src))

$(BUILD)/corpus/%: $(BUILD)/o/tests/fuzz/%.o $(BUILD)/o/tests/fuzz/replay.o $(pure_obj)
	$(call link,$(worker_libs) $(fuzz_libs))

# What tests put under a worker or the daemon, or take to a store. Nothing of the product is linked in.
FAULTS := $(BUILD)/faults/shim.so $(BUILD)/faults/steps.so $(BUILD)/faults/rows
$(BUILD)/faults/%.so: tests/faults/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu17 $(OPT) $(WARN) -fPIC -shared $< -ldl -o $@

$(BUILD)/faults/rows: tests/faults/rows.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu17 $(OPT) $(WARN) $< -llmdb -o $@

$(BUILD)/fuzz/%: $(BUILD)/o/tests/fuzz/%.o $(pure_obj)
	$(call link,-fsanitize=fuzzer $(worker_libs) $(fuzz_libs))

# ------------------------------------------------------------ to be called by people

run demo:
	@mk/deps.sh run
	@$(MAKE) all
	@mk/run.sh $@ $(BUILD) $(if $(filter run,$@),run,$(BUILD)/demo)

deps:
	@mk/deps.sh run test lint fuzz

# Ends with `N passed, N failed`.
test:
	@mk/deps.sh run test
	@$(MAKE) all unit-programs $(BUILD)/jiandu-count
	@$(PYTHON) tests/run.py --build $(BUILD)

.PHONY: unit-programs
unit-programs: $(UNIT) $(CORPUS) $(FAULTS) $(BUILD)/jiandu-sim

unit: unit-programs
	@$(PYTHON) tests/run.py --build $(BUILD) unit

san := -fsanitize=address,undefined -fno-sanitize-recover=undefined
asan:
	@mk/deps.sh run test
	@$(MAKE) BUILD=$(BUILD)/asan CFLAGS="-O1 -g -fno-omit-frame-pointer $(san) -fPIE" LDFLAGS="-pie $(san)" asan-tests
.PHONY: asan-tests
asan-tests: export LSAN_OPTIONS := suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0
asan-tests: all unit-programs
	@SEEDS=150 $(PYTHON) tests/run.py --build $(BUILD) unit sim conversation

# The worker's threads, watched. The daemon beside it is the usual one: into libzmq nobody can look.
tsan:
	@mk/deps.sh run test
	@$(MAKE) all
	@$(MAKE) BUILD=$(BUILD)/tsan CFLAGS="-O1 -g -fsanitize=thread -fPIE" LDFLAGS="-pie -fsanitize=thread" $(BUILD)/tsan/jiandu-worker
	@cp $(BUILD)/jiandud $(BUILD)/jianductl $(BUILD)/libjiandu.so.0 $(BUILD)/tsan
	@TSAN_OPTIONS=halt_on_error=1 $(PYTHON) tests/run.py --build $(BUILD)/tsan threads samples

# FUZZ_SECONDS for each target. What grows and what is found lies beside the targets, in build/fuzzing.
FUZZ_SECONDS ?= 60
fuzz:
	@mk/deps.sh run fuzz
	@$(MAKE) BUILD=$(BUILD)/fuzzing CC=clang LDFLAGS="-fsanitize=address,undefined" \
	  CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined" fuzz-round
.PHONY: fuzz-round
fuzz-round: $(FUZZERS)
	@mk/fuzz.sh $(FUZZ_SECONDS) $(FUZZERS)

# Kills, faults at each call, failing memory, power cuts, overload; ends with `N acknowledged, N lost`. QUICK=1, SEED=n.
torture:
	@mk/deps.sh run test
	@$(MAKE) all $(FAULTS) $(BUILD)/jiandu-sim
	@JD_BUILD=$(BUILD) $(PYTHON) tests/torture.py

# SEEDS of the simulation from FROM on; one that fails is named, and runs the same again.
FROM  ?= 1
SEEDS ?= 5000
sim:
	@mk/deps.sh run test
	@$(MAKE) $(BUILD)/jiandu-sim
	@$(BUILD)/jiandu-sim -j $(shell nproc) $(FROM) $(SEEDS)

# Deliberate mistakes (base/mutant.h), each caught by the test named beside it.
mutants:
	@mk/deps.sh run test
	@$(MAKE) all $(FAULTS) $(BUILD)/jiandu-sim
	@$(PYTHON) tests/mutants.py --build $(BUILD)

# PARTS="loop doors ..." for some of it; QUICK=1. What it is measured beside: mk/deps.sh bench.
bench: $(BUILD)/jiandu-bench $(BUILD)/jiandu-fill $(BUILD)/jiandu-count all
	@mk/bench.sh $(BUILD) policies

# Instructions a report, which no neighbour on the machine disturbs; wants valgrind.
count: $(BUILD)/jiandu-count
	@mk/count.sh $< policies

lint:
	@mk/deps.sh run test lint
	@$(MAKE) all
	@mk/lint.sh $(BUILD)

format:
	clang-format -i $(shell mk/sources.sh)

# A store of this version for the tests of all later ones: before a release, when what a store holds has changed.
.PHONY: keep-store
keep-store: all
	@JD_BUILD=$(BUILD) $(PYTHON) tests/keep_store.py $(VERSION)

# The pages that are printed from the tables.
docs: $(BUILD)/jianductl
	$(BUILD)/jianductl protocol > PROTOCOL.md
	$(PYTHON) tools/conformance.py --build $(BUILD) > docs/conformance.md

# Boots a systemd of its own in a container; wants root.
test-systemd:
	@mk/deps.sh run systemd
	@$(MAKE) all
	@tests/systemd.sh $(BUILD)

install: all
	@mk/install.sh '$(BUILD)' '$(DESTDIR)' '$(PREFIX)' '$(SYSCONFDIR)' '$(VERSION)'

clean:
	rm -rf build run

-include $(shell find $(BUILD)/o $(BUILD)/pic -name '*.d' 2>/dev/null)
