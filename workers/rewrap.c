#include "workers/rewrap.h"

#include "base/log.h"
#include "workers/keyring.h"

enum { A_STEP = 256 }; /* keys */

void jd_rewrap_reload(jd_rewrap *r, jd_engine *g)
{
    char why[512];
    if (jd_vault_reload(g->vault, why, sizeof why))
        *r = (jd_rewrap){ .wanted = true };
    else
        jd_log(JD_ERR, "%s; the master key stays as it was", why);
}

void jd_rewrap_step(jd_rewrap *r, jd_engine *g)
{
    jd_txn t;
    int n = 0;
    jd_begin(g->store, &t, true);
    int looked = jd_keyring_rewrap(g->vault, &t, &r->last, A_STEP, &n);
    int rc = n || t.rc ? jd_commit(&t) : 0;
    if (!rc && !n) jd_abort(&t);
    if (rc && !jd_store_full(rc)) jd_die(JD_EX_IO, "wrapping keys: %s; stopping", jd_store_error(rc));
    r->done += rc ? 0 : n;
    r->wanted = !rc && looked == A_STEP; /* full: at the next start, or reload */
    if (r->wanted || (!r->done && !rc)) return;
    jd_log(JD_NOTICE, "%d keys are wrapped by version %u of the master key now", r->done, jd_vault_newest(g->vault));
}
