/* merge_test.c -- random sightings, merges, undos, tags and values, held against a model that
 * copies and moves nothing.
 *
 * The model keeps what was put on each id and who was merged into whom; all else it works out anew
 * each time by looking at every id. A whole run is one change that is refused at its end, so that
 * thousands of runs need one store.
 */
#include "test.h"

#include "member/profile.h"
#include "member/tag.h"

#define IDS_MAX    160
#define MERGES_MAX 400
#define STEPS      120

/* Identities of the run: users and phones name people, devices do not, nicks are weak. */
static const struct {
    enum identity_kind kind;
    const char *value;
} universe[] = {
    { ID_USER_ID, "u1" },          { ID_USER_ID, "u2" },          { ID_USER_ID, "u3" },
    { ID_USER_ID, "u4" },          { ID_PHONE, "8613800000001" }, { ID_PHONE, "8613800000002" },
    { ID_PHONE, "8613800000003" }, { ID_ANONYMOUS_ID, "d1" },     { ID_ANONYMOUS_ID, "d2" },
    { ID_ANONYMOUS_ID, "d3" },     { ID_ANONYMOUS_ID, "d4" },     { ID_NICK, "n**1" },
    { ID_NICK, "n**2" },
};
#define IDENTITIES COUNT(universe)

/* Tags 0 and 1 share an exclusive group. */
static const char *const tag_names[] = { "新客", "老客", "猫", "狗" };
#define TAGS COUNT(tag_names)
static const struct {
    const char *name;
    int rank;
} sources[] = { { "behaviour", 1 }, { "import", 2 }, { "buyer_show", 3 }, { "hand", 4 } };

struct model_id {
    bool there, has[IDENTITIES];
    i64 merged_into, first_seen, tag_at[TAGS]; /* 0: not put */
    struct {
        int rank;
        i64 at, number;
    } city;
};
struct model {
    struct model_id ids[IDS_MAX + 1];
    i64 n;
    struct {
        i64 winner, loser;
        bool undone;
    } merges[MERGES_MAX + 1];
    i64 merges_n, clock;
};

static i64 model_living(const struct model *m, i64 id)
{
    while (m->ids[id].merged_into) id = m->ids[id].merged_into;
    return id;
}

static bool model_has(const struct model *m, i64 living, i64 identity)
{
    for (i64 i = 1; i <= m->n; i++)
        if (m->ids[i].has[identity] && model_living(m, i) == living) return true;
    return false;
}

static bool is_strong(i64 identity) { return universe[identity].kind != ID_NICK; }
static bool names_one(i64 identity)
{
    return is_strong(identity) && universe[identity].kind != ID_ANONYMOUS_ID;
}

static bool model_identified(const struct model *m, i64 living)
{
    for (i64 k = 0; k < IDENTITIES; k++)
        if (names_one(k) && model_has(m, living, k)) return true;
    return false;
}

static i64 model_owner(const struct model *m, i64 identity)
{
    for (i64 i = 1; i <= m->n; i++)
        if (m->ids[i].has[identity]) return model_living(m, i);
    return 0;
}

static void model_merge(struct model *m, i64 winner, i64 loser)
{
    m->merges[++m->merges_n].winner = winner;
    m->merges[m->merges_n].loser = loser;
    m->merges[m->merges_n].undone = false;
    m->ids[loser].merged_into = winner;
}

/* member.h in the plainest words: who is it? */
static i64 model_choose(const struct model *m, const i64 *seen, i64 n)
{
    bool somebody = false;
    i64 anonymous = 0;
    for (i64 i = 0; i < n; i++) {
        if (!names_one(seen[i])) continue;
        somebody = true;
        if (model_owner(m, seen[i])) return model_owner(m, seen[i]);
    }
    for (i64 i = 0; i < n && !somebody; i++)
        if (is_strong(seen[i]) && model_owner(m, seen[i]) &&
            model_identified(m, model_owner(m, seen[i])))
            return model_owner(m, seen[i]);
    for (i64 i = 0; i < n; i++) {
        i64 owner = is_strong(seen[i]) ? model_owner(m, seen[i]) : 0;
        if (owner && !model_identified(m, owner) && (!anonymous || owner < anonymous))
            anonymous = owner;
    }
    return anonymous;
}

static i64 model_see(struct model *m, const i64 *seen, i64 n, i64 at)
{
    i64 who = model_choose(m, seen, n);
    bool disputed = false;
    if (!who) {
        who = ++m->n;
        m->ids[who] = (struct model_id){ .there = true, .first_seen = at };
    } else {
        for (i64 i = 0; i < n; i++) {
            i64 owner = is_strong(seen[i]) ? model_owner(m, seen[i]) : 0;
            disputed |= owner && owner != who && model_identified(m, owner);
        }
        for (i64 i = 0; i < n && !disputed; i++) {
            i64 owner = is_strong(seen[i]) ? model_owner(m, seen[i]) : 0;
            if (owner && owner != who) model_merge(m, who, owner);
        }
        if (at < m->ids[who].first_seen) m->ids[who].first_seen = at;
    }
    for (i64 i = 0; i < n; i++)
        if (is_strong(seen[i]) ? !model_owner(m, seen[i]) : !model_has(m, who, seen[i]))
            m->ids[who].has[seen[i]] = true;
    return who;
}

/* The steps run on the writer's thread, where a CHECK cannot end the test: the first line that does
 * not hold is kept. */
static int wrong_line;
static void holds(bool so, int line)
{
    if (!so && !wrong_line) wrong_line = line;
}
#define HOLDS(condition) holds((condition), __LINE__)

/* -- comparing -------------------------------------------------------------------------------- */

static i64 model_best_tag_at(const struct model *m, i64 living, i64 tag, i64 *origin)
{
    i64 best = 0;
    for (i64 i = 1; i <= m->n; i++)
        if (model_living(m, i) == living && m->ids[i].tag_at[tag] > best)
            best = m->ids[i].tag_at[tag], *origin = i;
    return best;
}

static bool model_tagged(const struct model *m, i64 living, i64 tag)
{
    i64 origin = 0, rival_origin = 0, at = model_best_tag_at(m, living, tag, &origin);
    if (!at || tag > 1) return at > 0;
    return at > model_best_tag_at(m, living, 1 - tag, &rival_origin);
}

static i64 model_city(const struct model *m, i64 living)
{
    i64 best = 0;
    for (i64 i = 1; i <= m->n; i++) {
        const struct model_id *id = &m->ids[i];
        if (model_living(m, i) != living || !id->city.rank) continue;
        if (!best || id->city.rank > m->ids[best].city.rank ||
            (id->city.rank == m->ids[best].city.rank && id->city.at > m->ids[best].city.at))
            best = i;
    }
    return best ? m->ids[best].city.number : 0;
}

static void compare_living(struct ctx *c, const struct model *m, i64 id)
{
    struct member_brief brief;
    struct identity_view_list identities;
    i64 first_seen = INT64_MAX, identities_n = 0, tags_n = 0;
    HOLDS(OK == member_show(c, id, true, &brief));
    for (i64 i = 1; i <= m->n; i++)
        if (model_living(m, i) == id && m->ids[i].first_seen < first_seen)
            first_seen = m->ids[i].first_seen;
    HOLDS(brief.first_seen == first_seen);
    i64 city = model_city(m, id);
    HOLDS(city ? str_eq(brief.city, str_fmt(c->arena, "城%d", (int)city)) : !brief.city.at);
    HOLDS(OK == member_identities(c, id, true, &identities));
    for (i64 k = 0; k < IDENTITIES; k++) identities_n += model_has(m, id, k);
    HOLDS(identities.n == identities_n);
    for (i64 i = 0; i < identities.n; i++)
        for (i64 k = 0; k < IDENTITIES; k++)
            if (str_eq(identities.at[i].value, str_of(universe[k].value)))
                HOLDS(model_has(m, id, k));
    for (i64 k = 0; k < TAGS; k++) {
        bool carried = false;
        for (i64 i = 0; i < brief.tags.n; i++)
            carried |= str_eq(brief.tags.at[i], str_of(tag_names[k]));
        HOLDS(carried == model_tagged(m, id, k));
        tags_n += carried;
    }
    HOLDS(brief.tags.n == tags_n);
}

static void compare(struct ctx *c, const struct model *m)
{
    for (i64 i = 1; i <= m->n; i++) {
        i64 living;
        HOLDS(OK == member_living(c, i, &living));
        HOLDS(living == model_living(m, i));
        if (living == i) compare_living(c, m, i);
    }
}

/* -- steps ------------------------------------------------------------------------------------ */

struct run {
    struct tx *t;
    struct model model;
    struct dice dice;
};

static i64 below(struct run *r, i64 n) { return dice_below(&r->dice, n); }
static i64 anybody(struct run *r) { return 1 + below(r, r->model.n); }

static void step_see(struct run *r)
{
    struct identity ids[4];
    i64 seen[4], n = 1 + below(r, 3), member;
    bool created;
    for (i64 i = 0; i < n; i++) {
        seen[i] = below(r, IDENTITIES);
        ids[i] =
            (struct identity){ universe[seen[i]].kind, S(""), str_of(universe[seen[i]].value) };
    }
    struct member_sighting in = {
        .identities = ids, .n = n, .source = S("test"), .at = 1 + below(r, 100000)
    };
    HOLDS(OK == member_resolve(r->t, &in, &member, &created));
    i64 had = r->model.n;
    HOLDS(member == model_see(&r->model, seen, n, in.at));
    HOLDS(created == (r->model.n > had));
}

static void step_merge(struct run *r)
{
    i64 a = anybody(r), b = anybody(r), merge;
    i64 winner = model_living(&r->model, a), loser = model_living(&r->model, b);
    enum err err = member_merge(r->t, a, b, S("hand"), &merge);
    HOLDS(err == (winner == loser ? E_CONFLICT : OK));
    if (err != OK) return;
    model_merge(&r->model, winner, loser);
    HOLDS(merge == r->model.merges_n);
}

static void step_undo(struct run *r)
{
    struct model *m = &r->model;
    if (!m->merges_n) return;
    i64 merge = 1 + below(r, m->merges_n), winner = m->merges[merge].winner;
    bool may_undo = !m->merges[merge].undone && !m->ids[winner].merged_into;
    HOLDS(member_unmerge(r->t, merge) == (may_undo ? OK : E_CONFLICT));
    if (!may_undo) return;
    m->merges[merge].undone = true;
    m->ids[m->merges[merge].loser].merged_into = 0;
}

static void step_tag(struct run *r)
{
    struct model *m = &r->model;
    i64 id = anybody(r), living = model_living(m, id), tag = below(r, TAGS);
    bool put = below(r, 3) > 0;
    r->t->c->now = ++m->clock;
    if (put && model_tagged(m, living, tag) && m->ids[living].tag_at[tag])
        return; /* might change nothing */
    if (put) HOLDS(OK == tag_put(r->t, id, str_of(tag_names[tag]), S("hand"), NONE));
    else HOLDS(OK == tag_drop(r->t, id, str_of(tag_names[tag])));
    for (i64 i = 1; i <= m->n; i++) {
        if (model_living(m, i) != living) continue;
        if (!put) m->ids[i].tag_at[tag] = 0;
        else if (tag <= 1) m->ids[i].tag_at[1 - tag] = 0;
    }
    if (put) m->ids[living].tag_at[tag] = m->clock;
}

static void step_value(struct run *r)
{
    struct model *m = &r->model;
    i64 id = anybody(r), living = model_living(m, id), number = 1 + below(r, 5),
        at = 1 + below(r, 1000000);
    i64 source = below(r, COUNT(sources));
    struct model_id *own = &m->ids[living];
    HOLDS(OK == profile_put(r->t, id, S("city"), str_fmt(r->t->c->arena, "城%d", (int)number),
                            str_of(sources[source].name), at));
    int rank = sources[source].rank;
    if (rank < own->city.rank || (rank == own->city.rank && at < own->city.at)) return;
    own->city.rank = rank, own->city.at = at, own->city.number = number;
}

static enum err run_all(struct tx *t, void *arg)
{
    static void (*const steps[])(struct run *) = { step_see,   step_see,   step_see,  step_see,
                                                   step_merge, step_merge, step_undo, step_tag,
                                                   step_tag,   step_value };
    i64 group, tag;
    struct run *r = arena_alloc(t->c->arena, sizeof *r, 1);
    *r = (struct run){ .t = t, .dice = { *(u64 *)arg }, .model = { .clock = 1000 } };
    HOLDS(OK == tag_group_define(t, S("周期"), true, &group));
    for (i64 i = 0; i < TAGS; i++)
        HOLDS(OK == tag_define(t, str_of(tag_names[i]), i <= 1 ? SOME(group) : NONE, &tag));
    step_see(r);
    for (i64 i = 0; i < STEPS && !wrong_line; i++) {
        struct arena_mark mark = arena_mark(t->c->arena);
        steps[below(r, COUNT(steps))](r);
        if (i % 4 == 0 || i == STEPS - 1) compare(t->c, &r->model);
        arena_rewind(t->c->arena, mark);
    }
    return E_CONFLICT; /* leaves nothing behind */
}

TEST(merges_agree_with_the_model)
{
    i64 runs = test_store_is_pg() ? 12 : 400;
    for (u64 seed = 1; seed <= (u64)runs; seed++) {
        u64 state = seed * 7919;
        struct arena_mark mark = arena_mark(test_reader()->arena);
        wrong_line = 0;
        CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), run_all, &state), E_CONFLICT);
        if (wrong_line) print_message("seed %d, line %d\n", (int)seed, wrong_line);
        CHECK_I64(wrong_line, 0);
        arena_rewind(test_ctx()->arena, mark);
    }
}
