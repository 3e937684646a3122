/* Standard code tables (proto/tables.def). */
#ifndef JD_PROTO_TABLES_H
#define JD_PROTO_TABLES_H

#include "base/bytes.h"

typedef enum {
    JD_TABLE_none,
#define TABLE(id, source) JD_TABLE_##id,
#define CODE(value, label)
#define END
#include "proto/tables.def"
#undef TABLE
#undef CODE
#undef END
    JD_TABLE_COUNT
} jd_table_id;

typedef struct jd_table_row {
    const char *value, *label;
} jd_table_row;

typedef struct jd_table {
    const char *name, *source;
    const jd_table_row *rows;
    int n;
} jd_table;

const jd_table *jd_table_get(jd_table_id id);
int jd_table_find(jd_table_id id, jd_str value); /* row index, or -1 */

#endif
