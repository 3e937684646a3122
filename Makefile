# jiandu. `make` builds build/jiandud, build/jiandu-worker, build/jianductl and libjiandu.
# `make run` and `make test` bring their own dependencies; the other targets expect them.

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
VERSION := 0.1.0

CC       ?= cc
OPT      ?= -O2 -g
CFLAGS   ?= $(OPT) -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS  ?= -pie -Wl,-z,relro,-z,now
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
JD_FLAGS  = -std=c17 -D_GNU_SOURCE -DJD_VERSION='"$(VERSION)"' $(WARN) -I. -Iinclude -MMD -MP

# What each program is made of. A new source file in a folder is found without being listed.
base_src    := $(wildcard base/*.c)
proto_src   := $(wildcard proto/*.c)
policy_src  := $(wildcard workers/policy/*.c)
worker_src  := $(filter-out workers/main.c,$(wildcard workers/*.c workers/rules/*.c workers/handlers/*.c)) $(policy_src)
daemon_src  := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
lib_src     := $(wildcard ctl/lib/*.c)
ctl_src     := $(wildcard ctl/*.c)
unit_src    := $(wildcard tests/unit/*.c)
bench_src   := $(wildcard bench/*.c)

obj = $(patsubst %.c,$(BUILD)/o/%.o,$(1))

common_libs := -lmsgpackc -lutf8proc -lyaml -lsodium
worker_libs := $(common_libs) -llmdb -luv -lsystemd -lpthread
daemon_libs := $(common_libs) -lzmq -luv -lsystemd
ctl_libs    := $(common_libs) -lzmq -ljansson

PROGRAMS := $(BUILD)/jiandud $(BUILD)/jiandu-worker $(BUILD)/jianductl $(BUILD)/libjiandu.so.0

.PHONY: all run demo test unit bench lint format asan fuzz install clean deps docs torture
all: $(PROGRAMS)

$(BUILD)/o/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(JD_FLAGS) $(CFLAGS) -c $< -o $@

# The library's objects again, position independent and with only the public names visible.
$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(JD_FLAGS) $(filter-out -fPIE,$(CFLAGS)) -fPIC -c $< -o $@

$(BUILD)/jiandud: $(call obj,daemon/main.c $(daemon_src) $(base_src) $(proto_src))
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(daemon_libs) -o $@

$(BUILD)/jiandu-worker: $(call obj,workers/main.c $(worker_src) $(base_src) $(proto_src))
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(worker_libs) -o $@

$(BUILD)/jianductl: $(call obj,$(ctl_src) $(lib_src) $(policy_src) $(base_src) $(proto_src))
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(ctl_libs) -o $@

$(BUILD)/libjiandu.so.0: $(patsubst %.c,$(BUILD)/pic/%.o,$(lib_src) $(base_src) $(proto_src)) ctl/lib/libjiandu.map
	$(CC) $(filter-out -fPIE,$(CFLAGS)) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,libjiandu.so.0 \
	  -Wl,--version-script=ctl/lib/libjiandu.map $(filter %.o,$^) $(common_libs) -lzmq -o $@
	ln -sf libjiandu.so.0 $(BUILD)/libjiandu.so

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
