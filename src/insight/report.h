/* report.h -- the shop's rhythm: what a day, a week, a month or a quarter came to, what changed and
 * why, in words and tables, kept, as a page, a workbook and a PDF.
 *
 * Words
 *   kind      daily, weekly, monthly, quarterly: a row of blocks (report/kinds.c).
 *   period    the last one of its kind that is over at a day's first instant: of 2024-05-15 the
 *             14th; the week Monday 6th to Sunday 12th; April; January to March.
 *   before    the day, week, month or quarter before it. Calendar months and quarters, so their
 *             lengths may differ.
 *   beside    of a day the same weekday a week before; of a week the week 52 weeks before (same
 *             weekdays); of a month or quarter the same one a year before.
 *   change    (now - then) / |then|; not defined when then is 0 or either is not defined.
 *   block     sentences, one table, charts that draw columns of that table. Page, workbook and PDF
 *             are written from it, so they cannot differ.
 *   figures   every one is asked of the part that defines it: metrics (insight/metric.h), the GMV
 *             tree (tree.h), cohorts, points (loyalty/points.h), products (product.h), saved
 *             segments (audience/saved.h).
 * Units: cells are decimal texts: money in yuan, ratios with 1 for 100 %; absent: not defined.
 * Promises
 *   - report_equals_the_metrics: each figure is what the metric itself answers for these days.
 *   - words_agree_with_figures: every sentence has a figure or says that there is none, and every
 *     number in it stands in its block; up and down are the sign of the change.
 *   - not_defined_is_said: an empty shop, one order, all refunded, a period before the first order:
 *     every kind is made; no 0 and no NaN for what has no value.
 *   - made_again_is_the_same: until the data changes; then it is another version, the old one
 * stays.
 *   - one_report_a_period: the schedule makes and delivers one, however many servers there are.
 *   - workbook_has_the_numbers, pdf_has_the_words: read back, each is what the report says.
 * No member is named: blocks are of groups alone, and none is made by walking members.
 * Memory   Reports live in c->arena; a workbook and a PDF take a few MB more. Threads  Any.
 */
#pragma once

#include "base/room.h"
#include "store/store.h"

enum report_kind { REPORT_DAILY, REPORT_WEEKLY, REPORT_MONTHLY, REPORT_QUARTERLY };
CHOICE(report_kind); /* daily weekly monthly quarterly */
#define REPORT_KINDS 4

/* -- the composition --------------------------------------------------------------------------- */

enum report_unit {
    REPORT_TEXT,
    REPORT_MONEY,
    REPORT_COUNT,
    REPORT_RATIO,
    REPORT_TIMES,
    REPORT_DAYS,
    REPORT_CHANGE, /* a ratio shown with its sign */
    REPORT_ROW,    /* of a column: that of the row */
};
CHOICE(report_unit); /* text money count ratio times days change row */
enum report_form { CHART_LINE, CHART_BAR, CHART_STACK };
CHOICE(report_form); /* line bar stack */
enum report_tone { TONE_PLAIN, TONE_GOOD, TONE_BAD };
CHOICE(report_tone); /* plain good bad */

#define FIELDS_OF_report_sentence(X, N)          \
    X(str, text, ANY, "What the figures say", N) \
    X(choice(report_tone), tone, ANY, "plain; good or bad: for the shop, judged by the metric", N)
SHAPE(report_sentence);
#define FIELDS_OF_report_column(X, N)   \
    X(str, name, ANY, "Stable name", N) \
    X(str, label, ANY, "Name shown", N) \
    X(choice(report_unit), unit, ANY,   \
      "text, money (yuan), count, ratio (1 is 100 %), times, days, change, or row: the row's", N)
SHAPE(report_column);
#define FIELDS_OF_report_cell(X, N) X(str, value, ANY, "Value; null: not defined", N)
SHAPE(report_cell);
#define FIELDS_OF_report_row(X, N)                                              \
    X(choice(report_unit), unit, ANY, "Of the columns whose unit is row", N)    \
    X(flag, rest, ANY, "All others together, or a total: no part of charts", N) \
    X(list(report_cell), cells, ANY, "One for each column", N)
SHAPE(report_row);
#define FIELDS_OF_report_chart(X, N)                           \
    X(choice(report_form), form, ANY, "line, bar or stack", N) \
    X(str, title, ANY, "Title", N)                             \
    X(ints, columns, ANY, "Columns drawn; the first column names the places", N)
SHAPE(report_chart);
#define FIELDS_OF_report_block(X, N)                            \
    X(str, name, ANY, "Stable name", N)                         \
    X(str, title, ANY, "Title", N)                              \
    X(list(report_sentence), sentences, ANY, "In words", N)     \
    X(list(report_column), columns, ANY, "Of the table", N)     \
    X(list(report_row), rows, ANY, "Of the table", N)           \
    X(list(report_chart), charts, ANY, "Drawn of the table", N) \
    X(str, note, ANY, "What the figures mean", N)               \
    X(str, page, ANY, "Page of the console that goes deeper; null: none", N)
SHAPE(report_block);
#define FIELDS_OF_report_period(X, N)               \
    X(str, name, ANY, "now, before, beside", N)     \
    X(str, label, ANY, "What it is called here", N) \
    X(day, from, ANY, "First day", N)               \
    X(day, to, ANY, "Last day, included", N)
SHAPE(report_period);
#define FIELDS_OF_report(X, N)                                                            \
    X(choice(report_kind), kind, ANY, "daily, weekly, monthly, quarterly", N)             \
    X(str, title, ANY, "Title", N)                                                        \
    X(day, from, ANY, "First day", N)                                                     \
    X(day, to, ANY, "Last day, included", N)                                              \
    X(list(report_period), periods, ANY, "The period, the one before, the one beside", N) \
    X(str, currency, ANY, "Of its money", N)                                              \
    X(str, timezone, ANY, "Whose days", N)                                                \
    X(list(report_sentence), summary, ANY, "The most important, in words", N)             \
    X(list(report_block), blocks, ANY, "One after the other", N)                          \
    X(str, definition, ANY, "What the periods and changes mean", N)
SHAPE(report);

/* The days a report of this kind is of when it is asked for at the first instant of `at`: now,
 * before, beside. Pure. */
struct report_days {
    day from, to;
};
void report_periods(enum report_kind kind, day at, struct report_days out[3]);
/* at, as people write it; absent: today. E_INVALID: not a day, after today, before 2000. */
enum err report_at_read(struct ctx *c, str text, day *at);
/* The same report in both languages, of one reading. of: by enum locale. */
enum err report_compose(struct ctx *c, enum report_kind kind, day at, struct report of[2]);

/* -- writers ----------------------------------------------------------------------------------- */

/* A workbook: a sheet a block, numbers as numbers, charts of the program that opens it. made: when
 * it was made, for its properties. zh or en: words of the frame. */
enum err report_write_xlsx(struct ctx *c, const struct report *r, instant made, str path);
/* A4, as many pages as it takes; text can be found and copied. */
enum err report_write_pdf(struct ctx *c, const struct report *r, instant made, str path);
enum report_file { REPORT_XLSX, REPORT_PDF };
CHOICE(report_file); /* xlsx pdf */
/* Its name when it is kept or sent: "周报 2024-05-06.xlsx". */
str report_file_name(struct ctx *c, const struct report *r, enum report_file form);

/* -- kept -------------------------------------------------------------------------------------- */

#define REPORTS_KEPT 500 /* of each kind; the oldest go */

#define FIELDS_OF_report_row_view(X, N)                                                      \
    X(i64, id, ANY, "Id", N)                                                                 \
    X(choice(report_kind), kind, ANY, "daily, weekly, monthly, quarterly", N)                \
    X(str, title, ANY, "Title", N)                                                           \
    X(day, from, ANY, "First day", N)                                                        \
    X(day, to, ANY, "Last day, included", N)                                                 \
    X(i64, version, ANY, "Of this period, from 1: another one when the data had changed", N) \
    X(instant, made_at, ANY, "When it was made", N)                                          \
    X(str, made_by, ANY, "Who had it made: user:NAME, key:NAME, cli, system", N)             \
    X(i64, seq, ANY, "Lines of the timeline that were there when it was made", N)
SHAPE(report_row_view);

struct report_kept {
    i64 id;
    bool fresh; /* false: the last version of this period says the same */
};
/* Composes and keeps. The reading is c's; the row is written if it says another thing than the last
 * version. */
enum err report_make(struct ctx *c, enum report_kind kind, day at, struct report_kept *out);
/* Newest first, below `before` (0: from the newest); kind < 0: all. */
enum err report_list(struct ctx *c, int kind, i64 before, i64 limit,
                     struct report_row_view_list *out);
/* E_NOT_FOUND. out in c's language. */
enum err report_get(struct ctx *c, i64 id, struct report_row_view *row, struct report *out);

/* What the schedule owes now: makes and delivers each kind of the setting report.kinds whose hour
 * (report.hour) has come and whose last period has not been. The job's function. */
enum err report_run_due(struct store *s, struct ctx *c);

extern const struct room report_room; /* report_api.c */
