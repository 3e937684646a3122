#include <stdio.h>
#include <stdlib.h>

#include "ctl/lib/internal.h"

struct jd_news {
    const char *division, *at, *entity, *id, *event, *from, *to, *cause;
    uint64_t seq, version;
    jd_str bytes;
    char topic[160];
};

static const jd_text_key news_keys[] = {
    { "division", offsetof(jd_news, division) },
    { "at", offsetof(jd_news, at) },
    { "entity", offsetof(jd_news, entity) },
    { "id", offsetof(jd_news, id) },
    { "event", offsetof(jd_news, event) },
    { "from", offsetof(jd_news, from) },
    { "to", offsetof(jd_news, to) },
    { "cause", offsetof(jd_news, cause) },
};

/* A replayed event comes without its topic: it is made of what the event says. */
static bool set_topic(jd_news *n, jd_str topic)
{
    int len = topic.n ? snprintf(n->topic, sizeof n->topic, "%.*s", JD_FMT(topic))
                      : snprintf(n->topic, sizeof n->topic, "J.%s.%s.%s", n->division, n->entity, n->event);
    return len < (int)sizeof n->topic;
}

jd_news *jd_news_parse(jd_str map, jd_str topic)
{
    if (!jd_wire_is_map(map)) return NULL;
    jd_news *n = jd_texts_new(sizeof *n, news_keys, sizeof news_keys / sizeof *news_keys, map);
    if (!n) return NULL;
    n->bytes = (jd_str){ (char *)(n + 1), map.n };
    n->seq = jd_map_u64(map, "seq");
    n->version = jd_map_u64(map, "version");
    if (set_topic(n, topic)) return n;
    free(n);
    return NULL;
}

const char *jd_news_topic(const jd_news *n)
{
    return n->topic;
}

const char *jd_news_division(const jd_news *n)
{
    return n->division;
}

uint64_t jd_news_seq(const jd_news *n)
{
    return n->seq;
}

uint64_t jd_news_version(const jd_news *n)
{
    return n->version;
}

const char *jd_news_at(const jd_news *n)
{
    return n->at;
}

const char *jd_news_entity(const jd_news *n)
{
    return n->entity;
}

const char *jd_news_id(const jd_news *n)
{
    return n->id;
}

const char *jd_news_event(const jd_news *n)
{
    return n->event;
}

const char *jd_news_from(const jd_news *n)
{
    return n->from;
}

const char *jd_news_to(const jd_news *n)
{
    return n->to;
}

const char *jd_news_cause(const jd_news *n)
{
    return n->cause;
}

const void *jd_news_bytes(const jd_news *n, size_t *size)
{
    *size = n->bytes.n;
    return n->bytes.p;
}
