/* Structs and layouts of the stored rows (workers/rows.def). */
#ifndef JD_ROWS_H
#define JD_ROWS_H

#include "proto/field.h"
#include "proto/states.h"

#define ROW(id)          \
    struct jd_row_##id { \
        char begin;
#define FIELD(type, name, doc) jd_c_##type name;
#define END \
    }       \
    ;
#include "workers/rows.def"
#undef ROW
#undef FIELD
#undef END
#undef CASE

#define ROW(id) extern jd_layout jd_row_##id##_layout;
#define FIELD(type, name, doc)
#define END
#include "workers/rows.def"
#undef ROW
#undef FIELD
#undef END
#undef CASE

const jd_layout *jd_case_layout(jd_entity e);

/* The head every case row has. Its fields are the first of every layout, so code that does not know
 * the entity reads and writes them through it. */
struct jd_row_head {
    char begin;
    int64_t state, version, policy, last_seq, dept;
    jd_day due;
    jd_ms clock;
    int64_t clock_kind;
    jd_tri overdue;
};

typedef union jd_case_row {
    struct jd_row_head head;
#define ENTITY(e, letter, doc) struct jd_row_##e e;
    JD_ENTITIES(ENTITY)
#undef ENTITY
} jd_case_row;

/* What a report says about being there (LC-8.1, LC-9.4): three bits said, the same three yes. */
enum { JD_SITE_on_site = 1, JD_SITE_demanded = 2, JD_SITE_certificate = 4, JD_SITE_SAID = 3 };

/* Lists of departments, as stored. */
bool jd_u16s_have(jd_str list, uint16_t v);

#endif
