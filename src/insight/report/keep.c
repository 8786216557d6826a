/* keep.c -- reports that were made: kept with when and from which line of the timeline, a version
 * more when they say another thing; and what the schedule owes. */
#include "audience/ask.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "insight/report/deliver.h"
#include "store/setting.h"
#include "timeline/timeline.h"

const struct migration report_migrations[] = {
    { "0001 report", "CREATE TABLE report ("
                     "  id int64 PRIMARY KEY,"
                     "  kind text NOT NULL,"
                     "  first_day int64 NOT NULL,"
                     "  last_day int64 NOT NULL,"
                     "  version int64 NOT NULL,"
                     "  made_at int64 NOT NULL,"
                     "  made_by text NOT NULL,"
                     "  seq int64 NOT NULL,"
                     "  title_zh text NOT NULL,"
                     "  title_en text NOT NULL,"
                     "  zh text NOT NULL,"
                     "  en text NOT NULL,"
                     "  UNIQUE (kind, first_day, version)"
                     ");"
                     "CREATE TABLE report_due ("
                     "  kind text NOT NULL,"
                     "  first_day int64 NOT NULL,"
                     "  report int64 NOT NULL,"
                     "  at int64 NOT NULL,"
                     "  PRIMARY KEY (kind, first_day)"
                     ");" },
    { 0 },
};

static enum err kinds_check(struct ctx *c, str value)
{
    strs names = str_split(c->arena, value, ' ');
    for (i64 i = 0; i < names.n; i++)
        if (choice_find(&report_kind_choice, names.at[i]) < 0)
            return fail(c, E_INVALID,
                        "没有“" STR_FMT
                        "”这种报告；是 daily、weekly、monthly、quarterly 中的几种，空格"
                        "隔开",
                        "there is no \"" STR_FMT "\" report; any of daily, weekly, monthly,"
                        " quarterly, apart by spaces",
                        STR_ARG(names.at[i]));
    return OK;
}

const struct setting report_settings[] = {
    { .name = "report.kinds",
      .kind = SETTING_TEXT,
      .fallback = "daily weekly monthly quarterly",
      .check = kinds_check,
      .zh = "自动生成哪些报告：daily、weekly、monthly、quarterly，空格隔开；空为不生成",
      .en = "Reports made by themselves: daily, weekly, monthly, quarterly, apart by spaces; empty:"
            " none" },
    { .name = "report.hour",
      .kind = SETTING_I64,
      .fallback = "7",
      .min = 0,
      .max = 23,
      .zh = "几点起生成前一天、上周、上月、上季的报告（店铺时区）",
      .en =
          "From which hour of the programme's day reports of the last day, week, month and quarter"
          " are made" },
    { .name = "report.language",
      .kind = SETTING_CHOICE,
      .fallback = "zh",
      .choices = "zh en",
      .zh = "邮件所附报告（xlsx、pdf）的语言",
      .en = "Language of the reports that go along with mails (xlsx, pdf)" },
    { 0 },
};

/* -- rows -------------------------------------------------------------------------------------- */

SHAPE_DEFINE(report_row_view);

#define FIELDS_OF_report_text(X, N) \
    X(i64, id, ANY, "", N)          \
    X(i64, version, ANY, "", N)     \
    X(json, zh, ANY, "", N)         \
    X(json, en, ANY, "", N)
SHAPE(report_text);
SHAPE_DEFINE(report_text);

#define ROW(TITLE)                                                                             \
    "SELECT id, kind, " TITLE " AS title, first_day AS \"from\", last_day AS \"to\", version," \
    " made_at, made_by, seq FROM report"
QUERY(reports_zh, report_row_view,
      ROW("title_zh") " WHERE ($1 = '' OR kind = $1) AND ($2 = 0 OR id < $2)"
                      " ORDER BY id DESC LIMIT $3");
QUERY(reports_en, report_row_view,
      ROW("title_en") " WHERE ($1 = '' OR kind = $1) AND ($2 = 0 OR id < $2)"
                      " ORDER BY id DESC LIMIT $3");
QUERY(report_row_zh, report_row_view, ROW("title_zh") " WHERE id = $1");
QUERY(report_row_en, report_row_view, ROW("title_en") " WHERE id = $1");
QUERY(report_text_of, report_text, "SELECT id, version, zh, en FROM report WHERE id = $1");
QUERY(report_last, report_text,
      "SELECT id, version, zh, en FROM report WHERE kind = $1 AND first_day = $2"
      " ORDER BY version DESC LIMIT 1");
CHANGE(
    report_insert,
    "INSERT INTO report (id, kind, first_day, last_day, version, made_at, made_by, seq, title_zh,"
    " title_en, zh, en) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
CHANGE(report_drop_old,
       "DELETE FROM report WHERE kind = $1 AND id <= (SELECT id FROM report WHERE kind = $1"
       " ORDER BY id DESC LIMIT 1 OFFSET $2)");
QUERY(report_due_of, one_i64,
      "SELECT report AS value FROM report_due WHERE kind = $1 AND first_day = $2");
CHANGE(report_due_insert,
       "INSERT INTO report_due (kind, first_day, report, at) VALUES ($1, $2, $3, $4)"
       " ON CONFLICT (kind, first_day) DO NOTHING");

enum err report_list(struct ctx *c, int kind, i64 before, i64 limit,
                     struct report_row_view_list *out)
{
    str name = kind < 0 ? S("") : choice_name(&report_kind_choice, kind);
    return db_all(c, c->locale == ZH ? &reports_zh : &reports_en, out, ARGS(name, before, limit));
}

enum err report_get(struct ctx *c, i64 id, struct report_row_view *row, struct report *out)
{
    struct report_text text;
    bool found;
    TRY(db_find(c, c->locale == ZH ? &report_row_zh : &report_row_en, row, &found, ARGS(id)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的报告", "there is no report %lld",
                    (long long)id);
    TRY(db_get(c, &report_text_of, &text, ARGS(id)));
    *out = (struct report){ 0 };
    return json_read(c, &report_shape, out, c->locale == ZH ? text.zh : text.en);
}

/* -- making ------------------------------------------------------------------------------------ */

struct keeping {
    enum report_kind kind;
    const struct report *of; /* by locale */
    str text[2];
    i64 seq;
    const struct parcel *parcel; /* by the schedule: what goes along; else NULL */
    struct report_kept *out;
};

static enum err insert(struct tx *t, struct keeping *k, i64 version)
{
    const struct report *r = k->of;
    str kind = choice_name(&report_kind_choice, (int)k->kind);
    k->out->fresh = true;
    TRY(tx_take(t, S("report"), 1, &k->out->id));
    TRY(tx_change(t, &report_insert,
                  ARGS(k->out->id, kind, (i64)r->from, (i64)r->to, version, t->c->now,
                       str_or(t->c->actor, S("system")), k->seq, k->of[ZH].title, k->of[EN].title,
                       k->text[ZH], k->text[EN])));
    return tx_change(t, &report_drop_old, ARGS(kind, REPORTS_KEPT));
}

static enum err keep(struct tx *t, void *arg)
{
    struct keeping *k = arg;
    struct report_text last;
    bool found;
    i64 rows;
    str kind = choice_name(&report_kind_choice, (int)k->kind);
    *k->out = (struct report_kept){ 0 };
    TRY(db_find(t->c, &report_last, &last, &found, ARGS(kind, (i64)k->of->from)));
    if (found && str_eq(last.zh, k->text[ZH]) && str_eq(last.en, k->text[EN])) k->out->id = last.id;
    else TRY(insert(t, k, found ? last.version + 1 : 1));
    if (!k->parcel) return OK;
    TRY(tx_change_rows(t, &report_due_insert, &rows,
                       ARGS(kind, (i64)k->of->from, k->out->id, t->c->now)));
    if (rows == 0) return OK; /* another server was first, and delivers it */
    return report_deliver(t, k->out->id, k->of, k->parcel);
}

/* The index of members knows as much as the rows do; without one its figures are not defined. */
static void wait_for_index(struct ctx *c, i64 seq)
{
    const struct view *v;
    enum err e = audience_view(c, seq, &v);
    if (e != OK) LOG(WARN, "report.index_behind", KV("err", err_row(e)->name), KV("seq", seq));
}

static enum err make(struct ctx *c, enum report_kind kind, day at, bool scheduled,
                     struct report_kept *out)
{
    struct report of[2];
    struct parcel parcel;
    struct keeping k = { .kind = kind, .of = of, .out = out };
    TRY(store_snapshot(c)); /* all of it of one state */
    TRY(timeline_last(c, &k.seq));
    wait_for_index(c, k.seq);
    TRY(report_compose(c, kind, at, of));
    for (int l = ZH; l <= EN; l++) {
        struct buf text = { .arena = c->arena };
        json_write(&text, &report_shape, &of[l]);
        k.text[l] = buf_str(&text);
    }
    if (scheduled) {
        TRY(parcel_make(c, of, &parcel));
        k.parcel = &parcel;
    }
    return store_write(c->store, c, keep, &k);
}

enum err report_make(struct ctx *c, enum report_kind kind, day at, struct report_kept *out)
{
    return make(c, kind, at, false, out);
}

/* -- by itself --------------------------------------------------------------------------------- */

static enum err due(struct ctx *c, enum report_kind kind, day today, bool *out)
{
    struct report_days days[3];
    struct one_i64 made;
    bool found;
    report_periods(kind, today, days);
    TRY(db_find(c, &report_due_of, &made, &found,
                ARGS(choice_name(&report_kind_choice, (int)kind), (i64)days[0].from)));
    *out = !found;
    return OK;
}

enum err report_run_due(struct store *s, struct ctx *c)
{
    str kinds;
    i64 hour, lines;
    day today = zone_day(c->zone, c->now);
    TRY(setting_text(c, "report.kinds", &kinds));
    TRY(setting_i64(c, "report.hour", &hour));
    TRY(timeline_last(c, &lines));
    /* Of a shop in which nothing has happened yet there is nothing to tell. */
    if (lines == 0 || zone_local(c->zone, c->now).hour < hour) return OK;
    strs names = str_split(c->arena, kinds, ' ');
    int wanted[REPORT_KINDS];
    i64 n = 0;
    for (i64 i = 0; i < names.n && n < REPORT_KINDS; i++) {
        int kind = choice_find(&report_kind_choice, names.at[i]);
        bool owed = false;
        if (kind >= 0) TRY(due(c, (enum report_kind)kind, today, &owed));
        if (owed) wanted[n++] = kind;
    }
    if (n == 0) return OK;
    TRY(product_follow(s, c));
    for (i64 i = 0; i < n; i++) {
        struct report_kept kept;
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = make(c, (enum report_kind)wanted[i], today, true, &kept);
        if (e == E_BUSY) break; /* the index of members is not there yet: with the next turn */
        TRY(e);
        arena_rewind(c->arena, mark);
    }
    return OK;
}
