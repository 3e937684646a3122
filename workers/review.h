/* What those who select are shown of a round's applicants (LC-5.6, WH-5.4). */
#ifndef JD_REVIEW_H
#define JD_REVIEW_H

#include "workers/engine.h"

/* Packs the keys a receipt of round.review has besides the others', as of that entry; how many. */
size_t jd_review(jd_engine *g, const jd_policy *p, const jd_entry *e, jd_arena *a, jd_buf *out);

#endif
