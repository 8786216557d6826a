/* koc.c -- who is a KOC: applying, being invited, the shop's yes or no, leaving. */
#include "base/json.h"
#include "loyalty/koc/inside.h"
#include "member/member.h"

enum { TEXT_MAX = 2000, HANDLES_MAX = 10 };

#define KOC_COLUMNS                                                                         \
    "member, holder, state, level, appointed, text, handles, reason, asked_at, joined_at, " \
    "decided_by"
QUERY(q_koc, koc_row,
      "SELECT " KOC_COLUMNS " FROM koc WHERE holder = $1 ORDER BY CASE state WHEN 'active' THEN 0"
      " WHEN 'suspended' THEN 1 WHEN 'invited' THEN 2 WHEN 'applied' THEN 3 WHEN 'left' THEN 4"
      " ELSE 5 END, CASE WHEN member = holder THEN 0 ELSE 1 END, member LIMIT 1");
CHANGE(c_lock, "UPDATE koc SET version = version + 1 WHERE holder = $1");
CHANGE(c_new, "INSERT INTO koc (member, holder, state, level, asked_at, version)"
              " VALUES ($1, $1, $2, '', $3, 1) ON CONFLICT (member) DO UPDATE SET"
              " state = excluded.state, asked_at = excluded.asked_at, reason = NULL");
CHANGE(c_words, "UPDATE koc SET text = $2, handles = $3 WHERE member = $1");
CHANGE(c_state, "UPDATE koc SET state = $2, reason = $3, decided_by = $4,"
                " joined_at = COALESCE($5, joined_at) WHERE member = $1");
CHANGE(c_term, "INSERT INTO koc_term (member, from_at, until_at) VALUES ($1, $2, NULL)"
               " ON CONFLICT (member, from_at) DO UPDATE SET until_at = NULL");
CHANGE(c_term_end, "UPDATE koc_term SET until_at = $2 WHERE member = $1 AND until_at IS NULL");
QUERY(q_terms, one_i64,
      "SELECT COUNT(*) AS value FROM koc_term WHERE member = $1 AND from_at <= $2"
      " AND (until_at IS NULL OR until_at > $2)");
QUERY(q_of_holder, koc_row, "SELECT " KOC_COLUMNS " FROM koc WHERE holder = $1 ORDER BY member");

enum err koc_row_of(struct ctx *c, i64 holder, bool *found, struct koc_row *out)
{
    return db_find(c, &q_koc, out, found, ARGS(holder));
}

enum err koc_lock(struct tx *t, i64 holder) { return tx_change(t, &c_lock, ARGS(holder)); }

enum err koc_active(struct ctx *c, i64 holder, bool *active)
{
    struct koc_row row;
    TRY(koc_row_of(c, holder, active, &row));
    *active = *active && row.state == KOC_ACTIVE;
    return OK;
}

enum err koc_was_active(struct ctx *c, i64 member, instant at, bool *active)
{
    struct one_i64 n;
    TRY(db_get(c, &q_terms, &n, ARGS(member, at)));
    *active = n.value > 0;
    return OK;
}

enum err koc_account_open(struct tx *t, i64 holder)
{
    struct account of = { holder, S(COMMISSION), S("") };
    struct account_limits limits = { 0 };
    return account_put(t, &of, &limits);
}

enum err koc_line_append(struct tx *t, i64 member, const char *kind, str subject, opt_money value,
                         str props)
{
    struct timeline_line line = { .at = t->c->now,
                                  .member = member,
                                  .kind = str_of(kind),
                                  .subject = subject,
                                  .value = value,
                                  .props = props };
    return timeline_append(t, &line);
}

static enum err tell(struct tx *t, i64 member, const char *kind)
{
    return koc_line_append(t, member, kind, str_fmt(t->c->arena, "koc:%lld", (long long)member),
                           NONE, NO_STR);
}

/* -- asking ------------------------------------------------------------------------------------ */

static enum err words_check(struct ctx *c, const struct koc_application *in)
{
    if (in->text.n > TEXT_MAX)
        return fail_at(c, E_INVALID, S("/text"), "自我介绍至多 %d 字节",
                       "what he says about himself has at most %d bytes", TEXT_MAX);
    if (in->handles.n > HANDLES_MAX)
        return fail_at(c, E_INVALID, S("/handles"), "平台账号至多 %d 个", "at most %d handles",
                       HANDLES_MAX);
    for (i64 i = 0; i < in->handles.n; i++)
        if (!str_is_line(in->handles.at[i].platform) || !str_is_line(in->handles.at[i].handle))
            return fail_at(c, E_INVALID, str_fmt(c->arena, "/handles/%lld", (long long)i),
                           "须为一行文字", "it must be a line of text");
    return OK;
}

#define FIELDS_OF_koc_handles(X, N) X(list(koc_handle), items, ANY, "", N)
SHAPE(koc_handles);
SHAPE_DEFINE(koc_handles);

static enum err words_put(struct tx *t, i64 member, const struct koc_application *in)
{
    struct buf out = { .arena = t->c->arena };
    struct koc_handles all = { in->handles };
    json_write(&out, &koc_handles_shape, &all);
    return tx_change(t, &c_words, ARGS(member, in->text.n ? in->text : NO_STR, buf_str(&out)));
}

static enum err becomes_active(struct tx *t, const struct koc_row *row, const char *kind, str by)
{
    struct ctx *c = t->c;
    TRY(tx_change(
        t, &c_state,
        ARGS(row->member, S("active"), NO_STR, by, row->joined_at.has ? NONE : SOME(c->now))));
    TRY(tx_change(t, &c_term, ARGS(row->member, c->now)));
    TRY(koc_account_open(t, row->holder));
    TRY(tell(t, row->holder, kind));
    return koc_level_settle(t, row->holder);
}

/* A new row, or his old one that is over; `state` is where it begins. */
static enum err begins(struct tx *t, i64 member, enum koc_state state, bool *invited,
                       struct koc_row *row)
{
    struct ctx *c = t->c;
    bool found;
    *invited = false;
    TRY(koc_lock(t, member));
    TRY(koc_row_of(c, member, &found, row));
    if (found && row->state == KOC_INVITED) {
        *invited = true;
        return OK;
    }
    if (found && row->state != KOC_REFUSED && row->state != KOC_LEFT) {
        if (row->state == KOC_APPLIED)
            return fail(c, E_CONFLICT, "已经申请过，正在等待审核",
                        "there is an application already, waiting for review");
        return fail(c, E_CONFLICT, "已经是达人", "he is a KOC already");
    }
    i64 id = found ? row->member : member;
    TRY(tx_change(t, &c_new, ARGS(id, choice_name(&koc_state_choice, (int)state), c->now)));
    return koc_row_of(c, member, &found, row);
}

enum err koc_apply(struct tx *t, i64 member, const struct koc_application *in)
{
    struct koc_row row;
    bool invited;
    TRY(words_check(t->c, in));
    TRY(begins(t, member, KOC_APPLIED, &invited, &row));
    TRY(words_put(t, row.member, in));
    if (invited) return becomes_active(t, &row, "koc.joined", NO_STR);
    return tell(t, member, "koc.applied");
}

enum err koc_invite(struct tx *t, i64 member)
{
    struct koc_row row;
    bool invited;
    TRY(begins(t, member, KOC_INVITED, &invited, &row));
    return invited ? OK : tell(t, member, "koc.invited");
}

/* -- deciding ---------------------------------------------------------------------------------- */

static enum err his_row(struct tx *t, i64 member, struct koc_row *row)
{
    bool found;
    TRY(koc_lock(t, member));
    TRY(koc_row_of(t->c, member, &found, row));
    if (found) return OK;
    return fail(t->c, E_NOT_FOUND, "会员 %lld 不是达人，也没有申请",
                "member %lld is no KOC and has not applied", (long long)member);
}

enum err koc_review(struct tx *t, i64 member, bool approve, str reason)
{
    struct ctx *c = t->c;
    struct koc_row row;
    TRY(his_row(t, member, &row));
    if (row.state == (approve ? KOC_ACTIVE : KOC_REFUSED)) return OK;
    if (row.state != KOC_APPLIED)
        return fail(c, E_CONFLICT, "没有待审核的申请", "there is no application to review");
    if (approve) return becomes_active(t, &row, "koc.joined", c->actor);
    if (str_empty(reason))
        return fail_at(c, E_INVALID, S("/reason"), "请写明拒绝的原因", "say why it is refused");
    TRY(tx_change(t, &c_state, ARGS(row.member, S("refused"), reason, c->actor, NONE)));
    return tell(t, member, "koc.refused");
}

/* All that he is by: who was two is suspended as one. */
static enum err stops(struct tx *t, i64 member, enum koc_state state, str reason)
{
    struct koc_row_list rows = { 0 };
    TRY(db_all(t->c, &q_of_holder, &rows, ARGS(member)));
    for (i64 i = 0; i < rows.n; i++) {
        enum koc_state is = rows.at[i].state;
        if (is == KOC_REFUSED || is == KOC_LEFT || (state == KOC_SUSPENDED && is != KOC_ACTIVE))
            continue;
        TRY(tx_change(t, &c_state,
                      ARGS(rows.at[i].member, choice_name(&koc_state_choice, (int)state), reason,
                           t->c->actor, NONE)));
        TRY(tx_change(t, &c_term_end, ARGS(rows.at[i].member, t->c->now)));
    }
    TRY(tell(t, member, state == KOC_LEFT ? "koc.left" : "koc.suspended"));
    return koc_level_settle(t, member);
}

enum err koc_set_state(struct tx *t, i64 member, enum koc_state state, str reason)
{
    struct ctx *c = t->c;
    struct koc_row row;
    TRY(his_row(t, member, &row));
    if (row.state == state) return OK;
    bool is_one = row.state == KOC_ACTIVE || row.state == KOC_SUSPENDED;
    if (state == KOC_LEFT && (is_one || row.state == KOC_APPLIED || row.state == KOC_INVITED))
        return stops(t, member, KOC_LEFT, reason);
    if (state == KOC_SUSPENDED && row.state == KOC_ACTIVE) {
        if (str_empty(reason))
            return fail_at(c, E_INVALID, S("/reason"), "请写明暂停的原因", "say why");
        return stops(t, member, KOC_SUSPENDED, reason);
    }
    if (state == KOC_ACTIVE && row.state == KOC_SUSPENDED)
        return becomes_active(t, &row, "koc.resumed", c->actor);
    return fail_at(c, E_CONFLICT, S("/state"), "从“" STR_FMT "”不能变为“" STR_FMT "”",
                   "from " STR_FMT " it cannot become " STR_FMT,
                   STR_ARG(choice_name(&koc_state_choice, (int)row.state)),
                   STR_ARG(choice_name(&koc_state_choice, (int)state)));
}
