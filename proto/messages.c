#include "proto/messages.h"

#include "proto/decode.h"
#include "proto/tables.h"

enum { MAY, MUST };
enum { WANTS_PLAIN, WANTS_WHY };

/* One function a message: inside it MSG names the struct the offsets belong to. */
#define MESSAGE(id, text, entity, verb, mode, reason, doc) \
    static jd_layout layout_##id(void)                     \
    {                                                      \
        typedef struct jd_##id MSG;                        \
        static const char *const name = text;              \
        static const jd_field fields[] = {
#define FIELD(type, id, need, lo, hi, table, pii, rule, doc) \
    { JD_NAME(#id), JD_T_##type, need, JD_TABLE_##table, JD_P_##pii, offsetof(MSG, id), lo, hi, rule, doc },
#define END                                                                                           \
    {                                                                                                 \
        .name = NULL                                                                                  \
    }                                                                                                 \
    }                                                                                                 \
    ;                                                                                                 \
    return (jd_layout){ name, sizeof(MSG), (int)(sizeof fields / sizeof *fields) - 1, fields, NULL }; \
    }
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END

static jd_message messages[JD_MSG_COUNT] = {
#define MESSAGE(id, text, entity, verb, mode, reason, doc) \
    [JD_MSG_##id] = { JD_NAME(text), #entity, #verb, JD_##mode, WANTS_##reason, doc, { 0 } },
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc)
#define END
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END
};

/* Types by name: message number + 1 where its hash falls, or behind it. */
enum { SLOTS = 512 };
static uint16_t slots[SLOTS];
_Static_assert(JD_MSG_COUNT < SLOTS / 2, "room to miss in");

static uint32_t slot_of(jd_str text)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < text.n; i++) h = (h ^ (uint8_t)text.p[i]) * 16777619u;
    return h % SLOTS;
}

static void enter(int m)
{
    uint32_t at = slot_of((jd_str){ messages[m].text, messages[m].text_n });
    while (slots[at]) at = (at + 1) % SLOTS;
    slots[at] = (uint16_t)(m + 1);
}

__attribute__((constructor)) static void fill_layouts(void)
{
#define MESSAGE(id, text, entity, verb, mode, reason, doc) messages[JD_MSG_##id].layout = layout_##id();
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc)
#define END
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END
    for (int m = 0; m < JD_MSG_COUNT; m++) {
        jd_layout_prepare(&messages[m].layout);
        enter(m);
    }
}

const jd_message *jd_message_get(jd_msg m)
{
    return &messages[m];
}

size_t jd_message_body_max(jd_msg m)
{
    const jd_layout *l = &messages[m].layout;
    for (int i = 0; i < l->n && messages[m].mode == JD_COMMAND; i++)
        if (l->fields[i].type == JD_T_TEXT && l->fields[i].hi > JD_BODY_MAX) return JD_BODY_LARGE;
    return JD_BODY_MAX;
}

int jd_message_find(jd_str type)
{
    for (uint32_t at = slot_of(type); slots[at]; at = (at + 1) % SLOTS) {
        const jd_message *m = &messages[slots[at] - 1];
        if (m->text_n == type.n && memcmp(m->text, type.p, type.n) == 0)
            return m->mode == JD_INTERNAL ? -1 : slots[at] - 1;
    }
    return -1;
}
