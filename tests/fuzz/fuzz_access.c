/* An access file: whoever is found by a key is who the file says, and a role is one of the table's. */
#include "proto/grants.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_diag d = { .file = "access" };
    jd_grants *g = jd_grants_parse((jd_str){ (const char *)data, (uint32_t)n }, &d);
    PROMISE((g == NULL) == (d.errors > 0));
    for (int i = 0; g && i < g->n; i++) {
        jd_buf b = { 0 };
        jd_actor a = jd_grant_actor(&g->v[i], 530900), again;
        PROMISE(jd_grants_find(g, g->v[i].key) == &g->v[i] && g->v[i].role < JD_ROLE_COUNT);
        jd_actor_put(&b, &a);
        jd_cur c = jd_cur_of(b.p, b.n);
        PROMISE(jd_actor_take(&c, &again) && jd_cur_done(&c) && jd_str_eq(a.name, again.name));
        jd_actor_has_department(&again, JD_STR("fund"));
        jd_actor_has_supervisor(&again, 17);
        jd_buf_free(&b);
    }
    jd_grants_free(g);
    jd_buf_free(&d.text);
    return 0;
}
