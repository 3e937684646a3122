/* One division's regulation as data (policies/<division>.yaml), loaded and checked at start.
 * Lists are in the file's order; stored rows refer to their items by index, and every case keeps the
 * policy it began under, so an index never changes its meaning. */
#ifndef JD_POLICY_POLICY_H
#define JD_POLICY_POLICY_H

#include "proto/messages.h"
#include "workers/policy/calendar.h"
#include "workers/policy/extend.h"

enum { JD_NO_RULE = 0xffff, JD_NO_DEPT = 0xffff, JD_FACTS_MAX = 64, JD_PREDICATE_MAX = 48 };

/* How a rule is decided: rules.md's letters. */
typedef struct jd_rule {
    jd_str id, article, text;
    jd_str how; /* letters of M F H T V N R S */
    int line;
} jd_rule;

/* A code, its label in the regulation's words, and the rule it comes from. */
typedef struct jd_item {
    jd_str code, label;
    uint16_t rule;
    int line;
} jd_item;

typedef struct jd_items {
    int n;
    jd_item *v;
} jd_items;

typedef struct jd_dept {
    jd_item item;
    jd_str kind;       /* bureau, section, centre, agency, county, discipline */
    uint32_t division; /* of a county, else 0 */
} jd_dept;

typedef struct jd_fact_kind {
    jd_item item;
    int within;     /* index of the wider predicate: this yes makes that yes; -1 for none */
    int valid_days; /* 0: does not expire */
} jd_fact_kind;

/* ---- conditions: a tree of three-valued tests */

typedef enum {
    JD_C_ALL,
    JD_C_ANY,
    JD_C_NOT,
    JD_C_IS,    /* a field's or fact's boolean */
    JD_C_IN,    /* one of values; of a list: any of them */
    JD_C_RANGE, /* lo..hi, numbers or dates */
    JD_C_SET,   /* the field is there */
    JD_C_HUMAN, /* judged by people, never by the machine */
} jd_cond_kind;

typedef enum {
    JD_SRC_FIELD, /* a field of the message, by index in its layout */
    JD_SRC_FACT,  /* by index in the policy's facts */
    JD_SRC_VALUE, /* a derived value, jd_derived */
} jd_source;

/* What conditions may ask beyond the fields of the message. */
#define JD_DERIVED(X)                                                                     \
    X(age, "full years on the day the message is received")                               \
    X(channel, "the recruitment channel's code")                                          \
    X(county_or_institution, "the report's county, else the institution code's division") \
    X(days_since_found, "days between found_on and the day the report is received")       \
    X(active_supervisors, "how many appointments are in force in the division")

typedef enum {
#define X(name, doc) JD_D_##name,
    JD_DERIVED(X)
#undef X
        JD_D_COUNT
} jd_derived;

typedef struct jd_cond {
    jd_cond_kind kind;
    jd_source source;
    int index;
    const char *name; /* of the field, fact or value, for explanations */
    bool want;        /* JD_C_IS */
    int64_t lo, hi;   /* JD_C_RANGE */
    int n;            /* kids or values */
    struct jd_cond **kids;
    jd_str *values;
    int line;
} jd_cond;

typedef enum { JD_FAIL_INELIGIBLE, JD_FAIL_REFUSE } jd_on_failure;

/* One requirement of eligibility: `test` must be yes. A disqualifier is stored negated. */
typedef struct jd_requirement {
    uint16_t rule;
    bool disqualifier;
    jd_on_failure on_failure;
    uint32_t channels; /* a bit a channel */
    jd_cond *test;
    int line;
} jd_requirement;

typedef struct jd_channel {
    jd_item item;
    bool nominated;
    bool open_ended; /* the list of pairs ends with 等 */
} jd_channel;

typedef struct jd_pair {
    jd_str recommender, nominee;
    uint16_t rule;
} jd_pair;

/* Where a round must be announced before it opens; a channel that is not required may be. */
typedef struct jd_announcement {
    jd_item item;
    bool required;
} jd_announcement;

/* What selection weighs: coded fields of the form, or the age, which is the pool's and not one person's. */
typedef struct jd_factor {
    jd_item item;
    bool age;
    int fields_n;
    int *fields; /* indexes in the form's layout */
} jd_factor;

/* Orders the eligible, and never excludes. */
typedef struct jd_priority {
    jd_item item;
    int weight;
    jd_cond *when; /* on the form and the age */
} jd_priority;

typedef struct jd_category {
    jd_item item;
    bool catch_all;
    jd_str maps; /* articles of Decree 735 a bureau maps it to, for information */
} jd_category;

typedef struct jd_target {
    jd_item item;
    int n;
    jd_category *categories;
    uint16_t no_catch_all; /* rule that says there is none, or JD_NO_RULE */
    int accuses_n;
    uint16_t *accuses; /* departments that a report on this target is about, named or not */
} jd_target;

typedef struct jd_report_kind {
    jd_item item;
    bool needs_category, needs_nature;
    jd_items results;
} jd_report_kind;

/* Who a route names: a department, or the county of the report. */
typedef struct jd_route_to {
    bool county;
    uint16_t dept;
} jd_route_to;

typedef struct jd_route {
    jd_str id;
    uint16_t rule;
    jd_cond *when; /* NULL: always */
    jd_route_to lead;
    int assist_n;
    jd_route_to *assist;
    int line;
} jd_route;

typedef enum {
    JD_CLOCK_HANDLING,
    JD_CLOCK_FEEDBACK,
    JD_CLOCK_OBJECTION,
    JD_CLOCK_SUPPLEMENT, /* an application waits for the applicant */
    JD_CLOCK_FACTS,      /* it waits for what somebody must attest */
    JD_CLOCK_COUNT,
    JD_CLOCK_TERM,        /* the term of an appointment: not a time limit of the policy's clocks */
    JD_CLOCK_DUTY,        /* an obligation's own limit */
    JD_CLOCK_ROUND,       /* the last day of a round, and what it leaves to settle */
    JD_CLOCK_CERTIFICATE, /* the first or the last day of a certificate */
    JD_CLOCK_UNTIL,       /* the last day of a recusal */
    JD_CLOCK_SETTLE,      /* what follows from something and is too much for one entry */
    JD_CLOCK_CLAIM,       /* the time to claim a reward */
    JD_CLOCK_EXPIRY,      /* the first of the facts an eligible application rests on runs out */
} jd_clock_id;

typedef struct jd_clock_rule {
    bool on;
    bool working; /* working days, else calendar days that roll */
    int days;
    int warn_n;
    int warn[8]; /* days before the end, falling */
    uint16_t rule;
    int extend_days, extend_times; /* at most; 0: never */
    uint16_t extend_by;            /* who approves */
    uint16_t extend_rule;
    jd_items suspend_grounds;
    jd_str basis; /* text, reference or local: where the number comes from */
} jd_clock_rule;

/* What somebody owes by a day: once for each appointment, or again and again. The act that meets it is
 * recorded by a message of its own. ACT(code, "what it is"). */
#define JD_ACTS(ACT)                                          \
    ACT(certificate, "a certificate is issued")               \
    ACT(notice, "the appointment is announced to society")    \
    ACT(list, "the yearly list of institutions is published") \
    ACT(meeting, "a meeting of the supervisors is held")      \
    ACT(training, "the supervisors are trained")              \
    ACT(hearing, "a report on the fund is given to supervisors")

typedef enum {
#define ACT(code, doc) JD_ACT_##code,
    JD_ACTS(ACT)
#undef ACT
        JD_ACT_COUNT
} jd_act;

typedef struct jd_duty_rule {
    jd_item item;
    jd_act act;
    jd_str kind;         /* only acts of this kind (a meeting's, a training's); empty for any */
    bool of_appointment; /* begins with an appointment; else it comes round */
    int months;          /* its period; 0 for the calendar year */
    jd_clock_rule limit; /* of_appointment: how long; always: when to warn, and the number's basis */
    bool must;           /* 至少, 应当; else 原则上: late is told, and is no breach of duty */
    uint16_t owner;
} jd_duty_rule;

/* A kind of meeting, training, hearing, activity or document, and who may hold, organise or send it. */
typedef struct jd_kind {
    jd_item item;
    uint16_t also; /* a second rule it rests on, or JD_NO_RULE */
    int by_n;      /* 0: the authority and the managing department */
    uint16_t *by;
    bool material; /* a record must name what was handed out */
    bool own;      /* a supervisor may report it as their own doing */
} jd_kind;

typedef struct jd_kinds {
    int n;
    jd_kind *v;
} jd_kinds;

/* What of the form supervisors may be chosen by: MATCH(field). */
#define JD_MATCHING(MATCH) MATCH(expertise) MATCH(major_class) MATCH(employer_kind) MATCH(education) MATCH(work_years)

typedef enum {
#define MATCH(field) JD_MATCH_##field,
    JD_MATCHING(MATCH)
#undef MATCH
        JD_MATCH_COUNT
} jd_match;

/* What ends an appointment. A ground shows in facts (`when`), in discipline records, in a request of
 * the supervisor, or in what people write down. */
typedef enum { JD_BREACH_NONE, JD_BREACH_ANY, JD_BREACH_SERIOUS } jd_breach;

typedef struct jd_ground_rule {
    jd_item item;
    jd_cond *when; /* on facts; NULL for none */
    jd_breach breach;
    bool request; /* the supervisor's own */
} jd_ground_rule;

/* The institutions with signed agreements, and what a code of one looks like; the latter also where the
 * regulation knows no list. */
typedef struct jd_institution_rules {
    bool on;
    uint16_t rule, owner; /* where it is off, rule says why there is no list, if any does */
    jd_str pattern;
    void *matcher; /* listing.c */
    jd_items kinds;
} jd_institution_rules;

typedef struct jd_claim_rules {
    bool on;
    uint16_t rule;
    int max; /* 0: any number */
} jd_claim_rules;

/* What a recusal can be about: SCOPE(code, "what its object is"). Numbers are stored. */
#define JD_SCOPES(SCOPE)                          \
    SCOPE(institution, "an institution, by code") \
    SCOPE(report, "a report, by id")              \
    SCOPE(activity, "an activity, by id")         \
    SCOPE(target, "a target of supervision, by code")

typedef enum {
#define SCOPE(code, doc) JD_SCOPE_##code,
    JD_SCOPES(SCOPE)
#undef SCOPE
        JD_SCOPE_COUNT
} jd_scope;

/* Whom an employer of this kind makes an interested party in. */
typedef struct jd_sight {
    jd_str employer_kind;
    jd_str target;
} jd_sight;

typedef struct jd_recusal_rules {
    bool on;
    uint16_t rule;
    bool applied_upheld, detected_upheld; /* at once (应当回避), or as people decide (申请回避) */
    jd_items scopes, relations;
    int sights_n;
    jd_sight *sights;
} jd_recusal_rules;
typedef enum { JD_POLICY_TRIAL, JD_POLICY_FORMAL, JD_POLICY_REPEALED, JD_POLICY_STATUS_COUNT } jd_policy_status;
/* What another rule pays for clues of fraud, and to whom not. Amounts are in fen. */
typedef struct jd_reward_grade {
    jd_item item;
    int64_t min, max;
} jd_reward_grade;

typedef struct jd_reward_rule {
    bool on;
    jd_str scheme;
    uint16_t rule, excluded_rule; /* who gets it, who does not */
    uint16_t refer_to;            /* who decides on it */
    jd_strs kinds, results;       /* of reports, found so */
    jd_strs fraud;                /* articles of Decree 735 */
    jd_strs employer_kinds;       /* on the form: excluded */
    int facts_n;
    int *facts; /* attested: excluded */
    int claim_months;
    int warn_n;
    int warn[8]; /* days before the last day to claim, falling */
    int grades_n;
    jd_reward_grade *grades; /* none: the program knows no amounts */
} jd_reward_rule;
/* How long what has ended is kept, then destroyed. */
typedef enum { JD_KEEP_APPLICATION, JD_KEEP_SUPERVISOR, JD_KEEP_REPORT, JD_KEEP_COUNT } jd_keep;

typedef struct jd_retention {
    int months;   /* 0: the policy names no period */
    bool consent; /* it rests on consent: withdrawn, it goes at once */
    uint16_t rule;
    jd_str basis;
} jd_retention;

typedef struct jd_sieve jd_sieve; /* sieve.h */

typedef struct jd_policy {
    jd_arena arena;
    const jd_sieve *eligibility_sieve, *routes_sieve; /* over requirements and routes */
    uint8_t hash[32];
    uint16_t number; /* order of activation in the store, from 1 */
    uint32_t division;
    int version;
    jd_str name;      /* "lincang-2021@1", what receipts and events carry */
    uint32_t extends; /* the division whose policy this one changes, 0 for none */
    jd_policy_status status;
    jd_str id, title, doc_no, purpose, text, parent_text;
    jd_day issued_on, effective_from, effective_to;

    int rules_n, depts_n, facts_n, channels_n, pairs_n, requirements_n, targets_n, kinds_n, routes_n;
    jd_rule *rules;
    jd_dept *depts;
    jd_fact_kind *facts;
    jd_channel *channels;
    jd_pair *pairs;
    jd_requirement *requirements;
    jd_target *targets;
    jd_report_kind *kinds;
    jd_route *routes;

    uint16_t authority;                     /* who appoints */
    uint16_t manager;                       /* who aggregates, assigns and may close */
    uint16_t interpreter, interpreter_rule; /* who says what the text means; JD_NO_DEPT: it does not say */
    uint16_t validity_rule;                 /* from when to when it holds */
    uint16_t discipline;                    /* who gets what nobody else may see; JD_NO_DEPT: such reports are held */

    jd_items form_required; /* field names */
    int *form_fields;       /* their indexes in the form's layout */
    jd_items recommenders, nominees, expertise, major_classes, employer_kinds;
    jd_items natures, subjects, bases, feedback_channels, counties;
    uint16_t kind_rule, nature_rule, on_site_rule;
    jd_str public_to; /* where somebody who is no supervisor reports; empty: not said */
    int reopen_days;
    int answer_days;     /* after which staff are told that what they asked for has not come; 0: never */
    bool draft_required; /* a handling opinion comes before the assignment (LC-10.2) */
    uint16_t draft_rule;

    int term_months;
    uint16_t term_rule, lapse_rule, appoint_rule;
    uint16_t lapse_ground; /* where the text counts the lapse among its grounds too */
    int expiring_n;
    int expiring[8]; /* days before the last day, falling */

    int renewal_days; /* before the last day: from then on need and consent are taken */
    uint16_t renewal_rule;
    jd_items discipline_items;
    int grounds_n;
    jd_ground_rule *grounds;
    bool must_dismiss;     /* a proven ground leaves no choice (停止聘用), or may be passed over (可以) */
    bool resignation_ends; /* by itself, or by the authority's decision */
    uint16_t dismissal_rule;

    jd_retention retention[JD_KEEP_COUNT];

    int duties_n;
    jd_duty_rule *duties;

    bool round_required; /* an application needs an open round */
    uint16_t round_rule;
    int announcements_n, factors_n, priorities_n;
    jd_announcement *announcements;
    jd_factor *factors;
    jd_priority *priorities;
    int age_band; /* years a band of the pool's ages */

    bool certificate, certificate_extends; /* there is one; a renewal extends it, or a new one is owed */
    jd_item certificate_item;
    uint16_t certificate_show_rule;
    bool notice;
    uint16_t notice_rule;
    jd_items notice_channels;
    jd_institution_rules institutions;
    jd_claim_rules claims;
    jd_recusal_rules recusal;
    jd_kinds meetings[JD_ACT_COUNT]; /* of meeting, training and hearing; the others have none */
    jd_kinds activities, documents;
    uint16_t referral_rule;
    uint32_t matching; /* a bit a jd_match */
    uint16_t matching_rule;
    jd_reward_rule reward;

    bool feedback_mandatory;
    uint16_t feedback_rule, firewall_rule, division_rule, secrecy_rule;
    bool outside_forwarded; /* a report of another area is taken and passed on, else refused */
    uint16_t outside_rule;
    jd_clock_rule clocks[JD_CLOCK_COUNT];

    /* Lists that nothing is decided by, checked like the others: name and rows. */
    int chapters_n;
    struct jd_chapter {
        jd_str name;
        jd_items items;
    } * chapters;
} jd_policy;

/* Loads and checks. NULL with diagnostics (file and line) when it is not to be trusted. */
jd_policy *jd_policy_load(const jd_policy_text *t, jd_buf *diagnostics);
void jd_policy_free(jd_policy *p);

uint16_t jd_policy_rule(const jd_policy *p, jd_str id);   /* JD_NO_RULE */
uint16_t jd_policy_dept(const jd_policy *p, jd_str code); /* JD_NO_DEPT */
uint16_t jd_policy_county_dept(const jd_policy *p, uint32_t division);
int jd_items_find(const jd_items *l, jd_str code); /* -1 */
int jd_kinds_find(const jd_kinds *l, jd_str code); /* -1 */
bool jd_kind_by(const jd_policy *p, const jd_kind *k, uint16_t dept);
const char *jd_clock_name(jd_clock_id c);
const char *jd_policy_status_name(jd_policy_status s);
bool jd_policy_holds(const jd_policy *p, jd_day today); /* new cases may begin under it */

/* cond.c */
typedef struct jd_env {
    const jd_layout *layout;
    const void *msg;
    const jd_tri *facts;
    int64_t derived[JD_D_COUNT]; /* JD_NO_INT: not known */
    jd_str words[JD_D_COUNT];    /* for derived values that are codes */
} jd_env;

/* What decided: the first field, fact or value that made the answer. */
typedef struct jd_witness {
    const jd_cond *leaf;
} jd_witness;

jd_cond *jd_cond_parse(jd_policy *p, jd_ynode *n, const jd_layout *l, jd_diag *d);
jd_tri jd_cond_eval(const jd_cond *c, const jd_env *e, jd_witness *w);

#endif
