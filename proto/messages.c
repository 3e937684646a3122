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
#define END                                                                                     \
    {                                                                                           \
        .name = NULL                                                                            \
    }                                                                                           \
    }                                                                                           \
    ;                                                                                           \
    return (jd_layout){ name, sizeof(MSG), (int)(sizeof fields / sizeof *fields) - 1, fields }; \
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

__attribute__((constructor)) static void fill_layouts(void)
{
#define MESSAGE(id, text, entity, verb, mode, reason, doc) messages[JD_MSG_##id].layout = layout_##id();
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc)
#define END
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END
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
    for (int i = 0; i < JD_MSG_COUNT; i++)
        if (messages[i].text_n == type.n && memcmp(messages[i].text, type.p, type.n) == 0)
            return messages[i].mode == JD_INTERNAL ? -1 : i;
    return -1;
}
