/* What a batch has to say, kept as it was decided and put in words behind the commit, by the loop thread: meanwhile the
 * writer has the next batch. */
#ifndef JD_NEWS_H
#define JD_NEWS_H

#include "workers/journal.h"

struct jd_engine;
struct jd_policy;

typedef struct jd_news_item {
    struct jd_news_item *next;
    jd_entry entry;
    const struct jd_policy *policy; /* whose rules its reasons name */
    jd_str topic, event;            /* of what left no entry, in words already */
} jd_news_item;

typedef struct jd_news {
    jd_arena arena;
    jd_news_item *first, *last;
    bool answer_last; /* the command applied last is answered by its entry, the last item; else it was answered */
} jd_news;

void jd_news_add(jd_news *n, const jd_entry *e, const struct jd_policy *p);
void jd_news_add_told(jd_news *n, jd_str topic, jd_str event);

/* An item's events, as the link carries them; how many. */
uint32_t jd_news_publish(const struct jd_engine *g, const jd_news_item *i, jd_buf *out);

#endif
