/* tables.c -- what the room keeps: endpoints, messages with their files, deliveries. */
#include "channel/inside.h"

const struct migration channel_migrations[] = {
    { "0001 deliveries",
      "CREATE TABLE endpoint ("
      "  id int64 PRIMARY KEY,"
      "  kind text NOT NULL,"
      "  name text NOT NULL," /* empty: removed */
      "  target text NOT NULL,"
      "  topics text NOT NULL," /* blanks between */
      "  language text NOT NULL,"
      "  enabled flag NOT NULL,"
      "  secret text NOT NULL," /* webhooks: "whsec_…" */
      "  old_secret text NOT NULL,"
      "  old_secret_until int64,"
      "  failures int64 NOT NULL," /* since the last success */
      "  failing_since int64,"
      "  paused_until int64 NOT NULL," /* no try before */
      "  sent_at int64,"
      "  fault text NOT NULL," /* of the last try, or why it is off */
      "  detail text NOT NULL,"
      "  created_at int64 NOT NULL);"
      "CREATE UNIQUE INDEX endpoint_name ON endpoint (name) WHERE name <> '';"
      "CREATE TABLE channel_message ("
      "  id int64 PRIMARY KEY,"
      "  code text NOT NULL," /* "msg_…", unique in the world */
      "  topic text NOT NULL,"
      "  key text NOT NULL,"
      "  title_zh text NOT NULL,"
      "  title_en text NOT NULL,"
      "  text_zh text NOT NULL,"
      "  text_en text NOT NULL,"
      "  data text NOT NULL,"
      "  files int64 NOT NULL,"
      "  made_at int64 NOT NULL);"
      "CREATE UNIQUE INDEX channel_message_key ON channel_message (topic, key);"
      "CREATE INDEX channel_message_made ON channel_message (made_at);"
      "CREATE TABLE channel_file ("
      "  message int64 NOT NULL,"
      "  n int64 NOT NULL,"
      "  name text NOT NULL,"
      "  type text NOT NULL,"
      "  content bytes NOT NULL,"
      "  PRIMARY KEY (message, n));"
      "CREATE TABLE delivery ("
      "  id int64 PRIMARY KEY,"
      "  message int64 NOT NULL,"
      "  endpoint int64 NOT NULL,"
      "  state text NOT NULL,"
      "  attempts int64 NOT NULL,"
      "  due_at int64 NOT NULL,"
      "  lease_until int64 NOT NULL,"
      "  fault text NOT NULL,"
      "  detail text NOT NULL,"
      "  status int64,"
      "  took_ms int64,"
      "  made_at int64 NOT NULL,"
      "  sent_at int64,"
      "  told flag NOT NULL,"    /* held: somebody was told */
      "  counts flag NOT NULL);" /* in the share of the hour */
      "CREATE UNIQUE INDEX delivery_of ON delivery (message, endpoint);"
      "CREATE INDEX delivery_endpoint ON delivery (endpoint, made_at);"
      "CREATE INDEX delivery_due ON delivery (due_at) WHERE state IN ('waiting', 'failed');"
      "CREATE INDEX delivery_held ON delivery (endpoint, id) WHERE state = 'held';" },
    { 0 },
};
