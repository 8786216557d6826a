/* entitlements.c -- what a member has of each benefit: seen, used, given back. */
#include "loyalty/benefits/inside.h"

#define FIELDS_OF_owned_row(X, N)             \
    X(str, code, ANY, "", N)                  \
    X(choice(benefit_kind), kind, ANY, "", N) \
    X(str, zh, ANY, "", N)                    \
    X(str, en, ANY, "", N)
SHAPE(owned_row);
SHAPE_DEFINE(owned_row);
QUERY(q_owned, owned_row,
      "SELECT b.code AS code, b.kind AS kind, b.zh AS zh, b.en AS en FROM ledger_account a"
      " JOIN benefit b ON b.code = a.name WHERE a.member = $1 AND a.unit = 'quota'"
      " AND a.balance > 0 ORDER BY b.kind, b.code");

enum err entitlements_of(struct ctx *c, i64 member, struct entitlement_list *out)
{
    struct owned_row_list rows = { 0 };
    *out = (struct entitlement_list){ 0 };
    TRY(db_all(c, &q_owned, &rows, ARGS(member)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct owned_row *row = &rows.at[i];
        struct account of = { member, S(QUOTA), row->code };
        struct expiring_list free = { 0 };
        i64 left = 0;
        TRY(ledger_expiring(c, &of, &free));
        for (i64 k = 0; k < free.n; k++) left += free.at[k].amount;
        if (!left) continue;
        *PUSH(c->arena, out) = (struct entitlement){ .code = row->code,
                                                     .kind = row->kind,
                                                     .zh = row->zh,
                                                     .en = row->en,
                                                     .left = left,
                                                     .expires_at = free.at[0].expires_at };
    }
    return OK;
}

static enum err line_of(struct tx *t, i64 member, const char *kind, str code)
{
    struct timeline_line line = { .at = t->c->now,
                                  .member = member,
                                  .kind = str_of(kind),
                                  .subject =
                                      str_fmt(t->c->arena, "benefit:" STR_FMT, STR_ARG(code)) };
    return timeline_append(t, &line);
}

enum err entitlement_use(struct tx *t, i64 member, str code, str id, struct transferred *out)
{
    struct benefit b;
    struct transfer x = { .kind = T_MOVE,
                          .id = id,
                          .unit = S(QUOTA),
                          .from = member,
                          .from_name = code,
                          .to_name = S(QUOTA_USED),
                          .amount = 1,
                          .reason = S("use") };
    TRY(benefit_get(t->c, code, &b));
    enum err e = ledger_transfer(t, &x, out);
    if (e != OK && out->result == R_BELOW_FLOOR)
        return fail(t->c, E_UNPROCESSABLE, "会员 %lld 没有可用的“" STR_FMT "”",
                    "member %lld has no \"" STR_FMT "\" left", (long long)member,
                    STR_ARG(say(t->c, b.zh, b.en)));
    TRY(e);
    return out->again ? OK : line_of(t, member, "entitlement.used", code);
}

enum err entitlement_give_back(struct tx *t, i64 member, str use, str id, struct transferred *out)
{
    struct transfer_view of;
    TRY(ledger_get(t->c, member, use, &of));
    if (!str_eq(of.unit, S(QUOTA)) || of.kind != T_MOVE || !of.from || /* he, or merged into him */
        !str_eq(of.to_name, S(QUOTA_USED)))
        return fail(t->c, E_INVALID, "编号 " STR_FMT " 不是一次权益使用",
                    STR_FMT " is not a use of an entitlement", STR_ARG(use));
    struct transfer x = {
        .kind = T_REVERSE, .id = id, .member = member, .of = use, .reason = S("give back")
    };
    enum err e = ledger_transfer(t, &x, out);
    if (e != OK && out->result == R_ABOVE_REST)
        return fail(t->c, E_UNPROCESSABLE, "这次使用已经退回过了",
                    "this use has been given back before");
    TRY(e);
    return out->again ? OK : line_of(t, member, "entitlement.given_back", of.from_name);
}
