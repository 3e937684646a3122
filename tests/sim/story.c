#include "tests/sim/story.h"

#include <signal.h>

#include "daemon/daemon.h"
#include "tests/sim/client.h"
#include "tests/sim/fate.h"
#include "tests/sim/net.h"
#include "tests/sim/world.h"

static sim_us until;

static bool over(bool done, const char *what)
{
    if (!done && sim_now() > until) sim_broken("%s", what);
    return done;
}

static bool time_is_up(void)
{
    return sim_clients_done() && sim_now() > until;
}

/* ------------------------------------------------------------ calm */

static const char *unanswered(void)
{
    static char text[64];
    for (int i = 0; i < sim_requests_n; i++) {
        const sim_request *r = &sim_requests[i];
        if (r->query || r->pushed || r->answer != SIM_WAITS) continue;
        snprintf(text, sizeof text, "request %d is never answered", i);
        return text;
    }
    return "something never comes to an end";
}

static bool settled(void)
{
    const jd_daemon *d = sim_net_daemon();
    bool quiet = sim_clients_settled() && d && d->in_flight == 0;
    return over(quiet && sim_oracle_heard() == sim_oracle_last_event(),
                sim_clients_settled() ? "events are not told, or messages stay in flight" : unanswered());
}

/* What was taken is given back: with nothing in flight there is nothing left of it. */
static void nothing_leaks(void)
{
    const jd_daemon *d = sim_net_daemon();
    uint32_t slots = 0;
    for (uint32_t i = 0; i < d->slots_n; i++) slots += d->slots[i].taken;
    if (d->in_flight_bytes) sim_broken("%zu bytes in flight of no message", d->in_flight_bytes);
    if (slots) sim_broken("%u places for receipts are taken and nobody waits", slots);
    for (int i = 0; i < d->divisions_n; i++)
        if (!jd_division_idle(d->divisions[i])) sim_broken("a division is not idle");
}

static bool pause_is_over(void)
{
    return sim_now() > until;
}

static bool all_ended(void)
{
    return over(!sim_alive(sim_world.daemon) && !sim_alive(sim_world.worker), "told to end, they do not");
}

static void settle(void)
{
    until = sim_now() + 300 * (sim_us)SIM_S;
    sim_run(settled);
    until = sim_now() + SIM_S; /* queries and repeats that nobody waits for */
    sim_run(pause_is_over);
}

static void stop(void)
{
    sim_world.stopping = true;
    sim_signal(sim_world.daemon, SIGTERM);
    until = sim_now() + 60 * (sim_us)SIM_S;
    if (!sim_world.spawn) sim_signal(sim_world.worker, SIGTERM);
    sim_run(all_ended);
    until = sim_now() + SIM_S;
    sim_run(pause_is_over);
}

static void come_to_rest(void)
{
    sim_fate_calm();
    sim_clients_hurry();
    settle();
    sim_clients_confirm();
    settle();
    nothing_leaks();
    stop();
}

/* ------------------------------------------------------------ all of it */

void sim_story(uint64_t seed, bool replay)
{
    sim_seed(seed);
    sim_world.seed = seed;
    sim_fate_draw();
    sim_world_begin();
    sim_template_cases();
    sim_clients_begin((int)sim_between(1, SIM_CLIENTS), (int)sim_between(10, 120));
    sim_fate_begin();
    until = sim_between(1, sim_chance(400) ? 2 : 6) * (sim_us)SIM_S;
    sim_run(time_is_up);
    come_to_rest();
    sim_final_examination(replay);
}

static void ask_and_wait(jd_msg type)
{
    sim_request *r = sim_request_new(type, 0);
    r->id[9] = SIM_OF_TEMPLATE;
    sim_body_draw(r);
    sim_post(r);
    until = sim_now() + 60 * (sim_us)SIM_S;
    sim_run(settled);
    if (r->answer != SIM_RECORDED) sim_broken("the template: %s is refused", jd_message_get(type)->text);
}

void sim_template(void)
{
    sim_seed(0);
    sim_world.making = true;
    sim_world_begin();
    sim_clients_begin(1, 0);
    sim_fate_calm();
    until = 2 * SIM_S;
    sim_run(pause_is_over);
    ask_and_wait(JD_MSG_application_submit);
    ask_and_wait(JD_MSG_fact_assert);
    ask_and_wait(JD_MSG_application_decide);
    ask_and_wait(JD_MSG_report_submit);
    stop();
}
