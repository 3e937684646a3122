/* Rows of a store, for tests that look at one or damage it.
 *
 * usage: rows list FOLDER TABLE           a line a row: key and value in hexadecimal
 *        rows put FOLDER TABLE KEY VALUE  in hexadecimal; "-" is empty
 *        rows del FOLDER TABLE KEY
 *        rows hold FOLDER                 a read transaction, held until standard input ends */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static MDB_env *env;
static MDB_txn *txn;

static void check(int rc)
{
    if (rc == 0) return;
    fprintf(stderr, "rows: %s\n", mdb_strerror(rc));
    exit(1);
}

static void begin(const char *folder, unsigned flags)
{
    check(mdb_env_create(&env));
    check(mdb_env_set_maxdbs(env, 32));
    check(mdb_env_set_mapsize(env, (size_t)64 << 30));
    check(mdb_env_open(env, folder, flags, 0600));
    check(mdb_txn_begin(env, NULL, flags, &txn));
}

static MDB_val from_hex(const char *text)
{
    size_t n = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    unsigned char *p = malloc(n + 1);
    unsigned byte;
    for (size_t i = 0; p && i < n && sscanf(text + 2 * i, "%2x", &byte) == 1; i++) p[i] = (unsigned char)byte;
    return (MDB_val){ n, p };
}

static void print_hex(MDB_val v)
{
    for (size_t i = 0; i < v.mv_size; i++) printf("%02x", ((unsigned char *)v.mv_data)[i]);
    if (!v.mv_size) putchar('-');
}

static void list(MDB_dbi dbi)
{
    MDB_cursor *c;
    MDB_val k, v;
    check(mdb_cursor_open(txn, dbi, &c));
    while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
        print_hex(k);
        putchar(' ');
        print_hex(v);
        putchar('\n');
    }
    mdb_cursor_close(c);
}

int main(int argc, char **argv)
{
    MDB_dbi dbi;
    if (argc < 3) return 64;
    int reading = strcmp(argv[1], "list") == 0 || strcmp(argv[1], "hold") == 0;
    begin(argv[2], reading ? MDB_RDONLY : 0);
    if (strcmp(argv[1], "hold") == 0) {
        puts("held");
        fflush(stdout);
        while (getchar() != EOF) continue;
        return 0;
    }
    check(mdb_dbi_open(txn, argv[3], 0, &dbi));
    if (reading) {
        list(dbi);
        return 0;
    }
    MDB_val key = from_hex(argv[4]), value = argc > 5 ? from_hex(argv[5]) : (MDB_val){ 0 };
    check(strcmp(argv[1], "put") == 0 ? mdb_put(txn, dbi, &key, &value, 0) : mdb_del(txn, dbi, &key, NULL));
    check(mdb_txn_commit(txn));
    mdb_env_close(env);
    return 0;
}
