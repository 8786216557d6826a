/* import_plan.c -- which column is what: profile by its signature, mapping by the operator, guess
 * by common names. */
#include <stdio.h>

#include "trade/import/import.h"

SHAPE_DEFINE(import_pair);
SHAPE_DEFINE(import_options);

/* -- columns by name, case- and width-folded --------------------------------------------------- */

static strs folded_columns(struct arena *a, strs columns)
{
    strs out = { NEWS(a, str, columns.n ? columns.n : 1), columns.n };
    for (i64 i = 0; i < columns.n; i++) out.at[i] = str_fold(a, str_trim(columns.at[i]));
    return out;
}

static int column_named(struct arena *a, strs folded, str name)
{
    str wanted = str_fold(a, str_trim(name));
    for (i64 i = 0; i < folded.n; i++)
        if (str_eq(folded.at[i], wanted)) return (int)i;
    return -1;
}

static void add_column(struct import_plan *p, int field, int column)
{
    int *at = p->at[field];
    for (int i = 0; i < COLUMNS_OF_FIELD - 1; i++) {
        if (at[i] == column) return;
        if (at[i] >= 0) continue;
        at[i] = column;
        at[i + 1] = -1;
        return;
    }
}

/* All of "A|B|C" that the file has, in that order. */
static void add_named(struct arena *a, struct import_plan *p, strs folded, int field,
                      const char *names)
{
    for (str one, rest = str_of(names); rest.at;) {
        rest = str_cut(rest, '|', &one);
        int column = column_named(a, folded, one);
        if (column >= 0) add_column(p, field, column);
    }
}

/* -- guesses ----------------------------------------------------------------------------------- */

/* How many of "A|B|C" the file has. */
static int columns_among(struct arena *a, strs folded, const char *names)
{
    int n = 0;
    for (str one, rest = str_of(names); rest.at;) {
        rest = str_cut(rest, '|', &one);
        n += column_named(a, folded, one) >= 0;
    }
    return n;
}

static bool signature_fits(struct arena *a, const struct import_profile *profile, strs folded)
{
    for (i64 i = 0; i < COUNT(profile->signature) && profile->signature[i]; i++)
        if (!columns_among(a, folded, profile->signature[i])) return false;
    return true;
}

/* The share of a profile's fields that the file has, 1 to 100. */
static int profile_score(struct arena *a, const struct import_profile *profile, strs folded)
{
    int wanted = 0, found = 0;
    for (const struct import_column *c = profile->columns; c->names; c++, wanted++)
        found += columns_among(a, folded, c->names) > 0;
    return found ? (found * 100 + wanted - 1) / wanted : 1;
}

/* A whole signature before columns that tell, more of these before fewer, then the better share. */
const struct import_profile *import_guess(struct arena *a, strs columns, str family, int *score)
{
    strs folded = folded_columns(a, columns);
    const struct import_profile *best = NULL;
    int best_rank = 0;
    *score = 0;
    for (const struct import_profile *p = import_profiles; p->name; p++) {
        if (!str_empty(family) && !str_eq(family, str_of(p->family))) continue;
        bool whole = signature_fits(a, p, folded);
        int telling = columns_among(a, folded, p->telling);
        if (!whole && !telling) continue;
        int share = profile_score(a, p, folded);
        int rank = (whole ? 100000 : telling * 1000) + share;
        if (rank <= best_rank) continue;
        best = p;
        best_rank = rank;
        *score = share;
    }
    return best;
}

/* By common names, each column for one field only. */
static void guess_field(struct arena *a, struct import_plan *p, strs folded, int f, bool *taken)
{
    for (str one, rest = str_of(import_fields[f].common); rest.at && !import_maps(p, f);) {
        rest = str_cut(rest, '|', &one);
        int column = column_named(a, folded, one);
        if (column < 0 || taken[column]) continue;
        taken[column] = true;
        add_column(p, f, column);
    }
}

static void guess_columns(struct arena *a, struct import_plan *p, strs folded)
{
    bool *taken = NEWS(a, bool, folded.n ? folded.n : 1);
    for (int f = 0; f < IMPORT_FIELDS; f++) guess_field(a, p, folded, f, taken);
}

/* -- the plan ---------------------------------------------------------------------------------- */

static str known_fields(struct arena *a)
{
    struct buf b = { .arena = a };
    for (int i = 0; i < IMPORT_FIELDS; i++)
        buf_fmt(&b, "%s%s", i ? ", " : "", import_fields[i].name);
    return buf_str(&b);
}

static str known_identities(struct arena *a)
{
    struct buf b = { .arena = a };
    for (int i = 0; i < identity_kind_choice.n; i++)
        buf_fmt(&b, "%s" STR_FMT, i ? ", " : "", STR_ARG(choice_name(&identity_kind_choice, i)));
    return buf_str(&b);
}

static enum err use_mapping(struct ctx *c, struct import_plan *p, strs folded,
                            struct import_pair_list mapping)
{
    for (i64 i = 0; i < mapping.n; i++) {
        str column_name = str_trim(mapping.at[i].column);
        int field = import_field_find(str_trim(mapping.at[i].field));
        if (field < 0)
            return fail_at(c, E_INVALID, S("mapping"),
                           "没有名为 " STR_FMT " 的目标字段，可用的有：" STR_FMT,
                           "there is no target field " STR_FMT "; there are: " STR_FMT,
                           STR_ARG(mapping.at[i].field), STR_ARG(known_fields(c->arena)));
        int column = column_named(c->arena, folded, column_name);
        if (column < 0)
            return fail_at(c, E_INVALID, S("mapping"),
                           "文件里没有“" STR_FMT "”这一列，表头是：" STR_FMT,
                           "the file has no column \"" STR_FMT "\"; its header is: " STR_FMT,
                           STR_ARG(column_name), STR_ARG(str_join(c->arena, p->columns, S(", "))));
        add_column(p, field, column);
    }
    return OK;
}

/* The profile of that name, or of its family the one that fits the header. "none": mapping alone.
 */
static enum err use_profile(struct ctx *c, struct import_plan *p, str name)
{
    if (str_empty(name)) {
        p->profile = import_guess(c->arena, p->columns, NO_STR, &p->score);
        return OK;
    }
    if (str_eq(name, S("none"))) return OK;
    p->profile = import_guess(c->arena, p->columns, name, &p->score);
    if (!p->profile) p->profile = import_profile_find(name);
    p->score = 100;
    if (p->profile) return OK;
    struct buf b = { .arena = c->arena };
    for (const struct import_profile *row = import_profiles; row->name; row++)
        buf_fmt(&b, "%s%s", b.n ? ", " : "", row->name);
    return fail_at(c, E_INVALID, S("profile"),
                   "没有名为 " STR_FMT " 的导入方案，内置的有：" STR_FMT,
                   "there is no import profile " STR_FMT "; built in are: " STR_FMT, STR_ARG(name),
                   STR_ARG(buf_str(&b)));
}

/* A field of the profile whose own columns the file lacks is looked for by its common names, among
 * the columns that nothing else uses. Other fields are left alone: what a back-end calls 标题 is no
 * product where it names a whole order. */
static void use_columns(struct arena *a, struct import_plan *p, strs folded)
{
    const struct import_column *columns = p->profile->columns;
    for (const struct import_column *c = columns; c->names; c++)
        if (!import_maps(p, c->field)) add_named(a, p, folded, (int)c->field, c->names);
    bool *taken = NEWS(a, bool, folded.n ? folded.n : 1);
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && p->at[f][i] >= 0; i++) taken[p->at[f][i]] = true;
    for (const struct import_column *c = columns; c->names; c++)
        guess_field(a, p, folded, (int)c->field, taken);
}

static enum err use_options(struct ctx *c, struct import_plan *p, const struct import_options *o)
{
    const struct import_profile *profile = p->profile;
    p->shop_given = !str_empty(o->shop);
    p->shop = p->shop_given ? str_trim(o->shop) : profile ? str_of(profile->shop) : S("默认店铺");
    p->currency = profile && profile->currency ? str_of(profile->currency) : NO_STR;
    p->quirks = profile ? profile->quirks : 0;
    if (o->net_of_refund.has)
        p->quirks = o->net_of_refund.value ? p->quirks | NET_OF_REFUND
                                           : p->quirks & ~(unsigned)NET_OF_REFUND;
    p->identity = profile ? profile->identity : ID_SHOP_ACCOUNT;
    if (!str_empty(o->identity)) {
        int kind = choice_find(&identity_kind_choice, str_trim(o->identity));
        if (kind < 0)
            return fail_at(c, E_INVALID, S("identity"),
                           "没有名为 " STR_FMT " 的身份种类，可用的有：" STR_FMT,
                           "there is no kind of identity named " STR_FMT "; there are: " STR_FMT,
                           STR_ARG(o->identity), STR_ARG(known_identities(c->arena)));
        p->identity = (enum identity_kind)kind;
    }
    if (!str_empty(o->order_id) && !str_eq(o->order_id, S("row")))
        return fail_at(c, E_INVALID, S("order_id"),
                       "只能是 row（文件里没有订单号时，每行算一个订单）",
                       "it can only be \"row\": a file without order numbers, each row an order");
    p->by_row = str_eq(o->order_id, S("row"));
    p->drop_duplicates = o->drop_duplicates;
    p->paid_status = (strs){ NEWS(c->arena, str, o->paid_status.n + 1), o->paid_status.n };
    for (i64 i = 0; i < o->paid_status.n; i++)
        p->paid_status.at[i] = str_fold(c->arena, str_trim(o->paid_status.at[i]));
    return OK;
}

static bool maps_any(const struct import_plan *p, const enum import_field *fields, i64 n)
{
    for (i64 i = 0; i < n; i++)
        if (import_maps(p, fields[i])) return true;
    return false;
}

enum err import_plan_make(struct ctx *c, strs columns, bool serial_dates,
                          const struct import_choice *choice, struct import_plan *out)
{
    static const enum import_field of_lines[] = { F_LINE_ID, F_PRODUCT_ID, F_PRODUCT, F_PRICE,
                                                  F_AMOUNT };
    static const enum import_field of_payment[] = { F_PAID_AT, F_PAID, F_STATUS };
    static const enum import_field of_amount[] = { F_TOTAL, F_PRICE, F_AMOUNT };
    *out = (struct import_plan){ .columns = columns, .serial_dates = serial_dates };
    memset(out->at, -1, sizeof out->at);
    strs folded = folded_columns(c->arena, columns);
    TRY(use_mapping(c, out, folded, choice->mapping));
    bool named = !str_empty(choice->profile);
    if (named || choice->mapping.n == 0) TRY(use_profile(c, out, choice->profile));
    if (out->profile && !choice->mapping_whole) use_columns(c->arena, out, folded);
    else if (!out->profile && choice->mapping.n == 0) guess_columns(c->arena, out, folded);
    TRY(use_options(c, out, &choice->options));
    if (out->by_row) out->at[F_ORDER_ID][0] = -1;
    out->has_lines = maps_any(out, of_lines, COUNT(of_lines));
    out->counts_as_paid = !maps_any(out, of_payment, COUNT(of_payment)) &&
                          !choice->options.paid_status.n &&
                          maps_any(out, of_amount, COUNT(of_amount));
    if (out->by_row || import_maps(out, F_ORDER_ID)) return OK;
    return fail_at(
        c, E_INVALID, S("order_id"),
        "看不出哪一列是订单号，请用 order_id "
        "指定；文件里没有订单号就选择“每行一个订单”（--order-id row）。表头是：" STR_FMT,
        "which column is the order number? map order_id, or say --order-id row when there is none. "
        "The header is: " STR_FMT,
        STR_ARG(str_join(c->arena, columns, S(", "))));
}

struct import_pair_list import_plan_mapping(struct arena *a, const struct import_plan *p)
{
    struct import_pair_list out = { 0 };
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && p->at[f][i] >= 0; i++)
            *PUSH(a, &out) =
                (struct import_pair){ str_of(import_fields[f].name), p->columns.at[p->at[f][i]] };
    return out;
}
