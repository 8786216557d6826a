/* inside.h -- between the files of reports: what is read once for all blocks and both languages,
 * and how blocks are filled. */
#pragma once

#include "audience/saved.h"
#include "insight/metric.h"
#include "insight/product.h"
#include "insight/report.h"
#include "insight/tree.h"
#include "loyalty/points.h"
#include "store/setting.h"

enum { NOW, BEFORE, BESIDE, PERIODS };

struct making;
struct block_row {
    const char *name; /* NULL ends a table */
    const char *zh, *en;
    enum err (*fill)(struct making *m, const struct block_row *row, struct report_block *out);
    const char *what; /* names of metrics, or a dimension, or a step: what fill makes of it */
    const char *page; /* of the console */
};
struct kind_row {
    const char *zh, *en;
    const char *label_zh[PERIODS], *label_en[PERIODS];
    enum metric_step step;   /* of its days: of a quarter by week */
    enum metric_step run;    /* of its run-up */
    int runs;                /* so many of them, this one included */
    enum metric_step cohort; /* of its cohorts */
    int cohorts, later;      /* how many, and how far they are followed */
    const struct block_row *blocks;
};
extern const struct kind_row report_kinds[REPORT_KINDS];

/* A question asked once. key: what tells it from others of its kind. */
struct asked {
    str key;
    void *answer;
};
struct making {
    struct ctx *c; /* its locale is that of the telling */
    enum report_kind kind;
    const struct kind_row *row;
    struct report_days days[PERIODS];
    str mark; /* of the currency: ¥ */
    struct {
        struct asked *at;
        i64 n;
    } asked;
};

struct report_days report_run(const struct making *m);         /* the run-up */
struct report_days report_cohort_days(const struct making *m); /* of all its cohorts */

#define SEGMENTS_TOLD 20

/* -- what is read (sources.c); of what was read before the same again -------------------------- */

enum err totals_of(struct making *m, struct report_days days, bool behaviour,
                   const struct metric_totals **out);
/* before against now (b). */
enum err parts_of(struct making *m, const char *by, const struct metric_group_totals_list **out);
enum err tree_of(struct making *m, int than, const struct gmv_tree **out);
enum err series_of_metric(struct making *m, const char *name, struct report_days days,
                          enum metric_step step, const struct metric_point_list **out);
enum err cohorts_of(struct making *m, const struct cohorts_answer **out);
enum err points_of(struct making *m, int period, const struct points_liability **out);
enum err products_of(struct making *m, const struct product_report **out);
enum err segments_of(struct making *m, const struct saved_move_list **out);

/* -- values and words (words.c) ---------------------------------------------------------------- */

opt_i64 share_of(i64 a, i64 b);               /* a / b in millionths; b 0: nothing */
opt_i64 change_of(opt_i64 now, opt_i64 then); /* in millionths */
str cell_text(struct making *m, enum report_unit unit, opt_i64 value);
/* As people read it: ¥1,234.50, 1,234, 12.3%, +12.3%, 1.25; absent: 无定义. */
str figure_text(struct making *m, enum report_unit unit, opt_i64 value);
enum report_unit unit_of(const struct metric *metric);
const struct metric *metric_named(const char *name);
str metric_label(struct making *m, const struct metric *metric);
str period_label(struct making *m, int period); /* within a sentence */
str period_head(struct making *m, int period);  /* at the head of a column */
enum report_tone tone_of(const struct metric *metric, opt_i64 now, opt_i64 then);
/* "净销售额 ¥1.00，比上周 +5.0%（¥0.95），比…": one metric beside both periods. */
str metric_sentence(struct making *m, const struct metric *metric, const opt_i64 value[PERIODS]);

/* -- filling ----------------------------------------------------------------------------------- */

void say_sentence(struct making *m, struct report_block *out, enum report_tone tone, str text);
void add_column(struct making *m, struct report_block *out, const char *name, str label,
                enum report_unit unit);
#define COLUMN(M, OUT, NAME, ZH, EN, UNIT) add_column(M, OUT, NAME, say((M)->c, S(ZH), S(EN)), UNIT)
struct report_row *add_row(struct making *m, struct report_block *out, enum report_unit unit);
void add_text(struct making *m, struct report_row *row, str text);
void add_value(struct making *m, struct report_row *row, enum report_unit unit, opt_i64 value);
void add_chart(struct making *m, struct report_block *out, enum report_form form, str title,
               const int *columns, int n);
#define CHART(M, OUT, FORM, ZH, EN, ...)                                             \
    add_chart(M, OUT, FORM, say((M)->c, S(ZH), S(EN)), (const int[]){ __VA_ARGS__ }, \
              (int)COUNT(((const int[]){ __VA_ARGS__ })))

/* -- blocks ------------------------------------------------------------------------------------ */

typedef enum err block_fn(struct making *m, const struct block_row *row, struct report_block *out);
block_fn metrics_block, days_block, run_block, tree_block, parts_block; /* blocks_sales.c */
block_fn customers_block, repurchase_block, cohorts_block, points_block, products_block,
    stock_block, segments_block;    /* blocks_members.c, blocks_goods.c */
block_fn goals_block, alerts_block; /* blocks_plans.c */

/* -- the frame of both writers ----------------------------------------------------------------- */

/* A cell as a number; false: text, or not defined. */
bool cell_number(const struct report_column *column, const struct report_row *row, i64 at,
                 f64 *out);
static inline enum report_unit cell_unit(const struct report_column *column,
                                         const struct report_row *row)
{
    return column->unit == REPORT_ROW ? row->unit : column->unit;
}

extern const struct migration report_migrations[];
extern const struct setting report_settings[];
