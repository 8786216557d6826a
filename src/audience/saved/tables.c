/* tables.c -- what is kept of saved segments, and the rows others read. */
#include "audience/saved/inside.h"

const struct migration saved_migrations[] = {
    { "0001 segments",
      "CREATE TABLE segment ("
      "  id int64 PRIMARY KEY,"
      "  name text NOT NULL,"
      "  folded text NOT NULL UNIQUE,"
      "  description text,"
      "  text text NOT NULL,"
      "  owner text NOT NULL,"
      "  version int64 NOT NULL,"
      "  filled int64 NOT NULL,"
      "  announce flag NOT NULL,"
      "  auto flag NOT NULL,"
      "  paused flag NOT NULL,"
      "  members int64 NOT NULL,"
      "  counted_at int64,"
      "  seq int64 NOT NULL,"
      "  changes int64 NOT NULL,"
      "  problem text,"
      "  created_at int64 NOT NULL,"
      "  updated_at int64 NOT NULL"
      ");"
      "CREATE TABLE segment_version ("
      "  segment int64 NOT NULL,"
      "  version int64 NOT NULL,"
      "  text text NOT NULL,"
      "  at int64 NOT NULL,"
      "  who text NOT NULL,"
      "  PRIMARY KEY (segment, version)"
      ");"
      "CREATE TABLE segment_chunk ("
      "  segment int64 NOT NULL,"
      "  chunk int64 NOT NULL,"
      "  n int64 NOT NULL,"
      "  members bytes NOT NULL,"
      "  PRIMARY KEY (segment, chunk)"
      ");"
      "CREATE INDEX segment_chunk_of ON segment_chunk (chunk);"
      "CREATE TABLE segment_size ("
      "  segment int64 NOT NULL,"
      "  grain text NOT NULL,"
      "  slot int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  members int64 NOT NULL,"
      "  entered int64 NOT NULL,"
      "  gone int64 NOT NULL,"
      "  PRIMARY KEY (segment, grain, slot)"
      ") clustered;"
      "CREATE TABLE segment_snapshot ("
      "  id int64 PRIMARY KEY,"
      "  segment int64 NOT NULL,"
      "  name text NOT NULL,"
      "  folded text NOT NULL,"
      "  version int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  members int64 NOT NULL,"
      "  UNIQUE (segment, folded)"
      ");"
      "CREATE TABLE segment_snapshot_chunk ("
      "  snapshot int64 NOT NULL,"
      "  chunk int64 NOT NULL,"
      "  n int64 NOT NULL,"
      "  members bytes NOT NULL,"
      "  PRIMARY KEY (snapshot, chunk)"
      ");"
      "CREATE INDEX segment_snapshot_chunk_of ON segment_snapshot_chunk (chunk);" },
    { NULL, NULL },
};

SHAPE_DEFINE(kept_segment);
SHAPE_DEFINE(saved_view);
SHAPE_DEFINE(saved_post);
SHAPE_DEFINE(saved_patch);
SHAPE_DEFINE(saved_version);
SHAPE_DEFINE(saved_size);
SHAPE_DEFINE(saved_move);
SHAPE_DEFINE(saved_refreshed);
SHAPE_DEFINE(saved_snapshot);

#define ROW                                                                                  \
    "SELECT id, name, folded, text, version, filled, announce, auto, paused, members, seq, " \
    "changes, counted_at, updated_at FROM segment"
QUERY(segment_all, kept_segment, ROW " ORDER BY id");
QUERY(segment_one, kept_segment, ROW " WHERE id = $1");
CHANGE_RETURNING(segment_held, kept_segment,
                 "UPDATE segment SET changes = changes WHERE id = $1 RETURNING id, name, folded,"
                 " text, version, filled, announce, auto, paused, members, seq, changes,"
                 " counted_at, updated_at");

enum err kept_segments(struct ctx *c, struct kept_segment_list *out)
{
    return db_all(c, &segment_all, out, NO_ARGS);
}

static enum err not_there(struct ctx *c)
{
    return fail(c, E_NOT_FOUND, "没有这个分层", "there is no such segment");
}

enum err kept_segment_get(struct ctx *c, i64 id, struct kept_segment *out)
{
    bool found;
    TRY(db_find(c, &segment_one, out, &found, ARGS(id)));
    return found ? OK : not_there(c);
}

enum err segment_hold(struct tx *t, i64 id, bool *found, struct kept_segment *out)
{
    return db_find(t->c, &segment_held, out, found, ARGS(id));
}
