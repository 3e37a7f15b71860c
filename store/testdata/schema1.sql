PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-26 02:56:58');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-26 02:56:58');
CREATE TABLE meta (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  id         TEXT    NOT NULL, -- the store's own id, a random UUID
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES(1,'712d7865-0bf7-4eaf-a689-e910e172ff2e',1795661818418522);
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
INSERT INTO campaigns VALUES(1,'earlier','rina@example.org/smtp.example.org','[{"max":100,"window":86400000000000}]',1,2,'c1','/home/rina/earlier.yaml',1803902400000000,1803902400000000,1803902400000000,NULL,NULL,NULL,NULL,20545,'desk',1803902400000000);
INSERT INTO campaigns VALUES(2,'spring','rina@example.org/smtp.example.org','[{"max":100,"window":86400000000000},{"max":3000,"window":2685600000000000}]',1,1,'c1','/home/rina/spring.yaml',1803902400000000,1803902400000000,1803902400000000,NULL,NULL,NULL,NULL,20545,'desk',1803902400000000);
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
INSERT INTO versions VALUES(1,1,1803902400000000,'desk','rina','{"name":"earlier","from":{"name":"Rina","email":"rina@example.org"},"subject":"Hello","body":{"html":"body.html","inline_css":false},"recipients":[{"file":"people.csv"}],"sender":{"provider":"smtp","host":"smtp.example.org","username":"rina@example.org","password":"env:PW","connections":0},"limits":[{"max":100,"window":86400000000000}],"reserve":0,"schedule":{"timezone":"UTC","pace":{"min":0,"max":0}},"retry":{"attempts":5,"first":900000000000,"factor":2,"max":21600000000000},"stop_when":{"failed":0,"after":0},"unsubscribe":{}}','{"subject":"Hello","html":"<p>Hello {{.name}}</p>","inline_css":false}','s1','l1','c1','first run');
INSERT INTO versions VALUES(2,1,1803902400000000,'desk','rina','{"name":"spring","from":{"name":"Rina","email":"rina@example.org"},"subject":"Hello","body":{"html":"body.html","inline_css":false},"recipients":[{"file":"people.csv"}],"sender":{"provider":"smtp","host":"smtp.example.org","username":"rina@example.org","password":"env:PW","connections":0},"limits":[{"max":100,"window":86400000000000},{"max":3000,"window":2685600000000000}],"reserve":0,"schedule":{"timezone":"UTC","pace":{"min":0,"max":0}},"retry":{"attempts":5,"first":900000000000,"factor":2,"max":21600000000000},"stop_when":{"failed":0,"after":0},"unsubscribe":{}}','{"subject":"Hello","html":"<p>Hello {{.name}}</p>","inline_css":false}','s1','l1','c1','first run');
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
INSERT INTO sources VALUES(1,1,1,0,'people.csv','csv','utf-8',',','',0,'["email","name"]');
INSERT INTO sources VALUES(2,2,1,0,'people.csv','csv','utf-8',',','',0,'["email","name"]');
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
INSERT INTO messages VALUES(1,1,1,2,1,'["p000@example.org","p000"]','p000@example.org','','p000',1,0,NULL,'sent','','',1,'[]','p000@example.org','rina@example.org/smtp.example.org',1,'83fe42ac138c1441ca4dfd111923ce0d@example.org',1803902400000000,1803902400000000,1,NULL,1803902400000000,0,'','','');
INSERT INTO messages VALUES(2,1,1,3,2,'["p001@example.org","p001"]','p001@example.org','','p001',1,0,NULL,'queued','','',1,'[]','p001@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(3,2,2,2,1,'["p000@example.org","p000"]','p000@example.org','','p000',1,0,NULL,'sent','','',1,'[]','p000@example.org','rina@example.org/smtp.example.org',1,'5d3e9baff6f8e2bb9cf2a2ae7c1e5fc7@example.org',1803902400000000,1803902400000000,1,NULL,1803902400000000,250,'','250 ok','');
INSERT INTO messages VALUES(4,2,2,3,2,'["p001@example.org","p001"]','p001@example.org','','p001',1,0,NULL,'deferred','','450',1,'[]','p001@example.org','rina@example.org/smtp.example.org',1,'c30d2bd152941821999d055e8fe446bf@example.org',1803902401000000,1803902401000000,1,1803903301000000,NULL,450,'','','');
INSERT INTO messages VALUES(5,2,2,4,3,'["p002@example.org","p002"]','p002@example.org','','p002',1,0,NULL,'failed','','550',1,'[]','p002@example.org','rina@example.org/smtp.example.org',1,'1936ccf21c32668bc999edbb353b5817@example.org',1803902402000000,1803902402000000,1,NULL,NULL,550,'','','');
INSERT INTO messages VALUES(6,2,2,5,4,'["p003@example.org","p003"]','p003@example.org','','p003',1,0,NULL,'unconfirmed','','',1,'[]','p003@example.org','rina@example.org/smtp.example.org',1,'d4cf53df1bcd6734347731cb12caa2cb@example.org',1803902403000000,1803902403000000,1,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(7,2,2,6,5,'["p004@example.org","p004"]','p004@example.org','','p004',1,0,NULL,'sent','','',1,'[]','p004@example.org','rina@example.org/smtp.example.org',1,'7fef69f35da4b09be3c5ff0fdbbf59f8@example.org',1803902405000000,1803902405000000,1,NULL,1803902405000000,250,'','250 ok','');
INSERT INTO messages VALUES(8,2,2,7,6,'["p005@example.org","p005"]','p005@example.org','','p005',1,0,NULL,'sent','','',1,'[]','p005@example.org','rina@example.org/smtp.example.org',1,'3446af0f7ead4d655d81fb3fdfb467d4@example.org',1803902406000000,1803902406000000,1,NULL,1803902406000000,0,'','','');
INSERT INTO messages VALUES(9,2,2,8,7,'["p006@example.org","p006"]','p006@example.org','','p006',1,0,NULL,'sending','','',1,'[]','p006@example.org','rina@example.org/smtp.example.org',1,'05db58b8d779c0951aaf61d321adf76b@example.org',1803902407000000,1803902407000000,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(10,2,2,9,8,'["p007@example.org","p007"]','p007@example.org','','p007',1,0,NULL,'sending','','',1,'[]','p007@example.org','rina@example.org/smtp.example.org',1,'8e197e984ff153e1fbad66d6f2ced1da@example.org',1803902408000000,1803902408000000,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(11,2,2,10,9,'["p008@example.org","p008"]','p008@example.org','','p008',1,0,NULL,'queued','','',1,'[]','p008@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(12,2,2,11,10,'["p009@example.org","p009"]','p009@example.org','','p009',1,0,NULL,'queued','','',1,'[]','p009@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(13,2,2,12,11,'["p010@example.org","p010"]','p010@example.org','','p010',1,0,NULL,'queued','','',1,'[]','p010@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(14,2,2,13,12,'["p011@example.org","p011"]','p011@example.org','','p011',1,0,NULL,'queued','','',1,'[]','p011@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(15,2,2,14,13,'["p012@example.org","p012"]','p012@example.org','','p012',1,0,NULL,'queued','','',3,'[]','p012@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(16,2,2,16,15,'["p014@example.org","p014"]','p014@example.org','','p014',1,0,NULL,'queued','','',1,'[]','p014@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(17,2,2,17,16,'["p015@example.org","p015"]','p015@example.org','','p015',1,0,NULL,'queued','','',1,'[]','p015@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
INSERT INTO messages VALUES(18,2,2,15,14,'["p013@example.org","p013"]','p013@example.org','','p013',0,0,NULL,'skipped','duplicate','as in row 2',1,'[]','p013@example.org','',0,'',NULL,NULL,0,NULL,NULL,0,'','','');
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
INSERT INTO attempts VALUES(1,1,1,1,1,'rina@example.org/smtp.example.org',1803902400000000,1795661818443826,1803902400000000,'accepted','','',0,'','','','');
INSERT INTO attempts VALUES(2,2,3,1,1,'rina@example.org/smtp.example.org',1803902400000000,1795661818471455,1803902400000000,'accepted','','',250,'','250 ok','','');
INSERT INTO attempts VALUES(3,2,4,1,1,'rina@example.org/smtp.example.org',1803902401000000,1795661818478906,1803902401000000,'deferred','','',450,'','','','');
INSERT INTO attempts VALUES(4,2,5,1,1,'rina@example.org/smtp.example.org',1803902402000000,1795661818485263,1803902402000000,'failed','','',550,'','','','');
INSERT INTO attempts VALUES(5,2,6,1,1,'rina@example.org/smtp.example.org',1803902403000000,1795661818491737,1803902403000000,'requeued','','',0,'','','','');
INSERT INTO attempts VALUES(6,2,6,1,1,'rina@example.org/smtp.example.org',1803902404000000,1795661818499131,1803902404000000,'unconfirmed','','',0,'','','','');
INSERT INTO attempts VALUES(7,2,7,1,1,'rina@example.org/smtp.example.org',1803902405000000,1795661818506019,1803902405000000,'accepted','','',250,'','250 ok','','');
INSERT INTO attempts VALUES(8,2,8,1,1,'rina@example.org/smtp.example.org',1803902406000000,1795661818512056,1803902406000000,'accepted','','',0,'','','','');
INSERT INTO attempts VALUES(9,2,9,1,1,'rina@example.org/smtp.example.org',1803902407000000,NULL,NULL,'','','',0,'','','','');
INSERT INTO attempts VALUES(10,2,10,1,1,'rina@example.org/smtp.example.org',1803902408000000,1795661818524136,NULL,'','','',0,'','','','');
CREATE TABLE accounts (
  account      TEXT    PRIMARY KEY,
  locked_until INTEGER,
  lock_reason  TEXT    NOT NULL DEFAULT '',
  lock_class   TEXT    NOT NULL DEFAULT '',
  last_at      INTEGER,                    -- last claim or answer
  seq          INTEGER NOT NULL DEFAULT 0, -- claims so far
  spends       INTEGER NOT NULL DEFAULT 0  -- numbers reservations as they become spent
) STRICT;
INSERT INTO accounts VALUES('rina@example.org/smtp.example.org',NULL,'','',1803902408000000,10,4);
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
INSERT INTO reservations VALUES(1,'rina@example.org/smtp.example.org',1,'earlier',1,'spent',1803902400000000,1795661818443826,1803902400000000,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',45652068090,1);
INSERT INTO reservations VALUES(2,'rina@example.org/smtp.example.org',1,'spring',2,'spent',1803902400000000,1795661818471455,1803902400000000,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',45652095797,2);
INSERT INTO reservations VALUES(3,'rina@example.org/smtp.example.org',1,'spring',6,'unconfirmed',1803902404000000,1795661818499131,1795662418499131,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',46252121767,NULL);
INSERT INTO reservations VALUES(4,'rina@example.org/smtp.example.org',1,'spring',7,'spent',1803902405000000,1795661818506019,1803902405000000,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',45652130128,3);
INSERT INTO reservations VALUES(5,'rina@example.org/smtp.example.org',1,'spring',8,'spent',1803902406000000,1795661818512056,1803902406000000,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',45652136227,4);
INSERT INTO reservations VALUES(6,'rina@example.org/smtp.example.org',1,'spring',9,'reserved',1803902407000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO reservations VALUES(7,'rina@example.org/smtp.example.org',1,'spring',10,'marked',1803902408000000,1795661818524136,NULL,'7b2a2c62-8c67-40fd-9025-2cd29f1da7b8',45652146771,NULL);
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
CREATE TABLE campaign_blobs (
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  sha256      TEXT    NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (campaign_id, sha256)
) STRICT;
CREATE TABLE events (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
  at          INTEGER NOT NULL,
  by_host     TEXT    NOT NULL,
  by_user     TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  detail      TEXT    NOT NULL
) STRICT;
INSERT INTO events VALUES(1,1,1803902400000000,'desk','rina','accepted','version 1: first run');
INSERT INTO events VALUES(2,1,1803902400000000,'desk','','started','process 20545');
INSERT INTO events VALUES(3,2,1803902400000000,'desk','rina','accepted','version 1: first run');
INSERT INTO events VALUES(4,2,1803902400000000,'desk','','started','process 20545');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',2);
INSERT INTO sqlite_sequence VALUES('attempts',10);
CREATE INDEX campaigns_account ON campaigns (account);
CREATE UNIQUE INDEX messages_identity ON messages (campaign_id, address, key) WHERE own = 1;
CREATE INDEX messages_state ON messages (campaign_id, state, position) WHERE leader_id IS NULL;
CREATE INDEX messages_retry ON messages (campaign_id, retry_at) WHERE state = 'deferred';
CREATE INDEX messages_position ON messages (campaign_id, position);
CREATE INDEX messages_leader ON messages (leader_id) WHERE leader_id IS NOT NULL;
CREATE INDEX messages_source ON messages (source_id);
CREATE INDEX attempts_message ON attempts (message_id);
CREATE INDEX attempts_campaign ON attempts (campaign_id);
CREATE UNIQUE INDEX attempts_open ON attempts (message_id) WHERE ended_at IS NULL AND message_id IS NOT NULL;
CREATE INDEX reservations_at ON reservations (account, at);
CREATE INDEX reservations_boot ON reservations (account, boot_id, boot_us);
CREATE INDEX reservations_open ON reservations (account, state) WHERE state <> 'spent';
CREATE INDEX reservations_spent ON reservations (account, spent_no) WHERE spent_no IS NOT NULL;
CREATE INDEX reservations_attempt ON reservations (attempt_id);
CREATE INDEX campaign_blobs_sha256 ON campaign_blobs (sha256);
CREATE INDEX events_campaign ON events (campaign_id, id);
COMMIT;
