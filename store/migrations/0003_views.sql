-- +goose Up
-- How many messages a campaign has in each state: see tally.go.
CREATE TABLE tallies (
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  state       TEXT    NOT NULL,
  n           INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (campaign_id, state)
) STRICT, WITHOUT ROWID;
INSERT INTO tallies (campaign_id, state, n)
  SELECT campaign_id, state, count(*) FROM messages WHERE leader_id IS NULL GROUP BY campaign_id, state;

-- What a message leaves when it is sent needs no index, and what it goes
-- through in one step none either.
DROP INDEX messages_state;
CREATE INDEX messages_queued ON messages (campaign_id, position) WHERE state = 'queued';
CREATE INDEX messages_sending ON messages (campaign_id, position) WHERE state = 'sending';
CREATE INDEX messages_unconfirmed ON messages (campaign_id, position) WHERE state = 'unconfirmed';
CREATE INDEX messages_several ON messages (campaign_id) WHERE recipients > 1;
DROP INDEX messages_source;
DROP INDEX attempts_campaign;
DROP INDEX reservations_attempt;
CREATE INDEX reservations_attempt ON reservations (attempt_id) WHERE state <> 'spent';
