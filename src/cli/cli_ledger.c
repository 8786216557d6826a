/* cli_ledger.c -- koi ledger trial: the trial balance of all that can run out. Of each unit the
 * accounts of members and of the house sum to zero; where they do not, this fails and says so. */
#include "cli/grid.h"
#include "cli/rows.h"
#include "ledger/ledger.h"

#define FIELDS_OF_trial_line(X, N)                                               \
    X(str, unit, ANY, "Unit", N)                                                 \
    X(flag, house, ANY, "A house account; else all members' of that name", N)    \
    X(str, name, ANY, "Name of the account; empty: the main one", N)             \
    X(i64, accounts, ANY, "How many", N)                                         \
    X(str, balance, ANY, "What they have in all, in the unit: money in yuan", N) \
    X(str, held, ANY, "Of it: held", N)
SHAPE(trial_line);
SHAPE_DEFINE(trial_line);
#define FIELDS_OF_trial_unit(X, N)                                        \
    X(str, unit, ANY, "Unit", N)                                          \
    X(str, zh, ANY, "Chinese name", N)                                    \
    X(str, en, ANY, "English name", N)                                    \
    X(str, members, ANY, "What all members have", N)                      \
    X(str, house, ANY, "What the house has: below zero, what it gave", N) \
    X(flag, ok, ANY, "Both sum to zero", N)
SHAPE(trial_unit);
SHAPE_DEFINE(trial_unit);
#define FIELDS_OF_trial_view(X, N)                \
    X(flag, ok, ANY, "Each unit sums to zero", N) \
    X(list(trial_unit), units, ANY, "By unit", N) \
    X(list(trial_line), items, ANY, "By account", N)
SHAPE(trial_view);
SHAPE_DEFINE(trial_view);

static str amount_of(struct arena *a, const struct unit *u, i64 n)
{
    return u->decimals ? money_text(a, n) : str_fmt(a, "%lld", (long long)n);
}

static void unit_add(struct arena *a, const struct unit *u, const struct trial_row_list *rows,
                     struct trial_view *out)
{
    i64 members = 0, house = 0, n = 0;
    for (i64 i = 0; i < rows->n; i++) {
        const struct trial_row *r = &rows->at[i];
        if (!str_eq(r->unit, u->unit)) continue;
        n += r->accounts;
        *(r->house ? &house : &members) += r->balance;
        *PUSH(a, &out->items) = (struct trial_line){ r->unit,
                                                     r->house,
                                                     r->name,
                                                     r->accounts,
                                                     amount_of(a, u, r->balance),
                                                     amount_of(a, u, r->held) };
    }
    if (!n) return;
    out->ok = out->ok && members + house == 0;
    *PUSH(a, &out->units) = (struct trial_unit){ u->unit,
                                                 u->zh,
                                                 u->en,
                                                 amount_of(a, u, members),
                                                 amount_of(a, u, house),
                                                 members + house == 0 };
}

static void trial_print(struct cli *cli, const struct trial_view *v)
{
    struct grid g = { .columns = 6 };
    GRID_ROW(cli, &g, grid_words(cli, "单位", "Unit"), grid_words(cli, "谁的", "Whose"),
             grid_words(cli, "账户", "Account"), grid_words(cli, "户数", "Accounts"),
             grid_words(cli, "余额", "Balance"), grid_words(cli, "其中冻结", "Of it held"));
    for (i64 i = 0, k = 0; i < v->units.n; i++) {
        const struct trial_unit *u = &v->units.at[i];
        for (; k < v->items.n && str_eq(v->items.at[k].unit, u->unit); k++) {
            const struct trial_line *l = &v->items.at[k];
            GRID_ROW(cli, &g, l->unit,
                     l->house ? grid_words(cli, "商家", "house")
                              : grid_words(cli, "会员", "members"),
                     str_empty(l->name) ? S("-") : l->name, grid_count(cli, l->accounts),
                     l->balance, l->held);
        }
        GRID_ROW(cli, &g, u->unit, grid_words(cli, "合计", "sum"), say(cli->c, u->zh, u->en), S(""),
                 u->ok ? S("0") : grid_words(cli, "不为零", "NOT ZERO"), S(""));
    }
    grid_print(cli, &g);
}

static enum err run_trial(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct unit_list units = { 0 };
    struct trial_row_list rows = { 0 };
    struct trial_view out = { .ok = true };
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_open(cli, CLI_READS));
    TRY(store_snapshot(c));
    TRY(unit_list(c, &units));
    TRY(ledger_trial(c, &rows));
    for (i64 i = 0; i < units.n; i++) unit_add(c->arena, &units.at[i], &rows, &out);
    if (asked) TRY(rows_of(cli, &trial_line_shape, &out.items, NULL));
    else if (!cli_answered(cli, &trial_view_shape, &out)) trial_print(cli, &out);
    if (out.ok) return OK;
    return fail(c, E_UNPROCESSABLE, "账目不平：运行 koi doctor 查看哪里不符",
                "the books do not balance: koi doctor says where");
}

const struct verb ledger_verbs[] = {
    { "ledger trial", NULL, "试算平衡表：每种单位的账户与余额，合计为零",
      "trial balance: the accounts of each unit, which sum to zero", rows_options, run_trial, 0,
      0 },
    { 0 },
};
