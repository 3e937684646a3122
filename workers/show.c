/* A case as a map. */
#include "workers/show.h"
#include "workers/owner.h"

#include "proto/pack.h"

jd_map jd_show_open(jd_buf *b)
{
    return (jd_map){ b, jd_pack_open(b), 0 };
}

void jd_show_z(jd_map *m, const char *key, const char *z)
{
    jd_pack_kz(m->b, key, z);
    m->n++;
}

void jd_show_s(jd_map *m, const char *key, jd_str s)
{
    if (!s.n) return;
    jd_pack_ks(m->b, key, s);
    m->n++;
}

void jd_show_u(jd_map *m, const char *key, int64_t v)
{
    if (v == JD_NO_INT) return;
    jd_pack_ku(m->b, key, (uint64_t)v);
    m->n++;
}

void jd_show_day(jd_map *m, const char *key, jd_day d)
{
    if (d == JD_NO_DAY) return;
    jd_pack_kd(m->b, key, d);
    m->n++;
}

void jd_show_time(jd_map *m, const char *key, jd_ms t)
{
    if (t == JD_NO_TIME) return;
    jd_pack_kt(m->b, key, t);
    m->n++;
}

void jd_show_bool(jd_map *m, const char *key, bool v)
{
    jd_pack_kb(m->b, key, v);
    m->n++;
}

void jd_show_id(jd_map *m, const jd_asked *q, const char *key, jd_entity e, int64_t number)
{
    char id[JD_CASE_ID_MAX];
    if (number == JD_NO_INT || number == 0) return;
    jd_case_id_format((jd_case_id){ e, q->g->division, (uint64_t)number }, id);
    jd_show_z(m, key, id);
}

jd_str jd_code_at(const jd_item *items, int n, int64_t i)
{
    return i >= 0 && i < n ? items[i].code : (jd_str){ "", 0 };
}

jd_str jd_dept_code(const jd_policy *p, int64_t i)
{
    return i >= 0 && i < p->depts_n ? p->depts[i].item.code : (jd_str){ "", 0 };
}

void jd_show_depts(jd_map *m, const jd_policy *p, const char *key, jd_str list)
{
    if (!list.n) return;
    jd_pack_z(m->b, key);
    jd_pack_list(m->b, list.n / 2);
    for (uint32_t i = 0; i + 1 < list.n; i += 2)
        jd_pack_str(m->b, jd_dept_code(p, jd_get_be16((const uint8_t *)list.p + i)));
    m->n++;
}

static const jd_shower showers[JD_E_COUNT] = {
#define ENTITY(e, letter, doc) [JD_E_##e] = jd_show_##e,
    JD_ENTITIES(ENTITY)
#undef ENTITY
};

void jd_pack_case(jd_asked *q, jd_entity e, uint64_t number, const jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)row->head.policy);
    jd_map m = jd_show_open(q->out);
    jd_show_id(&m, q, "id", e, (int64_t)number);
    jd_show_z(&m, "entity", jd_entity_name(e));
    jd_show_z(&m, "state", jd_state_name(e, (int)row->head.state));
    jd_show_u(&m, "version", row->head.version);
    jd_show_s(&m, "policy", p->name);
    jd_show_s(&m, "department", jd_dept_code(p, row->head.dept));
    jd_show_day(&m, "due", row->head.due);
    jd_show_bool(&m, "overdue", row->head.overdue == JD_YES);
    if (showers[e]) showers[e](&m, q, p, row);
    if (jd_slot_destroyed(&q->txn, jd_slot_of_case(&q->txn, &q->arena, e, row))) jd_show_bool(&m, "erased", true);
    jd_pack_close_map(q->out, m.at, m.n);
}
