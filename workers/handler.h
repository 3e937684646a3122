/* What a handler sees and says. It reads the store, asks the rules, and fills the outcome; record.c
 * alone writes. A handler that refuses leaves no trace. */
#ifndef JD_HANDLER_H
#define JD_HANDLER_H

#include "workers/engine.h"
#include "workers/keys.h"

/* A case that moves, with exactly one event. The row is the handler's to fill; what it was before
 * is remembered here. */
typedef struct jd_change {
    jd_entity entity;
    uint64_t number;
    jd_case_row *row;
    jd_event_id event;
    int from, to;
    bool fresh;
    jd_day due; /* told in the event; JD_NO_DAY for none */
    struct jd_row_head before;
} jd_change;

typedef struct jd_put_row {
    jd_db db;
    jd_key key;
    jd_str value; /* NULL: the row goes */
} jd_put_row;

/* What a command comes to. Changes and rows have room in the batch's memory, as many as it takes. */
typedef struct jd_outcome {
    jd_code code;
    int reasons_n, changes_n, puts_n, changes_room, puts_room;
    uint64_t people; /* how many person numbers were taken */
    uint32_t meters; /* a bit for each that goes up by one */
    uint16_t policy; /* which policy's rules the reasons name */
    jd_reason reasons[JD_REASONS_MAX];
    jd_put_row *puts;
    jd_change **changes;
} jd_outcome;

typedef struct jd_ctx {
    jd_engine *g;
    const jd_policy *policy;     /* in force; a case has its own */
    const jd_calendar *calendar; /* in force, for every case */
    const jd_command *cmd;
    jd_ms at;
    jd_day today;
    jd_outcome *out;
} jd_ctx;

/* A clock that has something to say. */
typedef struct jd_due {
    jd_ms at;
    jd_entity entity;
    uint64_t number;
    int kind; /* jd_clock_id */
} jd_due;

/* What a due clock of an entity does; p is the case's policy. */
typedef void (*jd_firing)(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

typedef void (*jd_handler)(jd_ctx *c, const void *msg);
jd_handler jd_handler_of(jd_msg type);

/* Refusals: the first code stands, every reason is told. */
void jd_refuse(jd_ctx *c, jd_code code, uint16_t rule, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void jd_reason_add(jd_ctx *c, jd_reason r);
void jd_cite(jd_ctx *c, uint16_t rule); /* once, and nothing for JD_NO_RULE */
bool jd_refused(const jd_ctx *c);

/* The case of an id, when it is one of this division's and of that entity; else refuses. */
jd_case_row *jd_load_case(jd_ctx *c, const char *field, jd_str id, jd_entity e, uint64_t *number);
jd_case_row *jd_read_case(jd_txn *t, jd_arena *a, jd_entity e, uint64_t number); /* NULL: not there */
jd_case_row *jd_new_case(jd_ctx *c, jd_entity e, uint64_t *number);

/* The policy the case began under; reasons given from here on name its rules. */
const jd_policy *jd_policy_of(jd_ctx *c, const jd_case_row *row);

/* The move the table of states allows, else refuses and returns NULL. Fill the row behind it: what it
 * held before is remembered. */
jd_change *jd_move(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event);

/* Something happened to a case that stays in its state: one more version, one event. */
jd_change *jd_note(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, jd_event_id event);

/* An event about no case. */
jd_change *jd_tell(jd_ctx *c, jd_event_id event);

/* A department named in a message, by the policy; else refuses. */
uint16_t jd_dept_of(jd_ctx *c, const jd_policy *p, const char *field, jd_str code);

/* A kind the policy lists, held, organised or sent by a department that may; its index, or refuses with -1. */
int jd_kind_of(jd_ctx *c, const jd_policy *p, const jd_kinds *list, jd_str kind, jd_str department, uint16_t *dept);
void jd_meter(jd_ctx *c, jd_meter_id m);

void jd_put_other(jd_ctx *c, jd_db db, jd_key key, const jd_layout *l, const void *row);
void jd_put_bytes(jd_ctx *c, jd_db db, jd_key key, jd_str value); /* a NULL value removes the row */

/* ties.c: which cases belong together, found from one end */
void jd_tie(jd_ctx *c, jd_tie_kind kind, uint64_t from, uint64_t to);
void jd_untie(jd_ctx *c, jd_tie_kind kind, uint64_t from, uint64_t to);
bool jd_tied(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t to);
uint64_t jd_ties(jd_txn *t, jd_arena *a, jd_tie_kind kind, uint64_t from, uint64_t **to); /* how many, in order */

uint64_t jd_tie_behind(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t after); /* the first behind; 0 for none */
/* for (jd_tie_walk w = jd_tie_from(t, kind, from, after); jd_tie_next(&w, &to);) ...
 * Ends by itself behind the last one, else call jd_tie_end before leaving the loop. */
typedef struct jd_tie_walk {
    jd_scan scan;
    jd_key first;
} jd_tie_walk;
jd_tie_walk jd_tie_from(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t after);
bool jd_tie_next(jd_tie_walk *w, uint64_t *to);
void jd_tie_end(jd_tie_walk *w);

/* supervisors.c: supervisors as messages name them, and what they are chosen by */
typedef struct jd_named {
    uint64_t n, *v; /* in order, each once */
} jd_named;
bool jd_in_term(const jd_case_row *supervisor, jd_day day);
bool jd_in_force(const jd_case_row *supervisor, jd_day day); /* in term, and the appointment has not ended */
/* Refuses who is no supervisor, who stands twice, and who is not in term on that day; `acting` when they are to do
 * something yet, for which an appointment must be in force. */
bool jd_name_supervisors(jd_ctx *c, const char *field, const jd_strs *ids, jd_day day, bool acting, jd_named *out);
/* The supervisor who acts today; else refuses. */
jd_case_row *jd_acting_supervisor(jd_ctx *c, jd_str id, uint64_t *number);
void jd_keep_profile(const jd_policy *p, const jd_form *form, struct jd_row_supervisor *row);
void jd_forget_profile(struct jd_row_supervisor *row);

/* people.c: persons and what is attested about them */
struct jd_row_person *jd_read_person(jd_txn *t, jd_arena *a, uint64_t number);
uint64_t jd_find_person(jd_ctx *c, jd_str idno, uint8_t hash[16]); /* 0: not known yet */
void jd_put_person(jd_ctx *c, uint64_t number, const struct jd_row_person *row);
jd_tri jd_fact_value(const struct jd_row_fact *row, jd_day today); /* expired: unknown */
bool jd_read_fact(jd_txn *t, jd_arena *a, uint64_t person, jd_str code, struct jd_row_fact *out);
void jd_read_facts(jd_txn *t, jd_arena *a, const jd_policy *p, uint64_t person, jd_day today,
                   jd_tri facts[JD_FACTS_MAX]);
void jd_read_facts_with(jd_txn *t, jd_arena *a, const jd_policy *p, uint64_t person, jd_day today, int fact,
                        jd_tri value, jd_tri facts[JD_FACTS_MAX]);            /* one of them new */
void jd_end_appointment(jd_ctx *c, uint64_t number, jd_case_row *supervisor); /* what ends with it, however it ends */
void jd_close_application(jd_ctx *c, uint64_t person, uint64_t supervisor);   /* 0: none in force */

/* forms.c: applications' forms and their screening */
enum { JD_FORMS_MAX = 32 };
bool jd_form_of(jd_txn *t, const jd_vault *v, jd_arena *a, const struct jd_row_application *row,
                jd_form *form);                                     /* as submitted and supplemented so far */
void jd_form_lost(jd_ctx *c, const struct jd_row_application *row); /* it was not there: erased, or our fault */
bool jd_form_added(jd_ctx *c, struct jd_row_application *row);      /* this command's is one more; else refuses */
int jd_screen_case(jd_ctx *c, const jd_policy *p, const jd_form *form, int channel,
                   const jd_tri *facts); /* the state, with reasons; refuses what is refused at the door */

/* facts_clock.c: an eligible application is screened again when what it rests on runs out. Behind every move of an
 * application; `fact` is the one that is new, -1 for none. Other clocks of other states are left alone. */
void jd_watch_facts(jd_ctx *c, const jd_policy *p, struct jd_row_application *row, int fact,
                    const struct jd_row_fact *fresh);
void jd_fire_facts(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* obligations.c: what is owed by a day, with an appointment or again and again */
void jd_owe_for_appointment(jd_ctx *c, const jd_policy *p, uint64_t supervisor, jd_day from);
void jd_owe_periods(jd_ctx *c, const jd_policy *p, jd_day from); /* those of p that are not owed yet */
void jd_done_for_appointment(jd_ctx *c, jd_act act, uint64_t supervisor, jd_day on);
void jd_done_in_period(jd_ctx *c, jd_act act, jd_str kind, jd_day on); /* and the next period begins */
void jd_done_for_year(jd_ctx *c, jd_act act, int year, jd_day on);     /* what is owed for that year or before */
void jd_met_by_meeting(jd_ctx *c, jd_act act, jd_str kind, jd_day on, uint64_t meeting); /* the same, by a record */
void jd_not_met_after_all(jd_ctx *c, uint64_t meeting); /* that record was wrong: owed again, if it was the newest */
void jd_owed_no_more(jd_ctx *c, uint64_t supervisor);   /* the appointment ended */
void jd_fire_obligation(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);
void jd_waive(jd_ctx *c, uint64_t number, jd_case_row *obligation);

void jd_owe_again(jd_ctx *c, const jd_policy *p, jd_act act, uint64_t supervisor, jd_day from);

/* waiting.c: how long an application may wait */
void jd_wait(jd_ctx *c, const jd_policy *p, jd_change *application);      /* its limit follows its state */
void jd_wait_anew(jd_ctx *c, const jd_policy *p, jd_change *application); /* whatever it was: from today */
bool jd_undecided(const jd_case_row *application);
void jd_expire_application(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row);
void jd_fire_application(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* rounds.c */
bool jd_join_round(jd_ctx *c, jd_str id, uint64_t *round); /* the one named, or the one that is open; 0: none */
void jd_round_settles(jd_ctx *c, jd_case_row *round);      /* what is undecided of it expires, some at a time */
void jd_fire_round(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* certificates.c */
jd_case_row *jd_certificate_of(jd_ctx *c, uint64_t supervisor, uint64_t *number); /* not ended; NULL for none */
bool jd_end_certificate(jd_ctx *c, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event);
void jd_renew_certificate(jd_ctx *c, const jd_policy *p, uint64_t supervisor, jd_day from, jd_day to);
void jd_no_certificate_more(jd_ctx *c, uint64_t supervisor, bool lapsed); /* the appointment ended */
void jd_fire_certificate(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* interests.c: what a supervisor claims, and what it keeps away from */
struct jd_row_institution *jd_read_institution(jd_txn *t, jd_arena *a, jd_str code); /* NULL: never listed */
bool jd_listed(jd_txn *t, jd_arena *a, jd_str code, uint64_t list);                  /* on the list of that number */
uint64_t jd_claim_of(jd_txn *t, uint64_t supervisor, jd_str institution);            /* the open one; 0: none */
int jd_claims_of(jd_txn *t, uint64_t supervisor);                                    /* how many are open */
uint64_t jd_recusal_about(jd_txn *t, uint64_t supervisor, jd_scope scope, jd_str object); /* open; 0: none */
/* Keeps away: one that is upheld and has not run out. Whoever gives a supervisor work on something, or shows
 * what came of it, asks this first. */
bool jd_recused(jd_txn *t, jd_arena *a, uint64_t supervisor, jd_scope scope, jd_str object, jd_day today);
jd_change *jd_close_claim(jd_ctx *c, uint64_t number, jd_case_row *claim, int verb, int to, jd_event_id event);
jd_change *jd_close_recusal(jd_ctx *c, uint64_t number, jd_case_row *recusal, int verb, int to, jd_event_id event);
/* A recusal that has moved to its first state begins; a claim on the same ends when it is upheld. */
void jd_begin_recusal(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *recusal, uint64_t supervisor,
                      jd_scope scope, jd_str object);
void jd_uphold_recusal(jd_ctx *c, uint64_t number, jd_case_row *recusal);
void jd_detect_employer(jd_ctx *c, const jd_policy *p, uint64_t supervisor, const jd_form *form);
bool jd_end_interests(jd_ctx *c, uint64_t supervisor); /* with the appointment, so many at once; false: more is left */
void jd_fire_recusal(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);
void jd_fire_list(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);
void jd_fire_settle(jd_ctx *c, const jd_due *d, jd_case_row *supervisor);
/* A change of a case that leaves it in its state: open ones only, else refuses. */
jd_change *jd_stay(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, jd_event_id event);
/* rewards.c: who is excluded from rewards, and the time to claim one */
void jd_keep_exclusion(jd_ctx *c, const jd_policy *p, struct jd_row_supervisor *s, int fact,
                       const struct jd_row_fact *fresh); /* -1, NULL: none is new */
jd_tri jd_excluded_now(jd_ctx *c, const struct jd_row_supervisor *s);
jd_tri jd_excluded_on(jd_ctx *c, const jd_policy *p, uint64_t person, jd_day day); /* by facts that speak of that day */
void jd_claim_start(jd_ctx *c, const jd_policy *p, struct jd_row_reward *row, jd_day on);
void jd_fire_claim(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* limits.c: arms and clears the case's running time limit */
void jd_limit_start(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, jd_clock_id k, jd_day from);
void jd_limit_end(struct jd_row_report *row);
jd_ms jd_answer_end(const jd_policy *p, const struct jd_row_report *row); /* JD_NO_TIME: no answer is waited for */
jd_ms jd_next_word(const jd_policy *p, const struct jd_row_report *row,
                   jd_ms after); /* of limit and answer, the first */
void jd_limit_move(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, jd_day due); /* another last day */
/* The last day by what the limit has been through, under p and the calendar in force. */
jd_day jd_limit_reckoned(const jd_ctx *c, const jd_policy *p, const struct jd_row_report *row);
/* The same for a limit whose policy or calendar changed while it ran: that never breaches it, so the last
 * day is at the earliest today; one that is past already and not said to be so does not move back. */
jd_day jd_limit_anew(const jd_ctx *c, const jd_policy *p, const struct jd_row_report *row);

#endif
