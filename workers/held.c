#include "workers/held.h"

#include <string.h>

const struct jd_row_supervisor *jd_held_find(const jd_held *h, uint64_t number)
{
    uint64_t at = number % JD_HELD_MAX;
    return number && h->number[at] == number ? &h->row[at] : NULL;
}

void jd_held_add(jd_held *h, uint64_t number, const struct jd_row_supervisor *row)
{
    uint64_t at = number % JD_HELD_MAX;
    h->number[at] = number;
    h->row[at] = *row;
}

void jd_held_drop(jd_held *h, uint64_t number)
{
    uint64_t at = number % JD_HELD_MAX;
    if (h->number[at] == number) h->number[at] = 0;
}

void jd_held_drop_all(jd_held *h)
{
    memset(h->number, 0, sizeof h->number);
}
