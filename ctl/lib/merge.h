/* Which event comes next, per division: the pure part of a watch. Numbers run without gaps from 1,
 * so one number says all that was seen, and any larger one mentioned says what is missing. */
#ifndef JD_CTL_MERGE_H
#define JD_CTL_MERGE_H

#include "base/civil.h"
#include "include/jiandu/jiandu.h"

typedef struct jd_track {
    char division[7];
    bool known;     /* `next` says something */
    bool behind;    /* more is missing than `seen` tells */
    uint64_t next;  /* the number to come */
    uint64_t seen;  /* the highest anybody mentioned */
    jd_ms ask_from; /* what is missing is not asked for before */
    int64_t epoch;  /* of the division's store, -1 before it is known */
} jd_track;

typedef struct jd_merge {
    bool all;       /* takes up every division it hears of, else only the one it began with */
    uint64_t since; /* last number already seen, or JD_WATCH_NEW */
    jd_track *tracks;
    size_t n;
} jd_merge;

enum { JD_NO_TRACK = -1 };

int jd_merge_begin(jd_merge *m, const char *division); /* NULL: all; a jd_rc */
void jd_merge_free(jd_merge *m);

/* The division's last number is told: by a heartbeat, or by the answer that begins a watch. */
void jd_merge_told(jd_merge *m, jd_str division, uint64_t last);

/* False when the store is another one than before, restored from a backup: its numbers mean other events. */
bool jd_merge_epoch(jd_merge *m, jd_str division, int64_t epoch);

/* An event is here: is it the one to come? If so the next is the one behind it. */
bool jd_merge_in_turn(jd_merge *m, jd_str division, uint64_t seq);

int jd_merge_ask(const jd_merge *m, jd_ms now); /* index of a track to ask for now, or none */
jd_ms jd_merge_ask_from(const jd_merge *m);     /* when the next may be asked for, -1 never */

#endif
