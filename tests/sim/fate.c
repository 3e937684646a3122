#include "tests/sim/fate.h"

#include <signal.h>

#include "tests/sim/client.h"
#include "tests/sim/world.h"

sim_fates sim_fate;

/* Not in every seed, and then more or less of it. */
static uint32_t sometimes(uint32_t most)
{
    return sim_chance(450) ? 1 + sim_below(most) : 0;
}

void sim_fate_draw(void)
{
    sim_fate = (sim_fates){ .lost = sometimes(150),
                            .doubled = sometimes(200),
                            .deaf = sometimes(100),
                            .moved = sometimes(30),
                            .net_us = sim_between(1, 40) * SIM_MS,
                            .chunky = sim_chance(400),
                            .link_us = sim_between(1, 10 * SIM_MS),
                            .partial = sometimes(500),
                            .full = sometimes(80),
                            .broken = sometimes(30),
                            .dies_before = sometimes(40),
                            .dies_after = sometimes(40),
                            .dies_soon = sometimes(100),
                            .cut_soon = sometimes(300),
                            .commit_us = sim_between(1, 30 * SIM_MS),
                            .slow = sometimes(40),
                            .preempted = sometimes(300),
                            .gap_us = sim_chance(800) ? sim_between(50, 1500) * SIM_MS : 0,
                            .kill_worker = sometimes(10),
                            .end_worker = sometimes(5),
                            .kill_daemon = sometimes(6),
                            .end_daemon = sometimes(4),
                            .cut = sometimes(10),
                            .jump = sometimes(6),
                            .back = sometimes(3),
                            .stall = sometimes(8),
                            .reload = sometimes(2),
                            .fill = sometimes(4),
                            .holiday = sometimes(3) };
}

/* ------------------------------------------------------------ misfortunes */

static void kill_one(sim_process *p)
{
    if (!sim_alive(p)) return;
    sim_count.kills++;
    sim_kill(p);
}

static void end_one(sim_process *p)
{
    if (!sim_alive(p)) return;
    sim_count.ends++;
    sim_signal(p, SIGTERM);
}

static void jump(bool back)
{
    enum { HOUR = 3600 * 1000 };
    int64_t by = (int64_t)sim_between(1, sim_chance(300) ? 20 * 24 : 30) * HOUR;
    if (back) by = -(int64_t)sim_between(1, 24 * 60) * 60 * 1000;
    sim_trace("the clock jumps by %lld h", (long long)by / HOUR);
    if (sim_world.simulated)
        sim_clients_time(by);
    else
        sim_world.ahead_ms += by;
}

static void on_room(void *arg)
{
    (void)arg;
    sim_world.full = false;
}

static void fill(void)
{
    sim_trace("the disk is full");
    sim_world.full = true;
    sim_in(sim_below(3 * SIM_S), on_room, NULL);
}

static void stall(sim_process *p)
{
    if (!sim_alive(p)) return;
    sim_us long_ = sim_chance(100) ? 40 * SIM_S : 2 * SIM_S;
    sim_trace("%s stands still", sim_name(p));
    sim_stall(p, sim_now() + sim_below((uint32_t)long_));
}

static void reload(sim_process *p)
{
    if (sim_alive(p)) sim_signal(p, SIGHUP);
}

static void cut(void *arg)
{
    (void)arg;
    sim_trace("the link breaks");
    sim_count.cuts++;
    sim_pipes_cut();
}

static void kill_worker(void *arg)
{
    (void)arg;
    kill_one(sim_world.worker);
}

void sim_fate_behind_commit(void)
{
    if (sim_chance(sim_fate.cut_soon)) sim_in(sim_below(2 * sim_fate.link_us), cut, NULL);
    if (sim_chance(sim_fate.dies_soon)) sim_in(sim_below(2 * sim_fate.link_us), kill_worker, NULL);
}

/* Both, in either order and at nearly the same time, are more than one after the other. */
static void on_misfortune(void *arg)
{
    const sim_fates *f = &sim_fate;
    const uint32_t weights[] = { f->kill_worker, f->end_worker, f->kill_daemon, f->end_daemon, f->cut,    f->jump,
                                 f->back,        f->stall,      f->reload,      f->fill,       f->holiday };
    enum { KINDS = sizeof weights / sizeof *weights };
    uint32_t all = 0, kind = 0;
    (void)arg;
    if (!f->gap_us) return;
    sim_in(sim_chance(200) ? sim_below(10 * SIM_MS) : sim_below(2 * f->gap_us), on_misfortune, NULL);
    for (int i = 0; i < KINDS; i++) all += weights[i];
    if (!all) return;
    for (uint32_t at = sim_below(all); at >= weights[kind]; kind++) at -= weights[kind];
    switch (kind) {
    case 0: kill_one(sim_world.worker); break;
    case 1: end_one(sim_world.worker); break;
    case 2: kill_one(sim_world.daemon); break;
    case 3: end_one(sim_world.daemon); break;
    case 4: cut(NULL); break;
    case 5: jump(false); break;
    case 6: jump(true); break;
    case 7: stall(sim_chance(500) ? sim_world.worker : sim_world.daemon); break;
    case 8: reload(sim_chance(500) ? sim_world.worker : sim_world.daemon); break;
    case 9: fill(); break;
    default: sim_announce_holiday();
    }
}

void sim_fate_begin(void)
{
    sim_in(sim_below(sim_fate.gap_us), on_misfortune, NULL);
}

void sim_fate_calm(void)
{
    sim_trace("calm");
    sim_fate = (sim_fates){ .net_us = SIM_MS, .link_us = 500, .commit_us = SIM_MS };
    sim_world.full = false;
    if (sim_alive(sim_world.daemon)) sim_stall(sim_world.daemon, 0);
    if (sim_alive(sim_world.worker)) sim_stall(sim_world.worker, 0);
}
