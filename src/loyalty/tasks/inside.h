/* inside.h -- inside tasks: the row of a task, and the one way in which something gets done. */
#pragma once

#include "base/clock.h"
#include "loyalty/tasks.h"
#include "member/member.h"

extern const struct migration task_migrations[]; /* tables.c */
extern const struct field_table task_fields;     /* fields.c */

#define FIELDS_OF_task(X, N)                     \
    X(i64, id, ANY, "", N)                       \
    X(str, code, ANY, "", N)                     \
    X(choice(task_kind), kind, ANY, "", N)       \
    X(str, zh, ANY, "", N)                       \
    X(str, en, ANY, "", N)                       \
    X(flag, opened, ANY, "", N)                  \
    X(opt_instant, starts_at, ANY, "", N)        \
    X(opt_instant, ends_at, ANY, "", N)          \
    X(choice(task_often), often, ANY, "", N)     \
    X(i64, times, ANY, "", N)                    \
    X(i64, per_member, ANY, "", N)               \
    X(i64, total, ANY, "", N)                    \
    X(str, tier, ANY, "", N)                     \
    X(str, tag, ANY, "", N)                      \
    X(choice(task_proof), proof, ANY, "", N)     \
    X(str, event, ANY, "", N)                    \
    X(str, fields, ANY, "Apart by commas", N)    \
    X(choice(invite_counts), counts, ANY, "", N) \
    X(i64, cycle, ANY, "", N)                    \
    X(i64, make_ups, ANY, "", N)                 \
    X(i64, make_up_points, ANY, "", N)           \
    X(i64, make_up_days, ANY, "", N)             \
    X(instant, created_at, ANY, "", N)
SHAPE(task);

/* -- task.c ------------------------------------------------------------------------------------ */

enum err task_row(struct ctx *c, i64 id, struct task *out); /* E_NOT_FOUND */
/* All that are verified in this way, opened or not, by id. */
enum err task_rows(struct ctx *c, enum task_proof proof, struct task_list *out);
enum err task_gifts_of(struct ctx *c, i64 task, struct task_gifts *out);
enum err task_props_of(struct ctx *c, i64 task, struct task_prop_list *out);
str task_subject(struct ctx *c, i64 task); /* "task:3" */

struct account task_places(struct ctx *c, i64 task);

/* -- done.c ------------------------------------------------------------------------------------ */

/* Something a member did. */
struct deed {
    i64 member; /* living; his programme_lock is held */
    const struct task *task;
    str key;
    instant at;
    day on;
    bool made_up;
    i64 friend; /* who came by his invitation; 0: it is not about one */
};
struct deed_done {
    enum task_result result;
    str review; /* why its rewards are held; absent: they are not */
    i64 number;
};
/* Whether the deed would count, now that others of his are known; changes nothing. */
enum err deed_check(struct ctx *c, const struct deed *d, enum task_result *out);
/* Counts it, unless something in TASK_RESULTS says no. Gives nothing. */
enum err deed_count(struct tx *t, const struct deed *d, struct deed_done *out);
/* Counts it and gives the task's rewards. got may be NULL. */
enum err deed_do(struct tx *t, const struct deed *d, struct deed_done *out,
                 struct task_got_list *got);
/* Gives rewards under "task:T:key:i". */
enum err deed_give(struct tx *t, const struct deed *d, const struct deed_done *done, str key,
                   const struct reward_list *rewards, const char *of, struct task_got_list *got);
/* It is no longer done: its place is free again, what it gave is taken back. Not done: nothing. */
enum err deed_undo(struct tx *t, i64 member, const struct task *task, str key, str reason);
/* How often in the period of a day, and ever. */
enum err deed_times(struct ctx *c, const struct task *task, i64 member, day on, i64 *period,
                    i64 *ever);
/* E_UNPROCESSABLE with the words of a result; OK of DONE and AGAIN. */
enum err task_refusal(struct ctx *c, enum task_result result);
/* First day of the period that a day lies in; once: the first of all days. */
day period_begin(enum task_often often, day on);

/* -- fraud.c ----------------------------------------------------------------------------------- */

/* Why what this deed gives is to be held for review; absent: nothing looks wrong. */
enum err deed_review(struct ctx *c, const struct deed *d, str *why);

/* -- device.c ---------------------------------------------------------------------------------- */

/* He did something on this device (as it was told; empty: not told); kept as a hash. */
enum err device_seen(struct tx *t, i64 member, str device);
/* Other members (living ids) met on his devices since then: by what doors were told, by tracked
 * events. */
enum err device_others(struct ctx *c, i64 member, instant since, ints *out);
/* Other members who share a strong identity with him and wait for people to decide. */
enum err identity_others(struct ctx *c, i64 member, ints *out);

/* -- code.c ------------------------------------------------------------------------------------ */

str code_random(struct arena *a, i64 n);
/* As people type them: in any case, with blanks and dashes. */
str code_plain(struct arena *a, str code);

/* -- proof.c ----------------------------------------------------------------------------------- */

/* All he has sent, oldest first. */
enum err task_proofs_of(struct ctx *c, i64 member, struct task_proof_view_list *out);

/* -- watch.c ----------------------------------------------------------------------------------- */

/* Profile and birthday tasks of a living member, by what is known now. */
enum err facts_look(struct tx *t, i64 member);
extern const struct follower task_followers[];
enum err tasks_follow(struct store *s, struct ctx *c);
