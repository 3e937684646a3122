#include "workers/news.h"

#include "base/mutant.h"
#include "workers/engine.h"

static jd_news_item *add(jd_news *n)
{
    jd_news_item *i = jd_alloc(&n->arena, sizeof *i);
    if (n->last)
        n->last->next = i;
    else
        n->first = i;
    return n->last = i;
}

static void *kept(jd_arena *a, const void *p, size_t n)
{
    void *copy = jd_alloc(a, n);
    if (n) memcpy(copy, p, n);
    return copy;
}

void jd_news_add(jd_news *n, const jd_entry *e, const jd_policy *p)
{
    jd_news_item *i = add(n);
    i->entry = *e;
    i->policy = p;
    i->entry.changes = kept(&n->arena, e->changes, sizeof *e->changes * (size_t)e->changes_n);
    i->entry.reasons = kept(&n->arena, e->reasons, sizeof *e->reasons * (size_t)e->reasons_n);
    for (int r = 0; r < e->reasons_n; r++)
        if (e->reasons[r].text.n) i->entry.reasons[r].text = jd_copy(&n->arena, e->reasons[r].text);
}

void jd_news_add_told(jd_news *n, jd_str topic, jd_str event)
{
    jd_news_item *i = add(n);
    i->topic = jd_copy(&n->arena, topic);
    i->event = jd_copy(&n->arena, event);
}

uint32_t jd_news_publish(const jd_engine *g, const jd_news_item *i, jd_buf *out)
{
    if (i->topic.p) {
        jd_buf_lstr(out, i->topic);
        jd_buf_lstr(out, i->event);
        return 1;
    }
    if (JD_IS_MUTANT(skipped_event) && i->entry.seq % 50 == 0) return 0;
    for (int c = 0; c < i->entry.changes_n; c++) jd_publish(g, i->policy, &i->entry, c, out);
    return (uint32_t)i->entry.changes_n;
}
