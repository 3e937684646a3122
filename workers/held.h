/* Supervisors whose rows were lately read, for the writer alone: a burst of reports comes from few of them. What is
 * held is what the transaction would read. */
#ifndef JD_HELD_H
#define JD_HELD_H

#include "workers/rows.h"

enum { JD_HELD_MAX = 256 };

typedef struct jd_held {
    uint64_t number[JD_HELD_MAX];              /* 0: none */
    struct jd_row_supervisor row[JD_HELD_MAX]; /* has no strings that could point elsewhere */
} jd_held;

const struct jd_row_supervisor *jd_held_find(const jd_held *h, uint64_t number); /* NULL: not held */
void jd_held_add(jd_held *h, uint64_t number, const struct jd_row_supervisor *row);
void jd_held_drop(jd_held *h, uint64_t number); /* its row is written anew */
void jd_held_drop_all(jd_held *h);              /* what was written is undone */

#endif
