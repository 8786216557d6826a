/* tables.c -- what is kept of rules and alerts, and what can be set. */
#include "insight/alert/inside.h"

const struct migration alert_migrations[] = {
    { "0001 alerts",
      "CREATE TABLE alert_rule ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  name text NOT NULL,"
      "  folded text NOT NULL UNIQUE,"
      "  terms text NOT NULL,"
      "  severity text NOT NULL,"
      "  quiet_hours int64 NOT NULL,"
      "  owner int64 NOT NULL,"
      "  enabled flag NOT NULL,"
      "  version int64 NOT NULL," /* another with each change of what is watched */
      "  muted_until int64,"
      "  checked_at int64,"
      "  problem_zh text,"
      "  problem_en text,"
      "  note_zh text,"
      "  note_en text,"
      "  template text,"
      "  created_by text NOT NULL,"
      "  created_at int64 NOT NULL,"
      "  removed_at int64"
      ");"
      /* value: of the dimension; '': the whole, '*': a group */
      "CREATE TABLE alert ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  rule int64 NOT NULL,"
      "  value text NOT NULL,"
      "  state text NOT NULL,"
      "  from_day int64 NOT NULL,"
      "  to_day int64 NOT NULL,"
      "  since_day int64 NOT NULL,"
      "  facts text NOT NULL,"
      "  first_raised_at int64 NOT NULL,"
      "  raised_at int64 NOT NULL,"
      "  times int64 NOT NULL,"
      "  acknowledged_by text,"
      "  acknowledged_at int64,"
      "  assigned int64 NOT NULL,"
      "  ending text NOT NULL,"
      "  resolved_by text,"
      "  resolved_at int64"
      ");"
      "CREATE UNIQUE INDEX alert_open ON alert (rule, value) WHERE state <> 'resolved';"
      "CREATE INDEX alert_of_rule ON alert (rule, value, id);"
      "CREATE INDEX alert_raised ON alert (raised_at, id);"
      "CREATE TABLE alert_step ("
      "  alert int64 NOT NULL,"
      "  id int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  kind text NOT NULL,"
      "  actor text NOT NULL,"
      "  note text NOT NULL,"
      "  PRIMARY KEY (alert, id)"
      ") clustered;"
      "CREATE TABLE alert_mute ("
      "  rule int64 NOT NULL,"
      "  value text NOT NULL,"
      "  until int64 NOT NULL,"
      "  PRIMARY KEY (rule, value)"
      ") clustered;"
      /* up to which line of the timeline rules were last evaluated, and when */
      "CREATE TABLE alert_seen ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  seq int64 NOT NULL,"
      "  at int64 NOT NULL"
      ");" },
    { 0 },
};

const struct setting alert_settings[] = {
    { .name = "alert.judge_hour",
      .kind = SETTING_I64,
      .fallback = "6",
      .min = 0,
      .max = 23,
      .zh = "预警：每天几点起才判断前一天（等前一天的数据到齐）",
      .en = "Alerts: the hour from which the day before is judged, when its facts are in" },
    { .name = "alert.wait_seconds",
      .kind = SETTING_I64,
      .fallback = "60",
      .min = 5,
      .max = 3600,
      .zh = "预警：有新数据时，至少隔多少秒重新判断一次",
      .en = "Alerts: seconds between evaluations while facts come in" },
    { 0 },
};

CHOICE_DEFINE(alert_severity, "info", "warning", "critical");
CHOICE_DEFINE(alert_state, "raised", "acknowledged", "resolved");
CHOICE_DEFINE(alert_ending, "none", "by_hand", "gone", "changed", "off", "removed");
CHOICE_DEFINE(alert_verdict, "calm", "holds", "not_defined", "no_history", "no_spread");
SHAPE_DEFINE(alert_rule_post);
SHAPE_DEFINE(alert_rule_put);
SHAPE_DEFINE(alert_rule);
SHAPE_DEFINE(alert_rule_row);
SHAPE_DEFINE(alert_template);
SHAPE_DEFINE(alert_point);
SHAPE_DEFINE(alert_part);
SHAPE_DEFINE(alert_listed);
SHAPE_DEFINE(alert_facts);
SHAPE_DEFINE(alert_row);
SHAPE_DEFINE(alert_view);
SHAPE_DEFINE(alert_step);
SHAPE_DEFINE(alert_check);
SHAPE_DEFINE(alert_tried);
SHAPE_DEFINE(alert_preview);
