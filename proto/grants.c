#include "proto/grants.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/check.h"
#include "proto/states.h"

typedef struct reader {
    jd_grants *g;
    jd_diag *d;
} reader;

static bool is_word(jd_str s)
{
    static const jd_field word = { .type = JD_T_WORD, .lo = 1, .hi = 40 };
    return jd_check_text(&word, s) == JD_CODE_RECORDED;
}

/* ------------------------------------------------------------ lists */

/* `all`, or a list that is not empty. NULL: nothing to read further. */
static jd_ynode *list_or_all(reader *r, jd_ynode *map, const char *key, bool *all)
{
    jd_ynode *n = jd_y_get(map, key);
    *all = n && n->kind == JD_Y_SCALAR && jd_str_is(n->text, "all");
    if (*all) return NULL;
    if (n && n->kind == JD_Y_LIST && n->n > 0) return n;
    jd_diag_at(r->d, n ? n->line : map->line, "'%s' must be a list, or all", key);
    return NULL;
}

static void read_divisions(reader *r, jd_ynode *map, jd_grant *g)
{
    int64_t v;
    jd_ynode *list = list_or_all(r, map, "divisions", &g->every_division);
    if (!list) return;
    g->divisions = jd_alloc(&r->g->arena, sizeof *g->divisions * (size_t)list->n);
    for (int i = 0; i < list->n; i++) {
        if (jd_y_scalar_int(list->items[i], &v) && v >= 100000 && v <= 999999)
            g->divisions[g->divisions_n++] = (uint32_t)v;
        else
            jd_diag_at(r->d, list->items[i]->line, "'divisions' takes six-digit GB/T 2260 codes");
    }
}

/* Which codes there are is the policies' to say; one that no policy has gives nothing. */
static void read_departments(reader *r, jd_ynode *map, jd_grant *g)
{
    jd_buf b = { 0 };
    jd_ynode *list = list_or_all(r, map, "departments", &g->every_department);
    for (int i = 0; list && i < list->n; i++) {
        jd_str code = list->items[i]->text;
        if (list->items[i]->kind != JD_Y_SCALAR || !is_word(code)) {
            jd_diag_at(r->d, list->items[i]->line, "'departments' takes codes of the policy, such as fund");
            continue;
        }
        jd_buf_u8(&b, (uint8_t)code.n);
        jd_buf_str(&b, code);
        g->departments_n++;
    }
    g->departments = jd_copy(&r->g->arena, jd_buf_view(&b));
    jd_buf_free(&b);
}

static int by_division(const void *a, const void *b)
{
    const jd_case_id *x = a, *y = b;
    if (x->division != y->division) return x->division < y->division ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* One roll a division, in order. */
static void pack_rolls(reader *r, jd_case_id *ids, int n, jd_grant *g)
{
    g->rolls = jd_alloc(&r->g->arena, sizeof *g->rolls * (size_t)(n + 1));
    for (int i = 0; i < n;) {
        jd_buf b = { 0 };
        uint32_t division = ids[i].division;
        for (; i < n && ids[i].division == division; i++) jd_buf_u32(&b, (uint32_t)ids[i].number);
        g->rolls[g->rolls_n++] = (jd_roll){ division, jd_copy(&r->g->arena, jd_buf_view(&b)) };
        jd_buf_free(&b);
    }
}

static void read_supervisors(reader *r, jd_ynode *map, jd_grant *g)
{
    jd_ynode *list = list_or_all(r, map, "supervisors", &g->every_supervisor);
    if (!list) return;
    if (list->n > JD_SUPERVISORS_MAX) {
        jd_diag_at(r->d, list->line, "at most %d supervisors; say all, and let the portal know them",
                   JD_SUPERVISORS_MAX);
        return;
    }
    jd_case_id *ids = jd_alloc(&r->g->arena, sizeof *ids * (size_t)list->n);
    for (int i = 0; i < list->n; i++) {
        jd_case_id *id = &ids[g->supervisors_n];
        bool good = jd_case_id_parse(list->items[i]->text, id) && id->entity == JD_E_supervisor;
        if (good && id->number <= UINT32_MAX)
            g->supervisors_n++;
        else
            jd_diag_at(r->d, list->items[i]->line, "'supervisors' takes their case ids, such as S-530900-00000017");
    }
    qsort(ids, (size_t)g->supervisors_n, sizeof *ids, by_division);
    pack_rolls(r, ids, g->supervisors_n, g);
}

/* ------------------------------------------------------------ one client */

static void read_name(reader *r, jd_ynode *map, jd_grant *g)
{
    g->name = jd_y_need_text(map, "name", r->d);
    if (!g->name.n) return;
    jd_ynode *n = jd_y_get(map, "name");
    if (!is_word(g->name))
        jd_diag_at(r->d, n->line, "'name' is up to 40 letters, digits and . _ : -");
    else if (jd_str_is(g->name, "local") || jd_str_is(g->name, "worker"))
        jd_diag_at(r->d, n->line, "'%.*s' is what the program calls its own", JD_FMT(g->name));
    for (int i = 0; i < r->g->n; i++)
        if (jd_str_eq(r->g->v[i].name, g->name))
            jd_diag_at(r->d, n->line, "client '%.*s' stands twice, first in line %d", JD_FMT(g->name), r->g->v[i].line);
}

static void read_key(reader *r, jd_ynode *map, jd_grant *g)
{
    g->key = jd_y_need_text(map, "key", r->d);
    if (!g->key.n) return;
    jd_ynode *n = jd_y_get(map, "key");
    if (!jd_key_is_z85(g->key)) jd_diag_at(r->d, n->line, "'key' is a public key, 40 characters of Z85");
    for (int i = 0; i < r->g->n; i++)
        if (jd_str_eq(r->g->v[i].key, g->key))
            jd_diag_at(r->d, n->line, "this key is client '%.*s's too", JD_FMT(r->g->v[i].name));
}

static void read_role(reader *r, jd_ynode *map, jd_grant *g)
{
    jd_str role = jd_y_need_text(map, "role", r->d);
    int found = jd_role_find(role);
    if (found >= 0)
        g->role = (jd_role)found;
    else if (role.n)
        jd_diag_at(r->d, jd_y_get(map, "role")->line,
                   "'role' must be admin, intake, staff, supervisor-portal or watch, not '%.*s'", JD_FMT(role));
    if (found == JD_ROLE_staff) read_departments(r, map, g);
    if (found == JD_ROLE_portal) read_supervisors(r, map, g);
    g->every_department |= g->role != JD_ROLE_staff;
    g->every_supervisor |= g->role != JD_ROLE_portal;
}

static jd_day read_day(reader *r, jd_ynode *map, const char *key)
{
    jd_day day;
    jd_str text = jd_y_text(map, key, r->d);
    if (!text.p || !jd_y_get(map, key)) return JD_NO_DAY;
    if (jd_parse_date(text, &day)) return day;
    jd_diag_at(r->d, jd_y_get(map, key)->line, "'%s' must be a date, YYYY-MM-DD", key);
    return JD_NO_DAY;
}

static void read_client(reader *r, jd_ynode *map)
{
    jd_grant g = { .line = map->line };
    if (map->kind != JD_Y_MAP) {
        jd_diag_at(r->d, map->line, "a client is a mapping: name, key, role, divisions");
        return;
    }
    read_name(r, map, &g);
    read_key(r, map, &g);
    read_role(r, map, &g);
    read_divisions(r, map, &g);
    g.valid_from = read_day(r, map, "valid_from");
    g.valid_to = read_day(r, map, "valid_to");
    if (g.valid_from != JD_NO_DAY && g.valid_to != JD_NO_DAY && g.valid_to < g.valid_from)
        jd_diag_at(r->d, jd_y_get(map, "valid_to")->line, "'valid_to' lies before valid_from");
    r->g->v[r->g->n++] = g;
}

/* ------------------------------------------------------------ the file */

static int by_key(const void *a, const void *b)
{
    return jd_str_cmp((*(jd_grant *const *)a)->key, (*(jd_grant *const *)b)->key);
}

static void sort(jd_grants *g)
{
    g->by_key = jd_alloc(&g->arena, sizeof(jd_grant *) * (size_t)(g->n + 1));
    for (int i = 0; i < g->n; i++) g->by_key[i] = &g->v[i];
    qsort(g->by_key, (size_t)g->n, sizeof *g->by_key, by_key);
}

static void read_clients(reader *r, jd_ynode *root)
{
    jd_ynode *list = root->kind == JD_Y_MAP ? jd_y_get(root, "clients") : NULL;
    bool none = list && list->kind == JD_Y_SCALAR && !list->text.n;
    if (!list || (list->kind != JD_Y_LIST && !none)) {
        jd_diag_at(r->d, list ? list->line : root->line, "an access file is 'clients', a list");
        return;
    }
    if (list->n > JD_GRANTS_MAX) {
        jd_diag_at(r->d, list->line, "at most %d clients", JD_GRANTS_MAX);
        return;
    }
    r->g->v = jd_alloc(&r->g->arena, sizeof *r->g->v * (size_t)(list->n + 1));
    for (int i = 0; i < list->n; i++) read_client(r, list->items[i]);
    jd_y_unused(root, r->d);
}

jd_grants *jd_grants_parse(jd_str text, jd_diag *d)
{
    jd_grants *g = calloc(1, sizeof *g);
    reader r = { .g = g, .d = d };
    if (!g) return NULL;
    int before = d->errors;
    jd_ynode *root = jd_yaml_parse(&g->arena, text, d);
    if (root) read_clients(&r, root);
    if (d->errors == before) {
        sort(g);
        return g;
    }
    jd_grants_free(g);
    return NULL;
}

jd_grants *jd_grants_load(const char *file, jd_diag *d)
{
    jd_buf text = { 0 };
    jd_grants *g = NULL;
    if (jd_read_file(file, &text))
        g = jd_grants_parse(jd_buf_view(&text), d);
    else
        jd_diag_at(d, 0, "%s", strerror(errno));
    jd_buf_free(&text);
    return g;
}

void jd_grants_free(jd_grants *g)
{
    if (!g) return;
    jd_arena_free(&g->arena);
    free(g);
}

/* ------------------------------------------------------------ asking */

const jd_grant *jd_grants_find(const jd_grants *g, jd_str key)
{
    int lo = 0, hi = g ? g->n : 0;
    while (lo < hi) {
        int mid = (lo + hi) / 2, c = jd_str_cmp(key, g->by_key[mid]->key);
        if (c == 0) return g->by_key[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

bool jd_grant_in_time(const jd_grant *g, jd_day today)
{
    return (g->valid_from == JD_NO_DAY || today >= g->valid_from) && (g->valid_to == JD_NO_DAY || today <= g->valid_to);
}

bool jd_grant_has_division(const jd_grant *g, uint32_t division)
{
    for (int i = 0; i < g->divisions_n; i++)
        if (g->divisions[i] == division) return true;
    return g->every_division;
}

bool jd_grant_hears(const jd_grant *g)
{
    return jd_role_may(g->role, JD_MSG_events_since) && g->every_department;
}

jd_actor jd_grant_actor(const jd_grant *g, uint32_t division)
{
    jd_actor a = { .role = g->role,
                   .every_department = g->every_department,
                   .every_supervisor = g->every_supervisor,
                   .name = g->name,
                   .departments = g->departments,
                   .supervisors = { "", 0 } };
    for (int i = 0; i < g->rolls_n; i++)
        if (g->rolls[i].division == division) a.supervisors = g->rolls[i].supervisors;
    return a;
}
