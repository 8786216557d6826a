/* terms.c -- grabs: made, changed, filled, listed. */
#include "base/json.h"
#include "loyalty/boards.h"
#include "loyalty/grab/inside.h"
#include "loyalty/mall.h"
#include "loyalty/tiers.h"

enum { NAME_MAX = 120, PER_MEMBER_MAX = 1000, KEY_MAX = 60 };
#define UNITS_MAX ((i64)100000000)

QUERY(q_grab, grab, "SELECT " GRAB " FROM grab WHERE id = $1");
QUERY(q_grabs, grab,
      "SELECT " GRAB " FROM grab WHERE ($1 = 0 OR id < $1) ORDER BY id DESC LIMIT $2");
CHANGE(c_grab, "INSERT INTO grab (" GRAB ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
               " $12, $13, $14, $15, $16, $17, $18)");
CHANGE(c_empty, "UPDATE grab SET starts_at = CASE WHEN $2 THEN NULL ELSE starts_at END,"
                " ends_at = CASE WHEN $3 THEN NULL ELSE ends_at END WHERE id = $1");
CHANGE(c_grab_set, "UPDATE grab SET zh = $2, en = $3, starts_at = $4, ends_at = $5, tier = $6,"
                   " segment = $7, per_member = $8, opened = $9 WHERE id = $1");
QUERY(q_winners, one_i64,
      "SELECT COUNT(*) AS value FROM grab_win WHERE grab = $1"
      " AND returned_at IS NULL");

str grab_subject(struct ctx *c, i64 grab)
{
    return str_fmt(c->arena, "grab:%lld", (long long)grab);
}
struct account grab_stock(struct ctx *c, i64 grab)
{
    return (struct account){ 0, S("stock"), grab_subject(c, grab) };
}
struct account grab_gone(struct ctx *c, i64 grab)
{
    return (struct account){ 0, S("stock"), str_fmt(c->arena, "grab:%lld:won", (long long)grab) };
}
struct reward grab_prize(const struct grab *g)
{
    return (struct reward){ g->kind,       g->amount, g->credit, g->code,
                            g->valid_days, g->cost,   g->budget };
}

/* -- reading ----------------------------------------------------------------------------------- */

enum err grab_row(struct ctx *c, i64 id, struct grab *out)
{
    bool found;
    TRY(db_find(c, &q_grab, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的限量抢", "there is no grab %lld", (long long)id);
}

static enum err view_of(struct ctx *c, const struct grab *g, struct grab_view *out)
{
    struct account of = grab_stock(c, g->id);
    struct balance left;
    struct one_i64 winners;
    *out = (struct grab_view){ .id = g->id,
                               .zh = g->zh,
                               .en = g->en,
                               .starts_at = g->starts_at,
                               .ends_at = g->ends_at,
                               .tier = g->tier,
                               .segment = g->segment,
                               .per_member = g->per_member,
                               .opened = g->opened,
                               .good = g->good,
                               .created_at = g->created_at };
    if (!g->good) {
        out->prize = NEW(c->arena, struct reward);
        *out->prize = grab_prize(g);
    }
    TRY(ledger_balance(c, &of, &left));
    TRY(db_get(c, &q_winners, &winners, ARGS(g->id)));
    out->left = left.available;
    out->winners = winners.value;
    return OK;
}

enum err grab_get(struct ctx *c, i64 id, struct grab_view *out)
{
    struct grab g;
    TRY(grab_row(c, id, &g));
    return view_of(c, &g, out);
}

enum err grab_list(struct ctx *c, i64 below, i64 limit, struct grab_view_list *out)
{
    struct grab_list rows = { 0 };
    TRY(db_all(c, &q_grabs, &rows, ARGS(below, limit)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

/* -- writing ----------------------------------------------------------------------------------- */

static enum err at_fault(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", field), "%s", "%s",
                   c->locale == ZH ? zh : en);
}

static enum err row_check(struct ctx *c, const struct grab *g)
{
    i64 rank;
    bool there;
    if (str_empty(g->zh) || g->zh.n > NAME_MAX || !str_is_line(g->zh))
        return at_fault(c, "zh", "名称须为不超过 120 字节的一行文字",
                        "a name is a line of at most 120 bytes");
    if (g->en.n > NAME_MAX || (g->en.n && !str_is_line(g->en)))
        return at_fault(c, "en", "名称须为不超过 120 字节的一行文字",
                        "a name is a line of at most 120 bytes");
    if (g->starts_at.has && g->ends_at.has && g->starts_at.value >= g->ends_at.value)
        return at_fault(c, "ends_at", "结束须晚于开始", "the end must be after the start");
    if (g->per_member < 1 || g->per_member > PER_MEMBER_MAX)
        return at_fault(c, "per_member", "每人次数须在 1 与 1000 之间", "between 1 and 1000");
    enum err e = str_empty(g->tier) ? OK : tier_rank(c, g->tier, &rank);
    if (e == E_NOT_FOUND) return at_fault(c, "tier", "没有这个等级", "there is no such tier");
    if (e != OK || str_empty(g->segment)) return e;
    TRY(segment_there(c, g->segment, &there));
    if (there) return OK;
    return at_fault(c, "segment", "没有这个已保存的分层", "there is no saved segment of this name");
}

#define TAKE_STR(field) \
    if (in->field.at) row->field = str_empty(in->field) ? NO_STR : in->field
#define TAKE_NUMBER(field) \
    if (in->field.has) row->field = in->field.value
#define TAKE_OPT(field) \
    if (in->field.has) row->field = in->field
#define TAKE_TERMS()         \
    TAKE_STR(zh);            \
    TAKE_STR(en);            \
    TAKE_STR(tier);          \
    TAKE_STR(segment);       \
    TAKE_NUMBER(per_member); \
    TAKE_NUMBER(opened);     \
    TAKE_OPT(starts_at);     \
    TAKE_OPT(ends_at)

static enum err line_of(struct tx *t, i64 grab, const char *kind, i64 units)
{
    struct timeline_line line = {
        .at = t->c->now,
        .kind = str_of(kind),
        .subject = grab_subject(t->c, grab),
        .props = units ? str_fmt(t->c->arena, "{\"units\":%lld}", (long long)units) : NO_STR,
    };
    return timeline_append(t, &line);
}

static enum err fill(struct tx *t, const struct grab *g, str key, i64 amount, str reason,
                     bool *again)
{
    struct ctx *c = t->c;
    struct transferred done;
    str units = grab_stock(c, g->id).name, other = S(LEDGER_SOURCE);
    if (g->good) other = str_fmt(c->arena, "mall:%lld", (long long)g->good);
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "grab:%lld:units:" STR_FMT, (long long)g->id,
                                        STR_ARG(key)),
                          .unit = S("stock"),
                          .from_name = amount > 0 ? other : units,
                          .to_name = amount > 0 ? units : other,
                          .amount = amount > 0 ? amount : -amount,
                          .reason = reason };
    TRY(ledger_transfer(t, &x, &done));
    *again = done.again;
    return OK;
}

static enum err prize_take(struct ctx *c, const struct grab_post *in, struct grab *row)
{
    struct good_view good;
    if (in->good.has == (in->prize != NULL))
        return at_fault(c, "prize", "奖品是一种奖励，或商城的一件商品，二者选一",
                        "the prize is a reward, or a good of the mall: one of them");
    if (in->good.has) {
        enum err e = good_get(c, in->good.value, &good);
        if (e == E_NOT_FOUND) return at_fault(c, "good", "没有这件商品", "there is no such good");
        row->good = in->good.value;
        return e;
    }
    const struct reward *p = in->prize;
    TRY(reward_check(c, p, S("/prize")));
    row->kind = p->kind;
    row->amount = p->amount;
    row->credit = p->credit;
    row->code = p->code;
    row->valid_days = p->valid_days;
    row->cost = p->cost;
    row->budget = p->budget;
    return OK;
}

enum err grab_make(struct tx *t, const struct grab_post *in, i64 *id)
{
    struct ctx *c = t->c;
    struct grab made = { .per_member = 1, .created_at = c->now }, *row = &made;
    bool again;
    TAKE_TERMS();
    TRY(row_check(c, row));
    TRY(prize_take(c, in, row));
    if (in->units < 1 || in->units > UNITS_MAX)
        return at_fault(c, "units", "名额须在 1 与 1 亿之间", "between 1 and 100,000,000");
    TRY(tx_take(t, S("grab"), 1, &row->id));
    TRY(tx_change(t, &c_grab,
                  ARGS(row->id, row->zh, row->en, row->starts_at, row->ends_at, row->tier,
                       row->segment, row->per_member, row->opened, row->good,
                       choice_name(&reward_kind_choice, (int)row->kind), row->amount, row->credit,
                       row->code, row->valid_days, row->cost, row->budget, row->created_at)));
    TRY(fill(t, row, S("~"), in->units, S("grab"), &again));
    *id = row->id;
    return line_of(t, row->id, "grab.made", in->units);
}

enum err grab_empty(struct tx *t, i64 id, bool start, bool end)
{
    return start || end ? tx_change(t, &c_empty, ARGS(id, start, end)) : OK;
}

enum err grab_change(struct tx *t, const struct grab_patch *in)
{
    struct grab was, *row = &was;
    TRY(grab_row(t->c, in->id, row));
    TAKE_TERMS();
    TRY(row_check(t->c, row));
    TRY(tx_change(t, &c_grab_set,
                  ARGS(row->id, row->zh, row->en, row->starts_at, row->ends_at, row->tier,
                       row->segment, row->per_member, row->opened)));
    return line_of(t, row->id, "grab.changed", 0);
}

enum err grab_fill(struct tx *t, const struct grab_units *in)
{
    struct ctx *c = t->c;
    struct grab g;
    bool again;
    TRY(grab_row(c, in->id, &g));
    if (!in->amount || in->amount > UNITS_MAX || in->amount < -UNITS_MAX)
        return at_fault(c, "amount", "数量须不为零，且不超过 1 亿",
                        "the amount must not be zero, and at most 100,000,000");
    if (in->key.n > KEY_MAX || !str_is_line(in->key) || str_starts(in->key, S("~")))
        return at_fault(c, "key", "编号须为不超过 60 字节的一行文字，且不以 ~ 开头",
                        "a key is a line of at most 60 bytes that does not begin with ~");
    TRY(fill(t, &g, in->key, in->amount, in->reason, &again));
    return again ? OK : line_of(t, g.id, "grab.units", in->amount);
}
