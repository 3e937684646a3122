/* jianductl send: many outstanding, receipts printed in the order of the input. */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl.h"
#include "proto/messages.h"

/* Receipts come in any order; a slot keeps its place in the output. */
typedef struct slot {
    char id[JD_ID_SIZE];
    jd_reply *reply;
} slot;

typedef struct sender {
    jd_args *a;
    jd_client *client;
    slot *slots;
    size_t first, n, cap; /* slots before `first` are printed */
    bool answered;        /* somebody is there */
    int code;
} sender;

static slot *new_slot(sender *s)
{
    if (s->n == s->cap && s->first > s->cap / 2) { /* what is printed makes room */
        memmove(s->slots, s->slots + s->first, (s->n - s->first) * sizeof *s->slots);
        s->n -= s->first;
        s->first = 0;
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 256;
        s->slots = realloc(s->slots, s->cap * sizeof *s->slots);
        if (!s->slots) jd_die(JD_EX_TEMPFAIL, "out of memory");
    }
    s->slots[s->n] = (slot){ 0 };
    return &s->slots[s->n++];
}

static void print_reply(sender *s, const jd_reply *r)
{
    json_t *receipt = jd_json_reply(r);
    if (s->a->json)
        jd_print_json(receipt);
    else
        jd_print_receipt(stdout, receipt, true);
    json_decref(receipt);
    enum jd_reply_status status = jd_reply_status(r);
    s->answered |= status != JD_REPLY_UNKNOWN || strcmp(jd_reply_code(r), "no-receipt") != 0;
    /* with a daemon that answered others, an unknown outcome is worth another try */
    bool lost = status == JD_REPLY_UNKNOWN && s->answered;
    s->code = jd_worse(s->code, lost ? JD_EX_TEMPFAIL : jd_exit_of(status));
}

static void print_ready(sender *s)
{
    for (; s->first < s->n && s->slots[s->first].reply; s->first++) {
        print_reply(s, s->slots[s->first].reply);
        jd_reply_free(&s->slots[s->first].reply);
    }
    fflush(stdout);
}

static void keep(sender *s, jd_reply *r)
{
    size_t i = s->first;
    while (i < s->n && strcmp(s->slots[i].id, jd_reply_id(r)) != 0) i++;
    if (i < s->n)
        s->slots[i].reply = r;
    else
        jd_reply_free(&r);
}

/* A jd_rc: takes one receipt. */
static int collect(sender *s, int timeout_ms)
{
    jd_reply *r;
    int rc = jd_client_wait(s->client, &r, timeout_ms);
    if (rc != JD_RC_OK) return rc;
    keep(s, r);
    print_ready(s);
    return JD_RC_OK;
}

/* While the input has nothing for us, receipts are taken: whoever writes it may wait for them. */
static void collect_meanwhile(sender *s, const jd_reader *in)
{
    int rc = JD_RC_OK;
    while (jd_client_outstanding(s->client) && !jd_reader_ready(in) && (rc == JD_RC_OK || rc == JD_RC_TIMEOUT))
        rc = collect(s, 20);
}

/* A case id in the body knows its division. */
static const char *case_in(const char *type, const json_t *body)
{
    int m = jd_message_find(jd_str_of(type));
    const jd_layout *l = m < 0 ? NULL : &jd_message_get((jd_msg)m)->layout;
    for (int i = 0; l && i < l->n; i++)
        if (l->fields[i].type == JD_T_CASE) return json_string_value(json_object_get(body, l->fields[i].name));
    return NULL;
}

static int post(sender *s, const jd_request *r)
{
    char id[JD_ID_SIZE];
    if (s->a->push) {
        int rc = jd_client_push(s->client, r, id);
        if (rc == JD_RC_OK) puts(id);
        return rc == JD_RC_TIMEOUT ? JD_RC_UNANSWERED : rc;
    }
    int rc = jd_client_send(s->client, r, id);
    for (; rc == JD_RC_FULL; rc = jd_client_send(s->client, r, id))
        if ((rc = collect(s, -1)) != JD_RC_OK) return rc;
    if (rc == JD_RC_OK) memcpy(new_slot(s)->id, id, sizeof id);
    return rc;
}

static int send_one(sender *s, const char *type, const json_t *body)
{
    jd_buf bytes = { 0 };
    const char *division = jd_division_for(s->a, case_in(type, body));
    if (!division) return JD_EX_USAGE;
    jd_json_pack(body, &bytes);
    jd_request r = { .type = type,
                     .division = division,
                     .reason = s->a->reason,
                     .id = s->a->id,
                     .at = s->a->at,
                     .body = bytes.p,
                     .body_n = bytes.n };
    int rc = post(s, &r);
    jd_buf_free(&bytes);
    return jd_exit_of_rc(rc);
}

static int check_line(const sender *s, const jd_reader *in, const json_t *body, int n)
{
    if (!json_is_object(body)) {
        jd_complain("%s:%d: a message is a JSON object", in->name, in->at);
        return JD_EX_DATA;
    }
    if (s->a->id && n > 0) {
        jd_complain("%s:%d: --id is for one message, and this is the second", in->name, in->at);
        return JD_EX_USAGE;
    }
    return JD_EX_OK;
}

static int send_all(sender *s, const char *type, jd_reader *in)
{
    bool bad = false;
    int code = JD_EX_OK;
    json_t *body;
    for (int n = 0; code == JD_EX_OK && (body = jd_reader_next(in, &bad)); n++) {
        code = check_line(s, in, body, n);
        if (code == JD_EX_OK) code = send_one(s, type, body);
        json_decref(body);
        collect_meanwhile(s, in);
    }
    return bad ? JD_EX_DATA : code;
}

int jd_run_send(jd_args *a)
{
    jd_reader in;
    sender s = { .a = a };
    if (!jd_reader_open(&in, a->n > 1 ? a->rest[1] : NULL)) return JD_EX_DATA;
    int code = jd_open_client(a, &s.client);
    if (code == JD_EX_OK) {
        code = send_all(&s, a->rest[0], &in);
        int rc = JD_RC_OK;
        while (rc == JD_RC_OK) rc = collect(&s, -1);
        if (rc != JD_RC_IDLE) code = jd_worse(code, jd_exit_of_rc(rc));
        if (s.code == JD_EX_UNAVAILABLE) jd_complain("no answer from %s: is jiandud running?", a->intake);
    }
    jd_client_close(&s.client);
    jd_reader_close(&in);
    free(s.slots);
    return jd_worse(code, s.code);
}
