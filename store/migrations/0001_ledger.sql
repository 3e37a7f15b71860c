-- The ledger. Times are microseconds since 1970 UTC, NULL = none; booleans are
-- 0 and 1; sha256 columns are lower-case hex.

-- +goose Up
CREATE TABLE meta (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  id         TEXT    NOT NULL, -- the store's own id, a random UUID
  created_at INTEGER NOT NULL
) STRICT;

-- One row per campaign; a forgotten one stays as a tombstone.
CREATE TABLE campaigns (
  id           INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL UNIQUE,
  account      TEXT    NOT NULL,
  limits       TEXT    NOT NULL,           -- effective limits, JSON
  version      INTEGER NOT NULL,           -- the current one
  fence        INTEGER NOT NULL DEFAULT 0, -- raised by each runner; claims of a lower one are void
  list_sha256  TEXT    NOT NULL,
  origin       TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,           -- last acceptance
  started_at   INTEGER,                    -- first runner
  finished_at  INTEGER,                    -- nothing was left to send
  paused_at    INTEGER,
  cancelled_at INTEGER,
  forgotten_at INTEGER,
  runner_pid   INTEGER,                    -- the last runner; the lock file says whether it lives
  runner_host  TEXT,
  runner_since INTEGER
) STRICT;
CREATE INDEX campaigns_account ON campaigns (account);

-- Settings and letter, one row per acceptance.
CREATE TABLE versions (
  campaign_id     INTEGER NOT NULL REFERENCES campaigns (id),
  number          INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  by_host         TEXT    NOT NULL,
  by_user         TEXT    NOT NULL,
  settings        TEXT    NOT NULL, -- JSON
  letter          TEXT    NOT NULL, -- JSON
  settings_sha256 TEXT    NOT NULL,
  letter_sha256   TEXT    NOT NULL,
  list_sha256     TEXT    NOT NULL,
  changes         TEXT    NOT NULL, -- in words
  PRIMARY KEY (campaign_id, number)
) STRICT;

-- What was understood of each list file. A changed list adds a set, since
-- messages sent before keep the columns that they were filled from.
CREATE TABLE sources (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  version     INTEGER NOT NULL, -- that brought the set
  number      INTEGER NOT NULL,
  file        TEXT    NOT NULL,
  format      TEXT    NOT NULL,
  encoding    TEXT    NOT NULL,
  delimiter   TEXT    NOT NULL,
  sheet       TEXT    NOT NULL,
  rows_read   INTEGER NOT NULL,
  columns     TEXT    NOT NULL, -- JSON array of headers
  UNIQUE (campaign_id, version, number)
) STRICT;

-- One row per row of the list. own = 1: a message, known by address and key;
-- own = 0: a row that gets nothing, or with leader_id a further row of a group.
CREATE TABLE messages (
  id           INTEGER PRIMARY KEY,
  campaign_id  INTEGER NOT NULL REFERENCES campaigns (id),
  source_id    INTEGER NOT NULL REFERENCES sources (id),
  row_no       INTEGER NOT NULL, -- as a spreadsheet numbers it
  position     INTEGER NOT NULL, -- in the list, over all files
  cells        TEXT    NOT NULL, -- JSON array
  address      TEXT    NOT NULL,
  key          TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  own          INTEGER NOT NULL CHECK (own IN (0, 1)),
  grouped      INTEGER NOT NULL CHECK (grouped IN (0, 1)),
  leader_id    INTEGER REFERENCES messages (id),
  state        TEXT    NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed',
                 'unconfirmed', 'skipped', 'bounced', 'replied', 'unsubscribed')),
  skip         TEXT    NOT NULL DEFAULT '', -- code
  reason       TEXT    NOT NULL DEFAULT '', -- in words
  recipients   INTEGER NOT NULL,
  attachments  TEXT    NOT NULL DEFAULT '[]', -- JSON
  entry_sha256 TEXT    NOT NULL,              -- of what the letter is filled from
  account      TEXT    NOT NULL DEFAULT '',   -- of the last claim; '' before it
  version      INTEGER NOT NULL DEFAULT 0,    -- of the last claim; 0 before it
  message_id   TEXT    NOT NULL DEFAULT '',   -- without brackets, fixed at the first attempt
  date         INTEGER,                       -- fixed at the first attempt
  first_at     INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,    -- used up
  retry_at     INTEGER,
  sent_at      INTEGER,
  code         INTEGER NOT NULL DEFAULT 0,    -- of the last reply
  enhanced     TEXT    NOT NULL DEFAULT '',
  response     TEXT    NOT NULL DEFAULT '',
  sha256       TEXT    NOT NULL DEFAULT '',   -- of the bytes sent
  CHECK (own = 1 OR state = 'skipped'),
  CHECK (own = 0 OR leader_id IS NULL)
) STRICT;
CREATE UNIQUE INDEX messages_identity ON messages (campaign_id, address, key) WHERE own = 1;
CREATE INDEX messages_state ON messages (campaign_id, state, position) WHERE leader_id IS NULL;
CREATE INDEX messages_retry ON messages (campaign_id, retry_at) WHERE state = 'deferred';
CREATE INDEX messages_position ON messages (campaign_id, position);
CREATE INDEX messages_leader ON messages (leader_id) WHERE leader_id IS NOT NULL;
CREATE INDEX messages_source ON messages (source_id);

-- One row per try over SMTP; never changed once it has ended. Ids are never
-- used again: a late outcome names its attempt.
CREATE TABLE attempts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id INTEGER REFERENCES campaigns (id),
  message_id  INTEGER REFERENCES messages (id), -- NULL for a test send
  number      INTEGER NOT NULL,
  fence       INTEGER NOT NULL,
  account     TEXT    NOT NULL,
  started_at  INTEGER NOT NULL,
  marked_at   INTEGER,
  ended_at    INTEGER,
  verdict     TEXT    NOT NULL DEFAULT '',
  class       TEXT    NOT NULL DEFAULT '',
  stage       TEXT    NOT NULL DEFAULT '',
  code        INTEGER NOT NULL DEFAULT 0,
  enhanced    TEXT    NOT NULL DEFAULT '',
  response    TEXT    NOT NULL DEFAULT '',
  queue_id    TEXT    NOT NULL DEFAULT '',
  sha256      TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX attempts_message ON attempts (message_id);
CREATE INDEX attempts_campaign ON attempts (campaign_id);
CREATE UNIQUE INDEX attempts_open ON attempts (message_id) WHERE ended_at IS NULL AND message_id IS NOT NULL;

CREATE TABLE accounts (
  account      TEXT    PRIMARY KEY,
  locked_until INTEGER,
  lock_reason  TEXT    NOT NULL DEFAULT '',
  lock_class   TEXT    NOT NULL DEFAULT '',
  last_at      INTEGER,                    -- last claim or answer
  seq          INTEGER NOT NULL DEFAULT 0, -- claims so far
  spends       INTEGER NOT NULL DEFAULT 0  -- numbers reservations as they become spent
) STRICT;

-- The accounts' ledger. It has no foreign key: forgetting a campaign frees
-- nothing. A reservation is deleted only when its message is known not to have
-- been sent, or when no window can hold it any more.
CREATE TABLE reservations (
  id          INTEGER PRIMARY KEY,
  account     TEXT    NOT NULL,
  n           INTEGER NOT NULL CHECK (n > 0), -- recipients
  campaign    TEXT    NOT NULL,               -- name; '' when booked by hand
  attempt_id  INTEGER,
  state       TEXT    NOT NULL CHECK (state IN ('reserved', 'marked', 'spent', 'unconfirmed')),
  reserved_at INTEGER NOT NULL,
  marked_at   INTEGER,
  at          INTEGER, -- what windows count from; NULL while reserved or marked
  boot_id     TEXT,    -- of the machine at that moment; while marked, at the mark
  boot_us     INTEGER, -- CLOCK_BOOTTIME at that moment
  spent_no    INTEGER, -- the account's spends when it became spent
  CHECK ((at IS NULL) = (state IN ('reserved', 'marked')))
) STRICT;
CREATE INDEX reservations_at ON reservations (account, at);
CREATE INDEX reservations_boot ON reservations (account, boot_id, boot_us);
CREATE INDEX reservations_open ON reservations (account, state) WHERE state <> 'spent';
CREATE INDEX reservations_spent ON reservations (account, spent_no) WHERE spent_no IS NOT NULL;
CREATE INDEX reservations_attempt ON reservations (attempt_id);

CREATE TABLE suppressions (
  folded  TEXT    PRIMARY KEY, -- what is compared: see fold.go
  address TEXT    NOT NULL,    -- as it was given: an address or @domain
  reason  TEXT    NOT NULL,
  by_user TEXT    NOT NULL,
  at      INTEGER NOT NULL
) STRICT;

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  data   BLOB NOT NULL
) STRICT;

-- Which attachments a campaign needs; a blob that none needs goes with forget.
CREATE TABLE campaign_blobs (
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  sha256      TEXT    NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (campaign_id, sha256)
) STRICT;
CREATE INDEX campaign_blobs_sha256 ON campaign_blobs (sha256);

CREATE TABLE events (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  at          INTEGER NOT NULL,
  by_host     TEXT    NOT NULL,
  by_user     TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  detail      TEXT    NOT NULL
) STRICT;
CREATE INDEX events_campaign ON events (campaign_id, id);
