-- +goose Up
-- What a runner has made durable and not posted to the tables yet, in the order
-- of its commits: see journal.go.
CREATE TABLE journal (
  id      INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
) STRICT;
