/* Where the daemon is, and one question to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/config.h"
#include "ctl/ctl.h"
#include "proto/states.h"

/* ------------------------------------------------------------ endpoints */

static void in_folder(jd_args *a, const char *folder, jd_options *o)
{
    o->intake = jd_path(&a->arena, "", "ipc://%s/intake.sock", folder);
    o->push = jd_path(&a->arena, "", "ipc://%s/push.sock", folder);
    o->events = jd_path(&a->arena, "", "ipc://%s/events.sock", folder);
}

static bool in_config(jd_args *a, jd_options *o)
{
    jd_buf wrong = { 0 };
    jd_config *c = jd_config_load(a->config, &wrong);
    if (wrong.n) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&wrong);
    if (!c) return false;
    o->intake = c->intake.n ? jd_copyz(&a->arena, c->intake.v[0]) : NULL;
    o->push = c->push.n ? jd_copyz(&a->arena, c->push.v[0]) : NULL;
    o->events = c->events.n ? jd_copyz(&a->arena, c->events.v[0]) : NULL;
    jd_config_free(c);
    return true;
}

static void find_keys(jd_args *a, jd_options *o)
{
    o->certificate = a->key ? a->key : getenv("JIANDU_KEY");
    o->server = a->server_key ? a->server_key : getenv("JIANDU_SERVER_KEY");
    a->key = o->certificate; /* for messages that name it */
}

const char *jd_policy_folder(jd_args *a)
{
    jd_buf wrong = { 0 };
    jd_config *c = a->config ? jd_config_load(a->config, &wrong) : NULL;
    const char *folder = c ? jd_copyz(&a->arena, c->policies) : "policies";
    jd_buf_free(&wrong);
    jd_config_free(c);
    return folder;
}

static bool find_endpoints(jd_args *a, jd_options *o)
{
    const char *set = getenv("JIANDU_RUNTIME");
    bool use_config = a->config && !(set && *set);
    if (use_config && !in_config(a, o)) return false;
    if (!use_config) in_folder(a, set && *set ? set : "/run/jiandu", o);
    if (a->intake) o->intake = a->intake;
    if (a->events) o->events = a->events;
    if (a->push && *a->push) o->push = a->push;
    find_keys(a, o);
    a->intake = o->intake; /* for messages that name it */
    return true;
}

/* A person at a terminal wants to hear within seconds that nobody is there. */
enum { TIMEOUT_MS = 2000, RETRIES = 2 };

/* A number of an option as the library wants it: there 0 is the default and negative is none. */
static int chosen(int64_t given, int otherwise)
{
    if (given < 0) return otherwise;
    return given == 0 ? -1 : given > INT32_MAX ? INT32_MAX : (int)given;
}

static bool options_for(jd_args *a, jd_options *o)
{
    *o = (jd_options){ .timeout_ms = chosen(a->timeout, TIMEOUT_MS), .retries = chosen(a->retries, RETRIES) };
    return find_endpoints(a, o);
}

int jd_open_client(jd_args *a, jd_client **out)
{
    jd_options o;
    if (!options_for(a, &o)) return JD_EX_DATA;
    return jd_exit_of_rc(jd_client_open(out, &o));
}

int jd_open_watch(jd_args *a, const char *division, char *const *topics, int topics_n, uint64_t since, jd_watch **out)
{
    jd_options o;
    if (!options_for(a, &o)) return JD_EX_DATA;
    return jd_exit_of_rc(jd_watch_open(out, &o, division, (const char *const *)topics, (size_t)topics_n, since));
}

/* ------------------------------------------------------------ exit codes */

int jd_exit_of(enum jd_reply_status s)
{
    static const int codes[] = {
        [JD_REPLY_OK] = JD_EX_OK,
        [JD_REPLY_REFUSED] = JD_EX_REFUSED,
        [JD_REPLY_INVALID] = JD_EX_DATA,
        [JD_REPLY_CONFLICT] = JD_EX_REFUSED,
        [JD_REPLY_FORBIDDEN] = JD_EX_REFUSED,
        [JD_REPLY_BUSY] = JD_EX_TEMPFAIL,
        [JD_REPLY_ERROR] = JD_EX_TEMPFAIL,
        [JD_REPLY_UNKNOWN] = JD_EX_UNAVAILABLE,
    };
    return codes[s];
}

int jd_exit_of_rc(int rc)
{
    static const int codes[] = {
        [JD_RC_OK] = JD_EX_OK,
        [JD_RC_TIMEOUT] = JD_EX_UNAVAILABLE,
        [JD_RC_IDLE] = JD_EX_OK,
        [JD_RC_FULL] = JD_EX_TEMPFAIL,
        [JD_RC_INTERRUPTED] = JD_EX_TEMPFAIL,
        [JD_RC_ARGUMENT] = JD_EX_USAGE,
        [JD_RC_ENDPOINT] = JD_EX_USAGE,
        [JD_RC_UNANSWERED] = JD_EX_UNAVAILABLE,
        [JD_RC_REFUSED] = JD_EX_REFUSED,
        [JD_RC_SYSTEM] = JD_EX_TEMPFAIL,
        [JD_RC_KEY] = JD_EX_DATA,
    };
    if (rc == JD_RC_SYSTEM)
        jd_complain("%s: %s", jd_rc_text(rc), strerror(errno));
    else if (rc != JD_RC_OK)
        jd_complain("%s", jd_rc_text(rc));
    return codes[rc];
}

int jd_worse(int a, int b)
{
    return a > b ? a : b;
}

/* ------------------------------------------------------------ a question */

bool jd_is_division(const char *text)
{
    if (strlen(text) == 6 && strspn(text, "0123456789") == 6) return true;
    jd_complain("a division is six digits, such as 530900, not '%s'", text);
    return false;
}

const char *jd_division_for(jd_args *a, const char *case_id)
{
    jd_case_id id;
    const char *set = getenv("JIANDU_DIVISION");
    const char *division = a->division ? a->division : set && *set ? set : NULL;
    if (!a->division && case_id && jd_case_id_parse(jd_str_of(case_id), &id))
        division = jd_copy(&a->arena, (jd_str){ case_id + 2, 6 }).p;
    if (!division) jd_complain("which division? say --division CODE or set JIANDU_DIVISION");
    return division && jd_is_division(division) ? division : NULL;
}

static void say_refusal(const jd_args *a, const json_t *answer, const jd_reply *r)
{
    if (jd_reply_status(r) == JD_REPLY_UNKNOWN) {
        bool keyed = a->key && *a->key && jd_is_tcp(a->intake);
        jd_complain("no answer from %s: is jiandud running%s?", a->intake, keyed ? ", and is this key granted" : "");
        return;
    }
    fputs("jianductl: ", stderr);
    jd_print_receipt(stderr, answer, true);
}

int jd_ask(jd_args *a, jd_client *c, const jd_request *request, json_t *body, json_t **answer)
{
    jd_buf bytes = { 0 };
    jd_reply *r = NULL;
    jd_request full = *request;
    *answer = NULL;
    jd_json_pack(body, &bytes);
    json_decref(body);
    full.body = bytes.p;
    full.body_n = bytes.n;
    int rc = jd_client_request(c, &full, &r);
    jd_buf_free(&bytes);
    if (rc != JD_RC_OK) return jd_exit_of_rc(rc);
    *answer = jd_json_reply(r);
    int code = *answer ? jd_exit_of(jd_reply_status(r)) : JD_EX_TEMPFAIL;
    if (!*answer) jd_complain("the answer cannot be read");
    if (*answer && code != JD_EX_OK) say_refusal(a, *answer, r);
    jd_reply_free(&r);
    return code;
}

int jd_ask_once(jd_args *a, const char *type, const char *division, json_t *body, json_t **answer)
{
    jd_client *c;
    jd_request r = { .type = type, .division = division, .reason = a->reason };
    *answer = NULL;
    int code = jd_open_client(a, &c);
    if (code != JD_EX_OK) {
        json_decref(body);
        return code;
    }
    code = jd_ask(a, c, &r, body, answer);
    jd_client_close(&c);
    return code;
}
