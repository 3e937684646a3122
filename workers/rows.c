#include "workers/rows.h"

#include <assert.h>

/* Inside each function THIS names the struct the offsets belong to. */
#define ROW(id)                              \
    static jd_layout layout_##id(void)       \
    {                                        \
        typedef struct jd_row_##id THIS;     \
        static const char *const name = #id; \
        static const jd_field fields[] = {
#define FIELD(t, id, d) \
    { .name = #id, .name_n = sizeof #id - 1, .type = JD_T_##t, .offset = offsetof(THIS, id), .rule = "", .doc = d },
#define END                                                                                        \
    }                                                                                              \
    ;                                                                                              \
    return (jd_layout){ name, sizeof(THIS), (int)(sizeof fields / sizeof *fields), fields, NULL }; \
    }
#include "workers/rows.def"
#undef ROW
#undef FIELD
#undef END
#undef CASE

#define ROW(id) jd_layout jd_row_##id##_layout;
#define FIELD(t, id, d)
#define END
#include "workers/rows.def"
#undef ROW
#undef FIELD
#undef END
#undef CASE

__attribute__((constructor)) static void fill_layouts(void)
{
#define ROW(id)                           \
    jd_row_##id##_layout = layout_##id(); \
    jd_layout_prepare(&jd_row_##id##_layout);
#define FIELD(t, id, d)
#define END
#include "workers/rows.def"
#undef ROW
#undef FIELD
#undef END
#undef CASE
}

#define SAME(e, f) static_assert(offsetof(struct jd_row_##e, f) == offsetof(struct jd_row_head, f), #e " head");
#define ENTITY(e, letter, doc) \
    SAME(e, state)             \
    SAME(e, version)           \
    SAME(e, policy) SAME(e, last_seq) SAME(e, dept) SAME(e, due) SAME(e, clock) SAME(e, clock_kind) SAME(e, overdue)
JD_ENTITIES(ENTITY)
#undef ENTITY

const jd_layout *jd_case_layout(jd_entity e)
{
    static const jd_layout *const layouts[JD_E_COUNT] = {
#define ENTITY(e, letter, doc) [JD_E_##e] = &jd_row_##e##_layout,
        JD_ENTITIES(ENTITY)
#undef ENTITY
    };
    return layouts[e];
}

bool jd_u16s_have(jd_str list, uint16_t v)
{
    for (uint32_t i = 0; i + 1 < list.n; i += 2)
        if (jd_get_be16((const uint8_t *)list.p + i) == v) return true;
    return false;
}
