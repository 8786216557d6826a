/* classes.c -- scene tags and A/B/C: gathers what each member did before a date.
 *
 * The report and the view of one member gather in different ways (by time for all, by member for
 * one) and decide in the same: decide().
 */
#include "insight/classes.h"

#include <stdlib.h>

#include "insight/rfm.h"
#include "member/member.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"
#include "worth/classes.h"

SHAPE_DEFINE(abc);
SHAPE_DEFINE(scene_counts);
SHAPE_DEFINE(classes_report);

#define FIELDS_OF_dated(X, N)  \
    X(i64, member, ANY, "", N) \
    X(instant, at, ANY, "", N)
SHAPE(dated);
SHAPE_DEFINE(dated);
#define FIELDS_OF_known(X, N)           \
    X(i64, member, ANY, "", N)          \
    X(opt_i64, merged_into, ANY, "", N) \
    X(instant, first_seen, ANY, "", N)
SHAPE(known);
SHAPE_DEFINE(known);
#define FIELDS_OF_community_line(X, N) \
    X(i64, member, ANY, "", N)         \
    X(str, subject, ANY, "", N)        \
    X(instant, at, ANY, "", N)         \
    X(i64, seq, ANY, "", N)            \
    X(flag, joined, ANY, "", N)
SHAPE(community_line);
SHAPE_DEFINE(community_line);

QUERY(members_known, known, "SELECT member, merged_into, first_seen FROM member ORDER BY member");
QUERY(members_merged, known,
      "SELECT member, merged_into, first_seen FROM member WHERE merged_into IS NOT NULL");
QUERY(members_last, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");
QUERY(acts_since, dated,
      "SELECT member, at FROM timeline WHERE at >= $1 AND at < $2 AND member > 0 AND " IS_ACT);
QUERY(orders_since, dated,
      "SELECT member, at FROM purchase_order WHERE at >= $1 AND at < $2 AND member > 0");
QUERY(community_lines, community_line,
      "SELECT member, subject, at, seq, kind = 'community.joined' AS joined"
      " FROM timeline WHERE " IS_COMMUNITY " AND subject IS NOT NULL AND at < $1 AND member > 0"
      " ORDER BY member, subject, at, seq");

QUERY(acts_of_one, one_opt,
      "SELECT MAX(at) AS value FROM " TIMELINE_OF("$1") " t WHERE at < $2 AND " IS_ACT);
QUERY(orders_of_one, one_opt,
      "SELECT MAX(at) AS value FROM purchase_order WHERE member = $1 AND at < $2");
QUERY(community_of_one, community_line,
      "SELECT member, subject, at, seq, kind = 'community.joined' AS joined"
      " FROM " TIMELINE_OF_KINDS("$1", IS_COMMUNITY) " t WHERE subject IS NOT NULL AND at < $2"
                                                     " ORDER BY subject, at, seq");

/* -- everybody -------------------------------------------------------------------------------- */

static void act(struct standing *s, instant at)
{
    if (at > s->last_act) s->last_act = at;
}

struct everybody {
    struct ctx *c;
    const struct scene_terms *terms;
    struct standing *of;              /* by id */
    i64 *living;                      /* by id: itself, or who he became */
    bool *joined_many;                /* by id: several ids are one member */
    i64 n;                            /* ids 0 .. n - 1 */
    struct community_line_list mixed; /* last lines of members with several ids */
    struct community_line open;       /* the community being read */
};

static struct standing *standing_of(struct everybody *e, i64 member)
{
    return &e->of[member < e->n ? e->living[member] : 0]; /* place 0 is nobody's */
}

static enum err know(void *arg, const void *row)
{
    struct everybody *e = arg;
    const struct known *k = row;
    if (k->member >= e->n) return OK;
    if (k->merged_into.has && k->merged_into.value < e->n) {
        e->living[k->member] = k->merged_into.value;
        return OK;
    }
    if (k->first_seen >= e->terms->at) return OK;
    e->of[k->member].known = true;
    act(&e->of[k->member], k->first_seen);
    return OK;
}

static enum err note_act(void *arg, const void *row)
{
    const struct dated *d = row;
    act(standing_of(arg, d->member), d->at);
    return OK;
}

/* The open community has no more lines of this id. */
static void community_close(struct everybody *e)
{
    if (e->open.member == 0) return;
    i64 living = e->open.member < e->n ? e->living[e->open.member] : 0;
    if (e->joined_many[living])
        *PUSH(e->c->arena, &e->mixed) =
            (struct community_line){ living, str_copy(e->c->arena, e->open.subject), e->open.at,
                                     e->open.seq, e->open.joined };
    else if (e->open.joined) e->of[living].community = true;
}

static enum err note_community(void *arg, const void *row)
{
    struct everybody *e = arg;
    const struct community_line *line = row;
    if (line->member != e->open.member || !str_eq(line->subject, e->open.subject)) {
        community_close(e);
        e->open.subject = str_copy(e->c->arena, line->subject);
    }
    e->open.member = line->member;
    e->open.at = line->at;
    e->open.seq = line->seq;
    e->open.joined = line->joined;
    return OK;
}

static int by_community_and_time(const void *x, const void *y)
{
    const struct community_line *a = x, *b = y;
    if (a->member != b->member) return a->member < b->member ? -1 : 1;
    int subject = str_cmp(a->subject, b->subject);
    if (subject) return subject;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Of each community the latest line decides. */
static void mixed_decide(struct community_line_list *lines, struct standing *of)
{
    if (lines->n == 0) return;
    qsort(lines->at, (size_t)lines->n, sizeof(lines->at[0]), by_community_and_time);
    for (i64 i = 0; i < lines->n; i++) {
        const struct community_line *a = &lines->at[i], *b = a + 1;
        bool last = i + 1 == lines->n || a->member != b->member || !str_eq(a->subject, b->subject);
        if (last && a->joined) of[a->member].community = true;
    }
}

static void living_settle(struct everybody *e)
{
    for (i64 i = 1; i < e->n; i++) {
        i64 to = i;
        for (int steps = 0; e->living[to] != to && steps < 1000; steps++) to = e->living[to];
        e->living[i] = to;
        if (to != i) e->joined_many[to] = true;
    }
}

/* q: whom to know; all, or only those who became another. */
static enum err everybody_new(struct ctx *c, const struct scene_terms *t, struct query *q,
                              struct everybody *e)
{
    struct one_i64 last;
    TRY(db_get(c, &members_last, &last, NO_ARGS));
    i64 first_buyer, last_buyer; /* an order may name an id that has no row any more */
    TRY(purchases_members(c, &first_buyer, &last_buyer));
    i64 n = (last.value > last_buyer ? last.value : last_buyer) + 1;
    *e = (struct everybody){ .c = c, .terms = t, .n = n };
    e->of = NEWS(c->arena, struct standing, n);
    e->living = NEWS(c->arena, i64, n);
    e->joined_many = NEWS(c->arena, bool, n);
    for (i64 i = 0; i < n; i++) {
        e->of[i].last_act = INT64_MIN;
        e->living[i] = i;
    }
    TRY(db_each(c, q, know, e, NO_ARGS));
    living_settle(e);
    return OK;
}

static enum err gather_communities(struct everybody *e)
{
    TRY(db_each(e->c, &community_lines, note_community, e, ARGS(e->terms->at)));
    community_close(e);
    mixed_decide(&e->mixed, e->of);
    return OK;
}

static enum err gather(struct everybody *e, const struct rfm *r)
{
    const struct scene_terms *t = e->terms;
    instant from = t->active.from < t->dormant.from ? t->active.from : t->dormant.from;
    TRY(db_each(e->c, &acts_since, note_act, e, ARGS(from, t->at)));
    TRY(db_each(e->c, &orders_since, note_act, e, ARGS(from, t->at)));
    TRY(gather_communities(e));
    for (i64 i = 0; i < r->n; i++) {
        const struct rfm_member *m = &r->at[i];
        struct standing *s = standing_of(e, m->member);
        s->known = true;
        s->purchases = m->purchases;
        s->first_bought = m->first_bought_at;
        s->high_value = m->type == rfm_type_of(true, true, true);
        act(s, m->last_bought_at);
    }
    return OK;
}

static str definition_of(struct ctx *c, const struct scene_terms *t, const struct rfm *r)
{
    bool zh = c->locale == ZH;
    return str_fmt(
        c->arena,
        zh ? "只看 " STR_FMT " 之前发生的事。购买：付款且净额大于 0 "
             "的订单。A：在社群中（该社群最近一条记录是加入）且没有购买；"
             "B：购买一次；C：购买多次。新客：首次购买在最近 %lld 天内；活跃：最近 %lld "
             "天内有互动（下单、付款、首次出现或任一行为）；"
             "沉睡：最近 %lld 天内没有互动；高价值：R、F、M 都高。RFM——" STR_FMT
           : "Only what happened before " STR_FMT
             " counts. A purchase is a paid order with a net amount above zero. A: in a "
             "community (the latest line of it is joined) and never bought; B: bought once; C: "
             "bought more than once. New: first "
             "purchase within %lld days. Active: did something within %lld days (ordered, paid, "
             "first seen, or any behaviour). "
             "Dormant: did nothing within %lld days. High value: R, F and M all high. "
             "RFM: " STR_FMT,
        STR_ARG(rfm_at_words(c, t->at)), (long long)t->new.days, (long long)t->active.days,
        (long long)t->dormant.days, STR_ARG(rfm_definition(c, r)));
}

enum err classes_report_make(struct ctx *c, str at, struct classes_report *out)
{
    struct rfm_rule rule;
    struct rfm r;
    struct scene_terms t;
    struct everybody e;
    TRY(rfm_rule_read(c, &(struct rfm_ask){ .at = at }, &rule));
    TRY(scene_terms_read(c, rule.at, &t));
    TRY(rfm_make(c, &rule, &r));
    TRY(everybody_new(c, &t, &members_known, &e));
    TRY(gather(&e, &r));
    i64 count[MARKS] = { 0 }, members = 0;
    for (i64 i = 1; i < e.n; i++) {
        bool mark[MARKS];
        if (e.living[i] != i) continue;
        marks_of(&t, &e.of[i], mark);
        bool exists = e.of[i].known || e.of[i].last_act != INT64_MIN || e.of[i].community;
        if (!exists) continue;
        members++;
        for (enum mark k = 0; k < MARKS; k++) count[k] += mark[k];
    }
    *out = (struct classes_report){ .at = rule.at_text,
                                    .members = members,
                                    .classes = NEW(c->arena, struct abc),
                                    .scene = NEW(c->arena, struct scene_counts),
                                    .definition = definition_of(c, &t, &r) };
    *out->classes = (struct abc){ count[MARK_A], count[MARK_B], count[MARK_C] };
    *out->scene = (struct scene_counts){ count[MARK_NEW], count[MARK_ACTIVE], count[MARK_DORMANT],
                                         count[MARK_HIGH] };
    return OK;
}

enum err community_set(struct ctx *c, u64 *bits, i64 n)
{
    struct scene_terms t = { .at = c->now };
    struct everybody e;
    TRY(everybody_new(c, &t, &members_merged, &e));
    TRY(gather_communities(&e));
    for (i64 i = 1; i < e.n && i < n; i++)
        if (e.of[i].community) bits[i / 64] |= (u64)1 << (i % 64);
    return OK;
}

/* -- one member ------------------------------------------------------------------------------- */

static enum err note_purchase(void *arg, const void *row)
{
    struct standing *s = arg;
    const struct purchase *p = row;
    if (s->purchases++ == 0) s->first_bought = p->bought_at;
    act(s, p->bought_at);
    return OK;
}

static enum err note_one(struct ctx *c, struct query *q, i64 member, instant at, struct standing *s)
{
    struct one_opt last;
    TRY(db_get(c, q, &last, ARGS(member, at)));
    if (last.value.has) act(s, last.value.value);
    return OK;
}

static enum err communities_of_one(struct ctx *c, ints ids, instant at, struct standing *s)
{
    struct community_line_list all = { 0 };
    for (i64 i = 0; i < ids.n; i++) { /* what an id merged away did is his too */
        struct community_line_list lines;
        TRY(db_all(c, &community_of_one, &lines, ARGS(ids.at[i], at)));
        for (i64 k = 0; k < lines.n; k++) {
            struct community_line *line = PUSH(c->arena, &all);
            *line = lines.at[k];
            line->member = 0; /* all are his */
        }
    }
    mixed_decide(&all, s);
    return OK;
}

enum err class_of(struct ctx *c, i64 member, instant at, str *out)
{
    struct standing s = { .last_act = INT64_MIN };
    TRY(purchases_each(c, member, member, at, note_purchase, &s));
    return class_by_purchases(c, member, s.purchases, at, out);
}

enum err class_by_purchases(struct ctx *c, i64 member, i64 purchases, instant at, str *out)
{
    struct standing s = { .last_act = INT64_MIN };
    ints ids;
    if (purchases == 0) {
        TRY(member_ids(c, member, &ids));
        TRY(communities_of_one(c, ids, at, &s));
    }
    const struct class_row *class = class_fitting(purchases, s.community);
    *out = class ? str_of(class->name) : S("");
    return OK;
}

static enum err scene_names(struct ctx *c, const struct scene_terms *t, const struct standing *s,
                            strs *out)
{
    bool mark[MARKS];
    *out = (strs){ 0 };
    if (s->last_act == INT64_MIN) return OK; /* not there yet */
    marks_of(t, s, mark);
    for (enum mark k = MARK_NEW; k < MARKS; k++)
        if (mark[k]) *PUSH(c->arena, out) = str_of(scene_choices[k - MARK_NEW].en);
    return OK;
}

/* Whatever else he did cannot change a tag. */
static bool settled(const struct scene_terms *t, const struct standing *s)
{
    return s->last_act >= t->active.from && s->last_act >= t->dormant.from;
}

enum err scene_of(struct ctx *c, const struct life *life, strs *out)
{
    struct scene_terms t;
    struct standing s = { .last_act = INT64_MIN, .high_value = life->high_value };
    TRY(scene_terms_read(life->settings ? life->settings : c, life->at, &t));
    if (life->first_seen < t.at) act(&s, life->first_seen);
    if (life->last_order_at.has && life->last_order_at.value < t.at)
        act(&s, life->last_order_at.value);
    if (life->bought) {
        s.purchases = life->bought->purchases;
        s.first_bought = life->bought->first_bought_at;
        act(&s, life->bought->last_bought_at);
    }
    if (settled(&t, &s)) return scene_names(c, &t, &s, out);
    TRY(note_one(c, &orders_of_one, life->member, t.at, &s));
    ints ids;
    TRY(member_ids(c, life->member, &ids));
    for (i64 i = 0; i < ids.n; i++) TRY(note_one(c, &acts_of_one, ids.at[i], t.at, &s));
    return scene_names(c, &t, &s, out);
}
