/* A play of samples: what play.c gathers while sending and ending.c judges when all is sent. */
#ifndef JD_CTL_PLAYER_H
#define JD_CTL_PLAYER_H

#include "ctl/sample.h"

enum { JD_WATCHES_MAX = 16 };

typedef struct jd_player {
    jd_args *a;
    jd_client *client;
    jd_samples all;
    int watches_n;
    jd_watch *watches[JD_WATCHES_MAX];
    json_t *cases;    /* id -> [division, name of the sample that made it] */
    json_t *refusals; /* code -> count */
    size_t played, wrong;
} jd_player;

void jd_play_events(jd_player *p, int patience_ms); /* prints what has come */
int jd_play_end(jd_player *p);                      /* asks what became of every case, judges, prints; an exit code */
void jd_count(json_t *counts, const char *key);

#endif
