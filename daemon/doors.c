/* The sockets: doors for requests, halls for events; those with keys apart from those without. */
#include <stdio.h>

#include "daemon/daemon.h"

/* Those of the endpoints that are tcp, or are not. */
static jd_endpoints of_kind(const jd_endpoints *all, bool tcp)
{
    jd_endpoints some = { 0 };
    for (int i = 0; i < all->n; i++) {
        if (jd_is_tcp(all->v[i]) != tcp) continue;
        some.divisions[some.n] = all->divisions[i];
        some.v[some.n++] = all->v[i];
    }
    return some;
}

/* With keys every tcp endpoint wants one, loopback too, and lies on a socket of its own. */
static bool bind_doors(jd_daemon *d, jd_door doors[JD_DOORS], jd_zplan plan, const jd_endpoints *all)
{
    bool keys = d->gate.keys.grants != NULL;
    const jd_endpoints keyed = keys ? of_kind(all, true) : (jd_endpoints){ 0 },
                       open = keys ? of_kind(all, false) : *all;
    doors[JD_OPEN] = (jd_door){ .d = d };
    doors[JD_KEYED] = (jd_door){ .d = d, .keyed = true };
    plan.arg = &doors[JD_OPEN];
    plan.endpoints = &open;
    if (open.n && !(doors[JD_OPEN].s = jd_z_bind(d->z, &plan))) return false;
    plan.arg = &doors[JD_KEYED];
    plan.endpoints = &keyed;
    plan.secret = d->gate.keys.server.secret_key;
    return !keyed.n || (doors[JD_KEYED].s = jd_z_bind(d->z, &plan));
}

static bool bind_hall(jd_daemon *d, jd_zplan plan, char *endpoint, uint64_t divisions)
{
    jd_hall *h = &d->halls[d->halls_n];
    const jd_endpoints one = { .n = 1, .v = { endpoint } };
    snprintf(h->domain, sizeof h->domain, "events-%d", d->halls_n);
    h->d = d;
    h->divisions = divisions;
    plan.f = jd_on_subscription;
    plan.arg = h;
    plan.endpoints = &one;
    plan.secret = d->gate.keys.server.secret_key;
    plan.domain = h->domain;
    h->s = jd_z_bind(d->z, &plan);
    d->halls_n += h->s != NULL;
    return h->s != NULL;
}

static void on_open_subscription(void *d, const jd_zmessage *m)
{
    jd_outflow_subscription(&((jd_daemon *)d)->outflow, m);
}

/* XPUB: as PUB, and says who subscribes. */
static bool bind_events(jd_daemon *d)
{
    const jd_endpoints *all = &d->config->events;
    const jd_zplan plan = { .type = JD_Z_XPUB, .hwm = { .in = 1000, .out = (int)d->config->events_hwm } };
    bool keys = d->gate.keys.grants != NULL;
    jd_endpoints open = keys ? of_kind(all, false) : *all;
    jd_zplan openly = plan;
    openly.endpoints = &open;
    openly.f = on_open_subscription;
    openly.arg = d;
    if (open.n && !(d->events = jd_z_bind(d->z, &openly))) return false;
    for (int i = 0; i < all->n; i++)
        if (keys && jd_is_tcp(all->v[i]) && !bind_hall(d, plan, all->v[i], all->divisions[i])) return false;
    return true;
}

bool jd_doors_open(jd_daemon *d, void (*on_round)(void *, bool))
{
    static const jd_hwm requests = { .in = 2000, .out = 20000 };
    const jd_zplan intake = { .type = JD_Z_ROUTER, .hwm = requests, .domain = "intake", .f = jd_on_intake };
    const jd_zplan push = { .type = JD_Z_PULL, .hwm = requests, .domain = "push", .f = jd_on_push };
    d->z = jd_zloop_new(&d->loop);
    if (!d->z) return false;
    jd_zloop_after(d->z, on_round, d);
    bool ok = jd_gate_open(d) && bind_doors(d, d->intake, intake, &d->config->intake) &&
              bind_doors(d, d->push, push, &d->config->push) && bind_events(d) && jd_outflow_open(d);
    jd_certificate_forget(&d->gate.keys.server); /* the sockets have it */
    return ok;
}
