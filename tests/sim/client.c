/* Clients that send, wait, and send again what is not answered, under the id it had. */
#include "tests/sim/client.h"

#include <stdlib.h>

#include "proto/check.h"
#include "proto/pack.h"
#include "tests/sim/net.h"
#include "tests/sim/world.h"

enum { PATIENCE = 400 * SIM_MS, LOOK = 100 * SIM_MS };

sim_client sim_clients[SIM_CLIENTS];

static struct {
    int n, left; /* clients; requests to be made */
    sim_us patience;
    uint32_t gap_us;
    bool confirming; /* asks about everything once more */
} plan;

/* ------------------------------------------------------------ sending */

static void pack_id(const sim_request *r, jd_buf *b)
{
    char text[37];
    jd_format_uuid(r->id, text);
    jd_pack_z(b, "id");
    if (sim_clients[r->client].text_ids)
        jd_pack_str(b, (jd_str){ text, 36 });
    else
        jd_pack_bin(b, (jd_str){ (const char *)r->id, 16 });
}

static void pack_header(const sim_request *r, jd_buf *b)
{
    jd_pack_map(b, 4 + (r->why.n > 0) + sim_world.simulated);
    jd_pack_ku(b, "v", 1);
    pack_id(r, b);
    jd_pack_kz(b, "type", jd_message_get(r->type)->text);
    jd_pack_kz(b, "division", "990100");
    if (r->why.n) jd_pack_ks(b, "reason", r->why);
    if (sim_world.simulated) jd_pack_kt(b, "at", sim_time_of_day() + sim_clients[r->client].ahead_ms);
}

static void send_body(const sim_request *r, jd_str body)
{
    jd_buf header = { 0 };
    pack_header(r, &header);
    sim_net_send(r->client, r->pushed, jd_buf_view(&header), body);
    jd_buf_free(&header);
}

void sim_post(sim_request *r)
{
    sim_trace("client %d sends %d, %s, for the %uth time", r->client, (int)(r - sim_requests),
              jd_message_get(r->type)->text, ++r->sent);
    r->again = sim_now() + plan.patience / 2 + sim_below((uint32_t)plan.patience);
    send_body(r, jd_buf_view(&r->body));
}

/* The id of something recorded, with something else to say. */
static void post_variant(sim_request *r)
{
    jd_buf kept = r->body;
    r->body = (jd_buf){ 0 };
    sim_body_draw(r);
    bool other = !jd_str_eq(jd_buf_view(&r->body), jd_buf_view(&kept));
    r->varied |= other;
    sim_trace("client %d sends %d with another content", r->client, (int)(r - sim_requests));
    send_body(r, jd_buf_view(&r->body));
    jd_buf_free(&r->body);
    r->body = kept;
}

static void post_new(int client)
{
    bool query = sim_chance(80);
    sim_request *r = sim_request_new(query ? sim_question_draw() : sim_type_draw(), client);
    r->query = query;
    r->pushed = !query && sim_chance(60);
    sim_body_draw(r);
    sim_post(r);
}

/* ------------------------------------------------------------ acting */

static bool waits(const sim_request *r)
{
    if (r->pushed || r->query) return false;
    return r->answer == SIM_WAITS || (plan.confirming && r->answer == SIM_RECORDED && !r->confirmed);
}

static void repeat_something(void)
{
    sim_request *r = sim_requests_n ? &sim_requests[sim_below((uint32_t)sim_requests_n)] : NULL;
    if (!r || r->query || r->pushed) return;
    if (r->answer == SIM_RECORDED && sim_chance(250))
        post_variant(r);
    else
        sim_post(r);
}

static void on_turn(void *arg)
{
    (void)arg;
    if (plan.left <= 0) return;
    uint32_t burst = sim_chance(100) ? sim_between(2, 12) : 1;
    for (; burst && plan.left && sim_requests_n < SIM_REQUESTS; burst--, plan.left--)
        post_new((int)sim_below((uint32_t)plan.n));
    if (sim_chance(80)) repeat_something();
    sim_in(1 + sim_below(2 * plan.gap_us), on_turn, NULL);
}

static void on_look(void *arg)
{
    (void)arg;
    for (int i = 0; i < sim_requests_n; i++) {
        sim_request *r = &sim_requests[i];
        if (!waits(r) || r->again > sim_now()) continue;
        sim_count.resent++;
        sim_post(r);
    }
    sim_in(LOOK, on_look, NULL);
}

void sim_clients_begin(int clients, int requests)
{
    plan.n = clients;
    plan.left = requests;
    plan.patience = PATIENCE * sim_between(1, 4);
    plan.gap_us = sim_between(1, sim_chance(200) ? 4 : 60) * SIM_MS;
    for (int i = 0; i < clients; i++)
        sim_clients[i] = (sim_client){ .delimiter = sim_chance(300), .text_ids = sim_chance(300) };
    sim_in(0, on_turn, NULL);
    sim_in(LOOK, on_look, NULL);
}

void sim_clients_time(int64_t ahead_ms)
{
    int64_t latest = 0;
    for (int i = 0; i < plan.n; i++)
        if (sim_clients[i].ahead_ms > latest) latest = sim_clients[i].ahead_ms;
    sim_clients[sim_below((uint32_t)plan.n)].ahead_ms = latest + ahead_ms;
}

void sim_client_receipt(int client, jd_str receipt)
{
    uint8_t id[16];
    if (!sim_receipt_id(receipt, id)) sim_broken("client %d gets a receipt without an id", client);
    sim_request *r = sim_request_of(id);
    if (!r || r->client != client) sim_broken("client %d gets a receipt that is not its own", client);
    sim_oracle_receipt(r, receipt);
}

bool sim_clients_done(void)
{
    return plan.left <= 0 || sim_requests_n == SIM_REQUESTS;
}

bool sim_clients_settled(void)
{
    for (int i = 0; i < sim_requests_n; i++)
        if (waits(&sim_requests[i])) return false;
    return true;
}

void sim_clients_confirm(void)
{
    plan.confirming = true;
    for (int i = 0; i < sim_requests_n; i++) {
        sim_requests[i].confirmed = false;
        sim_requests[i].again = sim_now() + sim_below(LOOK);
    }
}

bool sim_clients_confirming(void)
{
    return plan.confirming;
}

void sim_clients_hurry(void)
{
    plan.patience = 4 * PATIENCE;
    for (int i = 0; i < sim_requests_n; i++) sim_requests[i].again = sim_now() + sim_below(LOOK);
}
