/* act_people.c -- people come, join, leave, turn out to be one, are parted, are forgotten. */
#include "years/years.h"

#include "loyalty/tasks.h"
#include "loyalty/tiers.h"

enum err act_meet(struct tx *t)
{
    struct ctx *c = t->c;
    if (w.people_n == w.people_max) return OK;
    struct identity id = { .kind = ID_USER_ID, .value = key_of(c, "u", w.people_n) };
    struct member_sighting seen = {
        .identities = &id, .n = 1, .name = S("林小鱼"), .source = S("api"), .at = c->now
    };
    struct person p = { .into = -1, .sales = -1, .habit = one_in(4) };
    bool created;
    TRY(member_resolve(t, &seen, &p.id, &created));
    EXPECT(created, "person %d was there before", w.people_n);
    w.people[w.people_n++] = p;
    if (one_in(4)) return OK;
    int who = w.people_n - 1;
    struct join_ask ask = { .id = p.id, .channel = S("qr-code") };
    int inviter = anybody();
    if (inviter >= 0 && inviter != who && one_in(3)) ask.inviter = SOME(id_of(inviter));
    TRY(member_join(t, &ask, &created));
    EXPECT(created, "a newcomer took part already");
    w.people[who].joined = w.people[who].first_joined = c->now;
    return OK;
}

static bool takes_part(int who)
{
    for (int p = 0; p < w.people_n; p++)
        if (w.people[p].joined && living(p) == who) return true;
    return false;
}

enum err act_join(struct tx *t)
{
    int who = anybody();
    bool now;
    if (who < 0) return OK;
    TRY(member_join(t, &(struct join_ask){ .id = id_of(who) }, &now));
    EXPECT(now != takes_part(who), "joining again: %d", now);
    if (!now) return OK;
    w.people[who].joined = t->c->now;
    if (!w.people[who].first_joined) w.people[who].first_joined = t->c->now;
    return OK;
}

enum err act_leave(struct tx *t)
{
    int who = participant();
    if (who < 0 || w.people[who].met) return OK;
    TRY(member_leave(t, id_of(who)));
    w.people[who].joined = 0;
    return OK;
}

static void note_met(int who)
{
    for (int p = 0; p < w.people_n; p++)
        if (living(p) == who) w.people[p].met = true;
}

enum err act_merge(struct tx *t)
{
    int winner = anybody(), loser = anybody();
    i64 merge;
    if (winner < 0 || loser < 0 || winner == loser) return OK;
    TRY(member_merge(t, id_of(winner), id_of(loser), S("test"), &merge));
    w.people[loser].into = winner;
    w.people[loser].merge = merge;
    w.people[winner].parted |= w.people[loser].parted;
    note_met(winner);
    return OK;
}

enum err act_part(struct tx *t)
{
    int from = (int)below(w.people_n);
    for (int i = 0; i < w.people_n; i++) {
        int who = (from + i) % w.people_n, into = w.people[who].into;
        if (into < 0 || w.people[into].into >= 0 || w.people[into].erased) continue;
        TRY(member_unmerge(t, w.people[who].merge));
        w.people[who].into = -1;
        for (int p = 0; p < w.people_n; p++)
            if (living(p) == who || living(p) == living(into)) w.people[p].parted = true;
        return OK;
    }
    return OK;
}

enum err act_erase(struct tx *t)
{
    int who = anybody();
    if (who < 0) return OK;
    TRY(member_erase(t, id_of(who)));
    w.people[who].erased = true;
    note_met(who); /* what is forgotten is not worked out afresh */
    return OK;
}

enum err act_birthday(struct tx *t)
{
    struct ctx *c = t->c;
    int who = participant();
    enum task_result result;
    struct task_got_list got = { 0 };
    if (who < 0) return OK;
    str born = one_in(20) ? S("1992-02-29")
                          : str_fmt(c->arena, "19%02d-%02d-%02d", (int)(60 + below(40)),
                                    (int)(1 + below(12)), (int)(1 + below(28)));
    TRY(profile_put(t, id_of(who), S("birthday"), born, S("hand"), c->now));
    return task_claim(t, id_of(who), 4, &result, &got);
}

/* -- tiers by hand ----------------------------------------------------------------------------- */

static void end_posts(int who, instant now)
{
    for (i64 i = 0; i < w.posts_n; i++)
        if (living(w.posts[i].who) == who && (!w.posts[i].until || w.posts[i].until > now))
            w.posts[i].until = now;
}

enum err act_appoint(struct tx *t)
{
    instant now = t->c->now;
    int who = anybody();
    bool high = one_in(2);
    if (who < 0 || w.posts_n == w.posts_max) return OK;
    struct tier_appointment in = { .tier = high ? S("品牌KOC") : S("达人"), .reason = S("test") };
    if (one_in(2)) in.until = SOME(now + (1 + below(200)) * DAY_MS);
    TRY(tier_appoint(t, id_of(who), &in));
    end_posts(who, now);
    w.posts[w.posts_n++] = (struct post){ who, now, in.until.value, high ? 5 : 3 };
    return OK;
}

enum err act_dismiss(struct tx *t)
{
    if (!w.posts_n) return OK;
    const struct post *p = &w.posts[below(w.posts_n)];
    int who = living(p->who);
    if (w.people[who].erased || (p->until && p->until <= t->c->now)) return OK;
    TRY(tier_dismiss(t, id_of(who), S("test")));
    end_posts(who, t->c->now);
    return OK;
}
