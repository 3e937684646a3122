/* The record: every accepted command in order, hash-chained, with its body sealed.
 *
 * An entry says what was asked (sealed), what it did (changes, one event each) and why (reasons).
 * Its hash covers the entry before it. A case row points at its last entry and each change at the
 * one before, so a case's history is a walk and needs no index. */
#ifndef JD_JOURNAL_H
#define JD_JOURNAL_H

#include "proto/codes.h"
#include "proto/events.h"
#include "proto/states.h"
#include "workers/keyring.h"

enum { JD_CHAIN = 32, JD_ENTRY_FORMAT = 1 };

/* What a reason rests on. Indexes are those of the case's policy or of a message's layout. */
typedef enum {
    JD_ON_NOTHING,
    JD_ON_FORM,     /* a field of the application form */
    JD_ON_FIELD,    /* a field of the message itself */
    JD_ON_FACT,     /* a fact */
    JD_ON_DERIVED,  /* a derived value */
    JD_ON_ROUTE,    /* a routing rule */
    JD_ON_CLOCK,    /* a time limit */
    JD_ON_DUE,      /* the last day before this, a jd_day */
    JD_ON_CALENDAR, /* the calendar of that number */
    JD_ON_ACCUSED,  /* whom a report is about: told in the receipt, and in no event */
    JD_ON_READER,   /* who read: a department, JD_NO_DEPT for the person it is about */
} jd_ground;

typedef struct jd_reason {
    uint16_t rule; /* JD_NO_RULE for none */
    uint8_t on;    /* jd_ground */
    uint16_t index;
    uint8_t value; /* jd_tri, where it matters */
    jd_str text;   /* what was expected; refusals only, never stored */
} jd_reason;

typedef struct jd_changed {
    uint8_t entity, from, to, event;
    uint16_t dept;
    int32_t due; /* jd_day */
    uint64_t number, version, prev;
} jd_changed;

typedef struct jd_entry {
    uint64_t seq;
    uint16_t type; /* jd_msg */
    uint16_t policy;
    int64_t at;
    uint8_t id[16]; /* zero for what the worker tells itself */
    jd_str sender;
    uint64_t event_first;
    int changes_n, reasons_n;
    jd_changed *changes;
    jd_reason *reasons;
    uint64_t salt; /* with seq, the seal's nonce */
    jd_str sealed; /* reason of the header, then the canonical body */
    jd_txn *txn;   /* where it was read: its key is found there */
    uint8_t chain[JD_CHAIN];
} jd_entry;

/* Without the chain's hash, which jd_entry_close adds over the entry before and these bytes. `prev` may be `out`. */
void jd_entry_pack(const jd_entry *e, const jd_vault *v, const jd_secret *key, jd_slot slot, jd_str plain, jd_buf *out);
void jd_entry_close(jd_buf *entry, size_t start, const uint8_t prev[JD_CHAIN], uint8_t out[JD_CHAIN]);

bool jd_entry_parse(jd_str bytes, uint64_t seq, jd_arena *a, jd_entry *out);
/* What the entry did to one case; NULL for nothing. Its `prev` is the case's entry before. */
const jd_changed *jd_entry_change(const jd_entry *e, jd_case_id id);

bool jd_entry_read(jd_txn *t, uint64_t seq, jd_arena *a, jd_entry *out);

/* The sealed part, opened: the reason of the request's header and the canonical body. */
void jd_plain_pack(jd_str why, jd_str body, jd_buf *out);
bool jd_entry_plain(const jd_entry *e, const jd_vault *v, jd_arena *a, jd_str *plain); /* both, as packed */
bool jd_entry_open(const jd_entry *e, const jd_vault *v, jd_arena *a, jd_str *why, jd_str *body);
bool jd_entry_erased(const jd_entry *e); /* its key was destroyed: it never opens again */

#endif
