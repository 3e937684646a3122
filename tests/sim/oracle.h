/* Who knows what was asked, what was answered, what is on disk and what was told to subscribers, and sees at once
 * where they do not agree. */
#ifndef JD_SIM_ORACLE_H
#define JD_SIM_ORACLE_H

#include <lmdb.h>

#include "proto/messages.h"
#include "tests/sim/sim.h"

typedef enum { SIM_WAITS, SIM_RECORDED, SIM_REFUSED } sim_answer;

/* A request of a client, from its making to the end of the seed. */
typedef struct sim_request {
    uint8_t id[16];
    jd_msg type;
    jd_str why;
    jd_buf body;
    int client;
    bool pushed; /* nobody is answered */
    bool query;
    bool varied; /* the id was also sent with another content */
    unsigned sent;
    sim_answer answer;
    jd_buf receipt;        /* the first that said ok */
    uint64_t entry, event; /* in the journal, 0 for none; the last that it caused */
    bool turned_away;      /* pushed: the entry says that it was refused */
    bool confirmed;        /* asked once more, it was the same */
    sim_us again;          /* when its client sends it again */
} sim_request;

enum { SIM_REQUESTS = 512 };
extern sim_request sim_requests[SIM_REQUESTS];
extern int sim_requests_n;

sim_request *sim_request_new(jd_msg type, int client);
sim_request *sim_request_of(const uint8_t id[16]); /* NULL: nobody's */
#define SIM_OF_TEMPLATE 0xee                       /* in the tenth byte of ids that were there before */

/* What is counted over a seed, and added up over all of them. */
typedef struct sim_counts {
    uint64_t acknowledged, refused, requests, resent, commits, failed_commits, kills, ends, cuts, events, erased;
} sim_counts;
extern sim_counts sim_count;

void sim_oracle_commit(MDB_env *env); /* behind each: the journal's new entries */
void sim_oracle_lost(MDB_txn *txn);   /* what is in it never comes to be there */
void sim_oracle_receipt(sim_request *r, jd_str receipt);
void sim_oracle_event(jd_str topic, jd_str event);
uint64_t sim_oracle_last_event(void); /* on disk */
uint64_t sim_oracle_heard(void);      /* by the subscriber, without a gap */
bool sim_oracle_said(uint64_t seq, jd_str event);

/* final.c, when all has ended: each content, each event, and what --verify and --replay say. */
void sim_final_examination(bool replay);

/* A key of a receipt or event: a text, or 16 bytes; a number. */
bool sim_text(jd_str map, const char *key, jd_str *out);
bool sim_number(jd_str map, const char *key, uint64_t *out);
bool sim_receipt_id(jd_str receipt, uint8_t id[16]);

#endif
