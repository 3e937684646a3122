/* jiandud: faces the network, owns no data. Headers are read, bodies never. */
#ifndef JD_DAEMON_H
#define JD_DAEMON_H

#include "daemon/gate.h"
#include "daemon/heading.h"
#include "daemon/outflow.h"
#include "daemon/zloop.h"
#include "proto/decode.h"
#include "proto/link.h"

typedef struct jd_division jd_division;

/* A socket requests come in by: without keys (ipc, or loopback while there are none), or with. */
typedef struct jd_door {
    jd_daemon *d;
    jd_zsocket *s; /* NULL: no such endpoint */
    bool keyed;
} jd_door;
enum { JD_OPEN, JD_KEYED, JD_DOORS };

/* A socket with keys events go out by. It gives each of its peers whatever that one subscribes to, so a hall carries
 * only what all who are let in may hear. */
typedef struct jd_hall {
    jd_daemon *d;
    jd_zsocket *s;
    uint64_t divisions; /* a bit each, in the configuration's order */
    char domain[16];
} jd_hall;

/* Where a receipt goes. */
typedef struct jd_slot {
    jd_zsocket *to;
    jd_str peer; /* routing id */
    char room[32];
    bool delimiter; /* REQ: an empty frame in front */
    bool taken;
    const jd_division *asked; /* a query's worker: its answer dies with it. NULL: a command */
    jd_meter *meter;          /* a query's */
    uint8_t id[16];           /* a query's */
    uint8_t flags;            /* likewise, of its jd_link_msg */
    uint32_t next;            /* free list */
} jd_slot;

struct jd_daemon {
    uv_loop_t loop;
    jd_config *config;
    const char *config_file;
    jd_zloop *z;
    jd_door intake[JD_DOORS], push[JD_DOORS];
    jd_zsocket *events; /* without keys; NULL: no such endpoint */
    int halls_n;
    jd_hall halls[JD_ENDPOINTS_MAX];
    jd_outflow outflow;
    jd_zsocket *zap;
    jd_gate gate;
    jd_arena arena; /* one message's header */
    jd_alike alike; /* a header like the last one */
    jd_slot *slots;
    uint32_t slots_n, slots_free; /* head of the free list, slots_n when none */
    int64_t in_flight;            /* messages read and not yet answered */
    size_t in_flight_bytes;
    int divisions_n;
    jd_division *divisions[JD_DIVISIONS_MAX];
    uv_signal_t term, interrupt, hangup;
    uint64_t draining_since; /* loop time, ms */
    uint64_t idle_since;     /* likewise, with nothing left to answer; 0 before */
    uv_timer_t heartbeat, watchdog, drain;
    bool draining;
    bool more; /* can be read at once, as the last round left it */
};

/* clock.c: the time a division's commands carry. Under a simulated clock it is what their headers say;
 * it never goes back. */
typedef struct jd_clock {
    bool simulated;
    jd_ms at;       /* where it was set */
    uint64_t since; /* when, ms of the machine's monotonic clock */
} jd_clock;
jd_ms jd_system_ms(void);
jd_ms jd_clock_now(const jd_clock *c);
void jd_clock_set(jd_clock *c, jd_ms at);

/* doors.c */
bool jd_doors_open(jd_daemon *d, void (*on_round)(void *, bool)); /* behind the divisions */

void jd_on_subscription(void *hall, const jd_zmessage *m); /* gate.c */

/* intake.c: what front ends and staff send */
void jd_on_intake(void *door, const jd_zmessage *m);
void jd_on_push(void *door, const jd_zmessage *m);
void jd_backpressure(jd_daemon *d); /* read on, or not, by what is in flight */

/* slots.c */
bool jd_slots_init(jd_daemon *d, uint32_t n);
uint32_t jd_slot_take(jd_daemon *d, jd_zsocket *to, jd_str peer, bool delimiter); /* slots_n when none is free */
void jd_slot_answer(jd_daemon *d, uint32_t slot, jd_str receipt);
void jd_slot_asks(jd_daemon *d, const jd_link_msg *m, const jd_division *v, jd_meter *by); /* m is a query */
void jd_come_again(jd_daemon *d, const jd_link_msg *m); /* its sender is told to: no worker takes it now */
void jd_slots_lost(jd_daemon *d, const jd_division *v); /* its queries are told to come again */
void jd_answer(jd_zsocket *to, jd_str peer, bool delimiter, jd_str receipt);

/* division.c: one division's worker, its batches and its clocks */
jd_division *jd_division_new(jd_daemon *d, int place); /* in the configuration */
uint32_t jd_division_code(const jd_division *v);
uint64_t jd_division_event_seq(const jd_division *v);
uint64_t jd_division_epoch(const jd_division *v);
bool jd_division_up(const jd_division *v);
void jd_division_start(jd_division *v);
jd_ms jd_division_now(const jd_division *v);
void jd_division_set_time(jd_division *v, jd_ms at); /* a header's `at`; nothing without simulation */
bool jd_division_add(jd_division *v, const jd_link_msg *m, jd_meter *by); /* a command; false: busy, not taken */
bool jd_division_ask(jd_division *v, const jd_link_msg *m);               /* a query, at once */
void jd_division_flush(jd_division *v);
void jd_divisions_go_on(jd_daemon *d);       /* telling what waited for room in the outflow */
bool jd_division_idle(const jd_division *v); /* nothing gathered, nothing unanswered */
void jd_division_reload(jd_division *v);     /* the worker starts again, with the policy of the file */
void jd_division_close(jd_division *v);

/* worker.c: the process, where the daemon starts it itself */
typedef struct jd_child jd_child;
jd_child *jd_child_new(jd_daemon *d, uint32_t division);
void jd_child_start(jd_child *c);
void jd_child_stop(jd_child *c, bool again); /* SIGTERM; again: and start a new one */
void jd_child_reload(jd_child *c);           /* again, if its policy file is good */
void jd_child_kill(jd_child *c);

/* publish.c */
enum { JD_EVERYWHERE = -1 };
void jd_publish_event(jd_daemon *d, int division, jd_str topic, jd_str event); /* its place in the configuration */
void jd_publish_heartbeat(jd_daemon *d);
void jd_publish_refused(jd_daemon *d, const uint8_t id[16], jd_code code);

#endif
