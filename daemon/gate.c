#include "daemon/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "daemon/daemon.h"

enum { TELL_MS = 10000 };

/* ------------------------------------------------------------ measures */

static jd_meter *meter_of(const jd_gate *g, const jd_grant *grant)
{
    return g->meter_of[grant - g->keys.grants->v];
}

bool jd_gate_pace(jd_daemon *d, jd_meter *m, size_t bytes)
{
    if (!m) return true;
    const jd_config *c = d->config;
    uint64_t now = uv_now(&d->loop);
    bool slow = jd_bucket_has(&m->messages, now, c->client.messages);
    bool small = jd_bucket_has(&m->bytes, now, c->client.kib * 1024);
    bool ok = slow && small;
    if (ok) jd_bucket_take(&m->messages, 1);
    if (ok) jd_bucket_take(&m->bytes, (int64_t)bytes);
    d->gate.limited += !ok;
    return ok;
}

bool jd_gate_room(jd_daemon *d, const jd_meter *m, bool query)
{
    if (!m) return true;
    bool ok = query ? m->queries < d->config->client.queries : m->outstanding < d->config->client.outstanding;
    d->gate.limited += !ok;
    return ok;
}

/* ------------------------------------------------------------ a message */

static jd_day today(void)
{
    return jd_day_from_ms(jd_system_ms());
}

static const jd_grant *in_force(const jd_gate *g, jd_str key)
{
    const jd_grant *grant = jd_grants_find(g->keys.grants, key);
    return grant && jd_grant_in_time(grant, today()) ? grant : NULL;
}

/* By a door with keys nobody is let through whom the ZAP handler did not name, whatever the reason. */
jd_asker jd_gate_who(jd_daemon *d, const jd_door *door, const char *user)
{
    jd_gate *g = &d->gate;
    if (!door->keyed) return (jd_asker){ .grant = &g->keys.local };
    if (!user) return (jd_asker){ 0 };
    jd_str key = jd_str_of(user);
    const jd_grant *grant = in_force(g, key);
    return (jd_asker){ .grant = grant, .meter = grant ? meter_of(g, grant) : jd_meter_for(&g->meters, key) };
}

jd_code jd_gate_may(jd_daemon *d, const jd_grant *g, jd_msg type, uint32_t division)
{
    jd_code code = !jd_role_may(g->role, type)           ? JD_CODE_ROLE_MAY_NOT
                   : !jd_grant_has_division(g, division) ? JD_CODE_NOT_YOUR_DIVISION
                                                         : JD_CODE_RECORDED;
    d->gate.forbidden += code != JD_CODE_RECORDED;
    return code;
}

/* ------------------------------------------------------------ a connection */

static bool may_hear(const jd_daemon *d, const jd_grant *g, uint64_t divisions)
{
    for (int i = 0; i < d->divisions_n; i++)
        if ((divisions >> i & 1) && !jd_grant_has_division(g, jd_division_code(d->divisions[i]))) return false;
    return jd_grant_hears(g);
}

static const jd_hall *hall_of(const jd_daemon *d, jd_str domain)
{
    for (int i = 0; i < d->halls_n; i++)
        if (jd_str_is(domain, d->halls[i].domain)) return &d->halls[i];
    return NULL;
}

static void look_at_doings(jd_daemon *d)
{
    jd_zdoings n = { 0 };
    if (d->intake[JD_KEYED].s) jd_z_doings(d->intake[JD_KEYED].s, &n);
    if (d->push[JD_KEYED].s) jd_z_doings(d->push[JD_KEYED].s, &n);
    for (int i = 0; i < d->halls_n; i++) jd_z_doings(d->halls[i].s, &n);
    d->gate.connections = n.connections;
    d->gate.failed += n.failed;
}

typedef enum { COME_IN = 200, COME_AGAIN = 300, STAY_OUT = 400 } verdict;

static verdict too_many(jd_daemon *d, jd_meter *m)
{
    look_at_doings(d);
    bool ok = d->gate.connections <= d->config->connections;
    ok = ok && jd_bucket_has(&m->connects, uv_now(&d->loop), d->config->client.connects);
    if (ok) jd_bucket_take(&m->connects, 1);
    d->gate.limited += !ok;
    return ok ? COME_IN : COME_AGAIN;
}

static verdict judge(jd_daemon *d, jd_str domain, jd_str mechanism, jd_str address, const char *key)
{
    jd_gate *g = &d->gate;
    const jd_grant *grant = jd_str_is(mechanism, "CURVE") ? in_force(g, jd_str_of(key)) : NULL;
    const jd_hall *hall = hall_of(d, domain);
    bool events = jd_str_starts(domain, "events");
    if (grant && events && !(hall && may_hear(d, grant, hall->divisions))) grant = NULL;
    if (!grant) {
        g->keys_refused++;
        snprintf(g->stranger, sizeof g->stranger, "%.40s from %.*s at %.*s", key[0] ? key : "no key", JD_FMT(address),
                 JD_FMT(domain));
        return STAY_OUT;
    }
    verdict v = too_many(d, meter_of(g, grant));
    if (v == COME_IN && events) meter_of(g, grant)->heard |= 1u << (hall - d->halls);
    return v;
}

/* RFC 27. In: version, request, domain, address, routing id, mechanism, key. Out: version, request, status, text,
 * User-Id, metadata. The User-Id is the key: its holder's name and role are what the access file says at the time. */
static void on_zap(void *arg, const jd_zmessage *m)
{
    jd_daemon *d = arg;
    char key[JD_KEY_TEXT + 1] = "", status[4];
    bool curve = m->n == 7 && jd_str_is(m->frame[5], "CURVE") && m->frame[6].n == JD_KEY_BYTES;
    jd_str request = m->n > 1 ? m->frame[1] : (jd_str){ "", 0 };
    if (curve) jd_key_text((const uint8_t *)m->frame[6].p, key);
    verdict v = m->n >= 6 ? judge(d, m->frame[2], m->frame[5], m->frame[3], key) : STAY_OUT;
    snprintf(status, sizeof status, "%d", (int)v);
    const jd_str out[] = { JD_STR("1.0"), request, jd_str_of(status), { "", 0 }, jd_str_of(v == COME_IN ? key : ""),
                           { "", 0 } };
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) jd_z_send(d->zap, out[i], i + 1 < sizeof out / sizeof *out);
}

/* The second look at who hears: at the key each subscription came with. Without one the handler did not stand at
 * the door, and libzmq lets everybody pass then. */
void jd_on_subscription(void *hall, const jd_zmessage *m)
{
    const jd_hall *h = hall;
    if (!m->frame[0].n || m->frame[0].p[0] != 1) return; /* 0: no more; also of a peer that went */
    if (!m->user) jd_die(JD_EX_SOFTWARE, "a subscriber whose key nobody looked at: the ZAP handler is gone; stopping");
    const jd_grant *g = in_force(&h->d->gate, jd_str_of(m->user));
    if (g && may_hear(h->d, g, h->divisions)) return;
    h->d->gate.forbidden++;
    jd_z_drop_peers(h->s);
}

bool jd_gate_open(jd_daemon *d)
{
    static char address[] = "inproc://zeromq.zap.01";
    const jd_endpoints e = { .n = 1, .v = { address } };
    d->zap = jd_z_bind(d->z, &(jd_zplan){ .type = JD_Z_REP, .endpoints = &e, .f = on_zap, .arg = d });
    return d->zap != NULL;
}

/* ------------------------------------------------------------ the access file, again */

static void put_meters(jd_gate *g)
{
    int n = g->keys.grants ? g->keys.grants->n : 0;
    free(g->meter_of);
    g->meter_of = calloc((size_t)n + 1, sizeof(jd_meter *));
    if (!g->meter_of) jd_die(JD_EX_TEMPFAIL, "out of memory");
    for (int i = 0; i < n; i++) g->meter_of[i] = jd_meter_for(&g->meters, g->keys.grants->v[i].key);
}

void jd_gate_begin(jd_daemon *d, const jd_keys *keys)
{
    d->gate.keys = *keys;
    put_meters(&d->gate);
}

/* The server's own key stays what it was: endpoints that are bound have it. */
void jd_gate_take(jd_daemon *d, jd_keys *fresh)
{
    jd_gate *g = &d->gate;
    jd_grants_free(g->keys.grants);
    g->keys.grants = fresh->grants;
    g->keys.local = fresh->local;
    fresh->grants = NULL;
    jd_certificate_forget(&fresh->server);
    put_meters(g);
    jd_gate_look(d);
}

/* Its peers include one that may not hear it any more. */
static bool overheard(const jd_daemon *d, int hall)
{
    for (const jd_meter *m = d->gate.meters; m; m = m->next) {
        const jd_grant *g = m->heard >> hall & 1 ? in_force(&d->gate, jd_str_of(m->key)) : NULL;
        if ((m->heard >> hall & 1) && !(g && may_hear(d, g, d->halls[hall].divisions))) return true;
    }
    return false;
}

/* PUB cannot let go of one peer: all of them go, those that may come again do, and ask for what they missed. */
static void clear_halls(jd_daemon *d)
{
    for (int i = 0; i < d->halls_n; i++) {
        if (!overheard(d, i)) continue;
        jd_log(JD_NOTICE, "a key that heard events may not any more: every connection to %s begins anew",
               d->halls[i].domain);
        for (jd_meter *m = d->gate.meters; m; m = m->next) m->heard &= ~(1u << i);
        jd_z_drop_peers(d->halls[i].s);
    }
}

/* One line for all of ten seconds. Public keys are no secret, and the one thing an operator can act on. */
static void tell(jd_daemon *d)
{
    jd_gate *g = &d->gate;
    uint64_t now = uv_now(&d->loop), sum = g->failed + g->keys_refused + g->forbidden + g->limited;
    if (sum == g->told || now - g->told_at < TELL_MS) return;
    g->told = sum;
    g->told_at = now;
    jd_log(JD_WARN,
           "turned away since the start: %llu handshakes failed, %llu keys refused%s%s, %llu messages forbidden, "
           "%llu beyond limits",
           (unsigned long long)g->failed, (unsigned long long)g->keys_refused, g->stranger[0] ? ", the last " : "",
           g->stranger, (unsigned long long)g->forbidden, (unsigned long long)g->limited);
}

void jd_gate_look(jd_daemon *d)
{
    look_at_doings(d);
    clear_halls(d);
    tell(d);
}
