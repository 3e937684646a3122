#include "tests/sim/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "tests/sim/client.h"
#include "tests/sim/fate.h"
#include "tests/sim/seams.h"

sim_worlds sim_world;

/* ------------------------------------------------------------ the programs */

static sim_program daemon_program = { "daemon", jd_daemon_main, __start_jd_daemon_statics, __stop_jd_daemon_statics,
                                      NULL };
static sim_program worker_program = { "worker", jd_workers_main, __start_jd_workers_statics, __stop_jd_workers_statics,
                                      NULL };
static char config_file[] = "jiandu.yaml";

static void start_daemon(void *arg)
{
    char name[] = "jiandud", option[] = "-c";
    (void)arg;
    if (sim_alive(sim_world.daemon) || sim_world.stopping) return;
    sim_world.daemon = sim_start(&daemon_program, (char *[]){ name, option, config_file, NULL }, NULL, NULL);
}

static bool serves(char *const *argv)
{
    for (; *argv; argv++)
        if (strcmp(*argv, "--check-policy") == 0) return false;
    return true;
}

sim_process *sim_start_worker(char *const *argv, sim_on_end ended, void *arg)
{
    bool main_one = serves(argv);
    sim_process *p = sim_start(&worker_program, argv, ended, arg);
    if (main_one) sim_world.worker = p;
    return p;
}

static void start_worker(void *arg)
{
    char name[] = "jiandu-worker", option[] = "-c", division[] = "--division", code[] = "990100";
    (void)arg;
    if (sim_alive(sim_world.worker) || sim_world.stopping) return;
    sim_start_worker((char *[]){ name, option, config_file, division, code, NULL }, NULL, NULL);
}

/* 74: the disk. Whatever else a program ends with by itself is a mistake of its. */
void sim_world_ended(sim_process *p, int status, int signal)
{
    bool worker = p != sim_world.daemon;
    if (!signal && status && !(worker && status == JD_EX_IO)) sim_broken("%s ends with status %d", sim_name(p), status);
    if (signal && signal != SIGKILL && signal != SIGTERM && signal != SIGHUP)
        sim_broken("%s ends by signal %d", sim_name(p), signal);
    if (p == sim_world.daemon) sim_in(20 * SIM_MS + sim_below(300 * SIM_MS), start_daemon, NULL);
    if (p == sim_world.worker && !sim_world.spawn) sim_in(20 * SIM_MS + sim_below(300 * SIM_MS), start_worker, NULL);
}

/* ------------------------------------------------------------ the configuration */

static void write_config(void)
{
    static const uint32_t batches[] = { 1, 1, 3, 20, 4096 }, rooms[] = { 16, 20, 40, 2000 };
    FILE *f = fopen(config_file, "w");
    if (!f) sim_broken("%s cannot be written", config_file);
    fprintf(f,
            "state: state\nruntime: rt\npolicies: policies\ndivisions: [990100]\nclock: %s\nlog: info\n"
            "workers: { start: %s, program: jiandu-worker }\n"
            "limits: { map_mib: 16, batch_messages: %u, in_flight: %u }\n"
            "checkpoints: { entries: %u }\n",
            sim_world.simulated ? "simulated" : "system", sim_world.spawn ? "daemon" : "service-manager",
            batches[sim_below(5)], rooms[sim_below(4)], sim_between(1, 60));
    if (fclose(f) != 0) sim_broken("%s cannot be written", config_file);
}

/* One day more is off; the next worker finds it. None before the middle of February is in the file already. */
void sim_announce_holiday(void)
{
    static uint32_t ahead;
    char day[JD_DATE_LEN + 1];
    ahead += sim_between(1, 5);
    if (ahead > 34) return;
    jd_format_date(jd_day_of(2026, 1, 7) + (jd_day)ahead, day);
    sim_trace("%s is announced to be off", day);
    FILE *f = fopen("policies/calendar-cn.csv", "a");
    if (!f || fprintf(f, "%s,off,sim\n", day) < 0 || fclose(f) != 0) sim_broken("the calendar cannot be written");
}

void sim_world_begin(void)
{
    sim_world.simulated = sim_chance(500);
    sim_world.spawn = sim_chance(600);
    write_config();
    sim_in(sim_below(100 * SIM_MS), start_daemon, NULL);
    if (!sim_world.spawn) sim_in(sim_below(100 * SIM_MS), start_worker, NULL);
}
