/* orders.c -- orders that KOCs bring: whose each is, what its lines earn, and the entries that
 * bring what was booked to that.
 *
 * Whose, rate, window and budget are frozen when an order is first seen paid; only its code moves
 * it. What it earns follows from its facts as they stand: lines net of refunds, whether it is his
 * own. Each change of that is entries of the difference, written with the ledger's transfer.
 */
#include "loyalty/koc/inside.h"
#include "loyalty/points/inside.h" /* points_share: money of an order shared over its lines */
#include "loyalty/programme.h"
#include "trade/trade.h"

#define FIELDS_OF_koc_fact(X, N)             \
    X(i64, member, ANY, "", N)               \
    X(str, code, ANY, "", N)                 \
    X(flag, is_paid, ANY, "", N)             \
    X(instant, at, ANY, "", N)               \
    X(instant, paid_at, ANY, "", N)          \
    X(opt_instant, completed_at, ANY, "", N) \
    X(money, gross, ANY, "", N)              \
    X(money, refund, ANY, "", N)             \
    X(money, postage, ANY, "", N)            \
    X(str, currency, ANY, "", N)
SHAPE(koc_fact);
SHAPE_DEFINE(koc_fact);
QUERY(q_fact, koc_fact,
      "SELECT o.member AS member, o.code AS code, o.is_paid AS is_paid, o.at AS at,"
      " COALESCE(o.paid_at, o.at) AS paid_at, o.completed_at AS completed_at, CASE WHEN o.is_paid"
      " THEN o.paid + COALESCE(o.excluded, 0) ELSE 0 END AS gross, o.refund AS refund,"
      " COALESCE(o.postage, 0) AS postage, o.currency AS currency FROM purchase_order o"
      " WHERE o.member = $1 AND o.id = $2");
QUERY(q_fact_lines, points_fact_line,
      "SELECT l.line AS line, COALESCE(p.code, '') AS product, COALESCE(p.category, '') AS"
      " category, l.amount AS amount, CASE WHEN COALESCE(l.stated_refund, 0) >"
      " COALESCE(l.own_refund, 0) THEN COALESCE(l.stated_refund, 0) ELSE"
      " COALESCE(l.own_refund, 0) END AS refund, CAST(0 AS BIGINT) AS paid,"
      " CAST(0 AS BIGINT) AS net FROM order_line l LEFT JOIN product p ON p.id = l.product"
      " WHERE l.member = $1 AND l.order_id = $2 ORDER BY l.line");

#define ROW_COLUMNS                                                                     \
    "member, order_id, holder, code, how, held, own, no_budget, budget, rate, paid_at," \
    " window_ms, matures_at, net, due, charged, counted, entries"
QUERY(q_rows, koc_order_row,
      "SELECT " ROW_COLUMNS " FROM koc_order WHERE order_id = $1 ORDER BY member");
CHANGE(c_row, "INSERT INTO koc_order (" ROW_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
              " $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (member, order_id)"
              " DO UPDATE SET code = excluded.code, how = excluded.how, held = excluded.held,"
              " own = excluded.own, no_budget = excluded.no_budget,"
              " matures_at = excluded.matures_at, net = excluded.net, due = excluded.due,"
              " charged = excluded.charged, counted = excluded.counted,"
              " entries = excluded.entries");
CHANGE(c_pending, "UPDATE koc_entry SET counts_at = $3 WHERE member = $1 AND order_id = $2"
                  " AND counts_at > $4");

#define FIELDS_OF_koc_line_row(X, N) \
    X(i64, line, ANY, "", N)         \
    X(str, product, ANY, "", N)      \
    X(money, net, ANY, "", N)        \
    X(money, due, ANY, "", N)
SHAPE(koc_line_row);
SHAPE_DEFINE(koc_line_row);
QUERY(q_lines, koc_line_row,
      "SELECT line, product, net, due FROM koc_line WHERE member = $1"
      " AND order_id = $2 ORDER BY line");
CHANGE(c_line, "INSERT INTO koc_line (member, order_id, line, product, net, due) VALUES ($1, $2,"
               " $3, $4, $5, $6) ON CONFLICT (member, order_id, line) DO UPDATE SET"
               " net = excluded.net, due = excluded.due");
CHANGE(c_entry, "INSERT INTO koc_entry (member, order_id, number, line, holder, at, counts_at,"
                " net, commission) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
QUERY(q_any, one_i64, "SELECT member AS value FROM koc LIMIT 1");

/* What holds for all orders of a batch. */
struct run {
    struct tx *t;
    opt_instant since;
    struct koc_level_list levels;
    i64 window_ms;
    bool from_completion;
    str currency, budget;
};

static enum err run_load(struct tx *t, struct run *r, bool *idle)
{
    struct ctx *c = t->c;
    struct one_i64 one;
    bool any;
    i64 days;
    str from;
    *r = (struct run){ .t = t };
    TRY(db_find(c, &q_any, &one, &any, NO_ARGS));
    *idle = !any;
    if (!any) return OK;
    TRY(programme_open(c, &r->since));
    TRY(koc_levels(c, &r->levels));
    TRY(setting_i64(c, "points.pending_days", &days));
    TRY(setting_text(c, "points.pending_from", &from));
    TRY(setting_text(c, "koc.budget", &r->budget));
    r->window_ms = days * DAY_MS;
    r->from_completion = str_eq(from, S("completion"));
    return setting_text(c, "currency", &r->currency);
}

/* An order in hand. */
struct work {
    i64 order;
    struct koc_fact fact;
    struct koc_order_row_list rows;
    struct points_fact_line_list lines;
};

money koc_commission(money net, i64 rate)
{
    __int128 exact = (__int128)net * rate; /* of a ten-thousandth, in basis points */
    __int128 cent = (__int128)100 * 10000;
    return net > 0 ? (money)((exact + cent / 2) / cent) * 100 : 0;
}

/* -- whose it is ------------------------------------------------------------------------------- */

static struct koc_order_row *held_row(struct work *w)
{
    for (i64 i = 0; i < w->rows.n; i++)
        if (w->rows.at[i].held) return &w->rows.at[i];
    return NULL;
}

static struct koc_order_row *row_named(struct work *w, i64 member)
{
    for (i64 i = 0; i < w->rows.n; i++)
        if (w->rows.at[i].member == member) return &w->rows.at[i];
    return NULL;
}

/* Freezes what holds for it; *found false: it is nobody's after all. */
static enum err new_row(struct run *r, struct work *w, const struct koc_code_row *code,
                        const char *how, bool *found)
{
    struct ctx *c = r->t->c;
    const struct koc_fact *f = &w->fact;
    struct koc_stand stand;
    *found = false;
    if (!r->since.has || !f->is_paid || f->paid_at < r->since.value) return OK;
    if (!str_empty(f->currency) && !str_eq(f->currency, r->currency)) return OK;
    TRY(koc_was_active(c, code->member, f->paid_at, found));
    if (!*found) return OK;
    TRY(koc_lock(r->t, code->holder));
    TRY(koc_level_at(c, &r->levels, code->holder, f->paid_at, f->paid_at, &stand));
    *PUSH(c->arena, &w->rows) = (struct koc_order_row){
        .member = code->member,
        .order_id = w->order,
        .holder = code->holder,
        .code = code->code,
        .how = str_of(how),
        .budget = str_empty(r->budget) ? NO_STR : r->budget,
        .rate = stand.level ? stand.level->rate : 0,
        .paid_at = f->paid_at,
        .window_ms = r->window_ms,
        .matures_at = f->paid_at + r->window_ms,
    };
    return OK;
}

/* Its code says; else it stays whose it is; else the last touch. */
static enum err whose(struct run *r, struct work *w, i64 *member)
{
    struct ctx *c = r->t->c;
    struct koc_code_row code = { 0 };
    struct koc_order_row *held = held_row(w), *known;
    const char *how = "code";
    bool found = false;
    *member = held ? held->member : 0;
    if (!str_empty(w->fact.code)) TRY(koc_code_find(c, w->fact.code, &found, &code));
    found = found && koc_code_held(&code, w->fact.at);
    if (!found && held) return OK;
    if (!found && w->fact.member) {
        how = "link";
        TRY(koc_last_touch(c, w->fact.member, w->fact.at, &found, &code));
    }
    if (!found) return OK;
    known = row_named(w, code.member);
    if (known) {
        known->code = code.code;
        known->how = str_of(how);
        *member = known->member;
        return OK;
    }
    TRY(new_row(r, w, &code, how, &found));
    if (found) *member = code.member;
    return OK;
}

/* -- what it earns ----------------------------------------------------------------------------- */

static struct koc_line_row *line_named(struct ctx *c, struct koc_line_row_list *lines, i64 line,
                                       str product)
{
    for (i64 i = 0; i < lines->n; i++)
        if (lines->at[i].line == line) return &lines->at[i];
    struct koc_line_row *l = PUSH(c->arena, lines);
    *l = (struct koc_line_row){ .line = line, .product = product };
    return l;
}

static enum err entry(struct tx *t, struct koc_order_row *o, const struct koc_line_row *was,
                      const struct koc_line_row *is)
{
    instant now = t->c->now, counts = o->matures_at > now ? o->matures_at : now;
    TRY(tx_change(t, &c_line,
                  ARGS(o->member, o->order_id, is->line, is->product, is->net, is->due)));
    return tx_change(t, &c_entry,
                     ARGS(o->member, o->order_id, o->entries, is->line, o->holder, now, counts,
                          is->net - was->net, is->due - was->due));
}

/* The window moves with the completion while it is not over. */
static enum err window_moves(struct run *r, struct work *w, struct koc_order_row *o)
{
    const struct koc_fact *f = &w->fact;
    instant now = r->t->c->now, from = o->paid_at;
    if (o->matures_at <= now) return OK;
    if (r->from_completion && f->completed_at.has && f->completed_at.value > from)
        from = f->completed_at.value;
    if (o->matures_at == from + o->window_ms) return OK;
    o->matures_at = from + o->window_ms;
    return tx_change(r->t, &c_pending,
                     ARGS(o->member, o->order_id, o->matures_at > now ? o->matures_at : now, now));
}

/* Lines as they should be: `is` beside `was`. */
static enum err lines_of(struct run *r, struct work *w, const struct koc_order_row *o, bool held,
                         struct koc_line_row_list *was, struct koc_line_row_list *is)
{
    struct ctx *c = r->t->c;
    TRY(db_all(c, &q_lines, was, ARGS(o->member, o->order_id)));
    for (i64 i = 0; i < was->n; i++)
        *PUSH(c->arena, is) = (struct koc_line_row){ was->at[i].line, was->at[i].product, 0, 0 };
    for (i64 i = 0; held && i < w->lines.n; i++) {
        const struct points_fact_line *f = &w->lines.at[i];
        struct koc_line_row *l = line_named(c, is, f->line, f->product);
        l->net = o->own ? 0 : f->net; /* his own is nothing he brought */
        l->due = o->no_budget ? 0 : koc_commission(l->net, o->rate);
    }
    for (i64 i = was->n; i < is->n; i++)
        *PUSH(c->arena, was) = (struct koc_line_row){ is->at[i].line, is->at[i].product, 0, 0 };
    return OK;
}

static money sum_due(const struct koc_line_row_list *lines)
{
    money sum = 0;
    for (i64 i = 0; i < lines->n; i++) sum += lines->at[i].due;
    return sum;
}

/* What it takes of the budget; refused at first sight it earns nothing for good. */
static enum err within_budget(struct run *r, struct koc_order_row *o, struct koc_line_row_list *is)
{
    bool enough;
    TRY(koc_budget_to(r->t, o, sum_due(is), &enough));
    if (enough) return OK;
    o->no_budget = true;
    for (i64 i = 0; i < is->n; i++) is->at[i].due = 0;
    return OK;
}

static enum err row_save(struct tx *t, const struct koc_order_row *o)
{
    const struct value values[] = {
        V(o->member),  V(o->order_id),  V(o->holder),     V(o->code),   V(o->how),
        V(o->held),    V(o->own),       V(o->no_budget),  V(o->budget), V(o->rate),
        V(o->paid_at), V(o->window_ms), V(o->matures_at), V(o->net),    V(o->due),
        V(o->charged), V(o->counted),   V(o->entries),
    };
    return tx_change(t, &c_row, (struct args){ values, (int)COUNT(values) });
}

static enum err tell(struct tx *t, const struct koc_order_row *o, bool fresh, money change)
{
    struct arena *a = t->c->arena;
    str subject = str_fmt(a, "order:%lld", (long long)o->order_id);
    str rate = str_fmt(a, "{\"rate\":%lld}", (long long)o->rate);
    if (fresh) return koc_line_append(t, o->holder, "koc.order", subject, SOME(o->due), rate);
    return change ? koc_line_append(t, o->holder, "koc.commission", subject, SOME(change), NO_STR)
                  : OK;
}

static enum err bring(struct run *r, struct work *w, struct koc_order_row *o, bool held)
{
    struct tx *t = r->t;
    struct koc_line_row_list was = { 0 }, is = { 0 };
    struct koc_order_row old = *o;
    bool fresh = !o->entries, changed = false;
    o->held = held;
    o->own = w->fact.member && o->holder == w->fact.member;
    TRY(window_moves(r, w, o));
    TRY(lines_of(r, w, o, held, &was, &is));
    TRY(within_budget(r, o, &is));
    o->net = 0;
    for (i64 i = 0; i < is.n; i++) {
        o->net += is.at[i].net;
        changed = changed || is.at[i].net != was.at[i].net || is.at[i].due != was.at[i].due;
    }
    o->due = sum_due(&is);
    o->counted = held && !o->own && o->net > 0;
    if (changed) o->entries++;
    TRY(row_save(t, o));
    for (i64 i = 0; i < is.n && changed; i++)
        if (is.at[i].net != was.at[i].net || is.at[i].due != was.at[i].due)
            TRY(entry(t, o, &was.at[i], &is.at[i]));
    TRY(koc_account_add(t, o, o->due - old.due));
    TRY(tell(t, o, fresh && changed, o->due - old.due));
    return koc_level_settle(t, o->holder);
}

static enum err load(struct run *r, i64 order, i64 buyer, struct work *w, bool *found)
{
    struct ctx *c = r->t->c;
    *w = (struct work){ .order = order };
    TRY(db_find(c, &q_fact, &w->fact, found, ARGS(buyer, order)));
    if (!*found) return OK;
    return db_all(c, &q_rows, &w->rows, ARGS(order));
}

static enum err share(struct run *r, struct work *w)
{
    struct ctx *c = r->t->c;
    const struct koc_fact *f = &w->fact;
    TRY(db_all(c, &q_fact_lines, &w->lines, ARGS(f->member, w->order)));
    if (!w->lines.n) /* without lines it is one line as a whole */
        *PUSH(c->arena, &w->lines) =
            (struct points_fact_line){ .product = S(""), .category = S(""), .amount = f->gross };
    points_share(f->gross - f->postage, f->refund, &w->lines);
    return OK;
}

static enum err follow(struct run *r, i64 order, i64 buyer)
{
    struct work w;
    i64 member;
    bool found;
    TRY(load(r, order, buyer, &w, &found));
    if (!found || (!w.rows.n && !w.fact.is_paid)) return OK;
    TRY(whose(r, &w, &member));
    if (!w.rows.n) return OK;
    TRY(share(r, &w));
    for (i64 i = 0; i < w.rows.n; i++) {
        struct koc_order_row *o = &w.rows.at[i];
        if (o->member != member && !o->held) continue; /* it was his once, and is settled */
        TRY(koc_lock(r->t, o->holder));
        TRY(bring(r, &w, o, o->member == member));
    }
    return OK;
}

enum err koc_order_again(struct tx *t, i64 order, i64 buyer)
{
    struct run r;
    bool idle;
    TRY(run_load(t, &r, &idle));
    return idle ? OK : follow(&r, order, buyer);
}

static enum err changed(struct tx *t, const struct order_change *at, i64 n)
{
    struct run r;
    bool idle;
    TRY(run_load(t, &r, &idle));
    for (i64 i = 0; i < n && !idle; i++) TRY(follow(&r, at[i].order, at[i].member));
    return OK;
}

const struct order_listener koc_orders = { .room = "koc", .changed = changed };
