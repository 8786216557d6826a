/* asked.c -- what paths and attribution are asked of: members, days, durations, and which rows an
 * event or a touchpoint means. */
#include "insight/path/inside.h"

#include "base/clock.h"
#include "insight/period.h"

#define FIRST_INSTANT \
    ((instant)946684800000) /* 2000-01-01 UTC, as questions on behaviour have it */

static u32 second_of(instant t)
{
    if (t <= FIRST_INSTANT) return (u32)(FIRST_INSTANT / SECOND_MS);
    return t >= (i64)UINT32_MAX * SECOND_MS ? UINT32_MAX : (u32)(t / SECOND_MS);
}

enum err path_asked_read(struct ctx *c, str segment, str at, opt_i64 seq, str from, str to,
                         struct path_asked *q)
{
    *q = (struct path_asked){ .began_us = clock_mono_us() };
    TRY(segment_at_read(c, at, &q->at));
    str last = str_empty(to) ? day_text(c->arena, zone_day(c->zone, q->at - 1)) : to;
    TRY(period_read(c, from, last, &q->from, &q->to));
    TRY(period_check(c, q->from, q->to));
    if (!str_empty(str_trim(segment))) TRY(segment_parse(c, segment, &q->tree));
    i64 waits_us = clock_mono_us(); /* for the index to be there: no part of the answer */
    TRY(audience_view(c, seq.has ? seq.value : 0, &q->view));
    q->began_us += clock_mono_us() - waits_us;
    TRY(segment_set(c, q->view, q->tree, q->at, &q->set));
    q->first_s = second_of(FIRST_INSTANT);
    q->at_s = second_of(q->at);
    q->from_s = second_of(zone_midnight(c->zone, q->from));
    q->until_s = second_of(zone_midnight(c->zone, q->to + 1));
    if (q->until_s > q->at_s) q->until_s = q->at_s;
    return OK;
}

void path_say_about(struct ctx *c, const struct path_asked *q, struct buf *out)
{
    str who = q->tree ? segment_format(c->arena, q->tree) : say(c, S("全部会员"), S("everybody"));
    buf_fmt(out,
            c->locale == ZH ? "期间 " STR_FMT " 至 " STR_FMT "（时区 %s）；统计对象：" STR_FMT
                              "（%lld 位，不含已合并、已删除的会员）；截至 " STR_FMT
                              "；由会员索引回答，索引含时间线前 %lld 行。"
                            : "Period " STR_FMT " to " STR_FMT " (zone %s); asked of: " STR_FMT
                              " (%lld members, without merged and erased ones); as of " STR_FMT
                              "; from the member index, which has the timeline up to line %lld.",
            STR_ARG(day_text(c->arena, q->from)), STR_ARG(day_text(c->arena, q->to)),
            zone_name(c->zone), STR_ARG(who), (long long)q->set.n,
            STR_ARG(segment_at_words(c, q->at)), (long long)view_seq(q->view));
}

enum err path_duration(struct ctx *c, str text, const char *fallback, const char *field, str *said,
                       i64 *seconds)
{
    i64 ms;
    *said = str_or(str_trim(text), str_of(fallback));
    if (!duration_parse(*said, &ms))
        return fail_at(
            c, E_INVALID, str_of(field), "应当是时长，如 30m、24h、7d，写的是“" STR_FMT "”",
            "expected a duration such as 30m, 24h, 7d, not \"" STR_FMT "\"", STR_ARG(*said));
    if (ms < SECOND_MS || ms % SECOND_MS || ms / SECOND_MS > WITHIN_MAX_S)
        return fail_at(c, E_INVALID, str_of(field), "应当是整秒，1 秒到 366 天",
                       "must be whole seconds, from 1 second to 366 days");
    *seconds = ms / SECOND_MS;
    return OK;
}

/* -- words ------------------------------------------------------------------------------------ */

#define WORDS_MAX 65536

enum err path_same_words(struct ctx *c, const struct words *words, const char *field, u32 **out)
{
    i64 n = words_count(words), slots_n = 4;
    if (n > WORDS_MAX)
        return fail_at(c, E_TOO_LARGE, str_of(field), "有 %lld 个不同的名称，至多 %d 个",
                       "there are %lld different names; at most %d can be told apart", (long long)n,
                       WORDS_MAX);
    while (slots_n < 2 * n) slots_n *= 2;
    u32 *same = NEWS(c->arena, u32, n + 1), *slots = NEWS(c->arena, u32, slots_n);
    for (i64 i = 0; i < n; i++) {
        str folded = words_folded(words, i);
        i64 at = (i64)(str_hash(folded) & (u64)(slots_n - 1));
        while (slots[at] && !str_eq(words_folded(words, slots[at] - 1), folded))
            at = (at + 1) & (slots_n - 1);
        if (!slots[at]) slots[at] = (u32)i + 1;
        same[i] = slots[at] - 1;
    }
    *out = same;
    return OK;
}

const u8 *path_behaviour(struct ctx *c, const struct view *v)
{
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    i64 n = words_count(names);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 i = 0; i < n; i++) table[i] = line_is_behaviour(words_text(names, i));
    return table;
}

const u8 *path_kinds(struct ctx *c, const struct view *v, const strs *kinds)
{
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    i64 n = words_count(names);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 k = 0; k < kinds->n; k++) {
        str folded = str_fold(c->arena, kinds->at[k]);
        for (i64 i = 0; i < n; i++) table[i] |= str_eq(words_folded(names, i), folded);
    }
    return table;
}

const u8 *path_touchpoints(struct ctx *c, const struct view *v, const strs *touchpoints)
{
    const struct words *words = view_prop_words(v, SOURCE_TIMELINE, PROP_TOUCHPOINT);
    i64 n = words_count(words);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 k = 0; k < touchpoints->n; k++) {
        str folded = str_fold(c->arena, touchpoints->at[k]);
        for (i64 i = 0; i < n; i++) table[i + 1] |= str_eq(words_folded(words, i), folded);
    }
    return table;
}

/* -- ends of paths ---------------------------------------------------------------------------- */

/* "/start:1:5": the part of the request, line and column. */
static enum err misread(struct ctx *c, enum err e, const char *field)
{
    if (e != E_INVALID) return e;
    str detail = str_copy(c->arena, str_of(c->why.detail));
    str place = str_fmt(c->arena, "%s:%s", field, c->why.field);
    return fail_at(c, e, place, STR_FMT, STR_FMT, STR_ARG(detail));
}

static bool any_of(const u8 *table, i64 n)
{
    for (i64 i = 0; i < n; i++)
        if (table[i]) return true;
    return false;
}

static void note_nobody(struct ctx *c, str words, struct buf *notes)
{
    buf_fmt(notes,
            c->locale == ZH ? "还没有人有过“" STR_FMT "”；"
                            : "nobody has had \"" STR_FMT "\" yet; ",
            STR_ARG(words));
}

static enum err end_of_event(struct ctx *c, const struct path_asked *q, const char *field,
                             struct buf *notes, struct path_end *out)
{
    struct segment_test test;
    bool kept;
    enum err e = segment_parse_event(c, out->words, &test);
    if (e != OK) return misread(c, e, field);
    if (test.window.number)
        return fail_at(c, E_INVALID, str_of(field), "这里的行为不带时长：期间由问题本身给出",
                       "this event takes no duration of its own: the question gives the period");
    TRY(plan_rows(c, q->view, &test, q->at, &out->rows, &kept));
    if (!kept)
        return fail_at(c, E_INVALID, str_of(field),
                       "所问的属性不在会员索引里：请在设置 audience.props 里加上它",
                       "the member index does not keep a property asked for: add it to the setting"
                       " audience.props");
    const struct words *names = view_event_names(q->view, SOURCE_TIMELINE);
    out->rows.event = path_kinds(c, q->view, &(strs){ &test.name, 1 });
    if (!any_of(out->rows.event, words_count(names))) note_nobody(c, out->words, notes);
    return OK;
}

enum err path_end_read(struct ctx *c, const struct path_asked *q, str text, const char *field,
                       struct buf *notes, struct path_end *out)
{
    static const str prefix = { "touchpoint:", 11 };
    *out = (struct path_end){ .words = str_trim(text) };
    out->given = !str_empty(out->words);
    if (!out->given) return OK;
    if (!str_starts(out->words, prefix)) return end_of_event(c, q, field, notes, out);
    str name = str_trim(str_sub(out->words, prefix.n, out->words.n));
    if (str_empty(name))
        return fail_at(c, E_INVALID, str_of(field),
                       "touchpoint: 后面要写触点名，如 touchpoint:小程序",
                       "touchpoint: is followed by a touchpoint's name");
    const u8 *table = path_touchpoints(c, q->view, &(strs){ &name, 1 });
    out->touchpoint = true;
    out->rows.event = path_behaviour(c, q->view);
    out->rows.props[PROP_TOUCHPOINT] = table;
    i64 n = words_count(view_prop_words(q->view, SOURCE_TIMELINE, PROP_TOUCHPOINT));
    if (!any_of(table, n + 1)) note_nobody(c, out->words, notes);
    return OK;
}
