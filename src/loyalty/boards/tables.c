/* tables.c -- the tables of leaderboards, their choices, and the states of a board.
 *
 *     draft --published--> upcoming | running | closing | frozen --settled--> settled
 *       |                      by the clock: starts_at, ends_at, frozen_at
 *       +----cancelled-------------------+
 *
 * Kept are draft, published, cancelled, settling (the final ranks are being written down: frozen to
 * whoever looks) and settled; the rest follows from the clock, so no job has to be on time.
 *
 *   state     scores follow facts       ranks are read from
 *   draft     no                        -
 *   upcoming  yes (none can count yet)  the scores
 *   running   yes                       the scores
 *   closing   yes, of facts before ends_at
 *   frozen    no                        the scores, which stand
 *   settled   no                        board_final
 *
 * Of a board of teams the column member of board_score, board_final, board_review and the origin of
 * board_prize are teams.
 * board_score keeps a row for whoever has been on the board: 0 when refunds took everything, so
 * that those who follow the versions see it. board_final is only ever inserted.
 */
#include "loyalty/boards/inside.h"

const struct migration board_migrations[] = {
    { "0001 boards", "CREATE TABLE board (\n"
                     "  id int64 NOT NULL PRIMARY KEY,\n"
                     "  name text NOT NULL,\n"
                     "  metric text NOT NULL,\n"
                     "  starts_at int64 NOT NULL,\n"
                     "  ends_at int64 NOT NULL,\n"
                     "  frozen_at int64,\n"
                     "  scope text NOT NULL,\n"
                     "  scope_name text,\n"
                     "  ties text NOT NULL,\n"
                     "  min_score int64 NOT NULL,\n"
                     "  order_cap int64 NOT NULL,\n"
                     "  visible flag NOT NULL,\n"
                     "  state text NOT NULL,\n"
                     "  filled flag NOT NULL,\n"
                     "  settled_at int64,\n"
                     "  created_at int64 NOT NULL\n"
                     ");\n"
                     "CREATE TABLE board_score (\n"
                     "  member int64 NOT NULL,\n"
                     "  board int64 NOT NULL,\n"
                     "  score int64 NOT NULL,\n"
                     "  reached_at int64 NOT NULL,\n"
                     "  version int64 NOT NULL,\n"
                     "  PRIMARY KEY (member, board)\n"
                     ") clustered;\n"
                     "CREATE INDEX board_score_version ON board_score (version);\n" },
    { "0002 the end",
      "ALTER TABLE board ADD COLUMN prizes text;\n"
      "CREATE TABLE board_final (\n"
      "  member int64 NOT NULL,\n"
      "  board int64 NOT NULL,\n"
      "  place int64 NOT NULL,\n"
      "  rank int64 NOT NULL,\n"
      "  score int64 NOT NULL,\n"
      "  reached_at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, board)\n"
      ") clustered;\n"
      "CREATE INDEX board_final_place ON board_final (board, place);\n"
      "CREATE TABLE board_prize (\n"
      "  member int64 NOT NULL,\n"
      "  board int64 NOT NULL,\n"
      "  place int64 NOT NULL,\n"
      "  origin int64 NOT NULL,\n" /* whose place it is: a merge moves member alone */
      "  rank int64 NOT NULL,\n"
      "  score int64 NOT NULL,\n"
      "  rewards int64 NOT NULL,\n" /* how many */
      "  number int64 NOT NULL,\n"  /* of the row: what merges note */
      "  state text NOT NULL,\n"
      "  at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, board, place)\n"
      ") clustered;\n"
      "CREATE INDEX board_prize_place ON board_prize (board, place);\n"
      "CREATE TABLE board_review (\n"
      "  member int64 NOT NULL,\n" /* as on the board */
      "  board int64 NOT NULL,\n"
      "  score int64 NOT NULL,\n"
      "  score_now int64 NOT NULL,\n"
      "  decision text,\n"
      "  decided_by text,\n"
      "  at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, board)\n"
      ") clustered;\n" },
    { "0003 teams", "ALTER TABLE board ADD COLUMN holders text NOT NULL DEFAULT 'members';\n"
                    "ALTER TABLE board ADD COLUMN campaign int64 NOT NULL DEFAULT 0;\n"
                    "ALTER TABLE board ADD COLUMN captain_only flag NOT NULL DEFAULT FALSE;\n" },
    { "0004 versions alone", /* who follows them reads the index, not the rows */
      "DROP INDEX board_score_version;\n"
      "CREATE INDEX board_score_version ON board_score"
      " (version, board, member, score, reached_at);\n" },
    { "0005 points of tasks", /* they count from now on: counted anew, where it is not over */
      "UPDATE board SET filled = FALSE WHERE metric = 'points' AND state = 'published';\n" },
    { 0 },
};

CHOICE_DEFINE(board_holders, "members", "teams");
CHOICE_DEFINE(board_metric, "amount", "orders", "points", "invites");
CHOICE_DEFINE(board_ties, "earlier", "share", "dense");
CHOICE_DEFINE(board_scope, "all", "segment", "tag", "tier");
CHOICE_DEFINE(board_state, "draft", "cancelled", "upcoming", "running", "closing", "frozen",
              "settled");
CHOICE_DEFINE(board_kept, "draft", "published", "cancelled", "settling", "settled");

CHOICE_DEFINE(prize_state, "given", "skipped", "withheld", "taken_back");

SHAPE_DEFINE(board_row);
SHAPE_DEFINE(board_prize);
SHAPE_DEFINE(board_prizes_kept);
SHAPE_DEFINE(prize_view);
SHAPE_DEFINE(score_row);
SHAPE_DEFINE(board_post);
SHAPE_DEFINE(board_patch);
SHAPE_DEFINE(board_view);
SHAPE_DEFINE(board_place);
