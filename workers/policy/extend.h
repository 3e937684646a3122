/* A policy may say only what differs from another's: a county from its city (LC-16.1). */
#ifndef JD_POLICY_EXTEND_H
#define JD_POLICY_EXTEND_H

#include "base/yaml.h"

/* A policy as it is written: its own file and, where it extends another, that one's. */
typedef struct jd_policy_text {
    const char *file, *parent_file;
    jd_str text, parent; /* parent: empty where there is none */
} jd_policy_text;

/* Reads `file` and, where it extends another division's, <division>.yaml beside it. False with
 * the reason in `wrong`; the strings live in the arena. */
bool jd_policy_read(jd_arena *a, const char *file, jd_policy_text *out, jd_buf *wrong);

/* The whole policy as one tree, in which what is inherited keeps its place in the other file. NULL
 * with diagnostics. Mappings merge key by key, lists of named items (id, code, or recommender with
 * nominee) item by item, everything else replaces. `remove: true` takes away an inherited item or
 * section, `replace:` puts a whole list or section in the place of an inherited one. */
jd_ynode *jd_policy_tree(jd_arena *a, const jd_policy_text *t, jd_diag *d);

/* Both files' trees, not merged: *parent is NULL where the policy extends none. For comparing. */
bool jd_policy_trees(jd_arena *a, const jd_policy_text *t, jd_diag *d, jd_ynode **own, jd_ynode **parent);

/* What an item of a list is called: "LC-R1", "npc/npc-deputy"; empty where it has no name. */
jd_str jd_item_name(jd_arena *a, const jd_ynode *item);

#endif
