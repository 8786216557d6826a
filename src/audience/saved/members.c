/* members.c -- who is in a segment or a snapshot, how many there were, and the erased taken out of
 * all. */
#include "audience/saved/inside.h"
#include "member/member.h"
#include "timeline/timeline.h"

#define SLOTS_MS      (30 * DAY_MS)
#define SNAPSHOTS_MAX 100

QUERY(kept_chunks, chunk_row,
      "SELECT segment AS owner, chunk, members FROM segment_chunk WHERE segment = $1"
      " AND chunk >= $2 AND n > 0 ORDER BY chunk LIMIT 4");
QUERY(snapshot_chunks, chunk_row,
      "SELECT snapshot AS owner, chunk, members FROM segment_snapshot_chunk WHERE snapshot = $1"
      " AND chunk >= $2 AND n > 0 ORDER BY chunk LIMIT 4");

/* -- members ----------------------------------------------------------------------------------- */

static enum err members_after(struct ctx *c, struct query *q, i64 owner, i64 after, i64 most,
                              ints *out)
{
    i64 chunk = (after + 1) / CHUNK;
    *out = (ints){ 0 };
    for (;;) {
        struct chunk_row_list rows;
        TRY(db_all(c, q, &rows, ARGS(owner, chunk)));
        for (i64 i = 0; i < rows.n; i++) {
            chunk_bits bits;
            i64 *ids = NEWS(c->arena, i64, CHUNK);
            TRY(kept_read(c, rows.at[i].members, bits));
            i64 n = bits_ids(bits, rows.at[i].chunk, ids);
            for (i64 k = 0; k < n && out->n < most; k++)
                if (ids[k] > after) *PUSH(c->arena, out) = ids[k];
            chunk = rows.at[i].chunk + 1;
            if (out->n == most) return OK;
        }
        if (rows.n == 0) return OK;
    }
}

enum err saved_members(struct ctx *c, i64 id, i64 after, i64 most, ints *out)
{
    struct kept_segment row;
    TRY(kept_segment_get(c, id, &row));
    return members_after(c, &kept_chunks, id, after, most, out);
}

/* -- sizes ------------------------------------------------------------------------------------ */

QUERY(sizes_of, saved_size,
      "SELECT at, members AS count, entered, gone AS \"left\" FROM segment_size"
      " WHERE segment = $1 AND at >= $2 AND at < $3 AND"
      " ((grain = 'slot' AND slot >= $4) OR (grain = 'day' AND slot < $4)) ORDER BY slot");
CHANGE(sizes_thin, "DELETE FROM segment_size WHERE grain = 'slot' AND slot < $1");

/* The first midnight of which the slots are all kept. */
static instant slots_since(const struct ctx *c)
{
    return zone_midnight(c->zone, zone_day(c->zone, c->now - SLOTS_MS));
}

enum err saved_sizes(struct ctx *c, i64 id, instant from, instant to, struct saved_size_list *out)
{
    struct kept_segment row;
    TRY(kept_segment_get(c, id, &row));
    return db_all(c, &sizes_of, out, ARGS(id, from, to, slots_since(c)));
}

/* A day's row is there for ever, a slot's for a while; either has the members after its last
 * change, and `at` says when that was. */
#define SIZE_BEFORE(WHEN)                                                           \
    "(SELECT z.members FROM segment_size z WHERE z.segment = s.id AND z.at < " WHEN \
    " ORDER BY z.at DESC, z.slot DESC LIMIT 1)"
#define DAY_SUM(COLUMN)                                                          \
    "(SELECT CAST(COALESCE(SUM(z." COLUMN "), 0) AS BIGINT) FROM segment_size z" \
    " WHERE z.segment = s.id AND z.grain = 'day' AND z.at >= $1 AND z.at < $2)"
QUERY(sizes_moved, saved_move,
      "SELECT id, name, before, now, entered, \"left\" FROM (SELECT s.id AS id, s.name AS name,"
      " " SIZE_BEFORE("$1") " AS before, " SIZE_BEFORE("$2") " AS now, " DAY_SUM(
          "entered") " AS entered, " DAY_SUM("gone") " AS \"left\" FROM segment s) m"
                                                     " WHERE now IS NOT NULL"
                                                     " ORDER BY ABS(now - COALESCE(before, now)) "
                                                     "DESC, entered DESC, id LIMIT $3");

enum err saved_moves(struct ctx *c, instant from, instant to, i64 most, struct saved_move_list *out)
{
    return db_all(c, &sizes_moved, out, ARGS(from, to, most));
}

static enum err thin(struct tx *t, void *arg)
{
    (void)arg;
    return tx_change(t, &sizes_thin, ARGS(slots_since(t->c)));
}

enum err saved_thin(struct store *s, struct ctx *c) { return store_write(s, c, thin, NULL); }

/* -- snapshots -------------------------------------------------------------------------------- */

#define SNAPSHOT "SELECT id, name, at, version, members AS count FROM segment_snapshot"
QUERY(snapshots_of, saved_snapshot, SNAPSHOT " WHERE segment = $1 ORDER BY at DESC, id DESC");
QUERY(snapshot_one, saved_snapshot, SNAPSHOT " WHERE id = $1");
QUERY(snapshot_named, saved_snapshot, SNAPSHOT " WHERE segment = $1 AND folded = $2");
CHANGE(snapshot_insert, "INSERT INTO segment_snapshot (id, segment, name, folded, version, at,"
                        " members) VALUES ($1, $2, $3, $4, $5, $6, $7)");
CHANGE(snapshot_fill, "INSERT INTO segment_snapshot_chunk (snapshot, chunk, n, members)"
                      " SELECT CAST($1 AS BIGINT), chunk, n, members FROM segment_chunk"
                      " WHERE segment = $2 AND n > 0");
CHANGE(snapshot_drop, "DELETE FROM segment_snapshot WHERE segment = $1 AND id = $2");
CHANGE(snapshot_chunks_drop_one, "DELETE FROM segment_snapshot_chunk WHERE snapshot = $1");

enum err snapshot_make(struct tx *t, i64 segment, str name, i64 *id)
{
    struct ctx *c = t->c;
    struct kept_segment row;
    struct saved_snapshot other = { 0 };
    struct saved_snapshot_list all;
    bool found;
    name = str_trim(name);
    if (name.n == 0 || str_points(name) > 60 || !str_is_line(name))
        return fail_at(c, E_INVALID, S("/name"), "快照名要有 1 到 60 个字，不能换行",
                       "a snapshot's name has 1 to 60 characters on one line");
    TRY(segment_hold(t, segment, &found, &row));
    if (!found) return kept_segment_get(c, segment, &row);
    str folded = str_fold(c->arena, name);
    TRY(db_find(c, &snapshot_named, &other, &found, ARGS(segment, folded)));
    if (found)
        return fail_at(c, E_CONFLICT, S("/name"), "这个分层已有同名快照",
                       "this segment has a snapshot of that name");
    TRY(snapshot_list(c, segment, &all));
    if (all.n >= SNAPSHOTS_MAX)
        return fail(c, E_UNPROCESSABLE, "一个分层至多 %d 个快照",
                    "a segment has at most %d snapshots", SNAPSHOTS_MAX);
    TRY(tx_take(t, S("segment_snapshot"), 1, id));
    TRY(tx_change(t, &snapshot_insert,
                  ARGS(*id, segment, name, folded, row.version, c->now, row.members)));
    return tx_change(t, &snapshot_fill, ARGS(*id, segment));
}

enum err snapshot_delete(struct tx *t, i64 segment, i64 id)
{
    i64 rows;
    TRY(tx_change_rows(t, &snapshot_drop, &rows, ARGS(segment, id)));
    if (!rows) return fail(t->c, E_NOT_FOUND, "没有这个快照", "there is no such snapshot");
    return tx_change(t, &snapshot_chunks_drop_one, ARGS(id));
}

enum err snapshot_list(struct ctx *c, i64 segment, struct saved_snapshot_list *out)
{
    struct kept_segment row;
    TRY(kept_segment_get(c, segment, &row));
    return db_all(c, &snapshots_of, out, ARGS(segment));
}

enum err snapshot_get(struct ctx *c, i64 id, struct saved_snapshot *out)
{
    bool found;
    TRY(db_find(c, &snapshot_one, out, &found, ARGS(id)));
    return found ? OK : fail(c, E_NOT_FOUND, "没有这个快照", "there is no such snapshot");
}

enum err snapshot_members(struct ctx *c, i64 id, i64 after, i64 most, ints *out)
{
    struct saved_snapshot row;
    TRY(snapshot_get(c, id, &row));
    return members_after(c, &snapshot_chunks, id, after, most, out);
}

/* -- erasure ---------------------------------------------------------------------------------- */

QUERY(segment_chunks_at, chunk_row,
      "SELECT segment AS owner, chunk, members FROM segment_chunk WHERE chunk = $1 AND n > 0");
QUERY(snapshot_chunks_at, chunk_row,
      "SELECT snapshot AS owner, chunk, members FROM segment_snapshot_chunk WHERE chunk = $1"
      " AND n > 0");
CHANGE(snapshot_chunk_write,
       "UPDATE segment_snapshot_chunk SET n = $3, members = $4 WHERE snapshot = $1 AND chunk = $2");
CHANGE(snapshot_less, "UPDATE segment_snapshot SET members = members - 1 WHERE id = $1");

static enum err has(struct ctx *c, const struct chunk_row *row, i64 member, chunk_bits bits,
                    bool *out)
{
    TRY(kept_read(c, row->members, bits));
    *out = bits[member % CHUNK / 64] >> (member % 64) & 1;
    return OK;
}

static enum err forget_in_snapshots(struct tx *t, i64 member)
{
    struct ctx *c = t->c;
    struct chunk_row_list rows;
    TRY(db_all(c, &snapshot_chunks_at, &rows, ARGS(member / CHUNK)));
    for (i64 i = 0; i < rows.n; i++) {
        chunk_bits bits;
        bool in;
        TRY(has(c, &rows.at[i], member, bits, &in));
        if (!in) continue;
        bits[member % CHUNK / 64] &= ~(1ull << (member % 64));
        str blob = kept_write(c->arena, bits);
        TRY(tx_change(t, &snapshot_chunk_write,
                      ARGS(rows.at[i].owner, rows.at[i].chunk, bits_count(bits),
                           ((bytes){ blob.at, blob.n }))));
        TRY(tx_change(t, &snapshot_less, ARGS(rows.at[i].owner)));
    }
    return OK;
}

/* Asked of the state after the line that erases him, so that nothing older brings him back. */
static enum err forget_in_segments(struct tx *t, i64 member)
{
    struct ctx *c = t->c;
    struct chunk_row_list rows;
    struct wishes w = { 0 };
    struct {
        struct wish *at;
        i64 n;
    } wishes = { 0 };
    TRY(timeline_last(c, &w.seq));
    TRY(db_all(c, &segment_chunks_at, &rows, ARGS(member / CHUNK)));
    for (i64 i = 0; i < rows.n; i++) {
        chunk_bits bits;
        struct kept_segment row;
        bool in;
        TRY(has(c, &rows.at[i], member, bits, &in));
        if (!in) continue;
        TRY(kept_segment_get(c, rows.at[i].owner, &row));
        *PUSH(c->arena, &wishes) =
            (struct wish){ .segment = row.id, .version = row.version, .member = member };
    }
    w.at = wishes.at;
    w.n = wishes.n;
    return w.n ? wishes_grant(t, &w) : OK;
}

enum err saved_forget(struct tx *t, i64 living, ints ids)
{
    (void)living;
    for (i64 i = 0; i < ids.n; i++) {
        TRY(forget_in_snapshots(t, ids.at[i]));
        TRY(forget_in_segments(t, ids.at[i]));
    }
    return OK;
}

const struct merge_listener saved_merges = { .room = "saved", .erased = saved_forget };
