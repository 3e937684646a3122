/* What the linker puts in the place of what the programs call (--wrap, see the Makefile). */
#ifndef JD_SIM_SEAMS_H
#define JD_SIM_SEAMS_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/yaml.h"
#include "tests/sim/sim.h"

int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*f)(void *), void *arg);
int __wrap_pthread_join(pthread_t t, void **value);
int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *m);
int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr);
int __wrap_pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m);
int __wrap_pthread_cond_signal(pthread_cond_t *c);

int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_prctl(int option, ...);
void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status) __attribute__((noreturn));
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_fstatvfs(int fd, struct statvfs *s);
int __wrap_fstatvfs(int fd, struct statvfs *s);

int __real_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);
int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode);
void __real_mdb_env_close(MDB_env *env);
void __wrap_mdb_env_close(MDB_env *env);
int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **out);
int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **out);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
void __real_mdb_txn_abort(MDB_txn *txn);
void __wrap_mdb_txn_abort(MDB_txn *txn);

jd_ynode *__real_jd_yaml_parse(jd_arena *a, jd_str text, jd_diag *d);
jd_ynode *__wrap_jd_yaml_parse(jd_arena *a, jd_str text, jd_diag *d);

/* the programs, whose main was renamed */
int jd_daemon_main(int argc, char **argv);
int jd_workers_main(int argc, char **argv);
extern char __start_jd_daemon_statics[], __stop_jd_daemon_statics[];
extern char __start_jd_workers_statics[], __stop_jd_workers_statics[];

#endif
