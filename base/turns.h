#ifndef JD_BASE_TURNS_H
#define JD_BASE_TURNS_H

/* How the calling thread, and what it starts from here on, takes turns for a processor when there are not enough of
 * them. Neither asks for more of a processor than an ordinary program has, nor for a privilege; where the service manager
 * chose another policy than the ordinary one, or forbids to choose, all stays as it is. */

/* For who works in batches: woken up it waits for its turn, instead of putting off whoever just gathers the next batch
 * for it (SCHED_BATCH, sched(7)). */
void jd_turns_long(void);

/* For who has little to do and is waited for: turns of 0.1 ms, and so soon (from Linux 6.12 on; before, as ordinary). */
void jd_turns_short(void);

/* Somebody waits for an answer: for a second from here on the threads of this process that work in batches give way. */
void jd_turns_asked(void);

/* Of these, between one message and the next: whoever waits for a processor has it first. Every 0.25 ms is often enough,
 * and nothing happens while nobody asks. */
void jd_turns_give_way(void);

#endif
