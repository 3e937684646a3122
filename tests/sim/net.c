/* daemon/zloop.h without ZeroMQ: a router, a pull and a publishing socket, a pair, and the network behind them. */
#include "tests/sim/net.h"

#include <stdlib.h>

#include "daemon/daemon.h"
#include "tests/sim/client.h"
#include "tests/sim/fate.h"
#include "tests/sim/loop.h"
#include "tests/sim/oracle.h"

enum { SOCKETS = 6, PEER = 5, AGAIN = 20 };

typedef struct message {
    struct message *next;
    int client;
    bool push, delimiter;
    int tries;
    uint8_t peer[PEER];
    jd_buf frame[2];
} message;

struct jd_zsocket {
    jd_ztype type;
    jd_on_message f;
    void *arg;
    bool reading;
    message *inbox, **last;
    uint8_t peer[PEER]; /* of what is being sent */
    int part;
    jd_str topic;
    jd_buf kept;
};

struct jd_zloop {
    uv_loop_t *loop;
    void (*after)(void *, bool);
    void *arg;
    int n;
    jd_zsocket s[SOCKETS];
};

static struct {
    jd_zloop *z; /* NULL: nobody is there */
    sim_loop *loop;
    jd_daemon *d; /* the last */
    sim_process *owner;
    uint8_t moves[SIM_CLIENTS]; /* how often a client has connected anew */
} net;

jd_daemon *sim_net_daemon(void)
{
    return net.z ? net.d : NULL;
}

/* ------------------------------------------------------------ to the daemon */

static void peer_of(int client, uint8_t peer[PEER])
{
    const uint8_t name[PEER] = { 0, 1, (uint8_t)client, 0, net.moves[client] };
    memcpy(peer, name, PEER);
}

static void message_free(message *m)
{
    jd_buf_free(&m->frame[0]);
    jd_buf_free(&m->frame[1]);
    free(m);
}

static jd_zsocket *door(bool push)
{
    for (int i = 0; net.z && i < net.z->n; i++)
        if (net.z->s[i].type == (push ? JD_Z_PULL : JD_Z_ROUTER)) return &net.z->s[i];
    return NULL;
}

static void put(jd_zsocket *s, message *m)
{
    *s->last = m;
    s->last = &m->next;
    if (s->reading) sim_loop_wake(net.loop);
}

/* Where no daemon is there, a client's socket keeps what it sends for a while. */
static void on_arrival(void *arg)
{
    message *m = arg;
    jd_zsocket *s = door(m->push);
    if (!s && ++m->tries < AGAIN && !sim_chance(100)) {
        sim_in(20 * SIM_MS, on_arrival, m);
        return;
    }
    if (!s) {
        message_free(m);
        return;
    }
    peer_of(m->client, m->peer);
    put(s, m);
}

static void send_one(int client, bool push, jd_str header, jd_str body)
{
    message *m = calloc(1, sizeof *m);
    if (!m) abort();
    m->client = client;
    m->push = push;
    m->delimiter = !push && sim_clients[client].delimiter;
    jd_buf_str(&m->frame[0], header);
    jd_buf_str(&m->frame[1], body);
    sim_in(sim_below(sim_fate.net_us), on_arrival, m);
}

void sim_net_send(int client, bool push, jd_str header, jd_str body)
{
    if (sim_chance(sim_fate.moved)) net.moves[client]++;
    if (!sim_chance(sim_fate.lost)) send_one(client, push, header, body);
    if (sim_chance(sim_fate.doubled)) send_one(client, push, header, body);
}

/* ------------------------------------------------------------ what the daemon reads */

static bool readable(const jd_zsocket *s)
{
    return s->f && s->reading && s->inbox;
}

static bool ready(void *arg)
{
    const jd_zloop *z = arg;
    bool any = false;
    for (int i = 0; i < z->n; i++) any |= readable(&z->s[i]);
    return any;
}

static void take(jd_zsocket *s)
{
    message *got = s->inbox;
    jd_zmessage m = { 0 };
    s->inbox = got->next;
    if (!s->inbox) s->last = &s->inbox;
    if (!got->push) m.frame[m.n++] = (jd_str){ (const char *)got->peer, PEER };
    if (got->delimiter) m.frame[m.n++] = (jd_str){ "", 0 };
    m.frame[m.n++] = jd_buf_view(&got->frame[0]);
    m.frame[m.n++] = jd_buf_view(&got->frame[1]);
    s->f(s->arg, &m);
    message_free(got);
}

static void read_round(void *arg)
{
    jd_zloop *z = arg;
    for (int i = 0; i < z->n; i++)
        for (int k = 0; k < JD_AT_A_TIME && readable(&z->s[i]); k++) take(&z->s[i]);
    if (z->after) z->after(z->arg, ready(z));
}

jd_zloop *jd_zloop_new(uv_loop_t *loop)
{
    jd_zloop *z = calloc(1, sizeof *z);
    if (!z) return NULL;
    z->loop = loop;
    net.z = z;
    net.owner = sim_current();
    net.loop = sim_loop_read(loop, &(sim_reader){ ready, read_round, z });
    return z;
}

void jd_zloop_after(jd_zloop *z, void (*after)(void *, bool), void *arg)
{
    z->after = after;
    z->arg = arg;
}

/* Somebody does, from the start: the oracle. */
static void subscribe(jd_zsocket *s)
{
    message *m = calloc(1, sizeof *m);
    if (!m) abort();
    m->push = true; /* nobody's name in front */
    jd_buf_str(&m->frame[0], JD_STR("\1"));
    put(s, m);
}

jd_zsocket *jd_z_bind(jd_zloop *z, const jd_zplan *plan)
{
    if (z->n == SOCKETS) return NULL;
    jd_zsocket *s = &z->s[z->n++];
    *s = (jd_zsocket){ .type = plan->type, .f = plan->f, .arg = plan->arg, .reading = true, .last = &s->inbox };
    if (plan->type == JD_Z_XPUB) subscribe(s);
    if (plan->type == JD_Z_ROUTER) net.d = ((jd_door *)plan->arg)->d;
    return s;
}

void jd_z_reading(jd_zsocket *s, bool on)
{
    if (s) s->reading = on;
}

/* ------------------------------------------------------------ from the daemon */

typedef struct receipt {
    int client;
    jd_buf bytes;
} receipt;

static void on_receipt(void *arg)
{
    receipt *r = arg;
    sim_client_receipt(r->client, jd_buf_view(&r->bytes));
    jd_buf_free(&r->bytes);
    free(r);
}

static void send_receipt(int client, jd_str bytes)
{
    receipt *r = calloc(1, sizeof *r);
    if (!r) abort();
    r->client = client;
    jd_buf_str(&r->bytes, bytes);
    sim_in(sim_below(sim_fate.net_us), on_receipt, r);
}

static bool begin_receipt(jd_zsocket *s, jd_str peer)
{
    uint8_t now[PEER];
    if (peer.n != PEER || (uint8_t)peer.p[2] >= SIM_CLIENTS) sim_broken("a receipt for nobody");
    peer_of(peer.p[2], now);
    memcpy(s->peer, peer.p, PEER);
    if (memcmp(now, peer.p, PEER) != 0 || sim_chance(sim_fate.deaf)) return false;
    s->part = 1;
    return true;
}

static bool send_routed(jd_zsocket *s, jd_str part, bool more)
{
    int client = s->peer[2];
    if (s->part++ == 0) {
        s->part = 0;
        return begin_receipt(s, part);
    }
    if (more) return part.n == 0;
    s->part = 0;
    if (!sim_chance(sim_fate.lost)) send_receipt(client, part);
    if (sim_chance(sim_fate.doubled)) send_receipt(client, part);
    return true;
}

/* What the daemon sends to itself comes back; to the next one, where it is another by then: it has to bear that. */
static void on_back(void *arg)
{
    message *m = arg;
    for (int i = 0; net.z && i < net.z->n; i++)
        if (net.z->s[i].type == JD_Z_PAIR && net.z->s[i].f) {
            put(&net.z->s[i], m);
            return;
        }
    message_free(m);
}

static void send_back(jd_str first, jd_str second)
{
    message *m = calloc(1, sizeof *m);
    if (!m) abort();
    m->push = true;
    jd_buf_str(&m->frame[0], first);
    jd_buf_str(&m->frame[1], second);
    sim_in(sim_below(sim_fate.net_us), on_back, m);
}

bool jd_z_send(jd_zsocket *s, jd_str part, bool more)
{
    if (s->type == JD_Z_ROUTER) return send_routed(s, part, more);
    if (more) {
        s->kept.n = 0;
        jd_buf_str(&s->kept, part);
        return true;
    }
    if (s->type == JD_Z_PAIR)
        send_back(jd_buf_view(&s->kept), part);
    else
        sim_oracle_event(jd_buf_view(&s->kept), part);
    return true;
}

/* ------------------------------------------------------------ ending */

void jd_zloop_close(jd_zloop *z)
{
    sim_loop_read(z->loop, NULL);
    net.z = NULL;
}

void jd_zloop_free(jd_zloop *z)
{
    free(z);
}

void sim_net_abandon(sim_process *p)
{
    if (net.owner != p) return;
    net.z = NULL;
    net.d = NULL;
}

/* ------------------------------------------------------------ sockets with keys, of which there are none */

jd_peers *jd_z_peers(jd_zsocket *s, uint64_t *failed)
{
    static jd_peers nobody;
    (void)s, (void)failed;
    return &nobody;
}

const jd_peers *jd_z_known_peers(const jd_zsocket *s)
{
    static const jd_peers nobody;
    (void)s;
    return &nobody;
}

void jd_z_hang_up(jd_zsocket *s, int fd)
{
    (void)s, (void)fd;
}

bool jd_z_key_pair(const char *secret, const char *public_key)
{
    (void)secret, (void)public_key;
    return true;
}
