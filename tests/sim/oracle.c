#include "tests/sim/oracle.h"

#include <stdlib.h>

#include "base/log.h"
#include "tests/sim/client.h"
#include "tests/sim/seams.h"
#include "tests/sim/world.h"
#include "workers/journal.h"

enum { EVENTS = 8192, LOST = 4096 };

sim_request sim_requests[SIM_REQUESTS];
int sim_requests_n;
sim_counts sim_count;

static struct {
    uint64_t entries, events, at; /* the journal, as it is on disk */
    uint64_t before;              /* events of the store that the seed began with */
    uint64_t heard;               /* the last event, with all before it */
    uint64_t said[EVENTS];        /* what each was, when it was first heard */
} known;

/* Sealed content that never came to disk: its nonce must not be used for another. */
static struct {
    uint64_t seq, salt, content;
} lost[LOST];
static int lost_n;

static uint64_t hash_of(const void *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u;
    return h;
}

/* ------------------------------------------------------------ requests */

sim_request *sim_request_new(jd_msg type, int client)
{
    sim_request *r = &sim_requests[sim_requests_n++];
    *r = (sim_request){ .type = type, .client = client };
    jd_be64(r->id, (uint64_t)sim_time_of_day() << 16 | 0x7000 | sim_below(1 << 12));
    jd_be64(r->id + 8, (uint64_t)sim_requests_n | (uint64_t)2 << 62);
    sim_count.requests++;
    return r;
}

sim_request *sim_request_of(const uint8_t id[16])
{
    uint64_t n = jd_get_be64(id + 8) & UINT32_MAX;
    sim_request *r = n && n <= (uint64_t)sim_requests_n ? &sim_requests[n - 1] : NULL;
    return r && memcmp(r->id, id, 16) == 0 ? r : NULL;
}

/* ------------------------------------------------------------ the disk */

static void check_nonce(const jd_entry *e)
{
    uint64_t content = hash_of(e->sealed.p, e->sealed.n);
    for (int i = 0; i < lost_n; i++)
        if (lost[i].seq == e->seq && lost[i].salt == e->salt && lost[i].content != content)
            sim_broken("entry %llu: its nonce had sealed something else", (unsigned long long)e->seq);
}

static void check_request(const jd_entry *e)
{
    static const uint8_t none[16];
    sim_request *r = sim_request_of(e->id);
    unsigned long long seq = e->seq;
    if (memcmp(e->id, none, 16) == 0 || (!r && e->id[9] == SIM_OF_TEMPLATE)) return;
    if (!r) sim_broken("entry %llu is of a request that nobody sent", seq);
    if (r->entry)
        sim_broken("request %d is recorded twice, by entries %llu and %llu", (int)(r - sim_requests),
                   (unsigned long long)r->entry, seq);
    r->turned_away = e->type == JD_MSG_push_refused;
    if (r->turned_away ? !r->pushed : e->type != r->type) sim_broken("entry %llu is of another type", seq);
    r->entry = e->seq;
    r->event = e->event_first + (uint64_t)e->changes_n - 1;
}

static void check_entry(const jd_entry *e)
{
    unsigned long long seq = e->seq;
    if (e->seq != known.entries + 1) sim_broken("entry %llu follows %llu", seq, (unsigned long long)known.entries);
    if (e->event_first != known.events + 1) sim_broken("entry %llu: its events are not the next ones", seq);
    if ((uint64_t)e->at < known.at) sim_broken("entry %llu: the division's time went back", seq);
    check_nonce(e);
    check_request(e);
    known.entries++;
    known.events += (uint64_t)e->changes_n;
    known.at = (uint64_t)e->at;
}

static void note_lost(const jd_entry *e)
{
    if (lost_n == LOST) return;
    lost[lost_n].seq = e->seq;
    lost[lost_n].salt = e->salt;
    lost[lost_n++].content = hash_of(e->sealed.p, e->sealed.n);
}

/* Each entry behind those that are known. */
static void walk(MDB_txn *txn, void (*f)(const jd_entry *))
{
    static jd_arena a;
    MDB_dbi dbi;
    MDB_cursor *c;
    uint8_t key[8];
    MDB_val k = { sizeof key, key }, v;
    jd_entry e;
    if (mdb_dbi_open(txn, "journal", 0, &dbi) || mdb_cursor_open(txn, dbi, &c)) return; /* not there yet */
    jd_be64(key, known.entries + 1);
    for (int rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE); rc == 0; rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
        if (!jd_entry_parse((jd_str){ v.mv_data, (uint32_t)v.mv_size }, jd_get_be64(k.mv_data), &a, &e))
            sim_broken("an entry that cannot be read");
        f(&e);
        jd_arena_reset(&a);
    }
    mdb_cursor_close(c);
}

void sim_oracle_commit(MDB_env *env)
{
    MDB_txn *txn;
    uint64_t before = known.entries;
    if (__real_mdb_txn_begin(env, NULL, MDB_RDONLY, &txn)) sim_broken("the store cannot be read");
    walk(txn, check_entry);
    __real_mdb_txn_abort(txn);
    if (!before && !sim_world.making) known.heard = known.before = known.events;
    sim_count.commits++;
    sim_trace("commit: entries %llu to %llu, events to %llu", (unsigned long long)before + 1,
              (unsigned long long)known.entries, (unsigned long long)known.events);
}

void sim_oracle_lost(MDB_txn *txn)
{
    walk(txn, note_lost);
}

/* ------------------------------------------------------------ receipts */

static void recorded(sim_request *r, jd_str receipt, int number)
{
    uint64_t seq = 0;
    sim_number(receipt, "seq", &seq);
    if (!r->entry) sim_broken("request %d is acknowledged and not on disk", number);
    if (seq != r->event) sim_broken("request %d: the receipt names another event", number);
    if (r->answer == SIM_RECORDED && !jd_str_eq(receipt, jd_buf_view(&r->receipt)))
        sim_broken("request %d gets two receipts that differ", number);
    r->confirmed = true;
    if (r->answer == SIM_RECORDED) return;
    r->answer = SIM_RECORDED;
    r->receipt.n = 0;
    jd_buf_str(&r->receipt, receipt);
    sim_cases_learn(r->type, receipt);
    sim_count.acknowledged++;
}

/* Of two copies the later may be recorded and the earlier refused, and the answers overtake one another: which is
 * why a refusal proves nothing yet. Once more asked in calm it must say what was recorded. */
static void refused(sim_request *r, jd_str code, int number)
{
    if (r->varied) return;
    if (jd_str_is(code, "id-reused")) sim_broken("request %d is told that its id is another's", number);
    if (r->answer == SIM_RECORDED && sim_clients_confirming())
        sim_broken("request %d was recorded and is refused", number);
    if (r->answer != SIM_WAITS) return;
    r->answer = SIM_REFUSED;
    sim_count.refused++;
}

void sim_oracle_receipt(sim_request *r, jd_str receipt)
{
    jd_str status = { 0 }, code = { 0 };
    int number = (int)(r - sim_requests);
    if (!sim_text(receipt, "status", &status) || !sim_text(receipt, "code", &code))
        sim_broken("a receipt without words");
    sim_trace("client %d is told of %d: %.*s, %zu bytes", r->client, number, JD_FMT(code), (size_t)receipt.n);
    sim_hash(receipt.p, r->query ? 0 : receipt.n);
    if (r->pushed) sim_broken("request %d was pushed and is answered", number);
    if (jd_str_is(status, "error")) sim_broken("request %d: %.*s", number, JD_FMT(code));
    if (r->query)
        r->answer = SIM_RECORDED;
    else if (jd_str_is(status, "ok"))
        recorded(r, receipt, number);
    else if (!jd_str_is(status, "busy"))
        refused(r, code, number);
}

/* ------------------------------------------------------------ events */

/* A repeated one is the same again; none is skipped, and none is told that is not on disk. */
void sim_oracle_event(jd_str topic, jd_str event)
{
    uint64_t seq;
    if (!jd_str_starts(topic, "J.") || !sim_number(event, "seq", &seq)) return;
    uint64_t said = hash_of(event.p, event.n);
    if (seq == 0 || seq >= EVENTS) sim_broken("an event with the number %llu", (unsigned long long)seq);
    if (seq > known.events) sim_broken("event %llu is told and not on disk", (unsigned long long)seq);
    if (seq > known.heard + 1)
        sim_broken("event %llu is told behind %llu", (unsigned long long)seq, (unsigned long long)known.heard);
    if (known.said[seq] && known.said[seq] != said)
        sim_broken("event %llu is told again as another", (unsigned long long)seq);
    known.said[seq] = said;
    if (seq > known.heard) known.heard = seq;
    sim_count.events++;
    sim_trace("event %llu, %.*s", (unsigned long long)seq, JD_FMT(topic));
}

uint64_t sim_oracle_last_event(void)
{
    return known.events;
}

uint64_t sim_oracle_heard(void)
{
    return known.heard;
}

bool sim_oracle_said(uint64_t seq, jd_str event)
{
    return seq <= known.before || known.said[seq] == hash_of(event.p, event.n);
}
