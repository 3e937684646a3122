#include "proto/tables.h"

#define TABLE(id, source)  static const jd_table_row rows_##id[] = {
#define CODE(value, label) { value, label },
#define END \
    }       \
    ;
#include "proto/tables.def"
#undef TABLE
#undef CODE
#undef END

static const jd_table tables[JD_TABLE_COUNT] = {
#define TABLE(id, source) [JD_TABLE_##id] = { #id, source, rows_##id, (int)(sizeof rows_##id / sizeof *rows_##id) },
#define CODE(value, label)
#define END
#include "proto/tables.def"
#undef TABLE
#undef CODE
#undef END
};

const jd_table *jd_table_get(jd_table_id id)
{
    return &tables[id];
}

int jd_table_find(jd_table_id id, jd_str value)
{
    for (int i = 0; i < tables[id].n; i++)
        if (jd_str_is(value, tables[id].rows[i].value)) return i;
    return -1;
}
