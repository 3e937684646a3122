/* Every key of the store, built and taken apart here and nowhere else. Integers are big-endian, so
 * byte order is numeric order. */
#ifndef JD_KEYS_H
#define JD_KEYS_H

#include "base/civil.h"
#include "proto/states.h"

typedef struct jd_key {
    uint8_t bytes[64];
    uint8_t n;
} jd_key;

static inline jd_str jd_k(const jd_key *k)
{
    return (jd_str){ (const char *)k->bytes, k->n };
}

/* Kinds of ties between cases: TIE(name, "from what to what"). Numbers are stored: new ones at the end. */
#define JD_TIES(TIE)                                                        \
    TIE(duty_of, "a supervisor to the obligations that came with the term") \
    TIE(periodic, "0 to the obligations that come round")                   \
    TIE(applied, "a round to the applications made in it")                  \
    TIE(certified, "a supervisor to the certificate that is not ended")     \
    TIE(meeting_of, "a supervisor to the meetings they attended")           \
    TIE(activity_of, "a supervisor to the activities they are part of")     \
    TIE(invited, "an activity to whom it invites")                          \
    TIE(accepts, "an activity to who said yes")                             \
    TIE(declines, "an activity to who said no")                             \
    TIE(took_part, "an activity to who took part")                          \
    TIE(document_of, "a supervisor to the documents sent to them")          \
    TIE(recipient, "a document to whom it was sent")                        \
    TIE(acknowledged, "a document to who acknowledged it")                  \
    TIE(reward_of, "a report to the reward it was referred for")            \
    TIE(applications, "a person to their applications")                     \
    TIE(held, "a person to their appointments")                             \
    TIE(accused, "a supervisor to the cases for dismissal")                 \
    TIE(certificates, "a supervisor to all their certificates")             \
    TIE(claims, "a supervisor to all their claims")                         \
    TIE(recusals, "a supervisor to all their recusals")                     \
    TIE(rewards, "a supervisor to the rewards they were referred for")      \
    TIE(deeds, "a supervisor to what they did alone")

typedef enum {
#define TIE(name, doc) JD_TIE_##name,
    JD_TIES(TIE)
#undef TIE
        JD_TIE_COUNT
} jd_tie_kind;

/* Entities lie by their number, but the cases of the one there is most of behind all: LMDB fills its pages only where a
 * table ends. */
#define JD_LAST_ENTITY JD_E_report

enum { JD_STATE_OVERDUE = 0xff }; /* a place in the worklist beside the real states */

jd_key jd_key_seq(uint64_t seq);
jd_key jd_key_request(const uint8_t id[16]);
jd_key jd_key_case(jd_entity e, uint64_t number);
jd_key jd_key_clock(jd_ms due, jd_entity e, uint64_t number, int kind);
jd_key jd_key_work(jd_entity e, int state, uint16_t dept, uint64_t number);
jd_key jd_key_person_hash(const uint8_t hash[16]);
jd_key jd_key_person(uint64_t number);
jd_key jd_key_certificate(jd_str number);
jd_key jd_key_origin(uint32_t division, uint64_t number); /* in JD_DB_PEOPLE */
jd_key jd_key_fact(uint64_t person, jd_str predicate);
jd_key jd_key_slot(uint8_t kind, uint64_t number); /* of a data key */
jd_key jd_key_tie(jd_tie_kind kind, uint64_t from, uint64_t to);
jd_key jd_key_institution(jd_str code);
jd_key jd_key_claim(uint64_t supervisor, jd_str institution); /* "" is in front of them all */
jd_key jd_key_recusal(uint64_t supervisor, int scope, jd_str object);

uint64_t jd_unkey_seq(jd_str k);
uint64_t jd_unkey_case(jd_str k, jd_entity *e);
void jd_unkey_slot(jd_str k, uint8_t *kind, uint64_t *number);
void jd_unkey_clock(jd_str k, jd_ms *due, jd_entity *e, uint64_t *number, int *kind);
void jd_unkey_work(jd_str k, jd_entity *e, int *state, uint16_t *dept, uint64_t *number);

#endif
