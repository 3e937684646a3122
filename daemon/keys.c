#include "daemon/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/zloop.h"

/* What the file system lets in has no list of departments: its role holds everywhere. */
static void read_local(jd_keys *k, const jd_config *c, jd_diag *d)
{
    int role = jd_role_find(jd_str_of(c->ipc_role));
    if (role < 0)
        jd_diag_at(d, c->ipc_role_line, "'ipc_role' must be admin, intake, staff, supervisor-portal or watch, not '%s'",
                   c->ipc_role);
    k->local = (jd_grant){ .name = JD_STR("local"),
                           .role = (jd_role)role,
                           .every_division = true,
                           .every_department = true,
                           .every_supervisor = true,
                           .departments = { "", 0 },
                           .valid_from = JD_NO_DAY,
                           .valid_to = JD_NO_DAY };
}

/* A credential of the service manager goes before the file. */
static void server_key_path(const jd_config *c, char *path, size_t n)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    snprintf(path, n, "%s/jiandu-server-key", dir ? dir : "");
    if (!dir || access(path, R_OK) != 0) snprintf(path, n, "%s", c->server_key);
}

static void read_server(jd_keys *k, const char *path, jd_diag *d)
{
    if (!jd_certificate_read(path, true, &k->server, d)) return;
    if (!jd_z_key_pair(k->server.secret_key, k->server.public_key))
        jd_diag_at(d, 1, "the secret key is not that of the public key");
}

static bool gather(jd_diag *d, jd_buf *diagnostics)
{
    jd_buf_str(diagnostics, jd_buf_view(&d->text));
    jd_buf_free(&d->text);
    return d->errors == 0;
}

bool jd_keys_load(jd_keys *k, const jd_config *c, const char *config_file, jd_buf *diagnostics)
{
    char path[4096] = "";
    *k = (jd_keys){ 0 };
    jd_diag config = { .file = config_file }, server = { .file = path }, access = { .file = c->access_file };
    read_local(k, c, &config);
    if (c->access_file) server_key_path(c, path, sizeof path);
    if (c->access_file) read_server(k, path, &server);
    if (c->access_file) k->grants = jd_grants_load(c->access_file, &access);
    bool good = gather(&config, diagnostics);
    good &= gather(&server, diagnostics);
    good &= gather(&access, diagnostics);
    if (!good) {
        jd_grants_free(k->grants);
        k->grants = NULL;
    }
    return good;
}
