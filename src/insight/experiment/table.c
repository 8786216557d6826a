/* table.c -- a table of units, arms and outcomes read from a file and counted. */
#include <stdlib.h>

#include "base/num.h"
#include "insight/experiment/reading.h"
#include "sheet/sheet.h"

SHAPE_DEFINE(table_reading);

enum { ARM_BYTES = 200, SHOWN = 60, SHOWN_COLUMNS = 200 };
#define VALUE_MAX ((i64)1000000000 * MONEY_UNIT)

struct unit {
    str name;
    i64 value;
    i32 arm; /* -1: seen in several */
    bool hit;
};

struct table {
    struct ctx *c;
    const struct table_terms *terms;
    i64 unit, arm, outcome, value; /* columns; -1: none */
    struct arm_figures arms[ARMS_MAX];
    i64 arms_n;
    struct {
        struct unit *at;
        i64 n;
    } units;
    i32 *slots; /* place in units + 1, by hash; 0: free */
    i64 slots_n;
    i64 rows, blank;
};

/* A cell as errors show it. */
static str shown(str s, i64 most) { return s.n <= most ? s : str_sub(s, 0, most); }

/* -- columns ----------------------------------------------------------------------------------- */

static enum err column_of(struct table *t, strs columns, str asked, const char *usual, bool needed,
                          i64 *out)
{
    struct arena *a = t->c->arena;
    str want = str_fold(a, str_or(asked, str_of(usual)));
    *out = -1;
    for (i64 i = 0; i < columns.n && *out < 0; i++)
        if (str_eq(str_fold(a, columns.at[i]), want)) *out = i;
    if (*out >= 0 || (!needed && str_empty(asked))) return OK;
    str all = str_join(a, columns, S(", "));
    return fail_at(
        t->c, E_INVALID, str_of(usual), "文件中没有名为“%.*s”的列（有：%.*s）；请用 --%s 指明",
        "the file has no column \"%.*s\" (it has: %.*s); name it by --%s",
        STR_ARG(str_or(asked, str_of(usual))), STR_ARG(shown(all, SHOWN_COLUMNS)), usual);
}

static enum err columns_find(struct table *t, strs columns)
{
    const struct table_terms *terms = t->terms;
    bool rates = !str_eq(terms->metric, S("value")), values = !str_eq(terms->metric, S("rate"));
    TRY(column_of(t, columns, terms->arm, "arm", true, &t->arm));
    TRY(column_of(t, columns, terms->unit, "unit", false, &t->unit));
    t->outcome = t->value = -1;
    if (values) TRY(column_of(t, columns, terms->value, "value", !rates, &t->value));
    /* either will do; that there is neither is said of the outcome */
    if (rates) TRY(column_of(t, columns, terms->outcome, "outcome", t->value < 0, &t->outcome));
    return OK;
}

/* -- cells ------------------------------------------------------------------------------------- */

static enum err outcome_read(struct table *t, const struct sheet_row *row, bool *hit)
{
    static const char *const yes[] = { "1", "true", "yes", "y", "是", "有" };
    static const char *const no[] = { "0", "false", "no", "n", "否", "无", "" };
    str cell = t->outcome < 0 ? S("") : row->cells[t->outcome];
    for (i64 i = 0; i < COUNT(no); i++)
        if (str_eq_nocase(cell, str_of(no[i]))) return *hit = false, OK;
    for (i64 i = 0; i < COUNT(yes); i++)
        if (str_eq_nocase(cell, str_of(yes[i]))) return *hit = true, OK;
    return fail_at(t->c, E_INVALID, S("outcome"),
                   "第 %lld 行的结果“%.*s”应为 1 或 0（是/否）；若是数值请用 --value",
                   "row %lld: the outcome \"%.*s\" should be 1 or 0 (yes/no); for numbers use "
                   "--value",
                   (long long)row->number, STR_ARG(shown(cell, SHOWN)));
}

static enum err value_read(struct table *t, const struct sheet_row *row, i64 *value)
{
    str cell = t->value < 0 ? S("") : row->cells[t->value];
    *value = 0;
    if (str_empty(cell)) return OK;
    if (money_parse_loose(cell, value) && *value <= VALUE_MAX && *value >= -VALUE_MAX) return OK;
    return fail_at(t->c, E_INVALID, S("value"), "第 %lld 行的数值“%.*s”应为不超过 10 亿的数",
                   "row %lld: the value \"%.*s\" should be a number up to a thousand million",
                   (long long)row->number, STR_ARG(shown(cell, SHOWN)));
}

static enum err arm_of(struct table *t, const struct sheet_row *row, i64 *out)
{
    str name = row->cells[t->arm];
    for (*out = 0; *out < t->arms_n; ++*out)
        if (str_eq(t->arms[*out].arm, name)) return OK;
    if (str_empty(name) || name.n > ARM_BYTES)
        return fail_at(t->c, E_INVALID, S("arm"), "第 %lld 行没有组名，或组名太长",
                       "row %lld has no name of an arm, or one too long", (long long)row->number);
    if (t->arms_n == ARMS_MAX)
        return fail_at(t->c, E_INVALID, S("arm"), "第 %lld 行：超过 %d 个组；这一列是组名吗？",
                       "row %lld: more than %d arms; is this the column of arms?",
                       (long long)row->number, (int)ARMS_MAX);
    t->arms[t->arms_n++] = (struct arm_figures){ .arm = str_copy(t->c->arena, name), .weight = 1 };
    return OK;
}

/* -- units ------------------------------------------------------------------------------------- */

static void slots_grow(struct table *t)
{
    t->slots_n = t->slots_n ? t->slots_n * 2 : 1 << 14;
    t->slots = NEWS(t->c->arena, i32, t->slots_n);
    for (i64 i = 0; i < t->units.n; i++) {
        u64 at = str_hash(t->units.at[i].name) & (u64)(t->slots_n - 1);
        while (t->slots[at]) at = (at + 1) & (u64)(t->slots_n - 1);
        t->slots[at] = (i32)(i + 1);
    }
}

static enum err unit_of(struct table *t, const struct sheet_row *row, i64 arm, struct unit **out)
{
    str name = row->cells[t->unit];
    if (str_empty(name))
        return fail_at(t->c, E_INVALID, S("unit"), "第 %lld 行没有单位编号",
                       "row %lld names no unit", (long long)row->number);
    if (2 * t->units.n >= t->slots_n) slots_grow(t);
    u64 at = str_hash(name) & (u64)(t->slots_n - 1);
    for (; t->slots[at]; at = (at + 1) & (u64)(t->slots_n - 1)) {
        *out = &t->units.at[t->slots[at] - 1];
        if (str_eq((*out)->name, name)) return OK;
    }
    if (t->units.n == UNITS_MAX)
        return fail(t->c, E_TOO_LARGE, "文件超过 %d 个单位；请先按单位汇总，去掉单位列",
                    "the file has more than %d units; sum it up by unit first and leave the "
                    "column of units out",
                    (int)UNITS_MAX);
    *out = PUSH(t->c->arena, &t->units);
    **out = (struct unit){ .name = str_copy(t->c->arena, name), .arm = (i32)arm };
    t->slots[at] = (i32)t->units.n;
    return OK;
}

static enum err too_much(struct table *t, const struct sheet_row *row)
{
    return fail_at(t->c, E_TOO_LARGE, S("value"), "第 %lld 行：数值之和太大",
                   "row %lld: the sum of the values is too large", (long long)row->number);
}

static enum err row_take(struct table *t, const struct sheet_row *row)
{
    i64 arm, value, sum;
    bool hit = false;
    struct unit *unit = NULL;
    if (!str_empty(row->bad))
        return fail(t->c, E_INVALID, "第 %lld 行无法读取：%.*s", "row %lld cannot be read: %.*s",
                    (long long)row->number, STR_ARG(row->bad));
    TRY(arm_of(t, row, &arm));
    TRY(outcome_read(t, row, &hit));
    TRY(value_read(t, row, &value));
    t->rows++;
    t->blank += (t->outcome >= 0 && str_empty(row->cells[t->outcome])) ||
                (t->value >= 0 && str_empty(row->cells[t->value]));
    if (t->unit < 0) {
        if (!i64_add(t->arms[arm].sum, value, &sum)) return too_much(t, row);
        arm_add(&t->arms[arm], hit, value);
        return OK;
    }
    TRY(unit_of(t, row, arm, &unit));
    if (!i64_add(unit->value, value, &sum) || sum > VALUE_MAX || sum < -VALUE_MAX)
        return too_much(t, row);
    if (unit->arm != arm) unit->arm = -1;
    unit->hit |= hit;
    unit->value = sum;
    return OK;
}

/* -- arms -------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct arm_figures *)a)->arm, ((const struct arm_figures *)b)->arm);
}

/* Units counted by arm, arms in order of name. */
static void count_units(struct table *t, struct table_reading *out)
{
    out->units = t->unit < 0 ? t->rows : t->units.n;
    for (i64 i = 0; i < t->units.n; i++) {
        const struct unit *u = &t->units.at[i];
        if (u->arm < 0) out->crossed++;
        else arm_add(&t->arms[u->arm], u->hit, u->value);
    }
    qsort(t->arms, (size_t)t->arms_n, sizeof(t->arms[0]), by_name);
}

static i64 arm_named(const struct table *t, str name)
{
    for (i64 i = 0; i < t->arms_n; i++)
        if (str_eq(t->arms[i].arm, name)) return i;
    return -1;
}

static str arm_names(const struct table *t)
{
    strs names = { 0 };
    for (i64 i = 0; i < t->arms_n; i++) *PUSH(t->c->arena, &names) = t->arms[i].arm;
    return str_join(t->c->arena, names, S(", "));
}

static enum err no_arm(struct table *t, const char *option, str name)
{
    return fail_at(t->c, E_INVALID, str_of(option), "没有名为“%.*s”的组（有：%.*s）",
                   "there is no arm \"%.*s\" (there are: %.*s)", STR_ARG(name),
                   STR_ARG(arm_names(t)));
}

/* One that is called so: control, none, No E-Mail, 对照组 … */
static bool called_control(struct arena *a, str arm)
{
    static const char *const names[] = { "control", "none", "holdout", "baseline", "placebo",
                                         "a",       "对照", "对照组",  "空白",     "空白组" };
    str folded = str_fold(a, arm);
    for (i64 i = 0; i < COUNT(names); i++)
        if (str_eq(folded, str_of(names[i]))) return true;
    return str_starts(folded, S("no ")) || str_starts(folded, S("control "));
}

static enum err control_find(struct table *t, i64 *out)
{
    *out = arm_named(t, t->terms->control);
    if (!str_empty(t->terms->control))
        return *out < 0 ? no_arm(t, "control", t->terms->control) : OK;
    for (i64 i = 0; i < t->arms_n && *out < 0; i++)
        if (called_control(t->c->arena, t->arms[i].arm)) *out = i;
    return OK;
}

/* "A=2": all arms must be there; one that nobody is in is an arm too. */
static enum err weights_take(struct table *t)
{
    strs weights = t->terms->weights;
    for (i64 i = 0; i < t->arms_n && weights.n; i++) t->arms[i].weight = 0;
    for (i64 i = 0; i < weights.n; i++) {
        str name, text = str_cut(weights.at[i], '=', &name);
        i64 weight, arm = arm_named(t, name);
        if (!i64_parse(text, &weight) || weight < 1 || weight > 1000000)
            return fail_at(t->c, E_INVALID, S("weights"), "“%.*s”应如 A=1，比重为 1 至 1000000",
                           "\"%.*s\" should be like A=1, the weight from 1 to 1000000",
                           STR_ARG(weights.at[i]));
        if (arm < 0) {
            if (t->arms_n == ARMS_MAX) return no_arm(t, "weights", name);
            arm = t->arms_n++;
            t->arms[arm] = (struct arm_figures){ .arm = name };
        }
        t->arms[arm].weight = weight;
    }
    for (i64 i = 0; i < t->arms_n; i++)
        if (!t->arms[i].weight)
            return fail_at(t->c, E_INVALID, S("weights"), "没有写出“%.*s”组的比重",
                           "the weight of the arm \"%.*s\" is not given", STR_ARG(t->arms[i].arm));
    return OK;
}

static str definition(struct ctx *c, const struct table_terms *terms)
{
    f64 sure = 100 * (1 - terms->alpha);
    return c->locale == ZH
               ? str_fmt(c->arena,
                         "diff = a - b；比率：z 检验（合并比率），区间不合并，单组区间为 Wilson；"
                         "均值：Welch t 检验；区间置信度 %g%%；p_holm 按本表全部比较校正；"
                         "p_sequential 随时查看都有效（mSPRT，正态混合，tau %s）",
                         sure, terms->tau > 0 ? "为所给" : "为单位标准差的 5%")
               : str_fmt(c->arena,
                         "diff = a - b. Rates: z test (pooled), interval unpooled, of one arm "
                         "Wilson's. Means: Welch's t. Intervals hold with %g%%. p_holm is adjusted "
                         "for all comparisons listed. p_sequential is valid however often it is "
                         "read (mSPRT, normal mixture, tau %s)",
                         sure, terms->tau > 0 ? "as given" : "5% of a unit's standard deviation");
}

/* -- the whole --------------------------------------------------------------------------------- */

static enum err rows_take(struct table *t, str path)
{
    struct sheet *s;
    struct sheet_row row;
    bool more = true;
    TRY(sheet_open(t->c, path, (struct sheet_options){ 0 }, &s));
    enum err e = columns_find(t, sheet_columns(s));
    while (e == OK && more) {
        e = sheet_next(t->c, s, &row, &more);
        if (e == OK && more) e = row_take(t, &row);
    }
    sheet_close(s);
    return e;
}

enum err table_read(struct ctx *c, str path, const struct table_terms *terms,
                    struct table_reading *out)
{
    struct table *t = NEW(c->arena, struct table);
    struct reading_terms how = { .alpha = terms->alpha, .tau = terms->tau, .money = true };
    struct reading reading;
    *t = (struct table){ .c = c, .terms = terms };
    *out = (struct table_reading){ 0 };
    TRY(rows_take(t, path));
    if (t->rows == 0) return fail(c, E_INVALID, "文件中没有数据行", "the file has no rows");
    count_units(t, out);
    TRY(weights_take(t));
    TRY(control_find(t, &how.control));
    how.rates = t->outcome >= 0;
    how.values = t->value >= 0;
    TRY(reading_make(c, t->arms, t->arms_n, &how, &reading));
    out->arms = reading.arms;
    out->tests = reading.tests;
    out->value_tests = reading.value_tests;
    out->srm = reading.srm;
    out->blank = t->blank;
    out->definition = definition(c, terms);
    return OK;
}
