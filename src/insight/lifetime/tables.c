/* tables.c -- what is kept of lifetime: fits, and what the last good one says of each member. */
#include "insight/lifetime/inside.h"

const struct migration lifetime_migrations[] = {
    { "0001 lifetime",
      "CREATE TABLE lifetime_fit (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  at int64 NOT NULL,\n"
      "  found flag NOT NULL,\n"
      "  problem_zh text,\n" /* why nothing was found */
      "  problem_en text,\n"
      "  unit float64 NOT NULL,\n" /* days */
      "  customers int64 NOT NULL,\n"
      "  r float64 NOT NULL,\n"
      "  alpha float64 NOT NULL,\n"
      "  a float64 NOT NULL,\n"
      "  b float64 NOT NULL,\n"
      "  r_error float64 NOT NULL,\n"
      "  alpha_error float64 NOT NULL,\n"
      "  a_error float64 NOT NULL,\n"
      "  b_error float64 NOT NULL,\n"
      "  log_likelihood float64 NOT NULL,\n"
      "  p float64 NOT NULL,\n" /* all three 0: spend was not fitted */
      "  q float64 NOT NULL,\n"
      "  v float64 NOT NULL,\n"
      "  spend_log_likelihood float64 NOT NULL,\n"
      "  report text\n" /* as it was shown, with the calibration chart */
      ");\n"
      "CREATE TABLE lifetime_score (\n"
      "  member int64 NOT NULL PRIMARY KEY,\n"
      "  repeats int64 NOT NULL,\n"
      "  spent int64 NOT NULL,\n"
      "  alive int64 NOT NULL,\n"  /* hundredths of a percent */
      "  orders int64 NOT NULL,\n" /* ten-thousandths, in 90 days */
      "  value int64 NOT NULL,\n"  /* in 365 days; -1: not to be had */
      "  at int64 NOT NULL\n"
      ") clustered;\n"
      "CREATE INDEX lifetime_score_value ON lifetime_score (value, member);\n"
      "CREATE INDEX lifetime_score_alive ON lifetime_score (alive, member);\n"
      "CREATE INDEX lifetime_free ON purchase_order (member, (COALESCE(paid_at, at)))"
      " WHERE is_paid AND net = 0 AND refund = 0;\n" },
    { 0 },
};
