/* act_play.c -- check-ins, make-ups, codes, proofs, shares, teams; boards by the calendar. */
#include "years/years.h"

#include <stdio.h>

#include "loyalty/boards.h"
#include "loyalty/tasks.h"
#include "loyalty/teams.h"

enum { CHECK_IN = 1, REVIEW = 6, MAKE_UP_DAYS = 31 };

static int habitual(void)
{
    for (int i = 0; i < 12; i++) {
        int who = participant();
        if (who >= 0 && w.people[who].habit) return who;
    }
    return -1;
}

enum err act_check_in(struct tx *t)
{
    struct check_in_view view;
    int who = habitual();
    if (who < 0) return OK;
    struct person *p = &w.people[who];
    u8 *today = &p->days[day_at(t->c) - w.first];
    TRY(task_check_in(t, p->id, one_in(2) ? 0 : CHECK_IN, &view));
    if (!p->met) EXPECT(view.again == (*today != 0), "checked in twice a day");
    if (!*today) *today = 1;
    if (!p->met)
        EXPECT(view.streak == naive_streak(who, day_at(t->c)), "a streak of %lld, not %lld",
               (long long)view.streak, (long long)naive_streak(who, day_at(t->c)));
    return OK;
}

enum err act_make_up(struct tx *t)
{
    struct ctx *c = t->c;
    struct check_in_calendar calendar;
    struct check_in_view view;
    int who = habitual();
    day on = day_at(c) - 1 - (day)below(MAKE_UP_DAYS);
    if (who < 0 || on < w.first) return OK;
    struct person *p = &w.people[who];
    u8 *that = &p->days[on - w.first];
    TRY(task_calendar(c, p->id, CHECK_IN, &calendar));
    enum err e = task_make_up(t, p->id, CHECK_IN, on, &view);
    bool may = calendar.make_ups_left > 0; /* what it gives may pay for it */
    if (!p->met && !*that && e == OK) EXPECT(may, "a day was made up without the means");
    TRY(e);
    if (!p->met) EXPECT(view.again == (*that != 0), "made up twice");
    if (!*that) *that = 2;
    return OK;
}

enum err act_code(struct tx *t)
{
    struct task_got_list got = { 0 };
    enum task_result result = TASK_DONE;
    int who = participant();
    if (who < 0 || !w.codes_n) return OK;
    i64 k = below(w.codes_n), n = 0;
    int *users = &w.code_users[k * 64];
    while (n < 64 && users[n] >= 0) n++;
    TRY(task_code_use(t, id_of(who), w.codes_task, str_of(w.codes[k]), &result, &got));
    if (result != TASK_DONE) return OK;
    EXPECT(n < w.codes_uses[k], "a code for %lld was used %lld times", (long long)w.codes_uses[k],
           (long long)n + 1);
    users[n] = who;
    return OK;
}

enum err act_proof(struct tx *t)
{
    int who = participant();
    i64 number;
    if (who < 0 || w.proofs_n == 20000) return OK;
    TRY(task_proof_send(t, id_of(who), REVIEW, S("https://x.example/1.png"), S("好用"), &number));
    w.proofs[w.proofs_n++] = (struct spend){ .who = who, .key = number };
    return OK;
}

enum err act_decide(struct tx *t)
{
    if (!w.proofs_n) return OK;
    i64 i = below(w.proofs_n);
    struct spend proof = w.proofs[i];
    bool yes = !one_in(3);
    TRY(task_proof_decide(t, proof.key, yes, S("test")));
    if (one_in(3)) TRY(task_proof_decide(t, proof.key, yes, S("test")));
    w.proofs[i] = w.proofs[--w.proofs_n];
    return OK;
}

enum err act_share(struct tx *t)
{
    int who = participant();
    if (who < 0) return OK;
    struct timeline_line line = { .at = t->c->now,
                                  .member = id_of(who),
                                  .kind = one_in(3) ? S("Shop Favorited") : S("Product Shared"),
                                  .subject = S("product:P1"),
                                  .props = S("{}") };
    return timeline_append(t, &line);
}

/* -- teams ------------------------------------------------------------------------------------- */

enum err act_team(struct tx *t)
{
    struct ctx *c = t->c;
    enum seat_state state;
    int who = participant();
    if (who < 0 || !w.campaign) return OK;
    if (w.teams_n && !one_in(5)) {
        enum err e = team_join(t, w.teams[below(w.teams_n)], id_of(who), NO_STR, &state);
        return e == E_NOT_FOUND ? OK : e; /* the last one left it */
    }
    if (w.teams_n == COUNT(w.teams)) return OK;
    struct team_make make = { .campaign = w.campaign,
                              .member = id_of(who),
                              .name = key_of(c, "队", ++w.keys),
                              .code = key_of(c, "code", w.keys) };
    TRY(team_make(t, &make, &w.teams[w.teams_n]));
    w.teams_n++;
    return OK;
}

enum err act_team_leave(struct tx *t)
{
    struct team_seat seat;
    bool found;
    int who = participant();
    if (who < 0 || !w.campaign) return OK;
    TRY(team_seat_of(t->c, w.campaign, id_of(who), &found, &seat));
    return found ? team_leave(t, seat.team, id_of(who)) : OK;
}

/* -- by the calendar --------------------------------------------------------------------------- */

static enum err publish(struct tx *t, struct board_post *post)
{
    i64 id;
    TRY(board_create(t, post, &id));
    return board_change(t, &(struct board_patch){ .id = id, .state = S("published") });
}

static enum err plan_quarter(struct tx *t, void *arg)
{
    struct ctx *c = t->c;
    struct reward points = { .kind = REWARD_POINTS, .amount = 500, .budget = S("prizes") };
    struct reward tag = { .kind = REWARD_TAG, .code = S("冠军") };
    struct board_prize prizes[] = { { 1, 1, { (struct reward[]){ points, tag }, 2 } },
                                    { 2, 10, { &points, 1 } } };
    instant end = c->now + 60 * DAY_MS;
    struct board_post post = { .name = key_of(c, "冲榜", ++w.keys),
                               .starts_at = c->now - 5 * DAY_MS,
                               .ends_at = end,
                               .metric = BOARD_AMOUNT,
                               .ties = (enum board_ties)below(3),
                               .prizes = { prizes, COUNT(prizes) } };
    struct team_campaign_post campaign = { .name = key_of(c, "组队", w.keys),
                                           .starts_at = c->now + 10 * DAY_MS,
                                           .ends_at = end,
                                           .size_min = SOME(2),
                                           .size_max = SOME(4),
                                           .may_leave = one_in(2) };
    TRY(grab_opens(t));
    TRY(team_campaign_make(t, &campaign, &w.campaign));
    w.teams_n = 0;
    TRY(publish(t, &post));
    post.name = key_of(c, "积分榜", w.keys);
    post.metric = BOARD_POINTS;
    TRY(publish(t, &post));
    post.name = key_of(c, "战队榜", w.keys);
    post.metric = BOARD_ORDERS;
    post.holders = HOLDERS_TEAMS;
    post.campaign = w.campaign;
    post.captain_only = one_in(2);
    return publish(t, &post);
}

enum err quarter_begins(struct store *s, struct ctx *c)
{
    strs codes;
    i64 uses = 1 + below(4);
    TRY(store_write(s, c, plan_quarter, NULL));
    if (w.codes_n + 5 > COUNT(w.codes)) return OK;
    TRY(task_codes_make(c, w.codes_task, 5, uses, NONE, &codes));
    for (i64 i = 0; i < codes.n; i++) {
        snprintf(w.codes[w.codes_n], sizeof w.codes[0], STR_FMT, STR_ARG(codes.at[i]));
        w.codes_uses[w.codes_n++] = uses;
    }
    return OK;
}
