/* gifts.c -- gives what tiers give: on entry, on birthdays, each month and year; once each. */
#include <stdio.h>

#include "base/clock.h"
#include "loyalty/benefits/inside.h"
#include "loyalty/programme.h"
#include "loyalty/tiers.h"

enum { MEMBERS_AT_ONCE = 100, BIRTHDAYS_BACK = 31, AGAIN_MAX = 50 };

/* -- on entry ---------------------------------------------------------------------------------- */

static str entry_id(struct ctx *c, str tier, i64 place, i64 time)
{
    str id = str_fmt(c->arena, "tier:" STR_FMT ":entry:%lld", STR_ARG(tier), (long long)place);
    return time == 1 ? id : str_fmt(c->arena, STR_FMT ":%lld", STR_ARG(id), (long long)time);
}

/* What was taken back is given again, as much as was taken. */
static enum err give_entry(struct tx *t, i64 member, const struct tier_benefit *b, i64 place)
{
    struct ctx *c = t->c;
    struct reward what = *b->reward;
    for (i64 time = 1; time <= AGAIN_MAX; time++) {
        struct reward_why why = { entry_id(c, b->tier, place, time), S("tier"), NO_STR };
        enum reward_result state;
        struct reward_view was;
        bool found;
        TRY(reward_state(c, member, why.id, &found, &state));
        if (!found) return reward_give(t, member, &what, why, &state);
        if (state != REWARD_TAKEN_BACK) return OK;
        TRY(reward_get(c, member, why.id, &was));
        if (!was.taken) return OK;
        if (what.credit.has) what.credit.value = was.taken;
        else if (what.amount) what.amount = was.taken;
    }
    return OK;
}

static enum err take_entry(struct tx *t, i64 member, const struct tier_benefit *b, i64 place)
{
    for (i64 time = 1; time <= AGAIN_MAX; time++) {
        str id = entry_id(t->c, b->tier, place, time);
        enum reward_result state;
        bool found;
        TRY(reward_state(t->c, member, id, &found, &state));
        if (!found) return OK;
        if (state == REWARD_GIVEN || state == REWARD_HELD)
            return reward_take_back(t, member, id, S("refund"));
    }
    return OK;
}

/* -- each month and year ----------------------------------------------------------------------- */

static str month_text(struct ctx *c)
{
    struct civil t = zone_local(c->zone, c->now);
    return str_fmt(c->arena, "%04d-%02d", t.year, t.month);
}
static str year_text(struct ctx *c)
{
    return str_fmt(c->arena, "%04d", zone_local(c->zone, c->now).year);
}

static const struct period {
    const char *what;
    enum benefit_when when;
    str (*now)(struct ctx *c);
} periods[] = {
    { "month", WHEN_MONTHLY, month_text },
    { "year", WHEN_YEARLY, year_text },
};

/* All of an occasion, under "tier:what:which:place". */
static enum err give_all(struct tx *t, i64 member, i64 rank, enum benefit_when when,
                         const char *what, str which)
{
    struct tier_benefit_list gifts;
    enum reward_result state;
    TRY(tier_benefits_at(t->c, rank, when, &gifts));
    for (i64 i = 0; i < gifts.n; i++) {
        struct reward_why why = { str_fmt(t->c->arena, "tier:%s:" STR_FMT ":%lld", what,
                                          STR_ARG(which), (long long)i),
                                  when == WHEN_BIRTHDAY ? S("birthday") : S("tier"), NO_STR };
        TRY(reward_give(t, member, gifts.at[i].reward, why, &state));
    }
    return OK;
}

/* -- he rose, he fell -------------------------------------------------------------------------- */

enum err benefits_on_rise(struct tx *t, i64 member, i64 from_rank, i64 to_rank, instant at)
{
    opt_instant since;
    TRY(programme_open(t->c, &since));
    if (!since.has || at < since.value) return OK;
    for (i64 rank = from_rank + 1; rank <= to_rank; rank++) {
        struct tier_benefit_list gifts;
        TRY(tier_benefits_at(t->c, rank, WHEN_ENTRY, &gifts));
        for (i64 i = 0; i < gifts.n; i++) TRY(give_entry(t, member, &gifts.at[i], i));
    }
    for (i64 i = 0; i < COUNT(periods); i++)
        TRY(give_all(t, member, to_rank, periods[i].when, periods[i].what, periods[i].now(t->c)));
    return OK;
}

enum err benefits_on_fall(struct tx *t, i64 member, i64 from_rank, i64 to_rank)
{
    for (i64 rank = from_rank; rank > to_rank; rank--) {
        struct tier_benefit_list gifts;
        TRY(tier_benefits_at(t->c, rank, WHEN_ENTRY, &gifts));
        for (i64 i = 0; i < gifts.n; i++) TRY(take_entry(t, member, &gifts.at[i], i));
    }
    return OK;
}

/* -- the job ----------------------------------------------------------------------------------- */

QUERY(q_done, one_str, "SELECT upto AS value FROM benefit_done WHERE what = $1");
CHANGE(c_done, "INSERT INTO benefit_done (what, upto) VALUES ($1, $2)"
               " ON CONFLICT (what) DO UPDATE SET upto = excluded.upto");
QUERY(q_holders, one_i64,
      "SELECT member AS value FROM tier_member WHERE NOT gone AND rank > 0 AND member > $1"
      " ORDER BY member LIMIT $2");
/* Born on one of two days of the year; those of the last one come on 29 February. */
QUERY(q_born, one_i64,
      "SELECT v.member AS value FROM member_value v JOIN tier_member m ON m.member = v.member"
      " WHERE v.field = 'birthday' AND v.shown AND SUBSTR(v.value, 6, 5) IN ($1, $2)"
      " AND NOT m.gone AND m.rank > 0 AND v.member > $3 ORDER BY v.member LIMIT $4");

struct round {
    const struct one_i64_list *members;
    const struct period *period; /* NULL: birthdays of the year `which` */
    str which;
};

static enum err give_round(struct tx *t, void *arg)
{
    struct round *r = arg;
    for (i64 i = 0; i < r->members->n; i++) {
        struct arena_mark mark = arena_mark(t->c->arena);
        i64 member = r->members->at[i].value;
        struct tier_now now;
        TRY(tier_of(t->c, member, &now));
        if (now.rank && r->period)
            TRY(give_all(t, member, now.rank, r->period->when, r->period->what, r->which));
        else if (now.rank) TRY(give_all(t, member, now.rank, WHEN_BIRTHDAY, "birthday", r->which));
        arena_rewind(t->c->arena, mark);
    }
    return OK;
}

struct mark {
    str what, upto;
};
static enum err write_done(struct tx *t, void *arg)
{
    struct mark *m = arg;
    return tx_change(t, &c_done, ARGS(m->what, m->upto));
}
static enum err done_upto(struct ctx *c, str what, str *upto)
{
    struct one_str row = { .value = S("") };
    bool found;
    TRY(db_find(c, &q_done, &row, &found, ARGS(what)));
    *upto = row.value;
    return OK;
}

static enum err period_round(struct store *s, struct ctx *c, const struct period *p)
{
    struct mark done = { str_of(p->what), p->now(c) };
    struct tier_benefit_list any;
    str upto;
    TRY(done_upto(c, done.what, &upto));
    if (str_eq(upto, done.upto)) return OK;
    TRY(tier_benefits_at(c, INT64_MAX, p->when, &any));
    for (i64 after = 0, n = MEMBERS_AT_ONCE; any.n && n == MEMBERS_AT_ONCE;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct one_i64_list members = { 0 };
        struct round round = { &members, p, done.upto };
        TRY(db_all(c, &q_holders, &members, ARGS(after, (i64)MEMBERS_AT_ONCE)));
        n = members.n;
        if (n) after = members.at[n - 1].value;
        if (n) TRY(store_write(s, c, give_round, &round));
        arena_rewind(c->arena, mark);
    }
    return store_write(s, c, write_done, &done);
}

static bool leap(i32 year)
{
    return civil_valid((struct civil){ .year = year, .month = 2, .day = 29 });
}

enum err benefits_of_birthdays(struct store *s, struct ctx *c, day d)
{
    struct civil t = day_civil(d);
    str born = str_fmt(c->arena, "%02d-%02d", t.month, t.day),
        year = str_fmt(c->arena, "%04d", t.year);
    bool eve = t.month == 2 && t.day == 28 && !leap(t.year);
    for (i64 after = 0, n = MEMBERS_AT_ONCE; n == MEMBERS_AT_ONCE;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct one_i64_list members = { 0 };
        struct round round = { &members, NULL, year };
        TRY(db_all(c, &q_born, &members,
                   ARGS(born, eve ? S("02-29") : born, after, (i64)MEMBERS_AT_ONCE)));
        n = members.n;
        if (n) after = members.at[n - 1].value;
        if (n) TRY(store_write(s, c, give_round, &round));
        arena_rewind(c->arena, mark);
    }
    return OK;
}

/* Today's again each time, for those who said it today; days that were missed, up to a month. */
static enum err birthday_rounds(struct store *s, struct ctx *c, instant since)
{
    day today = zone_day(c->zone, c->now), first = today, opened = zone_day(c->zone, since);
    struct mark done = { S("birthday"), day_text(c->arena, today) };
    str upto;
    day last;
    TRY(done_upto(c, done.what, &upto));
    if (day_parse(upto, &last)) first = last + 1 < today ? last + 1 : today;
    if (first < today - BIRTHDAYS_BACK) first = today - BIRTHDAYS_BACK;
    if (first < opened) first = opened;
    for (day d = first; d <= today; d++) TRY(benefits_of_birthdays(s, c, d));
    return str_eq(upto, done.upto) ? OK : store_write(s, c, write_done, &done);
}

enum err benefits_of_today(struct store *s, struct ctx *c)
{
    opt_instant since;
    TRY(programme_open(c, &since));
    if (!since.has) return OK;
    TRY(birthday_rounds(s, c, since.value));
    for (i64 i = 0; i < COUNT(periods); i++) TRY(period_round(s, c, &periods[i]));
    return OK;
}
