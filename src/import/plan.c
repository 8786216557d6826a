/* plan.c -- which column is what: profile by its signature, mapping by the operator, guess
 * by common names. */
#include <stdio.h>

#include "import/kind.h"

SHAPE_DEFINE(import_pair);
SHAPE_DEFINE(import_word);
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
    if (!names) return 0;
    for (str one, rest = str_of(names); rest.at;) {
        rest = str_cut(rest, '|', &one);
        n += column_named(a, folded, one) >= 0;
    }
    return n;
}

static bool signature_fits(struct arena *a, const struct import_profile *profile, strs folded)
{
    if (!profile->signature[0]) return false;
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
    for (int f = 0; f < IMPORT_FIELDS; f++)
        if (import_field_of(p->kind, f)) guess_field(a, p, folded, f, taken);
}

/* -- the plan ---------------------------------------------------------------------------------- */

static str known_fields(struct arena *a, enum import_kind kind)
{
    struct buf b = { .arena = a };
    for (int i = 0; i < IMPORT_FIELDS; i++)
        if (import_field_of(kind, i)) buf_fmt(&b, "%s%s", b.n ? ", " : "", import_fields[i].name);
    if (kind == IMPORT_EVENTS) buf_add(&b, S(", prop:NAME"));
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
        str column_name = str_trim(mapping.at[i].column), name = str_trim(mapping.at[i].field);
        bool is_prop = p->kind == IMPORT_EVENTS && str_starts(name, S("prop:"));
        int field = is_prop ? -1 : import_field_find(p->kind, name);
        if (is_prop && !props_may_have(str_sub(name, 5, name.n)))
            return fail_at(c, E_INVALID, S("mapping"),
                           STR_FMT " 不能作为行为的属性：看名称是个人信息，或不是可用的名称",
                           STR_FMT " cannot be a property of behaviour: its name speaks of a "
                                   "person, or is no usable name",
                           STR_ARG(name));
        if (field < 0 && !is_prop)
            return fail_at(c, E_INVALID, S("mapping"),
                           "没有名为 " STR_FMT " 的目标字段，可用的有：" STR_FMT,
                           "there is no target field " STR_FMT "; there are: " STR_FMT,
                           STR_ARG(mapping.at[i].field), STR_ARG(known_fields(c->arena, p->kind)));
        int column = column_named(c->arena, folded, column_name);
        if (column < 0)
            return fail_at(c, E_INVALID, S("mapping"),
                           "文件里没有“" STR_FMT "”这一列，表头是：" STR_FMT,
                           "the file has no column \"" STR_FMT "\"; its header is: " STR_FMT,
                           STR_ARG(column_name), STR_ARG(str_join(c->arena, p->columns, S(", "))));
        if (is_prop)
            *PUSH(c->arena, &p->props) =
                (struct import_prop){ str_copy(c->arena, str_sub(name, 5, name.n)), column };
        else add_column(p, field, column);
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

enum err import_plan_make(struct ctx *c, strs columns, bool serial_dates,
                          const struct import_choice *choice, struct import_plan *out)
{
    *out = (struct import_plan){ .columns = columns, .serial_dates = serial_dates };
    memset(out->at, -1, sizeof out->at);
    strs folded = folded_columns(c->arena, columns);
    bool named = !str_empty(choice->profile);
    if (named || choice->mapping.n == 0) TRY(use_profile(c, out, choice->profile));
    out->kind = out->profile ? out->profile->kind : IMPORT_ORDERS;
    TRY(use_mapping(c, out, folded, choice->mapping));
    if (out->profile && !choice->mapping_whole) use_columns(c->arena, out, folded);
    else if (!out->profile && choice->mapping.n == 0) guess_columns(c->arena, out, folded);
    TRY(use_options(c, out, &choice->options));
    return import_kinds[out->kind].plan(c, choice, out);
}

struct import_pair_list import_plan_mapping(struct arena *a, const struct import_plan *p)
{
    struct import_pair_list out = { 0 };
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && p->at[f][i] >= 0; i++)
            *PUSH(a, &out) =
                (struct import_pair){ str_of(import_fields[f].name), p->columns.at[p->at[f][i]] };
    for (i64 i = 0; i < p->props.n; i++)
        *PUSH(a, &out) =
            (struct import_pair){ str_fmt(a, "prop:" STR_FMT, STR_ARG(p->props.at[i].name)),
                                  p->columns.at[p->props.at[i].column] };
    return out;
}
