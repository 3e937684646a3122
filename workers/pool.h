/* The applicants of a round as they stood at an entry: who is counted, how the pool is made up, in which order. */
#ifndef JD_POOL_H
#define JD_POOL_H

#include "workers/handler.h"

enum { JD_AGES = 201 };

typedef struct jd_applicant {
    uint64_t number;
    int state, age, weight;
    uint32_t met; /* a bit each priority */
} jd_applicant;

/* How often a coded field has a value. */
typedef struct jd_pool_count {
    const jd_field *field;
    jd_str value;
    uint64_t n;
} jd_pool_count;

typedef struct jd_pool {
    jd_engine *g;
    const jd_policy *p;
    jd_arena *a;
    uint64_t seq; /* the entry: nothing behind it counts */
    jd_day day;
    bool all; /* also who is undecided and not eligible */
    bool cut; /* more applied than are looked at */
    uint64_t n, counts_n;
    jd_applicant *v;
    jd_pool_count *counts;
    uint64_t ages[JD_AGES];
} jd_pool;

/* Fills g, p, a, seq, day, all before; reads the round's applications and puts them in order. */
void jd_pool_read(jd_pool *pool, uint64_t round);
bool jd_pool_form(jd_pool *pool, uint64_t application, jd_arena *a, jd_form *form); /* as it was then */

#endif
