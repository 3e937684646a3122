#include "proto/actor.h"

enum { EVERY_DEPARTMENT = 1, EVERY_SUPERVISOR = 2 };

void jd_actor_put(jd_buf *b, const jd_actor *a)
{
    jd_buf_u8(b, (uint8_t)a->role);
    jd_buf_u8(b,
              (uint8_t)((a->every_department ? EVERY_DEPARTMENT : 0) | (a->every_supervisor ? EVERY_SUPERVISOR : 0)));
    jd_buf_lstr(b, a->name);
    jd_buf_lstr(b, a->departments);
    jd_buf_lstr(b, a->supervisors);
}

bool jd_actor_take(jd_cur *c, jd_actor *a)
{
    uint8_t role = jd_cur_u8(c), every = jd_cur_u8(c);
    a->role = (jd_role)role;
    a->every_department = every & EVERY_DEPARTMENT;
    a->every_supervisor = every & EVERY_SUPERVISOR;
    a->name = jd_cur_lstr(c);
    a->departments = jd_cur_lstr(c);
    a->supervisors = jd_cur_lstr(c);
    return !c->failed && role < JD_ROLE_COUNT;
}

bool jd_actor_next_department(jd_cur *c, jd_str *code)
{
    if (c->p >= c->end) return false;
    *code = jd_cur_bytes(c, jd_cur_u8(c));
    return !c->failed;
}

bool jd_actor_has_department(const jd_actor *a, jd_str code)
{
    jd_str one;
    jd_cur c = jd_cur_of(a->departments.p, a->departments.n);
    if (a->every_department) return true;
    while (jd_actor_next_department(&c, &one))
        if (jd_str_eq(one, code)) return true;
    return false;
}

bool jd_actor_has_supervisor(const jd_actor *a, int64_t number)
{
    jd_cur c = jd_cur_of(a->supervisors.p, a->supervisors.n);
    if (number <= 0) return false;
    if (a->every_supervisor) return true;
    while (c.p < c.end && !c.failed)
        if (jd_cur_u32(&c) == number && !c.failed) return true;
    return false;
}
