#include "workers/rules/visibility.h"

#include "workers/rows.h"

uint16_t jd_who_manages(const jd_policy *p, jd_str accused)
{
    const uint16_t order[] = { p->manager, p->discipline, p->authority };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] != JD_NO_DEPT && !jd_u16s_have(accused, order[i])) return order[i];
    return JD_NO_DEPT;
}

static bool handles(const jd_policy *p, const jd_desks *d, uint16_t dept)
{
    if (jd_u16s_have(d->accused, dept)) return false;
    return dept == d->lead || jd_u16s_have(d->assist, dept) || (d->accused.n && dept == jd_who_manages(p, d->accused));
}

static bool oversees(const jd_policy *p, uint16_t dept)
{
    return dept == p->manager || dept == p->authority || dept == p->discipline;
}

bool jd_departments_see(const jd_policy *p, const jd_desks *d, jd_str mine)
{
    bool accused = false, over = false;
    for (uint32_t i = 0; i + 1 < mine.n; i += 2) {
        uint16_t dept = jd_get_be16((const uint8_t *)mine.p + i);
        if (handles(p, d, dept)) return true;
        accused |= jd_u16s_have(d->accused, dept);
        over |= oversees(p, dept);
    }
    return over && !accused;
}
