#include "workers/tries.h"

#include <stdlib.h>

#include "base/log.h"

jd_tries *jd_tries_new(int64_t most)
{
    jd_tries *t = calloc(1, sizeof *t);
    if (!t) jd_die(JD_EX_TEMPFAIL, "out of memory");
    t->most = most;
    return t;
}

bool jd_tries_left(const jd_tries *t, uint64_t certificate, jd_day today)
{
    size_t i = certificate % JD_TRIES_PLACES;
    return t->of[i].day < today || t->of[i].wrong < t->most;
}

/* Days only go on: a clock that is set back gives no new tries. */
void jd_tries_wrong(jd_tries *t, uint64_t certificate, jd_day today)
{
    size_t i = certificate % JD_TRIES_PLACES;
    if (t->of[i].day < today) t->of[i].wrong = 0;
    if (t->of[i].day < today) t->of[i].day = today;
    t->of[i].wrong++;
}
