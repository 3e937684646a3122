#include "workers/rotate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "workers/keyring.h"

static bool count_keys(jd_config *c, uint32_t division, jd_keys_by *by)
{
    char why[512];
    jd_txn t;
    const char *dir = jd_store_dir(c, division);
    *by = (jd_keys_by){ 0 };
    if (access(jd_path(&c->arena, dir, "data.mdb"), F_OK) != 0) return true; /* not begun yet */
    jd_store *s = jd_store_open(dir, false, (size_t)c->map_mib << 20, why, sizeof why);
    if (!s) {
        fprintf(stderr, "%s\n", why);
        return false;
    }
    jd_begin(s, &t, false);
    jd_keyring_count(&t, by);
    jd_abort(&t);
    jd_store_close(s);
    return true;
}

/* A line a store; `lowest` is the oldest version that is still needed. */
static bool show(jd_config *c, uint32_t *lowest)
{
    jd_keys_by by;
    for (int i = 0; i < c->divisions_n; i++) {
        if (!count_keys(c, c->divisions[i], &by)) return false;
        for (int j = 0; j < by.n; j++) {
            if (by.v[j].version)
                printf("%06u: %llu keys wrapped by version %u\n", c->divisions[i], (unsigned long long)by.v[j].keys,
                       by.v[j].version);
            else
                printf("%06u: %llu keys destroyed\n", c->divisions[i], (unsigned long long)by.v[j].keys);
            if (by.v[j].version && by.v[j].version < *lowest) *lowest = by.v[j].version;
        }
    }
    return true;
}

static uint32_t newest_of(jd_config *c, char *why, size_t why_n)
{
    jd_masters *m = jd_masters_load(c->key, false, why, why_n);
    uint32_t newest = m ? m->v[m->n - 1].version : 0;
    jd_masters_free(m);
    return newest;
}

static int failed(const char *why)
{
    fprintf(stderr, "%s\n", why);
    return JD_EX_CONFIG;
}

static int drop(jd_config *c, uint32_t newest, uint32_t lowest)
{
    char why[512];
    if (lowest < newest) {
        printf("version %u is still in use: reload the workers, and wait\n", lowest);
        return JD_EX_REFUSED;
    }
    if (!jd_masters_drop(c->key, why, sizeof why)) return failed(why);
    printf("version %u of the master key is the only one now\n", newest);
    return JD_EX_OK;
}

int jd_rotate(jd_config *c, const char *what)
{
    char why[512];
    uint32_t version, lowest = UINT32_MAX;
    if (strcmp(what, "add") == 0) {
        if (!jd_masters_add(c->key, &version, why, sizeof why)) return failed(why);
        printf("version %u of the master key was added: reload the workers\n", version);
        return JD_EX_OK;
    }
    if (strcmp(what, "show") != 0 && strcmp(what, "drop") != 0) return JD_EX_USAGE;
    uint32_t newest = newest_of(c, why, sizeof why);
    if (!newest) return failed(why);
    printf("master key: version %u is the newest\n", newest);
    if (!show(c, &lowest)) return JD_EX_IO;
    return strcmp(what, "drop") == 0 ? drop(c, newest, lowest) : JD_EX_OK;
}
