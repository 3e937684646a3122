#include "proto/states.h"

#include <assert.h>
#include <stdio.h>

enum { STATES_MAX = 32, VERBS_MAX = 32 };

typedef struct entity {
    const char *name;
    char letter;
    const char *doc;
    int states, verbs;
    const char *state[STATES_MAX];
    bool final[STATES_MAX];
    const char *verb[VERBS_MAX];
    uint32_t moves[STATES_MAX][VERBS_MAX];
} entity;

/* NO is a bit no state has, so that a forgotten cell (zero) differs from a refusal. */
#define NO       (1u << 31)
#define TO(e, s) (1u << JD_S_##e##_##s)
#define SCREENED                                                                                        \
    (TO(application, needs_info) | TO(application, needs_fact) | TO(application, proposed_ineligible) | \
     TO(application, eligible))
/* Where a report was before it was found short of information. */
#define BACK \
    (TO(report, held) | TO(report, registered) | TO(report, proposed) | TO(report, assigned) | TO(report, objected))
/* Out of the hands of whom it accuses. */
#define TAKEN (TO(report, assigned) | TO(report, held))
#define OPEN  false
#define FINAL true

#define CELLS(...) (sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define COMPLETE(e, s, end, ...) \
    static_assert(CELLS(__VA_ARGS__) == JD_V_##e##_count, "a pair of " #e " " #s " is missing");
#define ENTITY(e, letter, doc) JD_STATES_##e(COMPLETE, e)
JD_ENTITIES(ENTITY)
#undef ENTITY

#define STATE_NAME(e, s, ...)       #s,
#define STATE_END(e, s, end, ...)   end,
#define VERB_NAME(e, v)             #v,
#define STATE_MOVES(e, s, end, ...) { __VA_ARGS__ },
static const entity entities[JD_E_COUNT] = {
#define ENTITY(e, letter, doc)                       \
    [JD_E_##e] = { #e,                               \
                   letter,                           \
                   doc,                              \
                   JD_S_##e##_count,                 \
                   JD_V_##e##_count,                 \
                   { JD_STATES_##e(STATE_NAME, e) }, \
                   { JD_STATES_##e(STATE_END, e) },  \
                   { JD_VERBS_##e(VERB_NAME, e) },   \
                   { JD_STATES_##e(STATE_MOVES, e) } },
    JD_ENTITIES(ENTITY)
#undef ENTITY
};

/* Names on the wire carry hyphens where C has underscores. */
static char wire_names[JD_E_COUNT][STATES_MAX][32];

__attribute__((constructor)) static void fill_wire_names(void)
{
    for (int e = 1; e < JD_E_COUNT; e++)
        for (int s = 1; s < entities[e].states; s++) {
            snprintf(wire_names[e][s], sizeof wire_names[e][s], "%s", entities[e].state[s]);
            for (char *c = wire_names[e][s]; *c; c++)
                if (*c == '_') *c = '-';
        }
}

const char *jd_entity_name(jd_entity e)
{
    return e ? entities[e].name : "";
}

char jd_entity_letter(jd_entity e)
{
    return entities[e].letter;
}

const char *jd_entity_doc(jd_entity e)
{
    return entities[e].doc;
}

jd_entity jd_entity_find(jd_str name)
{
    for (int e = 1; e < JD_E_COUNT; e++)
        if (jd_str_is(name, entities[e].name)) return (jd_entity)e;
    return JD_E_none;
}

jd_entity jd_entity_of_letter(char letter)
{
    for (int e = 1; e < JD_E_COUNT; e++)
        if (entities[e].letter == letter) return (jd_entity)e;
    return JD_E_none;
}

int jd_state_count(jd_entity e)
{
    return entities[e].states;
}

int jd_state_find(jd_entity e, jd_str name)
{
    for (int s = 1; s < entities[e].states; s++)
        if (jd_str_is(name, wire_names[e][s])) return s;
    return -1;
}

const char *jd_state_name(jd_entity e, int state)
{
    return e ? wire_names[e][state] : "";
}

bool jd_state_final(jd_entity e, int state)
{
    return entities[e].final[state];
}

int jd_verb_count(jd_entity e)
{
    return entities[e].verbs;
}

const char *jd_verb_name(jd_entity e, int verb)
{
    return entities[e].verb[verb];
}

uint32_t jd_moves(jd_entity e, int state, int verb)
{
    return entities[e].moves[state][verb] & ~NO;
}

static char *put_digits(char *at, uint64_t v, int n)
{
    for (int i = n; i > 0; v /= 10) at[--i] = (char)('0' + v % 10);
    return at + n;
}

void jd_case_id_format(jd_case_id id, char out[JD_CASE_ID_MAX])
{
    char *at = out;
    int digits = 8; /* and more */
    for (uint64_t rest = id.number / 100000000; rest; rest /= 10) digits++;
    *at++ = jd_entity_letter(id.entity);
    *at++ = '-';
    at = put_digits(at, id.division, 6);
    *at++ = '-';
    *put_digits(at, id.number, digits) = 0;
}

bool jd_case_id_parse(jd_str s, jd_case_id *out)
{
    uint64_t division, number;
    if (s.n < 17 || s.n > JD_CASE_ID_MAX - 1 || s.p[1] != '-' || s.p[8] != '-') return false;
    if (s.n > 17 && s.p[9] == '0') return false; /* one spelling a case */
    out->entity = jd_entity_of_letter(s.p[0]);
    if (out->entity == JD_E_none) return false;
    if (!jd_str_to_u64((jd_str){ s.p + 2, 6 }, &division)) return false;
    if (!jd_str_to_u64((jd_str){ s.p + 9, s.n - 9 }, &number) || number == 0) return false;
    out->division = (uint32_t)division;
    out->number = number;
    return true;
}
