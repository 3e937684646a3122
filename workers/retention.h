/* What has ended long enough ago, by the policy in force (PIPL 19, 47). Persons are kept until everything about them
 * has ended and its period has passed; reports go by the month they came in, when all of it is closed. */
#ifndef JD_RETENTION_H
#define JD_RETENTION_H

#include "workers/owner.h"

typedef enum {
    JD_KEPT_NOT,       /* there is no such person, or no report of that month */
    JD_KEPT_ERASED,    /* already */
    JD_KEPT_OPEN,      /* something has not ended */
    JD_KEPT_RUNNING,   /* the period has not passed */
    JD_KEPT_NO_PERIOD, /* ended, and the policy names no period */
    JD_KEPT_DUE,
} jd_keeping;

typedef struct jd_kept {
    jd_keeping is;
    jd_day ended, until; /* the last end; the first day on which it is due */
    bool consent;        /* it rests on consent: withdrawn, the period is not waited for */
    uint16_t rule;
    jd_case_id last;  /* the person's newest appointment, else application */
    uint64_t reports; /* of a month */
} jd_kept;

/* Whose reports are open: read once for all persons of a command, when the first of them ever reported. */
typedef struct jd_reporters {
    jd_arena *arena;
    bool read;
    uint64_t n, *supervisors; /* with repetitions */
} jd_reporters;

jd_kept jd_person_kept(jd_txn *t, jd_arena *a, const jd_policy *p, jd_reporters *open, uint64_t person, jd_day today);
jd_kept jd_month_kept(jd_txn *t, const jd_policy *p, uint64_t reports, uint64_t month, jd_day today);

/* The month of a slot: its first day, and written. */
jd_day jd_month_start(uint64_t month);
bool jd_month_parse(jd_str text, uint64_t *month); /* "2026-01" */

/* The first report received at or after an instant, of those there are. */
uint64_t jd_first_report(jd_txn *t, uint64_t reports, jd_ms from);

#endif
