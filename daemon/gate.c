#include "daemon/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

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

/* A User-Id: the key, how many connections its socket had taken by then, and a word that nobody else knows. Where the
 * handler is gone libzmq takes a peer's own word for who it is, and that lacks ours. */
enum { ACCEPTED_TEXT = 16, WORD_TEXT = 32, USER_TEXT = JD_KEY_TEXT + ACCEPTED_TEXT + WORD_TEXT };

static void make_word(jd_gate *g)
{
    uint8_t random[WORD_TEXT / 2];
    if (getrandom(random, sizeof random, 0) != sizeof random) jd_die(JD_EX_TEMPFAIL, "no randomness");
    for (size_t i = 0; i < sizeof random; i++) snprintf(g->word + 2 * i, 3, "%02x", random[i]);
}

static bool read_user(const jd_gate *g, const char *user, jd_str *key, uint64_t *accepted)
{
    char number[ACCEPTED_TEXT + 1] = "";
    if (!user || strlen(user) != USER_TEXT || strcmp(user + USER_TEXT - WORD_TEXT, g->word) != 0) return false;
    *key = (jd_str){ user, JD_KEY_TEXT };
    memcpy(number, user + JD_KEY_TEXT, ACCEPTED_TEXT);
    *accepted = strtoull(number, NULL, 16);
    return true;
}

/* By a door with keys nobody is let through whom the ZAP handler did not name, whatever the reason. */
jd_asker jd_gate_who(jd_daemon *d, const jd_door *door, const jd_zmessage *m)
{
    jd_gate *g = &d->gate;
    jd_str key;
    uint64_t accepted;
    if (!door->keyed) return (jd_asker){ .grant = &g->keys.local };
    if (!read_user(g, m->user, &key, &accepted)) return (jd_asker){ 0 };
    const jd_grant *grant = in_force(g, key);
    jd_meter *meter = grant ? meter_of(g, grant) : jd_meter_for(&g->meters, key);
    jd_crowd_claim(d, door->s, m, meter, accepted);
    return (jd_asker){ .grant = grant, .meter = meter };
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

/* To an events endpoint only who may hear all it carries. */
static bool lets(const jd_daemon *d, const jd_grant *g, int place)
{
    return g && place >= 0 && (place < JD_AT_HALLS || may_hear(d, g, d->halls[place - JD_AT_HALLS].divisions));
}

bool jd_gate_lets(const jd_daemon *d, jd_str key, int place)
{
    return jd_crowd_socket(d, place) && lets(d, in_force(&d->gate, key), place);
}

typedef enum { COME_IN = 200, COME_AGAIN = 300, STAY_OUT = 400 } verdict;

static verdict too_many(jd_daemon *d, jd_meter *m)
{
    jd_crowd_count(d); /* and so what a message is told apart by is up to date */
    bool ok = d->gate.connections <= d->config->connections && m->kept < d->config->client.connections;
    ok = ok && jd_bucket_has(&m->connects, uv_now(&d->loop), d->config->client.connects);
    if (ok) jd_bucket_take(&m->connects, 1);
    d->gate.limited += !ok;
    return ok ? COME_IN : COME_AGAIN;
}

static verdict judge(jd_daemon *d, int place, jd_str domain, jd_str address, const char *key)
{
    jd_gate *g = &d->gate;
    const jd_grant *grant = in_force(g, jd_str_of(key));
    if (lets(d, grant, place)) return too_many(d, meter_of(g, grant));
    g->keys_refused++;
    snprintf(g->stranger, sizeof g->stranger, "%.40s from %.*s at %.*s", key[0] ? key : "no key", JD_FMT(address),
             JD_FMT(domain));
    return STAY_OUT;
}

static void name_user(const jd_daemon *d, int place, const char *key, char user[USER_TEXT + 1])
{
    uint64_t accepted = jd_z_known_peers(jd_crowd_socket(d, place))->accepted;
    snprintf(user, USER_TEXT + 1, "%.40s%016llx%.32s", key, (unsigned long long)accepted, d->gate.word);
}

/* RFC 27. In: version, request, domain, address, routing id, mechanism, key. Out: version, request, status, text,
 * User-Id, metadata. A holder's name and role are what the access file says at the time. */
static void on_zap(void *arg, const jd_zmessage *m)
{
    jd_daemon *d = arg;
    char key[JD_KEY_TEXT + 1] = "", user[USER_TEXT + 1] = "", status[4];
    bool curve = m->n == 7 && jd_str_is(m->frame[5], "CURVE") && m->frame[6].n == JD_KEY_BYTES;
    jd_str request = m->n > 1 ? m->frame[1] : (jd_str){ "", 0 };
    if (curve) jd_key_text((const uint8_t *)m->frame[6].p, key);
    int place = m->n >= 6 ? jd_crowd_place(d, m->frame[2]) : -1;
    verdict v = m->n >= 6 ? judge(d, place, m->frame[2], m->frame[3], key) : STAY_OUT;
    if (v == COME_IN) name_user(d, place, key, user);
    snprintf(status, sizeof status, "%d", (int)v);
    const jd_str out[] = { JD_STR("1.0"), request, jd_str_of(status), { "", 0 }, jd_str_of(user), { "", 0 } };
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) jd_z_send(d->zap, out[i], i + 1 < sizeof out / sizeof *out);
}

/* The second look at who hears: at the key each subscription came with. Without one the handler did not stand at
 * the door, and libzmq lets everybody pass then. */
void jd_on_subscription(void *hall, const jd_zmessage *m)
{
    const jd_hall *h = hall;
    jd_str key;
    uint64_t accepted;
    jd_outflow_subscription(&h->d->outflow, m);
    if (!m->frame[0].n || m->frame[0].p[0] != 1) return; /* 0: no more; also of a peer that went */
    if (!read_user(&h->d->gate, m->user, &key, &accepted))
        jd_die(JD_EX_SOFTWARE, "a subscriber whose key nobody looked at: the ZAP handler is gone; stopping");
    const jd_grant *g = in_force(&h->d->gate, key);
    jd_crowd_claim(h->d, h->s, m, jd_meter_for(&h->d->gate.meters, key), accepted);
    if (g && may_hear(h->d, g, h->divisions)) return;
    h->d->gate.forbidden++;
    jd_crowd_look(h->d);
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
    make_word(&d->gate);
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

/* One line for all of ten seconds. Public keys are no secret, and the one thing an operator can act on. */
static void tell(jd_daemon *d)
{
    jd_gate *g = &d->gate;
    uint64_t now = uv_now(&d->loop), sum = g->failed + g->keys_refused + g->forbidden + g->limited + g->ended;
    if (sum == g->told || now - g->told_at < TELL_MS) return;
    g->told = sum;
    g->told_at = now;
    jd_log(JD_WARN,
           "turned away since the start: %llu handshakes failed, %llu keys refused%s%s, %llu messages forbidden, "
           "%llu beyond limits, %llu connections ended",
           (unsigned long long)g->failed, (unsigned long long)g->keys_refused, g->stranger[0] ? ", the last " : "",
           g->stranger, (unsigned long long)g->forbidden, (unsigned long long)g->limited, (unsigned long long)g->ended);
}

void jd_gate_look(jd_daemon *d)
{
    jd_crowd_look(d);
    tell(d);
}
