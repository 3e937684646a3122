#include "workers/told.h"

static bool read_entry(jd_told *w, uint64_t seq)
{
    if (jd_entry_read(w->txn, seq, w->a, &w->e)) return true;
    if (!w->txn->rc) w->txn->rc = JD_STORE_DAMAGED;
    return false;
}

static bool behind(const jd_entry *e, uint64_t seq)
{
    return e->event_first + (uint64_t)e->changes_n <= seq;
}

/* The first entry that reaches the event, or one behind the last. */
jd_told jd_told_from(jd_txn *t, jd_arena *a, uint64_t seq, uint64_t entries)
{
    jd_told w = { .txn = t, .a = a, .seq = seq, .entries = entries };
    uint64_t low = 1, high = entries + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (!read_entry(&w, middle)) break;
        if (behind(&w.e, seq))
            low = middle + 1;
        else
            high = middle;
    }
    w.entry = low;
    w.e.seq = 0;
    return w;
}

bool jd_told_next(jd_told *w)
{
    if (w->txn->rc) return false;
    while (w->entry <= w->entries) {
        if (w->e.seq != w->entry && !read_entry(w, w->entry)) return false;
        if (!behind(&w->e, w->seq)) {
            w->change = (int)(w->seq++ - w->e.event_first);
            return true;
        }
        w->entry++;
    }
    return false;
}
