/* The division's state machine: apply(store, command), and nothing else decides anything.
 *
 * A command carries its time, its sender and its bytes; there is no clock, no randomness and no
 * environment in here, so the journal replayed into an empty store gives the same store. */
#ifndef JD_ENGINE_H
#define JD_ENGINE_H

#include "proto/actor.h"
#include "proto/receipt.h"
#include "workers/held.h"
#include "workers/journal.h"
#include "workers/news.h"
#include "workers/policy/policy.h"
#include "workers/rows.h"
#include "workers/scrub.h"

enum { JD_POLICIES_MAX = 1024, JD_CALENDARS_MAX = 1024, JD_REASONS_MAX = 32 };

/* What is counted over the division's life, beside cases and states: METER(name, "of what"). Numbers are
 * stored: new ones at the end. The lag is that of WH-7.4, from the day a problem was found to its report. */
#define JD_METERS(METER)                                           \
    METER(satisfied, "feedback the supervisor was satisfied with") \
    METER(unsatisfied, "feedback the supervisor was not")          \
    METER(undelivered, "feedback that did not arrive")             \
    METER(lag_0, "reports on the day it was found")                \
    METER(lag_3, "reports 1 to 3 days behind")                     \
    METER(lag_7, "reports 4 to 7 days behind")                     \
    METER(lag_30, "reports 8 to 30 days behind")                   \
    METER(lag_more, "reports later")

typedef enum {
#define METER(name, doc) JD_METER_##name,
    JD_METERS(METER)
#undef METER
        JD_METER_COUNT
} jd_meter_id;

/* What the store says about itself in one row, kept in memory while a batch is applied. */
typedef struct jd_tally {
    uint64_t seq, event_seq; /* last used */
    int64_t at;              /* time of the last command: never goes back */
    uint64_t people;
    uint64_t numbers[JD_E_COUNT];
    uint64_t in_state[JD_E_COUNT][32];
    uint64_t overdue[JD_E_COUNT];
    uint64_t meters[JD_METER_COUNT];
    uint16_t policies;  /* last number given to one */
    uint16_t policy;    /* in force, 0 for none yet */
    uint16_t pending;   /* comes into force on its day, 0 for none */
    uint16_t calendar;  /* in force; calendars are numbered as they come into force */
    bool reckoning;     /* running limits are being laid under it */
    uint8_t cursor[18]; /* the clock they are reckoned up to: a key of JD_DB_CLOCKS */
    uint8_t chain[JD_CHAIN];
} jd_tally;

typedef struct jd_engine {
    uint32_t division;
    jd_store *store;
    jd_vault *vault;
    jd_policy *_Atomic policies[JD_POLICIES_MAX];     /* by number - 1; readers look here too */
    jd_calendar *_Atomic calendars[JD_CALENDARS_MAX]; /* likewise */
    jd_tally tally;
    jd_txn txn;        /* the batch's */
    jd_arena arena;    /* a command's */
    jd_buf entry, row; /* scratch */
    jd_held held;
    uint8_t last_id[16];                /* the highest request id in the store: none above it was used */
    jd_buf gone;                        /* keys destroyed in this batch */
    jd_scrub scrub;                     /* and in those before, where copies may be left of them */
    _Atomic bool nearly_full;           /* new cases are told to come again; what is there goes on */
    jd_ms due_hint;                     /* nothing is due before; JD_NO_TIME: look */
    int reckons_left;                   /* in this batch */
    jd_news *news;                      /* where somebody wants to be told */
    struct jd_sealer *sealer;           /* NULL: entries are sealed where they are decided */
    uint64_t epoch;                     /* see restore.h */
    struct jd_checkpoints *checkpoints; /* NULL: none are made */
    struct jd_tries *tries;             /* the queries'; NULL: none are bounded */
} jd_engine;

typedef struct jd_command {
    jd_msg type;
    bool push;      /* no receipt: a refusal is announced as an event */
    bool id_binary; /* the receipt repeats the id as 16 bytes */
    const uint8_t *id;
    jd_ms at;
    uint64_t salt; /* randomness, drawn outside: see vault.h */
    jd_str sender;
    const jd_actor *actor; /* who that is; NULL: nobody to be asked (a replay, the worker itself) */
    jd_str why;            /* the header's reason */
    jd_str body;           /* the wire's map; canonical in a replay */
    bool canonical;
} jd_command;

/* Reads the tally and every policy the store knows. False with the reason in `why`. */
bool jd_engine_open(jd_engine *g, jd_store *store, jd_vault *vault, uint32_t division, char *why, size_t why_n);
void jd_engine_close(jd_engine *g);

const jd_policy *jd_engine_policy(const jd_engine *g, uint64_t number); /* 0: the one in force */
const jd_calendar *jd_engine_calendar(const jd_engine *g, uint64_t number);

/* A batch: begin, apply each, commit. apply appends one receipt to `receipt` (nothing for internal
 * commands), or leaves it to g->news. After a failed commit nothing of the batch happened. */
void jd_batch_begin(jd_engine *g);
void jd_apply(jd_engine *g, const jd_command *cmd, jd_buf *receipt);

/* The same in two steps. What a message says is read without the store, so another thread can do it while
 * the writer waits for the disk; what it comes to is decided in order. */
typedef struct jd_prepared {
    jd_command cmd;
    const void *msg;             /* the message's struct */
    jd_str plain;                /* canonical content: what is compared and sealed */
    const jd_problems *problems; /* NULL, or why it cannot be read */
} jd_prepared;

void jd_prepare(const jd_command *cmd, jd_arena *a, jd_buf *scratch, jd_prepared *out);
void jd_apply_prepared(jd_engine *g, const jd_prepared *p, jd_buf *receipt);
void jd_replay_refusal(jd_engine *g, const jd_entry *e, jd_str trace); /* of a pushed message */
int jd_batch_commit(jd_engine *g);

/* What the files say, taken up by commands of the worker's own where it differs from what is known. */
void jd_take_up(jd_engine *g, const jd_policy *p, const jd_calendar *cal, jd_ms now, uint64_t salt);

/* Puts the texts that policy.activate is about beside what its sender said; they are read outside. */
void jd_attach_policy(jd_prepared *p, jd_arena *a, jd_buf *scratch, jd_str text, jd_str parent);

/* Does what is due by `now`, as commands: a policy whose day has come, limits to reckon anew, clocks. True
 * when more is left than one batch should hold. */
bool jd_fire_due(jd_engine *g, jd_ms now, uint64_t salt);
jd_ms jd_next_due(jd_engine *g); /* JD_NO_TIME for none */

/* tally.c */
bool jd_tally_read(jd_txn *txn, jd_tally *t); /* all zero in an empty store */
void jd_tally_write(jd_txn *txn, const jd_tally *t);

/* render.c: what is stored, in the words of the contract. p is the policy the entry's reasons name. */
void jd_render_reasons(const jd_policy *p, jd_msg type, const jd_reason *r, int n, jd_because *out);
void jd_render_receipt(jd_engine *g, const jd_policy *p, const jd_command *cmd, const jd_entry *e, jd_arena *a,
                       jd_buf *out);
void jd_render_event(const jd_engine *g, const jd_policy *p, const jd_entry *e, int change, jd_buf *out);
void jd_publish(const jd_engine *g, const jd_policy *p, const jd_entry *e, int change, jd_buf *out); /* for the link */

/* Needs its receipt nothing but the entry? Then it can be put in words behind the transaction. */
bool jd_receipt_waits(jd_msg type);

#endif
