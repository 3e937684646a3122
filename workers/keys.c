#include "workers/keys.h"

static void add(jd_key *k, const void *p, size_t n)
{
    memcpy(k->bytes + k->n, p, n);
    k->n = (uint8_t)(k->n + n);
}

static void add8(jd_key *k, int v)
{
    k->bytes[k->n++] = (uint8_t)v;
}

static void add16(jd_key *k, uint16_t v)
{
    jd_be16(k->bytes + k->n, v);
    k->n += 2;
}

static void add64(jd_key *k, uint64_t v)
{
    jd_be64(k->bytes + k->n, v);
    k->n += 8;
}

enum { LAST = 0xff };

static void add_entity(jd_key *k, jd_entity e)
{
    add8(k, e == JD_LAST_ENTITY ? LAST : (int)e);
}

static jd_entity entity_of(char byte)
{
    return (uint8_t)byte == LAST ? JD_LAST_ENTITY : (jd_entity)(uint8_t)byte;
}

jd_key jd_key_seq(uint64_t seq)
{
    jd_key k = { .n = 0 };
    add64(&k, seq);
    return k;
}

jd_key jd_key_request(const uint8_t id[16])
{
    jd_key k = { .n = 0 };
    add(&k, id, 16);
    return k;
}

jd_key jd_key_case(jd_entity e, uint64_t number)
{
    jd_key k = { .n = 0 };
    add_entity(&k, e);
    add64(&k, number);
    return k;
}

jd_key jd_key_clock(jd_ms due, jd_entity e, uint64_t number, int kind)
{
    jd_key k = { .n = 0 };
    add64(&k, (uint64_t)due);
    add8(&k, e);
    add64(&k, number);
    add8(&k, kind);
    return k;
}

jd_key jd_key_work(jd_entity e, int state, uint16_t dept, uint64_t number)
{
    jd_key k = { .n = 0 };
    add_entity(&k, e);
    add8(&k, state);
    add16(&k, dept);
    add64(&k, number);
    return k;
}

jd_key jd_key_person_hash(const uint8_t hash[16])
{
    jd_key k = { .n = 0 };
    add8(&k, 'H');
    add(&k, hash, 16);
    return k;
}

jd_key jd_key_person(uint64_t number)
{
    jd_key k = { .n = 0 };
    add8(&k, 'P');
    add64(&k, number);
    return k;
}

/* The number on a certificate is a word of at most 40 bytes. */
jd_key jd_key_certificate(jd_str number)
{
    jd_key k = { .n = 0 };
    add8(&k, 'C');
    add(&k, number.p, number.n < 40 ? number.n : 40);
    return k;
}

/* A predicate is a word of at most 48 bytes here; longer ones are refused by the policy check. */
jd_key jd_key_fact(uint64_t person, jd_str predicate)
{
    jd_key k = { .n = 0 };
    add64(&k, person);
    add(&k, predicate.p, predicate.n < 48 ? predicate.n : 48);
    return k;
}

jd_key jd_key_slot(uint8_t kind, uint64_t number)
{
    jd_key k = { .n = 0 };
    add8(&k, kind);
    add64(&k, number);
    return k;
}

jd_key jd_key_tie(jd_tie_kind kind, uint64_t from, uint64_t to)
{
    jd_key k = { .n = 0 };
    add8(&k, kind);
    add64(&k, from);
    add64(&k, to);
    return k;
}

/* Codes of institutions have at most 30 bytes, other objects at most 40: the message's bounds. */
static void add_code(jd_key *k, jd_str code)
{
    add(k, code.p, code.n < 40 ? code.n : 40);
}

jd_key jd_key_institution(jd_str code)
{
    jd_key k = { .n = 0 };
    add_code(&k, code);
    return k;
}

jd_key jd_key_claim(uint64_t supervisor, jd_str institution)
{
    jd_key k = { .n = 0 };
    add8(&k, 'C');
    add64(&k, supervisor);
    add_code(&k, institution);
    return k;
}

jd_key jd_key_recusal(uint64_t supervisor, int scope, jd_str object)
{
    jd_key k = { .n = 0 };
    add8(&k, 'X');
    add64(&k, supervisor);
    add8(&k, scope);
    add_code(&k, object);
    return k;
}

/* A report forwarded here is taken once, whatever it is called when it is sent again. */
jd_key jd_key_origin(uint32_t division, uint64_t number)
{
    jd_key k = { .n = 0 };
    add8(&k, 'O');
    add64(&k, division);
    add64(&k, number);
    return k;
}

uint64_t jd_unkey_seq(jd_str k)
{
    return jd_get_be64((const uint8_t *)k.p);
}

uint64_t jd_unkey_case(jd_str k, jd_entity *e)
{
    *e = entity_of(k.p[0]);
    return jd_get_be64((const uint8_t *)k.p + 1);
}

void jd_unkey_slot(jd_str k, uint8_t *kind, uint64_t *number)
{
    *kind = (uint8_t)k.p[0];
    *number = jd_get_be64((const uint8_t *)k.p + 1);
}

void jd_unkey_clock(jd_str k, jd_ms *due, jd_entity *e, uint64_t *number, int *kind)
{
    const uint8_t *p = (const uint8_t *)k.p;
    *due = (jd_ms)jd_get_be64(p);
    *e = (jd_entity)p[8];
    *number = jd_get_be64(p + 9);
    *kind = p[17];
}

void jd_unkey_work(jd_str k, jd_entity *e, int *state, uint16_t *dept, uint64_t *number)
{
    const uint8_t *p = (const uint8_t *)k.p;
    *e = entity_of(k.p[0]);
    *state = p[1];
    *dept = jd_get_be16(p + 2);
    *number = jd_get_be64(p + 4);
}
