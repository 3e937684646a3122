#include "daemon/crowd.h"

#include <stdlib.h>

#include "base/log.h"
#include "daemon/daemon.h"

enum { PLACES = JD_AT_HALLS + JD_ENDPOINTS_MAX };
enum { SILENT_MS = 10000 }; /* twice what libzmq leaves a handshake */

jd_zsocket *jd_crowd_socket(const jd_daemon *d, int place)
{
    if (place < 0 || place >= JD_AT_HALLS + d->halls_n) return NULL;
    if (place >= JD_AT_HALLS) return d->halls[place - JD_AT_HALLS].s;
    return (place == JD_AT_INTAKE ? d->intake : d->push)[JD_KEYED].s;
}

int jd_crowd_place(const jd_daemon *d, jd_str domain)
{
    if (jd_str_is(domain, "intake")) return JD_AT_INTAKE;
    if (jd_str_is(domain, "push")) return JD_AT_PUSH;
    for (int i = 0; i < d->halls_n; i++)
        if (jd_str_is(domain, d->halls[i].domain)) return JD_AT_HALLS + i;
    return -1;
}

void jd_crowd_count(jd_daemon *d)
{
    jd_zsocket *s;
    d->gate.connections = 0;
    for (int i = 0; i < PLACES; i++)
        if ((s = jd_crowd_socket(d, i))) d->gate.connections += jd_z_peers(s, &d->gate.failed)->connections;
}

static void hang_up(jd_daemon *d, jd_zsocket *s, int fd)
{
    d->gate.ended++;
    jd_z_hang_up(s, fd);
}

/* A message of a connection that was let in when its socket had accepted so many: that connection was there then, and
 * with its descriptor, for without our answer it could not have sent anything. So whoever has the descriptor now and was
 * accepted by then is the same one; whoever was accepted later is not. */
void jd_crowd_claim(jd_daemon *d, jd_zsocket *s, const jd_zmessage *m, jd_meter *owner, uint64_t accepted)
{
    jd_peer *e = jd_peer_find(jd_z_known_peers(s), m->fd, accepted);
    if (!e || e->owner) return;
    jd_peer_claim(e, owner);
    if (owner->kept <= d->config->client.connections) return;
    d->gate.limited++;
    /* what was read of it counts */
    if (jd_peer_find(jd_z_peers(s, &d->gate.failed), m->fd, accepted)) hang_up(d, s, m->fd);
}

/* ------------------------------------------------------------ whose key may not be here */

/* The places that some key has lost since this was last asked. */
static unsigned look_at_keys(jd_daemon *d)
{
    unsigned lost = 0;
    for (jd_meter *m = d->gate.meters; m; m = m->next) {
        unsigned may = 0;
        for (int i = 0; i < PLACES; i++) may |= (unsigned)jd_gate_lets(d, jd_str_of(m->key), i) << i;
        lost |= m->may & ~may;
        m->may = may;
    }
    return lost;
}

/* Where a key was lost, those that have said nothing yet could be its own: they go too, and others come again. */
static void end_the_unwanted(jd_daemon *d, unsigned lost)
{
    jd_zsocket *s;
    for (int i = 0; i < PLACES; i++) {
        if (!(s = jd_crowd_socket(d, i))) continue;
        const jd_peers *p = jd_z_peers(s, &d->gate.failed);
        for (int fd = 0; fd < p->n; fd++) {
            const jd_peer *e = &p->v[fd];
            unsigned unwanted = e->owner ? ~e->owner->may : lost;
            if (e->ordinal && !e->ended && unwanted >> i & 1) hang_up(d, s, fd);
        }
    }
}

/* ------------------------------------------------------------ who says nothing */

static bool silent(const jd_peer *e, uint64_t now)
{
    return e->ordinal && !e->owner && !e->ended && now - e->since >= SILENT_MS;
}

static int by_age(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* When each of the silent ones came. */
static jd_buf silences(jd_daemon *d, uint64_t now)
{
    jd_buf b = { 0 };
    jd_zsocket *s;
    for (int i = 0; i < PLACES; i++) {
        if (!(s = jd_crowd_socket(d, i))) continue;
        const jd_peers *p = jd_z_known_peers(s);
        for (int fd = 0; fd < p->n; fd++)
            if (silent(&p->v[fd], now)) jd_buf_add(&b, &p->v[fd].since, sizeof p->v[fd].since);
    }
    return b;
}

static void end_since(jd_daemon *d, uint64_t now, uint64_t last)
{
    jd_zsocket *s;
    for (int i = 0; i < PLACES; i++) {
        if (!(s = jd_crowd_socket(d, i))) continue;
        const jd_peers *p = jd_z_known_peers(s);
        for (int fd = 0; fd < p->n; fd++)
            if (silent(&p->v[fd], now) && p->v[fd].since <= last) hang_up(d, s, fd);
    }
}

static void end_the_silent(jd_daemon *d)
{
    uint64_t now = uv_now(&d->loop), last;
    jd_buf since = silences(d, now);
    int64_t n = (int64_t)(since.n / sizeof last), over = n - d->config->silent;
    if (over > 0) {
        qsort(since.p, (size_t)n, sizeof last, by_age);
        memcpy(&last, since.p + (size_t)(over - 1) * sizeof last, sizeof last);
        end_since(d, now, last);
    }
    jd_buf_free(&since);
}

void jd_crowd_look(jd_daemon *d)
{
    uint64_t before = d->gate.ended;
    end_the_unwanted(d, look_at_keys(d));
    if (d->gate.ended > before)
        jd_log(JD_NOTICE, "%llu connections ended: their keys do not let them in any more",
               (unsigned long long)(d->gate.ended - before));
    end_the_silent(d);
    jd_crowd_count(d);
}
