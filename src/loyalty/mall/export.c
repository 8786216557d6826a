/* export.c -- exchanges as csv or xlsx: what was taken, for what, where it goes, how it stands. */
#include "base/num.h"
#include "loyalty/mall/inside.h"
#include "sheet/sheet.h"

enum { COLUMNS = 18, AT_ONCE = 500 };

static str when(struct ctx *c, opt_instant at)
{
    return at.has ? instant_text(c->arena, c->zone, at.value) : S("");
}

static const struct {
    const char *zh, *en;
} kinds[] = {
    [GOOD_THING] = { "实物", "goods" },
    [GOOD_COUPON] = { "优惠券", "coupon" },
    [GOOD_GIFT_CARD] = { "礼品卡", "gift card" },
    [GOOD_CODE] = { "兑换码", "code" },
};

static enum err row(struct ctx *c, struct sheet_out *o, const struct exchange_view *e)
{
    struct arena *a = c->arena;
    const str cells[COLUMNS] = {
        str_fmt(a, "%lld", (long long)e->id),
        exchange_state_words(c, e->state),
        instant_text(a, c->zone, e->placed_at),
        say(c, e->zh, e->en.n ? e->en : e->zh),
        say(c, str_of(kinds[e->kind].zh), str_of(kinds[e->kind].en)),
        str_fmt(a, "%lld", (long long)e->quantity),
        str_fmt(a, "%lld", (long long)e->points),
        money_text(a, e->price),
        str_fmt(a, "%lld", (long long)e->member),
        e->receiver,
        e->phone,
        e->address,
        e->carrier,
        e->tracking,
        when(c, e->paid_at),
        e->payment,
        when(c, e->shipped_at),
        when(c, e->ended_at.has ? e->ended_at : e->received_at),
    };
    return sheet_write(c, o, cells, COLUMNS);
}

enum err exchange_export(struct ctx *c, str path, bool xlsx, struct exchange_filter of,
                         bool personal)
{
    str columns[COLUMNS] = {
        say(c, S("兑换编号"), S("exchange")),
        say(c, S("状态"), S("state")),
        say(c, S("下单时间"), S("placed at")),
        say(c, S("商品"), S("good")),
        say(c, S("类型"), S("kind")),
        say(c, S("数量"), S("quantity")),
        say(c, S("积分"), S("points")),
        say(c, S("金额"), S("money")),
        say(c, S("会员编号"), S("member")),
        say(c, S("收件人"), S("receiver")),
        say(c, S("电话"), S("phone")),
        say(c, S("地址"), S("address")),
        say(c, S("快递公司"), S("carrier")),
        say(c, S("单号"), S("tracking")),
        say(c, S("付款时间"), S("paid at")),
        say(c, S("付款凭证"), S("payment")),
        say(c, S("发货时间"), S("shipped at")),
        say(c, S("收货或结束时间"), S("received or ended at")),
    };
    struct sheet_out *o;
    TRY(sheet_create(c, path, xlsx, (strs){ columns, COLUMNS }, &o));
    for (bool more = true; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct exchange_view_list some = { 0 };
        enum err e = exchange_list(c, of, AT_ONCE, personal, &some);
        for (i64 i = 0; e == OK && i < some.n; i++) e = row(c, o, &some.at[i]);
        more = e == OK && some.n == AT_ONCE;
        if (more) of.below = some.at[some.n - 1].id;
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return sheet_finish(c, o);
}
