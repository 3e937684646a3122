/* What a case can be, and what may happen to it.
 *
 * Each row names every verb of its entity, so a pair of state and verb that nobody thought about
 * does not compile. A cell is NO (receipt `conflict`, code illegal-move) or the set of states the
 * verb may lead to; where there are several, the message or the policy decides.
 * Numbers are stored: new states go at the end of their list. */
#ifndef JD_PROTO_STATES_H
#define JD_PROTO_STATES_H

#include "base/bytes.h"

/* ENTITY(id, letter of its case ids, what it is) */
#define JD_ENTITIES(ENTITY)                                                                                     \
    ENTITY(application, 'A', "报名、推荐: asking to become a supervisor (LC-5, WH-5)")                          \
    ENTITY(supervisor, 'S', "监督员: a person holding an appointment (LC-12, LC-13, WH-8)")                     \
    ENTITY(report, 'R', "反映、线索: what a supervisor sends in (LC-10, WH-10)")                                \
    ENTITY(dismissal, 'D', "解聘: a case for ending an appointment (LC-14, WH-9)")                              \
    ENTITY(obligation, 'O',                                                                                     \
           "应办事项: what the bureau or the agency owes, by a day (LC-5.2, LC-10.6, LC-11.1, WH-11.1)")        \
    ENTITY(round, 'N', "选聘公告批次: a time in which people may apply in the open channel (LC-5.4, WH-5.2)")   \
    ENTITY(certificate, 'C', "监督员证: what a supervisor shows (LC-5.2, LC-9.4)")                              \
    ENTITY(list, 'L', "名单: institutions with signed agreements, a year's or a later version of it (LC-11.1)") \
    ENTITY(claim, 'K', "认领: an institution a supervisor watches in particular (LC-11.3)")                     \
    ENTITY(recusal, 'X', "回避: a supervisor keeps away from what touches an interest (LC-9.6, WH-7.6)")        \
    ENTITY(meeting, 'M', "会议、培训: what was held with supervisors (LC-10.6, WH-11)")                         \
    ENTITY(activity, 'V', "活动: what supervisors take part in (LC-6.2, WH-10.3)")                              \
    ENTITY(document, 'W', "文件、信息: what is sent to supervisors (LC-11.2)")                                  \
    ENTITY(reward, 'B', "举报奖励: a clue of fraud referred for the reward another rule gives (LC-15.1)")

/* clang-format off */

#define JD_VERBS_application(VERB, e) \
    VERB(e, submit) VERB(e, supplement) VERB(e, rescreen) VERB(e, decide) VERB(e, withdraw) VERB(e, warn) VERB(e, expire)

/*       state                     submit    supplement rescreen  decide                          withdraw          warn               expire */
#define JD_STATES_application(STATE, e) \
    STATE(e, none,                OPEN,  SCREENED, NO,        NO,       NO,                              NO,               NO,                NO) \
    STATE(e, needs_info,          OPEN,  NO,       SCREENED,  SCREENED, TO(e, rejected),                 TO(e, withdrawn), TO(e, needs_info), TO(e, expired)) \
    STATE(e, needs_fact,          OPEN,  NO,       SCREENED,  SCREENED, TO(e, rejected),                 TO(e, withdrawn), TO(e, needs_fact), TO(e, expired)) \
    STATE(e, proposed_ineligible, OPEN,  NO,       SCREENED,  SCREENED, TO(e, rejected),                 TO(e, withdrawn), NO,                TO(e, expired)) \
    STATE(e, eligible,            OPEN,  NO,       SCREENED,  SCREENED, TO(e, appointed) | TO(e, rejected), TO(e, withdrawn), NO,             TO(e, expired)) \
    STATE(e, appointed,           FINAL, NO,       NO,        NO,       NO,                              NO,               NO,                NO) \
    STATE(e, rejected,            FINAL, NO,       NO,        NO,       NO,                              NO,               NO,                NO) \
    STATE(e, withdrawn,           FINAL, NO,       NO,        NO,       NO,                              NO,               NO,                NO) \
    STATE(e, expired,             FINAL, NO,       NO,        NO,       NO,                              NO,               NO,                NO)

#define JD_VERBS_supervisor(VERB, e) \
    VERB(e, appoint) VERB(e, inform) VERB(e, need) VERB(e, consent) VERB(e, expire) VERB(e, lapse) \
    VERB(e, discipline) VERB(e, resign) VERB(e, dismiss) VERB(e, publish)

/* A renewal leads back to active, whatever came first, need or consent. What ends an appointment does not
 * end its reports: they keep their supervisor, who still gets the feedback. */
/*       state          appoint        inform           need                             consent                          expire           lapse          discipline       resign                           dismiss            publish */
#define JD_STATES_supervisor(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, active), NO,              NO,                              NO,                              NO,              NO,            NO,              NO,                              NO, NO) \
    STATE(e, active,    OPEN,  NO,            TO(e, active),   TO(e, active),                   TO(e, active),                   TO(e, expiring), TO(e, lapsed), TO(e, active),   TO(e, active) | TO(e, resigned), TO(e, dismissed), TO(e, active)) \
    STATE(e, expiring,  OPEN,  NO,            TO(e, expiring), TO(e, expiring) | TO(e, active), TO(e, expiring) | TO(e, active), TO(e, expiring), TO(e, lapsed), TO(e, expiring), TO(e, expiring) | TO(e, resigned), TO(e, dismissed), TO(e, expiring)) \
    STATE(e, lapsed,    FINAL, NO,            NO,              NO,                              NO,                              NO,              NO,            NO,              NO,                              NO, NO) \
    STATE(e, resigned,  FINAL, NO,            NO,              NO,                              NO,                              NO,              NO,            NO,              NO,                              NO, NO) \
    STATE(e, dismissed, FINAL, NO,            NO,              NO,                              NO,                              NO,              NO,            NO,              NO,                              NO, NO)

#define JD_VERBS_report(VERB, e) \
    VERB(e, submit) VERB(e, assign) VERB(e, accept) VERB(e, object) VERB(e, result) VERB(e, feedback) \
    VERB(e, acknowledge) VERB(e, close) VERB(e, warn) VERB(e, breach) VERB(e, supplement) VERB(e, triage) \
    VERB(e, propose) VERB(e, suspend) VERB(e, resume) VERB(e, extend) VERB(e, reopen) VERB(e, accuse) \
    VERB(e, forward) VERB(e, receive)

/* Where somebody turns out to be accused who has the report, it is TAKEN away, by whatever made it known. */
/*  state                        submit                                             assign           accept           object           result           feedback         acknowledge          close          warn               breach             supplement                 triage                                                   propose          suspend           resume           extend             reopen                         accuse                     forward           receive */
#define JD_STATES_report(STATE, e) \
    STATE(e, none,         OPEN,  TO(e, assigned) | TO(e, held) | TO(e, registered), NO,              NO,              NO,              NO,              NO,              NO,                  NO,            NO,                NO,                NO,                        NO,                                                      NO,              NO,               NO,              NO,                NO,                            NO,                        NO,               TO(e, assigned) | TO(e, held) | TO(e, registered)) \
    STATE(e, held,         OPEN,  NO,                                                TO(e, assigned), NO,              NO,              NO,              NO,              NO,                  NO,            TO(e, held),       TO(e, held),       TO(e, held),               TO(e, held) | TO(e, resulted) | TO(e, needs_info),       TO(e, proposed), NO,               NO,              TO(e, held),       NO,                            TO(e, held),               TO(e, forwarded), NO) \
    STATE(e, assigned,     OPEN,  NO,                                                TO(e, assigned), TO(e, accepted), TO(e, objected), NO,              NO,              NO,                  NO,            TO(e, assigned),   TO(e, assigned),   TO(e, assigned) | TAKEN,   TO(e, assigned) | TO(e, resulted) | TO(e, needs_info),   TO(e, proposed), NO,               NO,              TO(e, assigned),   NO,                            TO(e, assigned) | TAKEN,   TO(e, forwarded), NO) \
    STATE(e, objected,     OPEN,  NO,                                                TO(e, assigned), NO,              NO,              NO,              NO,              NO,                  NO,            TO(e, objected),   TO(e, objected),   TO(e, objected) | TAKEN,   TO(e, objected) | TO(e, resulted) | TO(e, needs_info),   TO(e, proposed), NO,               NO,              TO(e, objected),   NO,                            TO(e, objected) | TAKEN,   TO(e, forwarded), NO) \
    STATE(e, accepted,     OPEN,  NO,                                                TO(e, assigned), NO,              NO,              TO(e, resulted), NO,              NO,                  NO,            TO(e, accepted),   TO(e, accepted),   TO(e, accepted) | TAKEN,   TO(e, accepted) | TO(e, resulted),                       NO,              TO(e, suspended), NO,              TO(e, accepted),   NO,                            TO(e, accepted) | TAKEN,   TO(e, forwarded), NO) \
    STATE(e, resulted,     OPEN,  NO,                                                NO,              NO,              NO,              NO,              TO(e, fed_back) | TO(e, resulted), NO,                  TO(e, closed), TO(e, resulted),   TO(e, resulted),   NO,                        NO,                                                      NO,              NO,               NO,              NO,                NO,                            TO(e, resulted),           NO,               NO) \
    STATE(e, fed_back,     OPEN,  NO,                                                NO,              NO,              NO,              NO,              TO(e, fed_back), TO(e, acknowledged), TO(e, closed), NO,                NO,                NO,                        NO,                                                      NO,              NO,               NO,              NO,                NO,                            TO(e, fed_back),           NO,               NO) \
    STATE(e, acknowledged, OPEN,  NO,                                                NO,              NO,              NO,              NO,              NO,              NO,                  TO(e, closed), NO,                NO,                NO,                        NO,                                                      NO,              NO,               NO,              NO,                NO,                            TO(e, acknowledged),       NO,               NO) \
    STATE(e, closed,       FINAL, NO,                                                NO,              NO,              NO,              NO,              NO,              NO,                  NO,            NO,                NO,                NO,                        NO,                                                      NO,              NO,               NO,              NO,                TO(e, assigned) | TO(e, held), NO,                        NO,               NO) \
    STATE(e, registered,   OPEN,  NO,                                                TO(e, assigned), NO,              NO,              NO,              NO,              NO,                  NO,            TO(e, registered), TO(e, registered), TO(e, registered) | TAKEN, TO(e, registered) | TO(e, resulted) | TO(e, needs_info), TO(e, proposed), NO,               NO,              TO(e, registered), NO,                            TO(e, registered) | TAKEN, TO(e, forwarded), NO) \
    STATE(e, proposed,     OPEN,  NO,                                                TO(e, assigned), NO,              NO,              NO,              NO,              NO,                  NO,            TO(e, proposed),   TO(e, proposed),   TO(e, proposed) | TAKEN,   TO(e, proposed) | TO(e, resulted) | TO(e, needs_info),   TO(e, proposed), NO,               NO,              TO(e, proposed),   NO,                            TO(e, proposed) | TAKEN,   TO(e, forwarded), NO) \
    STATE(e, needs_info,   OPEN,  NO,                                                TO(e, assigned), NO,              NO,              NO,              NO,              NO,                  NO,            TO(e, needs_info), TO(e, needs_info), BACK | TAKEN,              TO(e, needs_info) | TO(e, resulted) | BACK,              NO,              NO,               NO,              TO(e, needs_info), NO,                            TO(e, needs_info) | TAKEN, TO(e, forwarded), NO) \
    STATE(e, suspended,    OPEN,  NO,                                                NO,              NO,              NO,              NO,              NO,              NO,                  NO,            NO,                NO,                TO(e, suspended) | TAKEN,  NO,                                                      NO,              NO,               TO(e, accepted), NO,                NO,                            TO(e, suspended) | TAKEN,  NO,               NO) \
    STATE(e, forwarded,    OPEN,  NO,                                                TO(e, assigned), NO,              NO,              TO(e, resulted), NO,              NO,                  NO,            TO(e, forwarded),  TO(e, forwarded),  TO(e, forwarded),          NO,                                                      NO,              NO,               NO,              NO,                NO,                            NO,                        TO(e, forwarded), NO)

#define JD_VERBS_dismissal(VERB, e) \
    VERB(e, open) VERB(e, hear) VERB(e, decide) VERB(e, end)

/*       state          open           hear          decide                           end: the appointment ended by itself */
#define JD_STATES_dismissal(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, opened), NO,           NO,                             NO) \
    STATE(e, opened,    OPEN,  NO,            TO(e, heard), TO(e, dismissed) | TO(e, kept), TO(e, moot)) \
    STATE(e, heard,     OPEN,  NO,            TO(e, heard), TO(e, dismissed) | TO(e, kept), TO(e, moot)) \
    STATE(e, dismissed, FINAL, NO,            NO,           NO,                             NO) \
    STATE(e, kept,      FINAL, NO,            NO,           NO,                             NO) \
    STATE(e, moot,      FINAL, NO,            NO,           NO,                             NO)

#define JD_VERBS_obligation(VERB, e) \
    VERB(e, begin) VERB(e, warn) VERB(e, breach) VERB(e, meet) VERB(e, waive) VERB(e, reopen)

/* From overdue to done: it was done in time and recorded late. A record that is withdrawn opens again what it met. */
/*       state          begin                       warn         breach          meet                             waive          reopen */
#define JD_STATES_obligation(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, open),         NO,          NO,             NO,                              NO,            NO) \
    STATE(e, open,      OPEN,  NO,                  TO(e, open), TO(e, overdue), TO(e, done) | TO(e, done_late),  TO(e, waived), NO) \
    STATE(e, overdue,   OPEN,  NO,                  NO,          NO,             TO(e, done) | TO(e, done_late),  TO(e, waived), NO) \
    STATE(e, done,      FINAL, NO,                  NO,          NO,             NO,                              NO,            TO(e, open)) \
    STATE(e, done_late, FINAL, NO,                  NO,          NO,             NO,                              NO,            TO(e, open)) \
    STATE(e, waived,    FINAL, NO,                  NO,          NO,             NO,                              NO,            NO)

#define JD_VERBS_meeting(VERB, e) \
    VERB(e, record) VERB(e, withdraw)

/*       state          record           withdraw: it was recorded wrongly */
#define JD_STATES_meeting(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, recorded), NO) \
    STATE(e, recorded,  FINAL, NO,              TO(e, withdrawn)) \
    STATE(e, withdrawn, FINAL, NO,              NO)

#define JD_VERBS_activity(VERB, e) \
    VERB(e, invite) VERB(e, answer) VERB(e, record) VERB(e, cancel) VERB(e, report)

/*       state          invite          answer          record       cancel            report: done by oneself */
#define JD_STATES_activity(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, invited), NO,             NO,          NO,               TO(e, reported)) \
    STATE(e, invited,   OPEN,  NO,             TO(e, invited), TO(e, held), TO(e, cancelled), NO) \
    STATE(e, held,      FINAL, NO,             NO,             NO,          TO(e, cancelled), NO) \
    STATE(e, reported,  FINAL, NO,             NO,             NO,          TO(e, cancelled), NO) \
    STATE(e, cancelled, FINAL, NO,             NO,             NO,          NO,               NO)

#define JD_VERBS_document(VERB, e) \
    VERB(e, send) VERB(e, acknowledge) VERB(e, breach) VERB(e, close)

/* Outstanding: acknowledgements are awaited. Sent: none were asked for. */
/*       state             send                              acknowledge                                breach                               close */
#define JD_STATES_document(STATE, e) \
    STATE(e, none,         OPEN,  TO(e, sent) | TO(e, outstanding), NO,                                        NO,                                  NO) \
    STATE(e, sent,         FINAL, NO,                               NO,                                        NO,                                  NO) \
    STATE(e, outstanding,  OPEN,  NO,                               TO(e, outstanding) | TO(e, acknowledged),  TO(e, outstanding) | TO(e, closed),  TO(e, closed)) \
    STATE(e, acknowledged, FINAL, NO,                               NO,                                        NO,                                  NO) \
    STATE(e, closed,       FINAL, NO,                               NO,                                        NO,                                  NO)

#define JD_VERBS_round(VERB, e) \
    VERB(e, plan) VERB(e, announce) VERB(e, open) VERB(e, close) VERB(e, review) VERB(e, publish) VERB(e, cancel) \
    VERB(e, archive)

/* Only what is announced opens. Archived once nothing of it is undecided; a cancelled one stays cancelled. */
/*       state          plan                              announce                          open         close          review            publish           cancel            archive */
#define JD_STATES_round(STATE, e) \
    STATE(e, none,      OPEN,  TO(e, planned) | TO(e, announced), NO,                              NO,          NO,            NO,               NO,               NO,               NO) \
    STATE(e, planned,   OPEN,  NO,                                TO(e, planned) | TO(e, announced), NO,        NO,            NO,               NO,               TO(e, cancelled), NO) \
    STATE(e, announced, OPEN,  NO,                                TO(e, announced),                TO(e, open), NO,            NO,               NO,               TO(e, cancelled), NO) \
    STATE(e, open,      OPEN,  NO,                                TO(e, open),                     NO,          TO(e, closed), NO,               NO,               TO(e, cancelled), NO) \
    STATE(e, closed,    OPEN,  NO,                                NO,                              NO,          NO,            TO(e, selecting), TO(e, published), TO(e, cancelled), NO) \
    STATE(e, selecting, OPEN,  NO,                                NO,                              NO,          NO,            TO(e, selecting), TO(e, published), TO(e, cancelled), NO) \
    STATE(e, published, OPEN,  NO,                                NO,                              NO,          NO,            NO,               NO,               NO,               TO(e, published) | TO(e, archived)) \
    STATE(e, archived,  FINAL, NO,                                NO,                              NO,          NO,            NO,               NO,               NO,               NO) \
    STATE(e, cancelled, FINAL, NO,                                NO,                              NO,          NO,            NO,               NO,               NO,               NO)

#define JD_VERBS_certificate(VERB, e) \
    VERB(e, issue) VERB(e, begin) VERB(e, extend) VERB(e, lose) VERB(e, replace) VERB(e, revoke) VERB(e, expire)

/* Issued before its first day it is not valid yet. Lost, it is not valid, and may be replaced. */
/*       state         issue                      begin         extend         lose         replace         revoke         expire */
#define JD_STATES_certificate(STATE, e) \
    STATE(e, none,     OPEN,  TO(e, issued) | TO(e, valid), NO,  NO,            NO,          NO,             NO,            NO) \
    STATE(e, issued,   OPEN,  NO,                 TO(e, valid), TO(e, issued), TO(e, lost), TO(e, replaced), TO(e, revoked), TO(e, expired)) \
    STATE(e, valid,    OPEN,  NO,                 NO,           TO(e, valid),  TO(e, lost), TO(e, replaced), TO(e, revoked), TO(e, expired)) \
    STATE(e, lost,     OPEN,  NO,                 NO,           TO(e, lost),   NO,          TO(e, replaced), TO(e, revoked), TO(e, expired)) \
    STATE(e, expired,  FINAL, NO,                 NO,           NO,            NO,          NO,             NO,            NO) \
    STATE(e, revoked,  FINAL, NO,                 NO,           NO,            NO,          NO,             NO,            NO) \
    STATE(e, replaced, FINAL, NO,                 NO,           NO,            NO,          NO,             NO,            NO)

#define JD_VERBS_list(VERB, e) \
    VERB(e, publish) VERB(e, supersede) VERB(e, settle)

/*       state           publish         supersede          settle: claims on what it no longer names end */
#define JD_STATES_list(STATE, e) \
    STATE(e, none,       OPEN,  TO(e, current), NO,                NO) \
    STATE(e, current,    OPEN,  NO,             TO(e, superseded), TO(e, current)) \
    STATE(e, superseded, FINAL, NO,             NO,                NO)

#define JD_VERBS_claim(VERB, e) \
    VERB(e, claim) VERB(e, release) VERB(e, unlist) VERB(e, end) VERB(e, block)

/*       state                 claim          release          unlist              end: with the appointment  block */
#define JD_STATES_claim(STATE, e) \
    STATE(e, none,                 OPEN,  TO(e, active), NO,              NO,                   NO,                          NO) \
    STATE(e, active,               OPEN,  NO,            TO(e, released), TO(e, ended_by_list), TO(e, ended_by_appointment), TO(e, blocked_by_recusal)) \
    STATE(e, released,             FINAL, NO,            NO,              NO,                   NO,                          NO) \
    STATE(e, ended_by_list,        FINAL, NO,            NO,              NO,                   NO,                          NO) \
    STATE(e, ended_by_appointment, FINAL, NO,            NO,              NO,                   NO,                          NO) \
    STATE(e, blocked_by_recusal,   FINAL, NO,            NO,              NO,                   NO,                          NO)

#define JD_VERBS_recusal(VERB, e) \
    VERB(e, apply) VERB(e, raise) VERB(e, detect) VERB(e, decide) VERB(e, lift) VERB(e, expire) VERB(e, end)

/* Where the text leaves no choice (应当回避) an interest that is declared or detected is upheld at once. */
/*       state      apply                          raise          detect                          decide                        lift           expire         end: with the appointment */
#define JD_STATES_recusal(STATE, e) \
    STATE(e, none,     OPEN,  TO(e, applied) | TO(e, upheld), TO(e, raised), TO(e, detected) | TO(e, upheld), NO,                           NO,            NO,            NO) \
    STATE(e, applied,  OPEN,  NO,                             NO,            NO,                              TO(e, upheld) | TO(e, denied), NO,            NO,            TO(e, ended)) \
    STATE(e, raised,   OPEN,  NO,                             NO,            NO,                              TO(e, upheld) | TO(e, denied), NO,            NO,            TO(e, ended)) \
    STATE(e, detected, OPEN,  NO,                             NO,            NO,                              TO(e, upheld) | TO(e, denied), NO,            NO,            TO(e, ended)) \
    STATE(e, upheld,   OPEN,  NO,                             NO,            NO,                              NO,                           TO(e, lifted), TO(e, lifted), TO(e, ended)) \
    STATE(e, denied,   FINAL, NO,                             NO,            NO,                              NO,                           NO,            NO,            NO) \
    STATE(e, lifted,   FINAL, NO,                             NO,            NO,                              NO,                           NO,            NO,            NO) \
    STATE(e, ended,    FINAL, NO,                             NO,            NO,                              NO,                           NO,            NO,            NO)

#define JD_VERBS_reward(VERB, e) \
    VERB(e, refer) VERB(e, update) VERB(e, warn) VERB(e, forfeit)

/*       state             refer                       update                                                             warn             forfeit */
#define JD_STATES_reward(STATE, e) \
    STATE(e, none,         OPEN,  TO(e, referred),     NO,                                                                NO,              NO) \
    STATE(e, referred,     OPEN,  NO,                  TO(e, acknowledged) | TO(e, refused) | TO(e, waived),              NO,              NO) \
    STATE(e, acknowledged, OPEN,  NO,                  TO(e, graded) | TO(e, refused) | TO(e, waived),                    NO,              NO) \
    STATE(e, graded,       OPEN,  NO,                  TO(e, graded) | TO(e, notified) | TO(e, refused) | TO(e, waived),  NO,              NO) \
    STATE(e, notified,     OPEN,  NO,                  TO(e, claimed) | TO(e, waived),                                    TO(e, notified), TO(e, forfeited)) \
    STATE(e, claimed,      FINAL, NO,                  NO,                                                                NO,              NO) \
    STATE(e, forfeited,    FINAL, NO,                  NO,                                                                NO,              NO) \
    STATE(e, waived,       FINAL, NO,                  NO,                                                                NO,              NO) \
    STATE(e, refused,      FINAL, NO,                  NO,                                                                NO,              NO)

/* clang-format on */

typedef enum {
    JD_E_none,
#define ENTITY(id, letter, doc) JD_E_##id,
    JD_ENTITIES(ENTITY)
#undef ENTITY
        JD_E_COUNT
} jd_entity;

/* JD_S_report_assigned, JD_V_report_accept, ...; `none` is 0 in every entity. */
#define JD_ENUM_STATE(e, s, ...) JD_S_##e##_##s,
#define JD_ENUM_VERB(e, v)       JD_V_##e##_##v,
#define ENTITY(e, letter, doc)                                 \
    enum { JD_STATES_##e(JD_ENUM_STATE, e) JD_S_##e##_count }; \
    enum { JD_VERBS_##e(JD_ENUM_VERB, e) JD_V_##e##_count };
JD_ENTITIES(ENTITY)
#undef ENTITY
#undef JD_ENUM_STATE
#undef JD_ENUM_VERB

const char *jd_entity_name(jd_entity e);
char jd_entity_letter(jd_entity e);
const char *jd_entity_doc(jd_entity e);
jd_entity jd_entity_find(jd_str name);      /* JD_E_none when there is none */
jd_entity jd_entity_of_letter(char letter); /* likewise */

int jd_state_count(jd_entity e);
int jd_state_find(jd_entity e, jd_str name);       /* -1 when there is none */
const char *jd_state_name(jd_entity e, int state); /* "fed-back"; "" for none */
bool jd_state_final(jd_entity e, int state);
int jd_verb_count(jd_entity e);
const char *jd_verb_name(jd_entity e, int verb);

/* The set of states the move may lead to, a bit each; 0 when the move is not allowed. */
uint32_t jd_moves(jd_entity e, int state, int verb);

/* Case ids: letter, division, number: R-530900-00000017. */
enum { JD_CASE_ID_MAX = 32 };
typedef struct jd_case_id {
    jd_entity entity;
    uint32_t division;
    uint64_t number;
} jd_case_id;

void jd_case_id_format(jd_case_id id, char out[JD_CASE_ID_MAX]);
bool jd_case_id_parse(jd_str s, jd_case_id *out);

#endif
