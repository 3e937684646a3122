/* What is printed from the tables of proto/: JSON Schema and the manual. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "proto/manual.h"
#include "proto/schema.h"

/* Through jansson: what it cannot read nobody's validator can. */
static int print_indented(jd_buf *text)
{
    json_error_t e = { .text = "out of memory" };
    json_t *v = text->failed ? NULL : json_loadb(text->p, text->n, JSON_REJECT_DUPLICATES, &e);
    jd_buf_free(text);
    if (!v) {
        jd_complain("the schema is not JSON: %s", e.text);
        return JD_EX_SOFTWARE;
    }
    json_dumpf(v, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(v);
    return JD_EX_OK;
}

int jd_run_schema(jd_args *a)
{
    jd_buf text = { 0 };
    int m = a->n ? jd_message_find(jd_str_of(a->rest[0])) : 0;
    if (m < 0) {
        jd_complain("there is no message type '%s'", a->rest[0]);
        return JD_EX_REFUSED;
    }
    if (a->n)
        jd_schema_message((jd_msg)m, &text);
    else
        jd_schema_all(&text);
    return print_indented(&text);
}

int jd_run_protocol(jd_args *a)
{
    jd_buf text = { 0 };
    (void)a;
    jd_manual(&text);
    fwrite(text.p, 1, text.n, stdout);
    jd_buf_free(&text);
    return JD_EX_OK;
}
