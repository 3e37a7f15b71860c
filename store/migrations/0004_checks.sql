-- +goose Up
-- The states in an order of OR: for IN with more than two words SQLite builds
-- a table of them anew for every row, which took a fifth of an import. What is
-- allowed stays the same to the word. Only a text in the schema changes, in the
-- way of https://sqlite.org/lang_altertable.html for CHECK constraints; the
-- table that comes and goes tells other connections to read it again.
PRAGMA writable_schema = 1;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (''queued'', ''sending'', ''sent'', ''deferred'', ''failed'',
                 ''unconfirmed'', ''skipped'', ''bounced'', ''replied'', ''unsubscribed''))',
  'CHECK (state = ''queued'' OR state = ''sending'' OR state = ''sent'' OR state = ''skipped'' OR state = ''deferred''
                 OR state = ''failed'' OR state = ''unconfirmed'' OR state = ''bounced'' OR state = ''replied''
                 OR state = ''unsubscribed'')')
  WHERE type = 'table' AND name = 'messages';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (''reserved'', ''marked'', ''spent'', ''unconfirmed''))',
  'CHECK (state = ''spent'' OR state = ''reserved'' OR state = ''marked'' OR state = ''unconfirmed'')')
  WHERE type = 'table' AND name = 'reservations';
CREATE TABLE schema_changed (one INTEGER) STRICT;
DROP TABLE schema_changed;
PRAGMA writable_schema = RESET;
