/* tables.c -- what is kept of invitations: codes, and who came by whom. */
#include "loyalty/invitations/inside.h"

const struct migration invitation_migrations[] = {
    { "0001 invitations",
      /* A code leads to the id it was made for, and so to whom that became. */
      "CREATE TABLE invitation_code ("
      "  code text NOT NULL PRIMARY KEY,"
      "  member int64 NOT NULL,"
      "  at int64 NOT NULL"
      ") clustered;"
      "CREATE INDEX invitation_code_of ON invitation_code (member);"
      /* A row a step. member: who was invited. Both ids follow merges. */
      "CREATE TABLE invitation ("
      "  member int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  step text NOT NULL,"
      "  inviter int64 NOT NULL,"
      "  bound_at int64 NOT NULL,"
      "  state text NOT NULL,"
      "  at int64,"
      "  counts flag NOT NULL,"
      "  purchase int64,"
      "  round int64 NOT NULL,"
      "  PRIMARY KEY (member, number, step)"
      ") clustered;"
      "CREATE INDEX invitation_inviter ON invitation (inviter, number);" },
    { "0002 invitations held", /* what it gave waits for review, or was rejected there */
      "ALTER TABLE invitation ADD COLUMN held flag NOT NULL DEFAULT FALSE;" },
    { 0 },
};

SHAPE_DEFINE(invited);
SHAPE_DEFINE(invitation);
CHOICE_DEFINE(invited_state, "waiting", "counted", "taken_back");
