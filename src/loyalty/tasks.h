/* tasks.h -- tasks and check-in: what members are asked to do, how it is verified, what it gives.
 *
 * Words
 *   task        a row: what, from when to when, how often, for whom, what for. It is shut until
 *               somebody opens it.
 *   verified    how it is known to be done: checked in, an event of the timeline, an uploaded proof
 *               that somebody approved, a code, a profile that is known, a friend who came.
 *   key         what proved it ("2026-11-22", "line:71", "proof:3"): the same key counts once.
 *   streak      days in a row on which a member checked in, made-up ones included, up to today, or
 *               to yesterday while today is still open.
 *   milestone   a day of the streak that gives something: of a cycle of so many days, or of the
 *               whole streak where the task has no cycle.
 *   make-up     a missed day checked in later, so many a month, for points or for nothing. It fills
 *               the calendar; it does not give what the day itself would have given.
 *
 * A stretch of days in a row gives each milestone as often as it reaches it. A make-up that joins
 * two stretches gives what the joined one reaches from the made-up day on, less what its parts gave
 * before.
 *
 * Promises
 *   - once_a_day_however_often_asked: by however many at once.
 *   - a_streak_is_its_days: over month ends, leap days and the programme's midnight; a make-up that
 *     fills a gap joins both sides.
 *   - a_task_is_done_as_often_as_allowed: per day, week, month or once; per member; in all.
 *   - a_line_proves_once: an event of the timeline counts once, however often it is followed.
 *   - a_code_is_used_so_many_times: by however many at once; nobody can read a code from the store.
 *   - a_proof_is_decided_once.
 *   - known_facts_are_rewarded_once: a birthday or profile that changes later never gives again.
 *   - a_birthday_is_registered_once: by the member himself; then it is locked.
 *   - suspicious_is_held: what more than `tasks.per_minute` or `tasks.per_hour` would give is held
 *     for review, and gives nothing until somebody says yes.
 *   - a_merge_gives_nothing_twice: and parting gives each side its own back.
 * Every reward goes through reward.h, so it is given once and within its budget.
 * Threads  any; what changes runs inside store_write.
 */
#pragma once

#include "loyalty/reward.h"

enum task_kind {
    TASK_CHECK_IN,
    TASK_EVENT,  /* any event of the timeline */
    TASK_UPLOAD, /* a screenshot, a link */
    TASK_CODE,   /* from a poster, a staffer, a parcel */
    TASK_PROFILE,
    TASK_BIRTHDAY,
    TASK_INVITE,
    TASK_FAVOURITE, /* the shop */
    TASK_REVIEW,
    TASK_SHARE,
    TASK_KINDS,
};
CHOICE(task_kind); /* check_in event upload code profile birthday invite favourite review share */
enum task_proof {
    PROVED_CHECK_IN,
    PROVED_EVENT,
    PROVED_UPLOAD,
    PROVED_CODE,
    PROVED_FACTS,
    PROVED_INVITE
};
CHOICE(task_proof); /* check_in event upload code facts invite */
enum task_often { OFTEN_ONCE, OFTEN_DAY, OFTEN_WEEK, OFTEN_MONTH };
CHOICE(task_often); /* once day week month */
enum invite_counts { COUNTS_AT_ONCE, COUNTS_FIRST_ORDER };
CHOICE(invite_counts); /* at_once first_order */

struct task_kind_row {
    const char *zh, *en;
    enum task_proof proof; /* unless the task says otherwise */
    const char *event;     /* the event it waits for, unless the task says otherwise */
    bool other_proof;      /* the task may say how it is verified: event, upload, code */
    bool once;             /* by its nature */
};
const struct task_kind_row *task_kind_row(enum task_kind kind);

/* -- what is given ----------------------------------------------------------------------------- */

#define FIELDS_OF_task_milestone(X, N)                               \
    X(i64, day, REQUIRED | POSITIVE, "Day of the streak, from 1", N) \
    X(list(reward), rewards, REQUIRED, "What it gives", N)
SHAPE(task_milestone);
#define FIELDS_OF_task_special(X, N)                 \
    X(day, on, REQUIRED, "Day of the calendar", N)   \
    X(str, zh, SHORT, "Its Chinese name: 双十二", N) \
    X(str, en, SHORT, "Its English name", N)         \
    X(list(reward), rewards, REQUIRED, "What checking in on it gives", N)
SHAPE(task_special);
#define FIELDS_OF_task_gifts(X, N)                                                        \
    X(list(reward), rewards, ANY, "Each time it is done; invitations: to who invited", N) \
    X(list(task_milestone), milestones, ANY, "Check-in: by day of the streak", N)         \
    X(list(task_special), specials, ANY, "Check-in: by day of the calendar", N)
SHAPE(task_gifts);

/* -- tasks ------------------------------------------------------------------------------------- */

#define FIELDS_OF_task_prop(X, N)                 \
    X(str, name, REQUIRED | SHORT, "Property", N) \
    X(str, value, REQUIRED | SHORT, "It must equal", N)
SHAPE(task_prop);
#define FIELDS_OF_task_event(X, N)                                                            \
    X(str, kind, REQUIRED | SHORT, "Line of the timeline: \"Product Shared\", order.paid", N) \
    X(list(task_prop), props, ANY, "Its properties, all of them", N)
SHAPE(task_event);

/* 0 of a number: no limit. */
#define TASK_TERMS(X, N, NAME)                                                                    \
    X(str, zh, NAME | SHORT, "Chinese name", N)                                                   \
    X(str, en, NAME | SHORT, "English name", N)                                                   \
    X(opt_flag, opened, ANY, "Members see it and can do it", N)                                   \
    X(opt_instant, starts_at, ANY, "From when; a change to null: at once", N)                     \
    X(opt_instant, ends_at, ANY, "Until before when; a change to null: for good", N)              \
    X(str, often, SHORT, "once, day, week or month", N)                                           \
    X(opt_i64, times, POSITIVE, "How many times in that period; 1 when absent", N)                \
    X(opt_i64, per_member, NOT_NEGATIVE, "How many times a member in all; 0: no limit", N)        \
    X(opt_i64, total, NOT_NEGATIVE, "How many times all members together; 0: no limit", N)        \
    X(str, tier, SHORT, "Only members of this tier or above; empty: all", N)                      \
    X(str, tag, SHORT, "Only members with this tag; empty: all", N)                               \
    X(str, proof, SHORT, "How it is verified, for kinds that leave it open: event, upload, code", \
      N)                                                                                          \
    X(one(task_event), event, ANY, "The event that proves it", N)                                 \
    X(strs, fields, ANY, "profile: these must be known (name, phone, or profile fields)", N)      \
    X(str, counts, SHORT, "invite: counted at_once or on the first_order", N)                     \
    X(opt_i64, cycle, NOT_NEGATIVE, "check_in: milestones begin anew after so many days", N)      \
    X(opt_i64, make_ups, NOT_NEGATIVE, "check_in: make-ups a month", N)                           \
    X(opt_i64, make_up_points, NOT_NEGATIVE, "check_in: points a make-up costs", N)               \
    X(opt_i64, make_up_days, NOT_NEGATIVE, "check_in: how many days back", N)                     \
    X(one(task_gifts), gifts, ANY, "What it gives, in place of what it gave", N)

#define FIELDS_OF_task_post(X, N)                                                   \
    X(str, code, REQUIRED | SHORT, "Code: letters, digits, - and _, at most 24", N) \
    X(choice(task_kind), kind, REQUIRED, "Kind", N)                                 \
    TASK_TERMS(X, N, REQUIRED)
SHAPE(task_post);
#define FIELDS_OF_task_patch(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Task", N) \
    TASK_TERMS(X, N, ANY)
SHAPE(task_patch);

#define FIELDS_OF_task_view(X, N)                                             \
    X(i64, id, ANY, "Id", N)                                                  \
    X(str, code, ANY, "Code", N)                                              \
    X(choice(task_kind), kind, ANY, "Kind", N)                                \
    X(str, zh, ANY, "Chinese name", N)                                        \
    X(str, en, ANY, "English name", N)                                        \
    X(flag, opened, ANY, "Members see it and can do it", N)                   \
    X(opt_instant, starts_at, ANY, "From when", N)                            \
    X(opt_instant, ends_at, ANY, "Until before when", N)                      \
    X(choice(task_often), often, ANY, "How often", N)                         \
    X(i64, times, ANY, "How many times in that period", N)                    \
    X(i64, per_member, ANY, "How many times a member in all; 0: no limit", N) \
    X(i64, total, ANY, "How many times in all; 0: no limit", N)               \
    X(str, tier, ANY, "Only this tier or above", N)                           \
    X(str, tag, ANY, "Only with this tag", N)                                 \
    X(choice(task_proof), proof, ANY, "How it is verified", N)                \
    X(one(task_event), event, ANY, "The event that proves it", N)             \
    X(strs, fields, ANY, "profile: what must be known", N)                    \
    X(choice(invite_counts), counts, ANY, "invite: when it counts", N)        \
    X(i64, cycle, ANY, "check_in: days of a cycle; 0: none", N)               \
    X(i64, make_ups, ANY, "check_in: make-ups a month", N)                    \
    X(i64, make_up_points, ANY, "check_in: points a make-up costs", N)        \
    X(i64, make_up_days, ANY, "check_in: how many days back", N)              \
    X(one(task_gifts), gifts, ANY, "What it gives", N)                        \
    X(instant, created_at, ANY, "Made", N)
SHAPE(task_view);

/* E_CONFLICT: there is one of this code. */
enum err task_make(struct tx *t, const struct task_post *in, i64 *id);
/* What is absent stays. */
enum err task_change(struct tx *t, const struct task_patch *in);
/* Before task_change, in the same change: it has no start, or no end, from now on. */
enum err task_empty(struct tx *t, i64 id, bool start, bool end);
enum err task_get(struct ctx *c, i64 id, struct task_view *out); /* E_NOT_FOUND */
enum err task_list(struct ctx *c, struct task_view_list *out);

#define FIELDS_OF_task_figures(X, N)               \
    X(i64, task, ANY, "Task", N)                   \
    X(i64, today, ANY, "Done today", N)            \
    X(i64, done, ANY, "Done in those days", N)     \
    X(i64, members, ANY, "By how many members", N) \
    X(i64, waiting, ANY, "Proofs that wait to be looked at, of any day", N)
SHAPE(task_figures);
/* Of the last days, today among them; a task of which there is nothing is left out. */
enum err task_figures_of(struct ctx *c, i64 days, struct task_figures_list *out);

/* -- doing ------------------------------------------------------------------------------------- */

/* Why something did not count, in order of precedence. */
#define TASK_RESULTS(X)                                                                     \
    X(DONE, OK, "完成", "done")                                                             \
    X(AGAIN, OK, "已经完成过", "it was done before")                                        \
    X(SHUT, E_UNPROCESSABLE, "任务没有开放", "the task is not open")                        \
    X(EARLY, E_UNPROCESSABLE, "任务还没有开始", "the task has not begun")                   \
    X(OVER, E_UNPROCESSABLE, "任务已经结束", "the task is over")                            \
    X(GATED, E_UNPROCESSABLE, "等级或标签不符合要求", "his tier or tags do not allow it")   \
    X(PERIOD, E_UNPROCESSABLE, "本周期的次数已用完", "done as often as this period allows") \
    X(MEMBER, E_UNPROCESSABLE, "已达到每人上限", "done as often as a member may")           \
    X(TOTAL, E_UNPROCESSABLE, "名额已满", "all places are taken")
enum task_result {
#define X(name, err, zh, en) TASK_##name,
    TASK_RESULTS(X)
#undef X
};
CHOICE(task_result);

#define FIELDS_OF_task_got(X, N)                     \
    X(str, of, ANY, "day, milestone or special", N)  \
    X(choice(reward_kind), kind, ANY, "Kind", N)     \
    X(i64, amount, ANY, "How many", N)               \
    X(opt_money, credit, ANY, "Credit: how much", N) \
    X(str, code, ANY, "Benefit, tag or gift", N)     \
    X(choice(reward_result), state, ANY, "given, held for review, or refused", N)
SHAPE(task_got);

#define FIELDS_OF_check_in_view(X, N)                                     \
    X(i64, task, ANY, "Task", N)                                          \
    X(day, on, ANY, "The day that was checked in", N)                     \
    X(flag, again, ANY, "It was before: nothing more is given", N)        \
    X(i64, streak, ANY, "Days in a row, up to today, or to yesterday", N) \
    X(flag, review, ANY, "What it gives waits for review", N)             \
    X(list(task_got), got, ANY, "What it gave", N)
SHAPE(check_in_view);

/* task 0: the check-in that is open. member is a living id. */
enum err task_check_in(struct tx *t, i64 member, i64 task, struct check_in_view *out);
enum err task_make_up(struct tx *t, i64 member, i64 task, day on, struct check_in_view *out);

#define FIELDS_OF_check_in_calendar(X, N)                                                  \
    X(i64, task, ANY, "Task", N)                                                           \
    X(day, today, ANY, "Today, in the programme's time zone", N)                           \
    X(flag, done_today, ANY, "Checked in today", N)                                        \
    X(i64, streak, ANY, "Days in a row, up to today, or to yesterday", N)                  \
    X(strs, days, ANY, "Days of this month and the last that are checked in", N)           \
    X(strs, made_up, ANY, "Of them: made up", N)                                           \
    X(i64, make_ups_left, ANY, "Make-ups left this month", N)                              \
    X(i64, make_up_points, ANY, "What one costs", N)                                       \
    X(i64, next_milestone, ANY, "Day of the streak that gives something next; 0: none", N) \
    X(list(reward), next_rewards, ANY, "What that gives", N)
SHAPE(check_in_calendar);
enum err task_calendar(struct ctx *c, i64 member, i64 task, struct check_in_calendar *out);

/* -- codes ------------------------------------------------------------------------------------- */

enum { TASK_CODES_MAX = 1000 };
/* Makes n codes that are good for `uses` members each; kept as hashes, so this is the only time
 * they are seen. */
enum err task_codes_make(struct ctx *c, i64 task, i64 n, i64 uses, opt_instant ends_at, strs *out);
/* E_UNPROCESSABLE: no such code of this task, over, or used up. The same member again: *result
 * AGAIN. */
enum err task_code_use(struct tx *t, i64 member, i64 task, str code, enum task_result *result,
                       struct task_got_list *got);

/* -- uploaded proofs --------------------------------------------------------------------------- */

enum proof_state { PROOF_WAITING, PROOF_APPROVED, PROOF_REJECTED };
CHOICE(proof_state); /* waiting approved rejected */
#define FIELDS_OF_task_proof_view(X, N)                                                            \
    X(i64, number, ANY, "Number", N)                                                               \
    X(i64, member, ANY, "Whose", N)                                                                \
    X(str, name, PERSONAL, "His name, in lists; masked without the right to see personal data", N) \
    X(i64, task, ANY, "Task", N)                                                                   \
    X(str, url, PERSONAL, "Picture or page", N)                                                    \
    X(str, text, PERSONAL, "What he says", N)                                                      \
    X(choice(proof_state), state, ANY, "Where it stands", N)                                       \
    X(instant, at, ANY, "When it was sent", N)                                                     \
    X(opt_instant, decided_at, ANY, "When it was decided", N)                                      \
    X(str, decided_by, ANY, "By whom", N)                                                          \
    X(str, note, ANY, "What he said", N)
SHAPE(task_proof_view);
/* E_CONFLICT: another of his for this task still waits. */
enum err task_proof_send(struct tx *t, i64 member, i64 task, str url, str text, i64 *number);
/* Decided before the same way: nothing; otherwise E_CONFLICT. What it gives counts for the day it
 * was sent on. */
enum err task_proof_decide(struct tx *t, i64 number, bool approve, str note);
enum err task_proof_get(struct ctx *c, i64 number, struct task_proof_view *out);
/* Oldest first, above a number; state absent: all. */
enum err task_proof_list(struct ctx *c, str state, i64 above, i64 limit,
                         struct task_proof_view_list *out);

/* -- facts ------------------------------------------------------------------------------------- */

/* Looks whether what a profile or birthday task asks for is known by now. E_UNPROCESSABLE: not
 * yet. */
enum err task_claim(struct tx *t, i64 member, i64 task, enum task_result *result,
                    struct task_got_list *got);

/* -- birthdays --------------------------------------------------------------------------------- */

/* A member registers his birthday himself, once: from then on it is locked, and only an operator
 * changes it, with a reason. Whatever is known without that (imports, an operator's word) is not
 * locked. What was given for a birthday of this year is not given for another (benefits.h). */
#define FIELDS_OF_birthday_view(X, N)                                                 \
    X(str, birthday, PERSONAL, "Birthday, 1992-02-29; null: not known", N)            \
    X(flag, locked, ANY, "Registered: only an operator changes it, with a reason", N) \
    X(opt_instant, at, ANY, "Since when it is locked", N)
SHAPE(birthday_view);
enum err birthday_of(struct ctx *c, i64 member, struct birthday_view *out);
/* Registered before with the same day: nothing; with another: E_CONFLICT. */
enum err birthday_register(struct tx *t, i64 member, day born);
/* Registered or not, from now on it is this one, and locked. */
enum err birthday_change(struct tx *t, i64 member, day born);
struct profile_lock;
extern const struct profile_lock *const birthday_locks;

/* -- a member's tasks -------------------------------------------------------------------------- */

#define FIELDS_OF_my_task(X, N)                                               \
    X(i64, id, ANY, "Task", N)                                                \
    X(str, code, ANY, "Code", N)                                              \
    X(choice(task_kind), kind, ANY, "Kind", N)                                \
    X(choice(task_proof), proof, ANY, "How it is verified", N)                \
    X(str, zh, ANY, "Chinese name", N)                                        \
    X(str, en, ANY, "English name", N)                                        \
    X(opt_instant, ends_at, ANY, "Until before when", N)                      \
    X(choice(task_often), often, ANY, "How often", N)                         \
    X(i64, times, ANY, "How many times in that period", N)                    \
    X(i64, done, ANY, "Done in this period", N)                               \
    X(i64, ever, ANY, "Done in all", N)                                       \
    X(choice(task_result), now, ANY, "DONE: it can be done; else why not", N) \
    X(flag, waiting, ANY, "A proof waits to be looked at", N)                 \
    X(list(reward), rewards, ANY, "What it gives each time", N)
SHAPE(my_task);
/* Those that are open and within their time. member is a living id. */
enum err tasks_of(struct ctx *c, i64 member, struct my_task_list *out);

struct merge_listener;
extern const struct merge_listener task_merges;
extern const struct room tasks_room;
