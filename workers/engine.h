/* The division's state machine: apply(store, command), and nothing else decides anything.
 *
 * A command carries its time, its sender and its bytes; there is no clock, no randomness and no
 * environment in here, so the journal replayed into an empty store gives the same store. */
#ifndef JD_ENGINE_H
#define JD_ENGINE_H

#include "proto/receipt.h"
#include "workers/journal.h"
#include "workers/policy/policy.h"
#include "workers/rows.h"

enum { JD_POLICIES_MAX = 1024, JD_REASONS_MAX = 32 };

/* What the store says about itself in one row, kept in memory while a batch is applied. */
typedef struct jd_tally {
    uint64_t seq, event_seq; /* last used */
    int64_t at;              /* time of the last command: never goes back */
    uint64_t people;
    uint64_t numbers[JD_E_COUNT];
    uint64_t in_state[JD_E_COUNT][32];
    uint64_t overdue[JD_E_COUNT];
    uint16_t policy; /* in force, 0 for none yet */
    uint8_t chain[JD_CHAIN];
} jd_tally;

typedef struct jd_engine {
    uint32_t division;
    jd_store *store;
    jd_vault *vault;
    jd_policy *_Atomic policies[JD_POLICIES_MAX]; /* by number - 1; readers look here too */
    jd_tally tally;
    jd_txn txn;               /* the batch's */
    jd_arena arena;           /* the batch's */
    jd_buf entry, row;        /* scratch */
    _Atomic bool nearly_full; /* new cases are told to come again; what is there goes on */
    jd_ms due_hint;           /* no clock is due before; JD_NO_TIME: look */
    jd_buf *events;           /* packed for publishing, where somebody wants them */
    uint32_t events_n;
    uint64_t epoch;                     /* see restore.h */
    struct jd_checkpoints *checkpoints; /* NULL: none are made */
} jd_engine;

typedef struct jd_command {
    jd_msg type;
    bool push;      /* no receipt: a refusal is announced as an event */
    bool id_binary; /* the receipt repeats the id as 16 bytes */
    const uint8_t *id;
    jd_ms at;
    uint64_t salt; /* randomness, drawn outside: see vault.h */
    jd_str sender;
    jd_str why;  /* the header's reason */
    jd_str body; /* the wire's map; canonical in a replay */
    bool canonical;
} jd_command;

/* Reads the tally and every policy the store knows. False with the reason in `why`. */
bool jd_engine_open(jd_engine *g, jd_store *store, jd_vault *vault, uint32_t division, char *why, size_t why_n);
void jd_engine_close(jd_engine *g);

const jd_policy *jd_engine_policy(const jd_engine *g, uint64_t number); /* 0: the one in force */

/* A batch: begin, apply each, commit. apply appends one receipt to `receipt` (nothing for internal
 * commands). After a failed commit nothing of the batch happened. */
void jd_batch_begin(jd_engine *g, jd_buf *events);
void jd_apply(jd_engine *g, const jd_command *cmd, jd_buf *receipt);

/* The same in two steps. What a message says is read without the store, so another thread can do it while
 * the writer waits for the disk; what it comes to is decided in order. */
typedef struct jd_prepared {
    jd_command cmd;
    const void *msg;             /* the message's struct */
    jd_str plain;                /* canonical content: what is compared and sealed */
    const jd_problems *problems; /* NULL, or why it cannot be read */
} jd_prepared;

void jd_prepare(const jd_command *cmd, jd_arena *a, jd_prepared *out);
void jd_apply_prepared(jd_engine *g, const jd_prepared *p, jd_buf *receipt);
void jd_replay_refusal(jd_engine *g, const jd_entry *e, jd_str trace); /* of a pushed message */
int jd_batch_commit(jd_engine *g);

/* The policy of the files, activated by a command when it differs from the one in force. */
void jd_activate(jd_engine *g, const jd_policy *p, jd_ms now, uint64_t salt);

/* Fires what is due by `now`, as commands; true when more is left than one batch should hold. */
bool jd_fire_due(jd_engine *g, jd_ms now, uint64_t salt);
jd_ms jd_next_due(jd_engine *g); /* JD_NO_TIME for none */

/* tally.c */
bool jd_tally_read(jd_txn *txn, jd_tally *t); /* all zero in an empty store */
void jd_tally_write(jd_txn *txn, const jd_tally *t);

/* render.c: what is stored, in the words of the contract. p is the policy the entry's reasons name. */
void jd_render_reasons(const jd_policy *p, jd_msg type, const jd_reason *r, int n, jd_because *out);
void jd_render_receipt(const jd_engine *g, const jd_policy *p, const jd_command *cmd, const jd_entry *e, jd_arena *a,
                       jd_buf *out);
void jd_render_event(const jd_engine *g, const jd_policy *p, const jd_entry *e, int change, jd_buf *topic,
                     jd_buf *event);
void jd_publish(jd_engine *g, const jd_entry *e, int change, jd_buf *out); /* as the link carries it */

#endif
