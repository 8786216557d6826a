/* gifts.c -- gives what tiers give: on entry, on birthdays, each month and year; once each. */
#include <stdio.h>

#include "base/clock.h"
#include "job/pace.h"
#include "loyalty/benefits/inside.h"
#include "loyalty/programme.h"
#include "loyalty/tiers.h"

enum { MEMBERS_LEAST = 20, MEMBERS_MOST = 2000, BIRTHDAYS_BACK = 31, AGAIN_MAX = 50 };

/* -- on entry ---------------------------------------------------------------------------------- */

static str entry_id(struct ctx *c, str tier, i64 place, i64 time)
{
    str id = str_fmt(c->arena, "tier:" STR_FMT ":entry:%lld", STR_ARG(tier), (long long)place);
    return time == 1 ? id : str_fmt(c->arena, STR_FMT ":%lld", STR_ARG(id), (long long)time);
}

/* What was taken back is given again, as much as was taken. */
static enum err give_again(struct tx *t, i64 member, const struct tier_benefit *b, i64 place)
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

/* To those who rose past it; who rose twice is there once. */
static enum err give_entry(struct tx *t, const struct tier_rise *rises, i64 n,
                           const struct tier_gift *gift)
{
    ints members = { NEWS(t->c->arena, i64, n), 0 };
    enum reward_result *states = NEWS(t->c->arena, enum reward_result, n);
    struct reward_why why = { entry_id(t->c, gift->what.tier, gift->place, 1), S("tier"), NO_STR };
    for (i64 i = 0; i < n; i++) {
        bool passed = rises[i].from < gift->rank && gift->rank <= rises[i].to;
        if (passed && (!members.n || members.at[members.n - 1] != rises[i].member))
            members.at[members.n++] = rises[i].member;
    }
    if (!members.n) return OK;
    TRY(reward_give_all(t, members.at, members.n, gift->what.reward, why, states));
    for (i64 i = 0; i < members.n; i++)
        if (states[i] == REWARD_TAKEN_BACK)
            TRY(give_again(t, members.at[i], &gift->what, gift->place));
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
        if (state != REWARD_TAKEN_BACK && state != REWARD_REJECTED)
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

/* What one of this rank gets at a place of an occasion; NULL: nothing. */
static const struct tier_gift *gift_at(const struct tier_gift_list *gifts, i64 rank,
                                       enum benefit_when when, i64 place)
{
    i64 deciding = tier_gifts_rank(gifts, rank, when);
    for (i64 i = 0; i < gifts->n; i++) {
        const struct tier_gift *gift = &gifts->at[i];
        if (gift->what.when == when && gift->rank == deciding && gift->place == place) return gift;
    }
    return NULL;
}

struct occasion {
    enum benefit_when when;
    const char *what;
    str which;
};

/* By the first of his ranks that gets something there; of those who get the same all at once. */
static enum err give_place(struct tx *t, const struct tier_gift_list *gifts,
                           const struct tier_rise *whom, i64 n, const struct occasion *o, i64 place)
{
    struct ctx *c = t->c;
    const struct tier_gift **get = NEWS(c->arena, const struct tier_gift *, n);
    enum reward_result *states = NEWS(c->arena, enum reward_result, n);
    i64 *members = NEWS(c->arena, i64, n), last = 0;
    struct reward_why why = { str_fmt(c->arena, "tier:%s:" STR_FMT ":%lld", o->what,
                                      STR_ARG(o->which), (long long)place),
                              o->when == WHEN_BIRTHDAY ? S("birthday") : S("tier"), NO_STR };
    for (i64 i = 0; i < n; i++) {
        if (last != whom[i].member) get[i] = gift_at(gifts, whom[i].to, o->when, place);
        if (get[i]) last = whom[i].member;
    }
    for (i64 k = 0; k < gifts->n; k++) {
        i64 count = 0;
        for (i64 i = 0; i < n; i++)
            if (get[i] == &gifts->at[k]) members[count++] = whom[i].member;
        if (count) TRY(reward_give_all(t, members, count, gifts->at[k].what.reward, why, states));
    }
    return OK;
}

/* All of an occasion, under "tier:what:which:place". */
static enum err give_occasion(struct tx *t, const struct tier_gift_list *gifts,
                              const struct tier_rise *whom, i64 n, struct occasion o)
{
    i64 places = 0;
    for (i64 i = 0; i < gifts->n; i++)
        if (gifts->at[i].what.when == o.when && gifts->at[i].place >= places)
            places = gifts->at[i].place + 1;
    for (i64 place = 0; place < places; place++) TRY(give_place(t, gifts, whom, n, &o, place));
    return OK;
}

/* -- they rose, one fell ----------------------------------------------------------------------- */

enum err benefits_on_rises(struct tx *t, const struct tier_rise *rises, i64 n)
{
    struct tier_rise *since_open = NEWS(t->c->arena, struct tier_rise, n);
    struct tier_gift_list gifts;
    opt_instant since;
    i64 count = 0;
    TRY(programme_open(t->c, &since));
    for (i64 i = 0; since.has && i < n; i++)
        if (rises[i].at >= since.value) since_open[count++] = rises[i];
    if (!count) return OK;
    TRY(tier_gifts(t->c, &gifts));
    for (i64 i = 0; i < gifts.n; i++)
        if (gifts.at[i].what.when == WHEN_ENTRY)
            TRY(give_entry(t, since_open, count, &gifts.at[i]));
    for (i64 i = 0; i < COUNT(periods); i++)
        TRY(give_occasion(
            t, &gifts, since_open, count,
            (struct occasion){ periods[i].when, periods[i].what, periods[i].now(t->c) }));
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

#define PACE ((struct pace){ .n = 100, .least = MEMBERS_LEAST, .most = MEMBERS_MOST })
struct round {
    struct one_i64_list members; /* rising */
    struct occasion occasion;
    struct pace pace;
};

static enum err give_round(struct tx *t, void *arg)
{
    const struct round *r = arg;
    struct tier_rise *whom = NEWS(t->c->arena, struct tier_rise, r->members.n);
    struct tier_gift_list gifts;
    ints ranks;
    i64 n = 0;
    TRY(tier_gifts(t->c, &gifts));
    TRY(tier_ranks(t->c, &r->members.at->value, r->members.n, &ranks));
    for (i64 i = 0; i < ranks.n; i++)
        if (ranks.at[i])
            whom[n++] = (struct tier_rise){ .member = r->members.at[i].value, .to = ranks.at[i] };
    return give_occasion(t, &gifts, whom, n, r->occasion);
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

/* One change of it, for the members at hand, and the arena as it was before. */
static enum err give_some(struct store *s, struct ctx *c, struct round *r, struct arena_mark mark,
                          i64 *after)
{
    enum err e = OK;
    if (r->members.n) {
        *after = r->members.at[r->members.n - 1].value;
        pace_begin(&r->pace);
        e = store_write(s, c, give_round, r);
        pace_end(&r->pace);
    }
    arena_rewind(c->arena, mark);
    return e;
}

static enum err period_round(struct store *s, struct ctx *c, const struct period *p)
{
    struct mark done = { str_of(p->what), p->now(c) };
    struct tier_benefit_list any;
    str upto;
    TRY(done_upto(c, done.what, &upto));
    if (str_eq(upto, done.upto)) return OK;
    TRY(tier_benefits_at(c, INT64_MAX, p->when, &any));
    struct round round = { .occasion = { p->when, p->what, done.upto }, .pace = PACE };
    for (i64 after = 0, more = any.n; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        TRY(db_all(c, &q_holders, &round.members, ARGS(after, round.pace.n)));
        more = round.members.n;
        TRY(give_some(s, c, &round, mark, &after));
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
    struct round round = { .occasion = { WHEN_BIRTHDAY, "birthday", year }, .pace = PACE };
    for (i64 after = 0, more = true; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        TRY(db_all(c, &q_born, &round.members,
                   ARGS(born, eve ? S("02-29") : born, after, round.pace.n)));
        more = round.members.n;
        TRY(give_some(s, c, &round, mark, &after));
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
