/* A request's two frames: the header is read, the body goes on unread. */
#include "base/log.h"
#include "daemon/daemon.h"
#include "proto/receipt.h"

typedef struct request {
    const jd_door *door;
    jd_asker who;
    jd_str peer; /* empty: pushed, nobody waits */
    bool delimiter, pushed;
    jd_str header_bytes, body;
    jd_heading heading;
    jd_problems *problems; /* room for all of one message's */
} request;

/* ------------------------------------------------------------ refusals of our own */

static void refuse(jd_daemon *d, const request *r, const jd_buf *receipt, jd_code code)
{
    if (!r->pushed)
        jd_answer(r->door->s, r->peer, r->delimiter, jd_buf_view(receipt));
    else if (r->heading.id)
        jd_publish_refused(d, r->heading.id, code);
    else
        jd_log(JD_INFO, "a pushed message without a readable id: %s", jd_code_text(code));
}

static void refuse_problems(jd_daemon *d, const request *r)
{
    jd_buf b = { 0 };
    jd_receipt_invalid(r->heading.id, r->heading.id_binary, r->problems, &b);
    refuse(d, r, &b, jd_problems_code(r->problems));
    jd_buf_free(&b);
}

static void refuse_because(jd_daemon *d, const request *r, jd_code code, const jd_because *why)
{
    jd_buf b = { 0 };
    jd_receipt receipt = { .id = r->heading.id,
                           .id_binary = r->heading.id_binary,
                           .code = code,
                           .because = why,
                           .because_n = why != NULL,
                           .due = JD_NO_DAY };
    jd_receipt_pack(&receipt, &b);
    refuse(d, r, &b, code);
    jd_buf_free(&b);
}

static void refuse_code(jd_daemon *d, const request *r, jd_code code)
{
    refuse_because(d, r, code, NULL);
}

static void refuse_access(jd_daemon *d, const request *r, jd_code code)
{
    char roles[120];
    jd_roles_text((jd_msg)r->heading.type, roles, sizeof roles);
    bool role = code == JD_CODE_ROLE_MAY_NOT;
    refuse_because(d, r, code,
                   &(jd_because){ .field = role ? JD_STR("type") : JD_STR("division"),
                                  .expected = role ? jd_str_of(roles) : JD_STR("a division this client is granted") });
}

/* ------------------------------------------------------------ on to the worker */

static jd_link_msg link_message(const request *r, uint32_t slot)
{
    uint8_t flags = (uint8_t)((r->pushed ? JD_LINK_PUSH : 0) | (r->heading.id_binary ? JD_LINK_ID_BINARY : 0));
    if (r->heading.at != JD_NO_TIME) jd_division_set_time(r->heading.division, r->heading.at);
    return (jd_link_msg){ .token = slot,
                          .type = (uint16_t)r->heading.type,
                          .flags = flags,
                          .at = jd_division_now(r->heading.division),
                          .id = r->heading.id,
                          .actor = jd_grant_actor(r->who.grant, jd_division_code(r->heading.division)),
                          .why = r->heading.reason,
                          .body = r->body };
}

static void forward(jd_daemon *d, request *r)
{
    bool query = jd_message_get((jd_msg)r->heading.type)->mode == JD_QUERY;
    uint32_t slot = r->pushed || d->draining ? d->slots_n : jd_slot_take(d, r->door->s, r->peer, r->delimiter);
    if (d->draining || (!r->pushed && slot == d->slots_n)) {
        refuse_code(d, r, d->draining ? JD_CODE_DRAINING : JD_CODE_BUSY);
        return;
    }
    jd_link_msg m = link_message(r, slot);
    if (query) jd_slot_asks(d, &m, r->heading.division, r->who.meter);
    bool taken =
        query ? jd_division_ask(r->heading.division, &m) : jd_division_add(r->heading.division, &m, r->who.meter);
    if (!taken) jd_come_again(d, &m);
}

/* With keys a routing id is the daemon's to give: one that a peer chose could be chosen again by another, who would
 * then get the first one's receipts. Those that libzmq gives are five bytes, of which the first is zero. */
static bool own_routing_id(const request *r)
{
    return r->door->keyed && !r->pushed && (r->peer.n != 5 || r->peer.p[0] != 0);
}

/* The body's size is all that is asked of it here. */
static void check(jd_daemon *d, request *r)
{
    const jd_heading *h = &r->heading;
    jd_problems *p = r->problems;
    if (!jd_heading_read(d, r->header_bytes, &r->heading, p)) return;
    size_t most = h->type < 0 ? JD_BODY_MAX : jd_message_body_max((jd_msg)h->type);
    if (r->body.n > most) jd_problem_add(p, JD_CODE_TOO_LARGE, JD_STR("body"), "", "at most %zu bytes", most);
    if (h->type >= 0 && r->pushed && jd_message_get((jd_msg)h->type)->mode == JD_QUERY)
        jd_problem_add(p, JD_CODE_UNKNOWN_TYPE, JD_STR("type"), "", "a command: a query needs a receipt");
}

static void judge(jd_daemon *d, request *r)
{
    bool query = jd_message_get((jd_msg)r->heading.type)->mode == JD_QUERY;
    jd_code may = jd_gate_may(d, r->who.grant, (jd_msg)r->heading.type, jd_division_code(r->heading.division));
    if (may != JD_CODE_RECORDED)
        refuse_access(d, r, may);
    else if (!jd_gate_room(d, r->who.meter, query))
        refuse_code(d, r, JD_CODE_TOO_MANY_OUTSTANDING);
    else
        forward(d, r);
}

static void take(jd_daemon *d, request *r)
{
    check(d, r);
    bool in_pace = jd_gate_pace(d, r->who.meter, r->header_bytes.n + r->body.n);
    if (!r->who.grant) {
        d->gate.forbidden++;
        if (in_pace) refuse_code(d, r, JD_CODE_KEY_NOT_VALID); /* beyond it the revoked get no answer */
    } else if (own_routing_id(r)) {
        refuse_code(d, r, JD_CODE_OWN_ROUTING_ID);
    } else if (!in_pace) {
        refuse_code(d, r, JD_CODE_TOO_FAST);
    } else if (r->problems->n) {
        refuse_problems(d, r);
    } else {
        judge(d, r);
    }
    jd_arena_reset(&d->arena);
    jd_backpressure(d);
}

static void bad_frames(jd_daemon *d, request *r)
{
    jd_problem_add(r->problems, JD_CODE_BAD_FRAMES, JD_STR("frames"), "", "two: header and body");
    refuse_problems(d, r);
}

/* Problems take kilobytes: nobody clears them for each message. */
static jd_problems *no_problems(void)
{
    static jd_problems p;
    p.n = 0;
    return &p;
}

void jd_on_intake(void *arg, const jd_zmessage *m)
{
    const jd_door *door = arg;
    bool delimiter = m->n > 1 && m->frame[1].n == 0;
    request r = { .door = door,
                  .who = jd_gate_who(door->d, door, m),
                  .peer = m->frame[0],
                  .delimiter = delimiter,
                  .problems = no_problems() };
    int first = 1 + delimiter;
    if (m->n != first + 2) {
        bad_frames(door->d, &r);
        return;
    }
    r.header_bytes = m->frame[first];
    r.body = m->frame[first + 1];
    take(door->d, &r);
}

void jd_on_push(void *arg, const jd_zmessage *m)
{
    const jd_door *door = arg;
    request r = { .door = door, .who = jd_gate_who(door->d, door, m), .pushed = true, .problems = no_problems() };
    if (m->n != 2) {
        bad_frames(door->d, &r);
        return;
    }
    r.header_bytes = m->frame[0];
    r.body = m->frame[1];
    take(door->d, &r);
}

void jd_backpressure(jd_daemon *d)
{
    bool room = d->in_flight < d->config->in_flight && !d->draining &&
                d->in_flight_bytes < (size_t)d->config->in_flight_mib << 20;
    for (int i = 0; i < JD_DOORS; i++) {
        jd_z_reading(d->intake[i].s, room);
        jd_z_reading(d->push[i].s, room);
    }
}
