/* saved.c -- saved segments as people make and change them: names, texts and their versions. */
#include "access/access.h"
#include "audience/saved/inside.h"
#include "base/json.h"
#include "timeline/timeline.h"

#define SEGMENTS_MAX 1000
#define NAME_MAX_    60

#define VIEW                                                                                   \
    "SELECT id, name, description, text, owner, version, members AS count, counted_at, auto, " \
    "paused, problem, created_at, updated_at FROM segment"
QUERY(saved_all, saved_view, VIEW " ORDER BY folded");
QUERY(saved_one, saved_view, VIEW " WHERE id = $1");
QUERY(saved_named, saved_view, VIEW " WHERE folded = $1");
QUERY(saved_text, one_str, "SELECT text AS value FROM segment WHERE folded = $1");
QUERY(saved_count, one_i64, "SELECT COUNT(*) AS value FROM segment");
CHANGE(saved_insert,
       "INSERT INTO segment (id, name, folded, description, text, owner, version, filled,"
       " announce, auto, paused, members, seq, changes, created_at, updated_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $7, $8, FALSE, 0, 0, 0, $9, $9)");
CHANGE(saved_update,
       "UPDATE segment SET name = $2, folded = $3, description = $4, text = $5, owner = $6,"
       " version = $7, announce = $8, auto = $9, paused = $10, updated_at = $11 WHERE id = $1");
CHANGE(version_insert, "INSERT INTO segment_version (segment, version, text, at, who)"
                       " VALUES ($1, $2, $3, $4, $5)");
QUERY(version_all, saved_version,
      "SELECT version, text, at, who AS by FROM segment_version WHERE segment = $1"
      " ORDER BY version DESC");
CHANGE(segment_drop, "DELETE FROM segment WHERE id = $1");
CHANGE(versions_drop, "DELETE FROM segment_version WHERE segment = $1");
CHANGE(chunks_drop, "DELETE FROM segment_chunk WHERE segment = $1");
CHANGE(sizes_drop, "DELETE FROM segment_size WHERE segment = $1");
CHANGE(snapshot_chunks_drop, "DELETE FROM segment_snapshot_chunk WHERE snapshot IN"
                             " (SELECT id FROM segment_snapshot WHERE segment = $1)");
CHANGE(snapshots_drop, "DELETE FROM segment_snapshot WHERE segment = $1");

/* -- names ------------------------------------------------------------------------------------ */

static str fold(struct ctx *c, str name) { return str_fold(c->arena, str_trim(name)); }

enum err saved_find(struct ctx *c, str folded, str *text, bool *found)
{
    struct one_str row = { 0 };
    TRY(db_find(c, &saved_text, &row, found, ARGS(folded)));
    *text = row.value;
    return OK;
}

enum err saved_names(struct ctx *c, str q, i64 limit, struct segment_value_list *out)
{
    struct saved_view_list all;
    str wanted = fold(c, q);
    TRY(saved_list(c, &all));
    for (i64 i = 0; i < all.n && out->n < limit; i++)
        if (str_empty(wanted) || str_find(fold(c, all.at[i].name), wanted) >= 0)
            *PUSH(c->arena, out) = (struct segment_value){ all.at[i].name, SOME(all.at[i].count) };
    return OK;
}

static enum err name_check(struct ctx *c, str *name)
{
    *name = str_trim(*name);
    i64 points = str_points(*name);
    if (points > 0 && points <= NAME_MAX_ && str_is_line(*name) && !str_has(*name, '"')) return OK;
    return fail_at(c, E_INVALID, S("/name"), "分层名要有 1 到 %d 个字，不含引号和换行",
                   "a segment's name has 1 to %d characters on one line, without quotes",
                   NAME_MAX_);
}

static enum err name_is_free(struct ctx *c, str name, i64 except)
{
    struct saved_view row = { 0 };
    bool found;
    TRY(db_find(c, &saved_named, &row, &found, ARGS(fold(c, name))));
    if (!found || row.id == except) return OK;
    return fail_at(c, E_CONFLICT, S("/name"), "已有名为“" STR_FMT "”的分层",
                   "there is a segment named \"" STR_FMT "\"", STR_ARG(row.name));
}

bool tree_names(const struct segment_node *tree, str folded)
{
    if (tree->kind == NODE_TEST) {
        const struct segment_test *t = &tree->test;
        if (!t->call || t->call->id != CALL_IN_SEGMENT) return false;
        return str_eq(t->folded, folded) || (t->saved && tree_names(t->saved, folded));
    }
    for (i64 i = 0; i < tree->parts.n; i++)
        if (tree_names(tree->parts.at[i], folded)) return true;
    return false;
}

/* Those whose text names it; one whose text can no longer be read, when the name stands in it. */
static enum err users_of(struct ctx *c, const struct kept_segment *of,
                         struct kept_segment_list *out)
{
    struct kept_segment_list all;
    struct problem why = c->why;
    TRY(kept_segments(c, &all));
    *out = (struct kept_segment_list){ 0 };
    for (i64 i = 0; i < all.n; i++) {
        const struct segment_node *tree;
        if (all.at[i].id == of->id) continue;
        enum err e = segment_parse(c, all.at[i].text, &tree);
        if (e != OK && e != E_INVALID) return e;
        bool names = e == OK ? tree_names(tree, of->folded)
                             : str_find(str_fold(c->arena, all.at[i].text), of->folded) >= 0;
        if (names) *PUSH(c->arena, out) = all.at[i];
    }
    c->why = why;
    return OK;
}

enum err saved_users(struct ctx *c, i64 id, ints *out)
{
    struct kept_segment row;
    struct kept_segment_list users;
    *out = (ints){ 0 };
    TRY(kept_segment_get(c, id, &row));
    TRY(users_of(c, &row, &users));
    for (i64 i = 0; i < users.n; i++) *PUSH(c->arena, out) = users.at[i].id;
    return OK;
}

/* Refused with their names, so that nobody's segment breaks behind his back. */
static enum err not_in_use(struct ctx *c, const struct kept_segment *row)
{
    struct kept_segment_list users;
    struct buf names = { .arena = c->arena };
    TRY(users_of(c, row, &users));
    if (users.n == 0) return OK;
    for (i64 i = 0; i < users.n && i < 5; i++)
        buf_fmt(&names, "%s" STR_FMT, i ? "、" : "", STR_ARG(users.at[i].name));
    if (users.n > 5) buf_add(&names, S(" …"));
    str text = buf_str(&names);
    return fail(c, E_CONFLICT, "分层“" STR_FMT "”正被 %lld 个分层引用：" STR_FMT "，请先修改它们",
                "the segment \"" STR_FMT "\" is named by %lld others: " STR_FMT
                "; change those first",
                STR_ARG(row->name), (long long)users.n, STR_ARG(text));
}

/* -- texts ------------------------------------------------------------------------------------ */

/* The one spelling of a text that may stand under this name. Errors name "text" and, in their
 * words, line and column. */
static enum err text_read(struct ctx *c, str text, str name, str *out)
{
    const struct segment_node *tree;
    TRY(segment_parse_named(c, text, name, &tree));
    *out = segment_format(c->arena, tree);
    return OK;
}

enum err segment_line(struct tx *t, const char *kind, str name, i64 id, i64 version, i64 members)
{
    struct arena *a = t->c->arena;
    struct timeline_line line = {
        .at = t->c->now,
        .kind = str_of(kind),
        .subject = str_fmt(a, "segment:" STR_FMT, STR_ARG(name)),
        .props = str_fmt(a, "{\"segment\":%lld,\"version\":%lld,\"members\":%lld}", (long long)id,
                         (long long)version, (long long)members),
    };
    return timeline_append(t, &line);
}

/* -- changing --------------------------------------------------------------------------------- */

enum err saved_create(struct tx *t, const struct saved_post *in, i64 *id)
{
    struct ctx *c = t->c;
    str name = in->name, text;
    struct one_i64 count;
    TRY(name_check(c, &name));
    TRY(tx_take(t, S("segment"), 1, id)); /* who names segments at this moment is waited for */
    TRY(name_is_free(c, name, 0));
    TRY(text_read(c, in->text, name, &text));
    TRY(db_get(c, &saved_count, &count, NO_ARGS));
    if (count.value >= SEGMENTS_MAX)
        return fail(c, E_UNPROCESSABLE, "至多保存 %d 个分层", "at most %d segments can be saved",
                    SEGMENTS_MAX);
    str who = actor_name(c);
    bool by_itself = !in->auto_.has || in->auto_.value;
    bool announce = in->announce.has && in->announce.value;
    TRY(tx_change(t, &saved_insert,
                  ARGS(*id, name, fold(c, name), str_or(in->description, NO_STR), text, who,
                       announce, by_itself, c->now)));
    TRY(tx_change(t, &version_insert, ARGS(*id, (i64)1, text, c->now, who)));
    return segment_line(t, "segment.created", name, *id, 1, 0);
}

static enum err owner_check(struct ctx *c, str *owner)
{
    struct user_view user;
    bool found;
    TRY(user_find(c, *owner, &found, &user));
    if (!found) return fail_at(c, E_INVALID, S("/owner"), "没有这个用户", "there is no such user");
    *owner = user.name;
    return OK;
}

enum err saved_change(struct tx *t, const struct saved_patch *in, bool *another_text)
{
    struct ctx *c = t->c;
    struct kept_segment row;
    struct saved_view now;
    bool found;
    TRY(segment_hold(t, in->id, &found, &row));
    TRY(saved_get(c, in->id, &now));
    if (in->name.at) {
        now.name = in->name;
        TRY(name_check(c, &now.name));
        TRY(name_is_free(c, now.name, in->id));
    }
    str folded = fold(c, now.name);
    if (!str_eq(folded, row.folded)) TRY(not_in_use(c, &row));
    if (in->text.at) TRY(text_read(c, in->text, now.name, &now.text));
    if (in->owner.at) {
        now.owner = in->owner;
        TRY(owner_check(c, &now.owner));
    }
    if (in->description.at) now.description = str_or(in->description, NO_STR);
    if (in->auto_.has) now.auto_ = in->auto_.value;
    if (in->paused.has) now.paused = in->paused.value;
    *another_text = !str_eq(now.text, row.text);
    bool announce = *another_text ? in->announce.has && in->announce.value : row.announce;
    i64 version = row.version + *another_text;
    TRY(tx_change(t, &saved_update,
                  ARGS(in->id, now.name, folded, now.description, now.text, now.owner, version,
                       announce, now.auto_, now.paused, c->now)));
    if (*another_text)
        TRY(tx_change(t, &version_insert, ARGS(in->id, version, now.text, c->now, actor_name(c))));
    return segment_line(t, "segment.changed", now.name, in->id, version, row.members);
}

enum err saved_delete(struct tx *t, i64 id)
{
    struct kept_segment row;
    bool found;
    TRY(segment_hold(t, id, &found, &row));
    if (!found) return kept_segment_get(t->c, id, &row);
    TRY(not_in_use(t->c, &row));
    struct query *const steps[] = { &snapshot_chunks_drop, &snapshots_drop, &chunks_drop,
                                    &sizes_drop,           &versions_drop,  &segment_drop };
    for (i64 i = 0; i < COUNT(steps); i++) TRY(tx_change(t, steps[i], ARGS(id)));
    return segment_line(t, "segment.deleted", row.name, id, row.version, row.members);
}

/* -- reading ---------------------------------------------------------------------------------- */

enum err saved_list(struct ctx *c, struct saved_view_list *out)
{
    return db_all(c, &saved_all, out, NO_ARGS);
}

enum err saved_get(struct ctx *c, i64 id, struct saved_view *out)
{
    struct kept_segment row;
    bool found;
    TRY(db_find(c, &saved_one, out, &found, ARGS(id)));
    return found ? OK : kept_segment_get(c, id, &row);
}

enum err saved_get_named(struct ctx *c, str name, struct saved_view *out)
{
    bool found;
    TRY(db_find(c, &saved_named, out, &found, ARGS(fold(c, name))));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有名为“" STR_FMT "”的分层",
                "there is no saved segment named \"" STR_FMT "\"", STR_ARG(name));
}

enum err saved_versions(struct ctx *c, i64 id, struct saved_version_list *out)
{
    struct kept_segment row;
    TRY(kept_segment_get(c, id, &row));
    return db_all(c, &version_all, out, ARGS(id));
}
