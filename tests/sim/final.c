/* When everything has ended: what lies in the store is what was asked and answered. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "tests/sim/oracle.h"
#include "tests/sim/world.h"
#include "workers/checkpoint.h"
#include "workers/engine.h"
#include "workers/verify.h"

typedef struct look {
    jd_engine g;
    jd_vault *vault;
    jd_store *store;
    jd_txn txn;
    jd_arena a;
    jd_buf scratch, event;
} look;

/* What the entry keeps sealed is what the request said, in the form it is kept in. */
static void check_content(look *l, const sim_request *r)
{
    jd_entry e;
    jd_str plain;
    jd_prepared asked;
    int number = (int)(r - sim_requests);
    jd_command cmd = { .type = r->type, .push = r->pushed, .id = r->id, .why = r->why, .body = jd_buf_view(&r->body) };
    if (!jd_entry_read(&l->txn, r->entry, &l->a, &e)) sim_broken("request %d: its entry is gone", number);
    if (memcmp(e.id, r->id, 16) != 0) sim_broken("request %d: its entry is another's", number);
    if (jd_entry_erased(&e)) {
        sim_count.erased++;
        return;
    }
    if (!jd_entry_plain(&e, l->vault, &l->a, &plain)) sim_broken("request %d: its content does not open", number);
    jd_prepare(&cmd, &l->a, &l->scratch, &asked);
    if (!r->turned_away && !r->varied && !jd_str_eq(plain, asked.plain))
        sim_broken("request %d: another content was recorded", number);
}

static void check_events(look *l)
{
    jd_entry e;
    for (uint64_t seq = 1; seq <= l->g.tally.seq; seq++) {
        if (!jd_entry_read(&l->txn, seq, &l->a, &e)) sim_broken("entry %llu is gone", (unsigned long long)seq);
        for (int i = 0; i < e.changes_n; i++) {
            uint64_t number = e.event_first + (uint64_t)i;
            l->event.n = 0;
            jd_render_event(&l->g, jd_engine_policy(&l->g, e.policy), &e, i, &l->event);
            if (!sim_oracle_said(number, jd_buf_view(&l->event)))
                sim_broken("event %llu was told as another than the journal's", (unsigned long long)number);
        }
        jd_arena_reset(&l->a);
    }
}

static void open_store(look *l, jd_config *c)
{
    char why[512];
    l->vault = jd_vault_open(c->key, false, SIM_DIVISION, why, sizeof why);
    l->store = l->vault ? jd_store_open(jd_store_dir(c, SIM_DIVISION), false, (size_t)c->map_mib << 20, why, sizeof why)
                        : NULL;
    if (!l->store || !jd_engine_open(&l->g, l->store, l->vault, SIM_DIVISION, why, sizeof why)) sim_broken("%s", why);
    jd_begin(l->store, &l->txn, false);
}

static void close_store(look *l)
{
    jd_abort(&l->txn);
    jd_engine_close(&l->g);
    jd_store_close(l->store);
    jd_vault_close(l->vault);
    jd_arena_free(&l->a);
    jd_buf_free(&l->scratch);
    jd_buf_free(&l->event);
}

/* What these print is for people. */
static void verify(jd_config *c, bool replay)
{
    char *said = NULL;
    size_t n = 0;
    FILE *screen = stdout, *memory = open_memstream(&said, &n);
    stdout = memory;
    int promises = jd_verify_all(c, 0, replay), heads = jd_checkpoints_verify(c, 0, NULL);
    stdout = screen;
    fclose(memory);
    sim_trace("verify: %s", said);
    if (promises != JD_EX_OK || heads != JD_EX_OK) sim_broken("--verify says: %s", said);
    free(said);
}

void sim_final_examination(bool replay)
{
    static look l;
    jd_buf wrong = { 0 };
    jd_config *c = jd_config_load("jiandu.yaml", &wrong);
    if (!c) sim_broken("%.*s", JD_FMT(jd_buf_view(&wrong)));
    open_store(&l, c);
    if (l.g.tally.event_seq != sim_oracle_last_event()) sim_broken("the store ends elsewhere than its last commit");
    for (int i = 0; i < sim_requests_n; i++)
        if (sim_requests[i].entry) check_content(&l, &sim_requests[i]);
    check_events(&l);
    close_store(&l);
    verify(c, replay);
    jd_config_free(c);
}
