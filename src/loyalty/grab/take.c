/* take.c -- a claim: won, or why not.
 *
 * Invariants
 *   1. A row of grab_win for each win; for each one transfer of one unit out of the grab's account.
 *   2. Writers take turns, so what one has looked up holds until he has written. Who only looks
 *      writes nothing: when no unit is left his answer is what the last commit says.
 *   3. A place is one more than the last; places are never given again.
 */
#include "loyalty/boards.h"
#include "loyalty/grab/inside.h"
#include "loyalty/mall/inside.h"
#include "loyalty/tiers.h"

enum { KEY_MAX = 60 };

/* What a claim asks. $1 grab, $2 where its units are, $3 member. Who only looks reads the units
 * left; a change is told them by the ledger, which need not write for that what waits. */
#define FIELDS_OF_grab_look(X, N)         \
    X(flag, opened, ANY, "", N)           \
    X(opt_instant, starts_at, ANY, "", N) \
    X(opt_instant, ends_at, ANY, "", N)   \
    X(str, tier, ANY, "", N)              \
    X(str, segment, ANY, "", N)           \
    X(i64, per_member, ANY, "", N)        \
    X(i64, left, ANY, "", N)              \
    X(i64, last, ANY, "", N)              \
    X(i64, had, ANY, "", N)
SHAPE(grab_look);
SHAPE_DEFINE(grab_look);
#define LOOK(LEFT, LAST)                                                               \
    "SELECT g.opened, g.starts_at, g.ends_at, g.tier, g.segment, g.per_member, " LEFT  \
    " AS left, " LAST " AS last, (SELECT COUNT(*) FROM grab_win w WHERE w.member = $3" \
    " AND w.grab = g.id) AS had FROM grab g WHERE g.id = $1"
QUERY(q_look, grab_look,
      LOOK("COALESCE((SELECT a.balance - a.held FROM ledger_account a WHERE a.member = 0"
           " AND a.unit = 'stock' AND a.name = $2), 0)",
           "0"));
QUERY(q_look_change, grab_look,
      LOOK("CAST($2 AS BIGINT)",
           "(SELECT COALESCE(MAX(l.place), 0) FROM grab_win l WHERE l.grab = g.id)"));
/* Of who has won: the place of this key, and of his last win. */
#define FIELDS_OF_grab_had(X, N) \
    X(i64, same, ANY, "", N)     \
    X(i64, latest, ANY, "", N)
SHAPE(grab_had);
SHAPE_DEFINE(grab_had);
QUERY(q_had, grab_had,
      "SELECT COALESCE(MIN(CASE WHEN key = $3 THEN place END), 0) AS same, COALESCE(MAX(place), 0) "
      "AS latest"
      " FROM grab_win WHERE member = $1 AND grab = $2");
CHANGE(c_win, "INSERT INTO grab_win (" WIN ") VALUES ($1, $2, $3, $1, $4, $5, $6, NULL, $7)");

static enum err audience(struct ctx *c, i64 member, const struct grab_look *g, bool *in)
{
    TRY(tier_reaches(c, member, g->tier, in));
    if (!*in || str_empty(g->segment)) return OK;
    return segment_has(c, g->segment, member, in);
}

static enum err look_up(struct ctx *c, struct tx *t, i64 member, i64 grab, struct grab_look *out,
                        bool *found)
{
    struct account stock = grab_stock(c, grab);
    i64 left;
    if (!t) return db_find(c, &q_look, out, found, ARGS(grab, stock.name, member));
    TRY(ledger_left(t, &stock, &left));
    return db_find(c, &q_look_change, out, found, ARGS(grab, left, member));
}

/* WON: nothing stands in the way, and in a change the place is his. t: the change, or NULL. */
static enum err look(struct ctx *c, struct tx *t, i64 member, i64 grab, str key,
                     struct grab_taken *out)
{
    struct grab_look g;
    struct grab_had had = { 0 };
    bool found, in;
    *out = (struct grab_taken){ 0 };
    if (key.n > KEY_MAX || (key.n && !str_is_line(key)))
        return fail_at(c, E_INVALID, S("/key"), "编号须为不超过 %d 字节的一行文字",
                       "a key is a line of at most %d bytes", KEY_MAX);
    TRY(look_up(c, t, member, grab, &g, &found));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的限量抢", "there is no grab %lld",
                    (long long)grab);
    if (g.had) TRY(db_get(c, &q_had, &had, ARGS(member, grab, str_or(key, S("")))));
    bool over = g.ends_at.has && c->now >= g.ends_at.value;
    bool early = g.starts_at.has && c->now < g.starts_at.value;
    out->result = had.same || g.had >= g.per_member ? GRAB_ALREADY
                  : !g.opened || over               ? GRAB_CLOSED
                  : early                           ? GRAB_EARLY
                  : g.left <= 0                     ? GRAB_LOST
                                                    : GRAB_WON;
    if (out->result == GRAB_ALREADY) out->place = had.same ? had.same : had.latest;
    if (out->result != GRAB_WON) return OK;
    TRY(audience(c, member, &g, &in));
    if (in) out->place = t ? g.last + 1 : 0;
    else out->result = GRAB_GATED;
    return OK;
}

str win_reward_id(struct ctx *c, const struct grab_win *w)
{
    return str_fmt(c->arena, "grab:%lld:%lld", (long long)w->grab, (long long)w->number);
}

static enum err unit_take(struct tx *t, const struct grab_win *w)
{
    struct ctx *c = t->c;
    struct transferred done;
    struct transfer x = { .kind = T_MOVE,
                          .id = win_reward_id(c, w),
                          .unit = S(STOCK),
                          .from_name = grab_stock(c, w->grab).name,
                          .to_name = grab_gone(c, w->grab).name,
                          .amount = 1,
                          .reason = S("grab") };
    return ledger_transfer(t, &x, &done);
}

static enum err prize_give(struct tx *t, const struct grab *g, struct grab_win *w)
{
    struct ctx *c = t->c;
    struct reward prize = grab_prize(g);
    enum reward_result given;
    if (g->good)
        return mall_prize(t, w->member, g->good, grab_stock(c, g->id).name, w->number,
                          &w->exchange);
    TRY(unit_take(t, w));
    return reward_give(t, w->member, &prize,
                       (struct reward_why){ win_reward_id(c, w), S("grab"), NO_STR }, &given);
}

enum err grab_claim(struct tx *t, i64 member, i64 grab, str key, struct grab_taken *out)
{
    struct ctx *c = t->c;
    struct grab g;
    TRY(look(c, t, member, grab, key, out));
    if (out->result != GRAB_WON) return OK;
    TRY(grab_row(c, grab, &g));
    struct grab_win w = {
        .member = member, .grab = grab, .key = str_or(key, S("")), .place = out->place, .at = c->now
    };
    TRY(tx_take(t, S("grab_win"), 1, &w.number));
    TRY(prize_give(t, &g, &w));
    TRY(tx_change(t, &c_win, ARGS(member, grab, w.key, w.number, w.place, c->now, w.exchange)));
    out->exchange = w.exchange;
    struct timeline_line line = {
        .at = c->now,
        .member = member,
        .kind = S("grab.won"),
        .subject = grab_subject(c, grab),
        .props = str_fmt(c->arena, "{\"place\":%lld}", (long long)w.place),
    };
    return timeline_append(t, &line);
}

struct claim {
    i64 member, grab;
    str key;
    struct grab_taken *out;
};
static enum err claim(struct tx *t, void *arg)
{
    const struct claim *k = arg;
    return grab_claim(t, k->member, k->grab, k->key, k->out);
}

enum err grab_take(struct store *s, struct ctx *c, i64 member, i64 grab, str key,
                   struct grab_taken *out)
{
    struct claim k = { member, grab, key, out };
    TRY(look(c, NULL, member, grab, key, out));
    return out->result == GRAB_WON ? store_write(s, c, claim, &k) : OK;
}
