/* Deliberate mistakes, one a build: -DJD_MUTANT=3 makes the third. Each is caught by the test in its row and by the
 * simulation, which `make mutants` shows; without the flag nothing of this is compiled. */
#ifndef JD_MUTANT_H
#define JD_MUTANT_H

#ifndef JD_MUTANT
#define JD_MUTANT 0
#endif

/* M(number, name, file it is in, program, test that fails or "", seeds of the simulation one of which fails or 0) */
#define JD_MUTANTS(M)                                                                                                  \
    M(1, early_receipt, "workers/writer.c", "jiandu-worker", "test_faults.py::test_at_one_call[sync-kill", 10)         \
    M(2, skipped_event, "workers/news.c", "jiandu-worker", "test_kill.py::test_the_worker_is_killed_in_a", 100)        \
    M(3, done_again, "workers/apply.c", "jiandu-worker", "test_kill.py::test_the_daemon_is_killed_in_a_stream", 100)   \
    M(4, lost_resend, "daemon/division.c", "jiandud", "test_faults.py::test_what_was_not_answered_is_sent_again", 100) \
    M(5, clock_twice, "workers/engine.c", "jiandu-worker", "test_clocks.py::test_warned_and_overdue_once_each", 400)   \
    M(6, no_sync, "workers/store.c", "jiandu-worker", "test_cuts.py::test_what_a_power_cut_leaves", 0)                 \
    M(7, same_nonce, "workers/writer.c", "jiandu-worker", "", 400)                                                     \
    M(8, kept_in_flight, "daemon/batches.c", "jiandud", "", 400)                                                       \
    M(9, early_published, "workers/writer.c", "jiandu-worker", "", 400)                                                \
    M(10, one_for_all, "workers/writer.c", "jiandu-worker", "", 2000)

#define M(number, name, ...) JD_MUTANT_##name = number,
enum { JD_MUTANTS(M) JD_MUTANT_end };
#undef M

#define JD_IS_MUTANT(name) (JD_MUTANT == JD_MUTANT_##name)

#endif
