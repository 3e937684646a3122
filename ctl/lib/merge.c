#include "ctl/lib/merge.h"

#include <stdlib.h>

static int add(jd_merge *m, jd_str division)
{
    jd_track *more = realloc(m->tracks, (m->n + 1) * sizeof *more);
    if (!more) return JD_NO_TRACK;
    m->tracks = more;
    jd_track *t = &more[m->n];
    bool from_now = m->since == JD_WATCH_NEW;
    *t = (jd_track){ .known = !from_now, .behind = !from_now, .next = m->since + 1, .epoch = -1 };
    memcpy(t->division, division.p, 6);
    return (int)m->n++;
}

static int find(jd_merge *m, jd_str division)
{
    for (size_t i = 0; i < m->n; i++)
        if (jd_str_is(division, m->tracks[i].division)) return (int)i;
    return m->all && division.n == 6 ? add(m, division) : JD_NO_TRACK;
}

int jd_merge_begin(jd_merge *m, const char *division)
{
    m->all = !division;
    if (m->all) return JD_RC_OK;
    if (strlen(division) != 6) return JD_RC_ARGUMENT;
    return add(m, jd_str_of(division)) == JD_NO_TRACK ? JD_RC_SYSTEM : JD_RC_OK;
}

void jd_merge_free(jd_merge *m)
{
    free(m->tracks);
    *m = (jd_merge){ 0 };
}

static void mention(jd_track *t, uint64_t seq, uint64_t next)
{
    if (!t->known) t->next = next;
    t->known = true;
    if (seq > t->seen) t->seen = seq;
}

void jd_merge_told(jd_merge *m, jd_str division, uint64_t last)
{
    int at = find(m, division);
    if (at != JD_NO_TRACK) mention(&m->tracks[at], last, last + 1);
}

bool jd_merge_epoch(jd_merge *m, jd_str division, int64_t epoch)
{
    int at = find(m, division);
    if (at == JD_NO_TRACK) return true;
    jd_track *t = &m->tracks[at];
    bool same = t->epoch < 0 || t->epoch == epoch;
    t->epoch = epoch;
    return same;
}

bool jd_merge_in_turn(jd_merge *m, jd_str division, uint64_t seq)
{
    int at = seq ? find(m, division) : JD_NO_TRACK;
    if (at == JD_NO_TRACK) return false;
    jd_track *t = &m->tracks[at];
    mention(t, seq, seq);
    if (seq != t->next) return false;
    t->next++;
    return true;
}

static bool missing(const jd_track *t)
{
    return t->known && (t->behind || t->seen >= t->next);
}

int jd_merge_ask(const jd_merge *m, jd_ms now)
{
    for (size_t i = 0; i < m->n; i++)
        if (missing(&m->tracks[i]) && m->tracks[i].ask_from <= now) return (int)i;
    return JD_NO_TRACK;
}

jd_ms jd_merge_ask_from(const jd_merge *m)
{
    jd_ms first = -1;
    for (size_t i = 0; i < m->n; i++) {
        const jd_track *t = &m->tracks[i];
        if (missing(t) && (first < 0 || t->ask_from < first)) first = t->ask_from;
    }
    return first;
}
