#include "workers/keyring.h"

#include <sodium.h>
#include <stdio.h>

#include "workers/keys.h"
#include "workers/scrub.h"

static const jd_slot division_slot = { .kind = JD_SLOT_DIVISION };

static jd_key key_of(jd_slot slot)
{
    return jd_key_slot(slot.kind, slot.number);
}

jd_slot jd_month_slot(int64_t ms)
{
    int year, month, day;
    jd_day_parts(jd_day_from_ms(ms), &year, &month, &day);
    return (jd_slot){ JD_SLOT_MONTH, (uint64_t)(year * 12 + month - 1) };
}

/* Empty; or overwritten while somebody read who began before it was emptied. */
bool jd_row_destroyed(jd_str row)
{
    return row.n == 0 || row.p[0] == 0;
}

static void draw(const jd_vault *v, jd_txn *t, jd_slot slot, jd_secret *key)
{
    uint8_t wrapped[JD_WRAPPED];
    jd_key k = key_of(slot);
    jd_random(key, sizeof *key);
    jd_wrap(v, slot, key, wrapped);
    jd_put(t, JD_DB_KEYS, jd_k(&k), (jd_str){ (const char *)wrapped, sizeof wrapped });
}

/* ------------------------------------------------------------ opening */

static bool versions_present(const jd_vault *v, jd_txn *t, char *why, size_t why_n)
{
    jd_scan s = jd_scan_from(t, JD_DB_KEYS, (jd_str){ "", 0 });
    while (jd_scan_next(&s)) {
        uint32_t version = jd_wrapped_by(s.value);
        if (jd_row_destroyed(s.value) || jd_vault_has(v, version)) continue;
        snprintf(why, why_n, "keys of this store are wrapped by version %u of the master key, which is not there",
                 version);
        jd_scan_end(&s);
        return false;
    }
    return true;
}

static bool adopt(jd_vault *v, jd_txn *t, char *why, size_t why_n)
{
    jd_str row;
    jd_secret key;
    jd_key k = key_of(division_slot);
    bool ok = jd_get(t, JD_DB_KEYS, jd_k(&k), &row) && jd_unwrap(v, division_slot, row, &key);
    if (ok)
        jd_vault_adopt(v, &key);
    else
        snprintf(why, why_n,
                 "the key of the division cannot be opened: is the master key the one this store was made with?");
    sodium_memzero(&key, sizeof key);
    return ok;
}

static bool make_division_key(jd_vault *v, jd_store *s)
{
    jd_txn t;
    jd_str row;
    jd_secret key;
    jd_key k = key_of(division_slot);
    jd_begin(s, &t, true);
    if (!t.rc && !jd_get(&t, JD_DB_KEYS, jd_k(&k), &row)) draw(v, &t, division_slot, &key);
    sodium_memzero(&key, sizeof key);
    return jd_commit(&t) == 0;
}

bool jd_keyring_open(jd_vault *v, jd_store *s, bool empty, char *why, size_t why_n)
{
    jd_txn t;
    if (empty && !jd_store_writes(s)) return true; /* nothing to open */
    if (empty && !make_division_key(v, s)) {
        snprintf(why, why_n, "the keys cannot be written");
        return false;
    }
    jd_begin(s, &t, false);
    bool ok = !t.rc && versions_present(v, &t, why, why_n) && adopt(v, &t, why, why_n);
    jd_abort(&t);
    return ok;
}

/* ------------------------------------------------------------ sealing and opening */

const jd_secret *jd_key_to_seal(const jd_vault *v, jd_txn *t, jd_slot *slot)
{
    jd_str row;
    jd_secret key;
    jd_key k = key_of(*slot);
    if (slot->kind == JD_SLOT_DIVISION) return jd_vault_division(v);
    const jd_secret *found = jd_vault_cached(v, *slot);
    if (found) return found;
    if (!jd_get(t, JD_DB_KEYS, jd_k(&k), &row)) {
        draw(v, t, *slot, &key);
    } else if (row.n == 0) {
        *slot = division_slot;
        return jd_vault_division(v);
    } else if (!jd_unwrap(v, *slot, row, &key)) {
        if (!t->rc) t->rc = JD_STORE_DAMAGED;
        return NULL;
    }
    found = jd_vault_cache(v, *slot, &key);
    sodium_memzero(&key, sizeof key);
    return found;
}

/* Readers look into the table each time: what the writer destroyed must not stay open in a cache of theirs. */
static bool find_key(const jd_vault *v, jd_txn *t, jd_slot slot, jd_secret *key)
{
    jd_str row;
    jd_key k = key_of(slot);
    const jd_secret *found = slot.kind == JD_SLOT_DIVISION ? jd_vault_division(v)
                             : t->writing                  ? jd_vault_cached(v, slot)
                                                           : NULL;
    if (found) *key = *found;
    if (found) return true;
    if (!jd_get(t, JD_DB_KEYS, jd_k(&k), &row) || !jd_unwrap(v, slot, row, key)) return false;
    if (t->writing) jd_vault_cache(v, slot, key);
    return true;
}

bool jd_unseal_in(const jd_vault *v, jd_txn *t, jd_place at, jd_str sealed, jd_arena *a, jd_str *plain)
{
    jd_slot slot;
    jd_secret key;
    bool ok = jd_sealed_slot(sealed, &slot) && find_key(v, t, slot, &key) && jd_unseal(&key, at, sealed, a, plain);
    sodium_memzero(&key, sizeof key);
    return ok;
}

void jd_key_destroy(const jd_vault *v, jd_txn *t, jd_str key, jd_buf *gone)
{
    static const char zeros[JD_WRAPPED];
    jd_str row;
    if (jd_get(t, JD_DB_KEYS, key, &row)) jd_scrub_pattern(key, row, gone);
    jd_put(t, JD_DB_KEYS, key, (jd_str){ zeros, sizeof zeros }); /* in its place: a deletion leaves the bytes there */
    jd_put(t, JD_DB_KEYS, key, (jd_str){ "", 0 });
    jd_vault_forget_all(v);
}

bool jd_slot_destroyed(jd_txn *t, jd_slot slot)
{
    jd_str row;
    jd_key k = key_of(slot);
    return jd_get(t, JD_DB_KEYS, jd_k(&k), &row) && jd_row_destroyed(row);
}

/* ------------------------------------------------------------ another master key */

static bool rewrap(const jd_vault *v, jd_txn *t, jd_slot slot, jd_str row)
{
    jd_secret key;
    uint8_t wrapped[JD_WRAPPED];
    jd_key k = key_of(slot);
    if (row.n == 0 || jd_wrapped_by(row) == jd_vault_newest(v)) return false;
    if (!jd_unwrap(v, slot, row, &key)) {
        if (!t->rc) t->rc = JD_STORE_DAMAGED;
        return false;
    }
    jd_wrap(v, slot, &key, wrapped);
    sodium_memzero(&key, sizeof key);
    jd_put(t, JD_DB_KEYS, jd_k(&k), (jd_str){ (const char *)wrapped, sizeof wrapped });
    return true;
}

int jd_keyring_rewrap(const jd_vault *v, jd_txn *t, jd_slot *from, int max, int *wrapped)
{
    int n = 0;
    jd_key k = key_of(*from);
    jd_scan s = jd_scan_from(t, JD_DB_KEYS, from->kind ? jd_k(&k) : (jd_str){ "", 0 });
    while (n < max && jd_scan_next(&s)) {
        char row[JD_WRAPPED];
        jd_str copy = { row, s.value.n <= sizeof row ? s.value.n : 0 };
        memcpy(row, s.value.p, copy.n); /* the put below moves what the scan points at */
        jd_unkey_slot(s.key, &from->kind, &from->number);
        *wrapped += rewrap(v, t, *from, copy);
        n++;
    }
    jd_scan_end(&s);
    from->number++;
    return n;
}

static void count_one(jd_keys_by *by, uint32_t version)
{
    int i = 0;
    while (i < by->n && by->v[i].version != version) i++;
    if (i > JD_MASTERS_MAX) return;
    if (i == by->n) by->v[by->n++].version = version;
    by->v[i].keys++;
}

void jd_keyring_count(jd_txn *t, jd_keys_by *out)
{
    *out = (jd_keys_by){ 0 };
    jd_scan s = jd_scan_from(t, JD_DB_KEYS, (jd_str){ "", 0 });
    while (jd_scan_next(&s)) count_one(out, jd_row_destroyed(s.value) ? 0 : jd_wrapped_by(s.value));
}
