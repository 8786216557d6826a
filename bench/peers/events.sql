-- Behaviour as a shop would keep it: a message counts once, a person's events are found.
DROP TABLE IF EXISTS events;
CREATE TABLE events (message_id uuid PRIMARY KEY, user_id text NOT NULL, event text NOT NULL, at timestamptz NOT NULL, props jsonb);
CREATE INDEX events_of ON events (user_id, at);
