/* The clients of a seed. */
#ifndef JD_SIM_CLIENT_H
#define JD_SIM_CLIENT_H

#include "tests/sim/oracle.h"

enum { SIM_CLIENTS = 6 };

typedef struct sim_client {
    bool delimiter; /* it is a REQ */
    bool text_ids;
    int64_t ahead_ms; /* its idea of the time of day, where the clock is simulated */
} sim_client;

extern sim_client sim_clients[SIM_CLIENTS];

void sim_clients_begin(int clients, int requests); /* so many, spread over the time */
void sim_clients_time(int64_t ahead_ms);           /* it is later than they thought */
void sim_client_receipt(int client, jd_str receipt);
bool sim_clients_done(void);    /* everything was sent */
bool sim_clients_settled(void); /* and answered */
void sim_clients_hurry(void);   /* what waits is sent again soon */
void sim_clients_confirm(void); /* and once more all that was recorded */
bool sim_clients_confirming(void);
void sim_post(sim_request *r);

/* bodies.c: what they say. */
void sim_body_draw(sim_request *r);                /* its type is given */
jd_msg sim_type_draw(void);                        /* a command */
jd_msg sim_question_draw(void);                    /* a query */
void sim_cases_learn(jd_msg type, jd_str receipt); /* a case there is now */
void sim_template_cases(void);

#endif
