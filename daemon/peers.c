#include "daemon/peers.h"

#include <stdlib.h>

#include "base/log.h"

static void make_room(jd_peers *p, int fd)
{
    int n = p->n ? p->n : 64;
    while (n <= fd) n *= 2;
    p->v = realloc(p->v, (size_t)n * sizeof *p->v);
    if (!p->v) jd_die(JD_EX_TEMPFAIL, "out of memory");
    memset(p->v + p->n, 0, (size_t)(n - p->n) * sizeof *p->v);
    p->n = n;
}

void jd_peer_went(jd_peers *p, int fd)
{
    if (fd < 0 || fd >= p->n || !p->v[fd].ordinal) return;
    if (p->v[fd].owner) p->v[fd].owner->kept--;
    p->v[fd] = (jd_peer){ 0 };
    p->connections--;
}

void jd_peer_came(jd_peers *p, int fd, uint64_t now)
{
    if (fd < 0) return;
    if (fd >= p->n) make_room(p, fd);
    jd_peer_went(p, fd);
    p->v[fd] = (jd_peer){ .ordinal = ++p->accepted, .since = now };
    p->connections++;
}

jd_peer *jd_peer_find(const jd_peers *p, int fd, uint64_t accepted)
{
    if (fd < 0 || fd >= p->n || !p->v[fd].ordinal || p->v[fd].ordinal > accepted) return NULL;
    return &p->v[fd];
}

void jd_peer_claim(jd_peer *e, jd_meter *owner)
{
    e->owner = owner;
    owner->kept++;
}

void jd_peers_free(jd_peers *p)
{
    free(p->v);
    *p = (jd_peers){ 0 };
}
