/* Live events and asked-for ones, merged by number (merge.c). Published events can be lost on the
 * way (late subscription, full queues, a daemon starting anew), never in the store: whatever shows
 * that a number was missed makes the watch ask for the events since, and what then comes twice is
 * dropped. So a live event out of order need not be kept: it will be in the answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "ctl/lib/internal.h"
#include "ctl/lib/merge.h"
#include "proto/pack.h"

enum {
    PAGE = 500,     /* events an answer */
    QUIET = 10000,  /* ms without anything live, after which the watch asks */
    AGAIN = 200,    /* ms before asking again for what the answer did not have yet */
    AT_ONCE = 1000, /* live events looked at before the answers' turn */
    TOPIC_MAX = 200 /* bytes; libzmq 4.3.4 mangles subscriptions from 246 on */
};

static const uint64_t last_number = 9007199254740991; /* 2^53 - 1 */

struct jd_watch {
    void *context, *live;
    jd_client *client;
    char **topics;
    size_t topics_n;
    jd_merge merge;
    int asked;      /* track whose events are being asked for, or JD_NO_TRACK */
    jd_reply *page; /* the answer that is being read */
    jd_cur page_at;
    uint32_t page_left;
    int page_of;
    jd_ms quiet_at;
    jd_news *news; /* the caller's, until the next call */
    jd_frames in;
    char problem[256];
};

/* ------------------------------------------------------------ open and close */

static void subscribe(jd_watch *w, const char *topic)
{
    zmq_setsockopt(w->live, ZMQ_SUBSCRIBE, topic, strlen(topic));
}

/* The whole division is subscribed, since numbers are without gaps only in the whole; the caller's
 * topics choose among what came. */
static int take_topics(jd_watch *w, const char *division, const char *const *topics, size_t n)
{
    char whole[16] = "J.";
    if (division) snprintf(whole, sizeof whole, "J.%s.", division);
    subscribe(w, whole);
    subscribe(w, "S.heartbeat");
    w->topics = calloc(n + 1, sizeof *w->topics);
    for (size_t i = 0; w->topics && i < n; i++) {
        if (strlen(topics[i]) > TOPIC_MAX) return JD_RC_ARGUMENT;
        if (strncmp(topics[i], "S.", 2) == 0) subscribe(w, topics[i]);
        w->topics[i] = strdup(topics[i]);
        if (!w->topics[i]) return JD_RC_SYSTEM;
        w->topics_n++;
    }
    return w->topics ? JD_RC_OK : JD_RC_SYSTEM;
}

static int open_sockets(jd_watch *w, const jd_options *o)
{
    int rc = jd_client_open(&w->client, o);
    if (rc != JD_RC_OK) return rc;
    w->context = jd_zmq_hold();
    if (!w->context) return JD_RC_SYSTEM;
    jd_curve keys;
    if (jd_curve_read(&keys, o) != JD_RC_OK) return JD_RC_KEY;
    w->live = jd_zmq_socket(w->context, ZMQ_SUB, o->events, 0, &keys);
    int why = errno;
    jd_certificate_forget(&keys.own);
    errno = why;
    if (w->live) return JD_RC_OK;
    return errno == EMFILE || errno == ENOMEM ? JD_RC_SYSTEM : JD_RC_ENDPOINT;
}

static int find_baseline(jd_watch *w, const char *division);

int jd_watch_open(jd_watch **out, const jd_options *o, const char *division, const char *const *topics, size_t topics_n,
                  uint64_t since)
{
    if (!o || !o->intake || !o->events) return JD_RC_ENDPOINT;
    if (since > last_number && since != JD_WATCH_NEW) return JD_RC_ARGUMENT;
    jd_watch *w = calloc(1, sizeof *w);
    if (!w) return JD_RC_SYSTEM;
    w->merge.since = since;
    w->asked = JD_NO_TRACK;
    w->quiet_at = jd_monotonic_ms() + QUIET;
    int rc = jd_merge_begin(&w->merge, division);
    if (rc == JD_RC_OK) rc = open_sockets(w, o);
    if (rc == JD_RC_OK) rc = take_topics(w, division, topics, topics_n);
    if (rc == JD_RC_OK && division && since == JD_WATCH_NEW) rc = find_baseline(w, division);
    if (rc != JD_RC_OK)
        jd_watch_close(&w);
    else
        *out = w;
    return rc;
}

void jd_watch_close(jd_watch **at)
{
    jd_watch *w = at ? *at : NULL;
    if (!w) return;
    *at = NULL;
    if (w->live) zmq_close(w->live);
    if (w->context) jd_zmq_release();
    jd_client_close(&w->client);
    for (size_t i = 0; i < w->topics_n; i++) free(w->topics[i]);
    free(w->topics);
    jd_merge_free(&w->merge);
    jd_reply_free(&w->page);
    free(w->news);
    jd_buf_free(&w->in.bytes);
    free(w);
}

const char *jd_watch_problem(const jd_watch *w)
{
    return w->problem;
}

/* ------------------------------------------------------------ asking */

static void events_since(jd_buf *b, uint64_t after, uint64_t limit)
{
    jd_pack_map(b, 2);
    jd_pack_ku(b, "after", after);
    jd_pack_ku(b, "limit", limit);
}

static jd_request question(const char *division, const jd_buf *body)
{
    return (jd_request){ .type = "events.since", .division = division, .body = body->p, .body_n = body->n };
}

/* Whether the answer is one; if not, why. */
static int judge(jd_watch *w, const jd_reply *r)
{
    if (r->status == JD_REPLY_OK) return JD_RC_OK;
    if (r->status == JD_REPLY_UNKNOWN || r->status == JD_REPLY_BUSY) return JD_RC_UNANSWERED;
    snprintf(w->problem, sizeof w->problem, "%s: %s", r->code, r->text);
    return JD_RC_REFUSED;
}

/* From now on means behind the last event, which every answer names as `last`. Without that the
 * first heartbeat or event says where the division stands. */
static int find_baseline(jd_watch *w, const char *division)
{
    const char *key = "last";
    jd_wvalue last = { .kind = JD_W_BAD };
    jd_buf body = { 0 };
    jd_reply *answer = NULL;
    events_since(&body, last_number, 1);
    jd_request r = question(division, &body);
    int rc = jd_client_request(w->client, &r, &answer);
    if (rc == JD_RC_OK) rc = judge(w, answer);
    if (rc == JD_RC_OK) jd_wire_pick(answer->bytes, &key, 1, &last);
    if (last.kind == JD_W_INT && last.i >= 0) jd_merge_told(&w->merge, jd_str_of(division), (uint64_t)last.i);
    jd_reply_free(&answer);
    jd_buf_free(&body);
    return rc == JD_RC_REFUSED ? JD_RC_OK : rc; /* jd_watch_next tells it, with the problem */
}

static int ask_for_missing(jd_watch *w, jd_ms now)
{
    int at = w->asked == JD_NO_TRACK && !w->page ? jd_merge_ask(&w->merge, now) : JD_NO_TRACK;
    if (at == JD_NO_TRACK) return JD_RC_OK;
    jd_buf body = { 0 };
    events_since(&body, w->merge.tracks[at].next - 1, PAGE);
    jd_request r = question(w->merge.tracks[at].division, &body);
    int rc = jd_client_send(w->client, &r, NULL);
    if (rc == JD_RC_OK) w->asked = at;
    jd_buf_free(&body);
    return rc;
}

static void begin_page(jd_watch *w, jd_reply *r)
{
    const char *key = "events";
    jd_wvalue list;
    jd_wire_pick(r->bytes, &key, 1, &list);
    if (list.kind != JD_W_LIST) list.s = (jd_str){ "\x90", 1 };
    w->page = r;
    w->page_of = w->asked;
    w->page_at = jd_cur_of(list.s.p, list.s.n);
    jd_wire_next(&w->page_at, &list);
    w->page_left = list.n;
}

static int take_answer(jd_watch *w, jd_ms now)
{
    jd_reply *r = NULL;
    if (w->asked == JD_NO_TRACK) return JD_RC_OK;
    int rc = jd_client_wait(w->client, &r, 0);
    if (rc == JD_RC_TIMEOUT) return JD_RC_OK;
    if (rc == JD_RC_OK) rc = judge(w, r);
    if (rc == JD_RC_OK) {
        begin_page(w, r);
    } else {
        w->merge.tracks[w->asked].ask_from = now + AGAIN;
        jd_reply_free(&r);
    }
    if (rc != JD_RC_INTERRUPTED) w->asked = JD_NO_TRACK;
    return rc;
}

/* ------------------------------------------------------------ one event */

static bool wanted(const jd_watch *w, const char *topic)
{
    for (size_t i = 0; i < w->topics_n; i++)
        if (strncmp(topic, w->topics[i], strlen(w->topics[i])) == 0) return true;
    return w->topics_n == 0 && topic[0] == 'J';
}

static bool in_turn(jd_watch *w, const jd_news *n)
{
    if (strncmp(jd_news_topic(n), "S.", 2) == 0) return true; /* not numbered */
    return jd_merge_in_turn(&w->merge, jd_str_of(jd_news_division(n)), jd_news_seq(n));
}

/* Keeps the event for the caller when it is new and asked for; takes it over either way. */
static bool offer(jd_watch *w, jd_news *n)
{
    if (n && in_turn(w, n) && wanted(w, jd_news_topic(n))) {
        w->news = n;
        return true;
    }
    free(n);
    return false;
}

static jd_str next_in_page(jd_watch *w)
{
    const char *from = w->page_at.p;
    jd_wire_skip(&w->page_at);
    w->page_left--;
    return (jd_str){ from, (uint32_t)(w->page_at.p - from) };
}

/* A hole in an answer would be asked for again for ever. */
static void check_hole(jd_watch *w, const jd_news *n)
{
    const jd_track *t = &w->merge.tracks[w->page_of];
    if (n && jd_news_seq(n) > t->next)
        snprintf(w->problem, sizeof w->problem, "events.since left out number %llu of %s", (unsigned long long)t->next,
                 t->division);
}

static void end_page(jd_watch *w)
{
    const char *key = "more";
    jd_wvalue more;
    jd_track *t = &w->merge.tracks[w->page_of];
    jd_wire_pick(w->page->bytes, &key, 1, &more);
    t->behind = more.kind == JD_W_BOOL && more.yes;
    t->ask_from = t->behind ? 0 : jd_monotonic_ms() + AGAIN;
    jd_reply_free(&w->page);
}

static bool next_from_page(jd_watch *w)
{
    while (w->page && w->page_left) {
        jd_news *n = jd_news_parse(next_in_page(w), (jd_str){ "", 0 });
        check_hole(w, n);
        if (offer(w, n)) return true;
    }
    if (w->page) end_page(w);
    return false;
}

/* {division, seq, epoch}: how the loss of a division's very last event shows. A daemon that has just
 * started says 0 until its worker is there, which tells nothing. */
static void take_pulse(jd_watch *w, jd_str map)
{
    static const char *const keys[] = { "division", "seq", "epoch" };
    jd_wvalue v[3];
    if (!jd_wire_is_map(map)) return;
    jd_wire_pick(map, keys, 3, v);
    if (v[0].kind != JD_W_STR || v[1].kind != JD_W_INT || v[1].i <= 0) return;
    if (v[2].kind == JD_W_INT && !jd_merge_epoch(&w->merge, v[0].s, v[2].i))
        snprintf(w->problem, sizeof w->problem,
                 "division %.*s was restored from a backup: its events are numbered anew; begin anew", JD_FMT(v[0].s));
    jd_merge_told(&w->merge, v[0].s, (uint64_t)v[1].i);
}

static void take_heartbeat(jd_watch *w, jd_str map)
{
    const char *key = "divisions";
    jd_wvalue list;
    if (!jd_wire_is_map(map)) return;
    jd_wire_pick(map, &key, 1, &list);
    if (list.kind != JD_W_LIST) return;
    jd_cur c = jd_cur_of(list.s.p, list.s.n);
    jd_wire_next(&c, &list);
    for (uint32_t i = 0; i < list.n; i++) {
        const char *from = c.p;
        jd_wire_skip(&c);
        take_pulse(w, (jd_str){ from, (uint32_t)(c.p - from) });
    }
}

static bool next_from_live(jd_watch *w)
{
    for (int i = 0; i < AT_ONCE && jd_zmq_receive(w->live, &w->in); i++) {
        w->quiet_at = jd_monotonic_ms() + QUIET;
        if (w->in.n != 2) continue;
        if (jd_str_is(w->in.frame[0], "S.heartbeat")) take_heartbeat(w, w->in.frame[1]);
        if (offer(w, jd_news_parse(w->in.frame[1], w->in.frame[0]))) return true;
    }
    return false;
}

/* ------------------------------------------------------------ next */

/* A live daemon is never silent for long: either it is gone, or what it said was lost. */
static int doubt_silence(jd_watch *w, jd_ms now)
{
    if (now < w->quiet_at) return JD_RC_OK;
    for (size_t i = 0; i < w->merge.n; i++) w->merge.tracks[i].behind = true;
    w->quiet_at = now + QUIET;
    return w->merge.n ? JD_RC_OK : JD_RC_UNANSWERED;
}

static jd_ms earlier(jd_ms a, jd_ms b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int wait_for_any(jd_watch *w, jd_ms until)
{
    until = earlier(earlier(until, jd_client_due(w->client)), w->quiet_at);
    if (w->asked == JD_NO_TRACK) until = earlier(until, jd_merge_ask_from(&w->merge));
    return jd_zmq_poll(w->live, jd_client_socket(w->client), until);
}

static int ask_and_wait(jd_watch *w, jd_ms until)
{
    jd_ms now = jd_monotonic_ms();
    int rc = doubt_silence(w, now);
    if (rc == JD_RC_OK) rc = ask_for_missing(w, now);
    if (rc == JD_RC_OK) rc = take_answer(w, now);
    if (rc != JD_RC_OK || w->page) return rc;
    return until >= 0 && now >= until ? JD_RC_TIMEOUT : wait_for_any(w, until);
}

int jd_watch_next(jd_watch *w, const jd_news **out, int timeout_ms)
{
    jd_ms until = timeout_ms < 0 ? -1 : jd_monotonic_ms() + timeout_ms;
    int rc = JD_RC_OK;
    free(w->news);
    w->news = NULL;
    while (rc == JD_RC_OK && !w->problem[0])
        if (next_from_page(w) || next_from_live(w)) {
            *out = w->news;
            return JD_RC_OK;
        } else {
            rc = ask_and_wait(w, until);
        }
    return w->problem[0] ? JD_RC_REFUSED : rc;
}
