package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"tebar/campaign"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// schema is the version that this Tebar writes: the number of the last
// migration.
const schema = 4

// applicationID stands in the file's header (offset 68) and tells a Tebar
// store from other SQLite files: "Tebr".
const applicationID = 0x54656272

// migrate brings the file's schema up to date. It looks without changing
// anything first, so that somebody else's database stays as it is. A campaign
// that is being sent holds it back: the Tebar that sends it is an older one, and
// would not see what newer ones write.
func migrate(ctx context.Context, path string) error {
	version, err := probe(ctx, path)
	if err != nil || version == schema {
		return err
	}
	unlock, err := waitLock(ctx, path, "_migrate")
	if err != nil {
		return err
	}
	defer unlock()
	if version, err = probe(ctx, path); err != nil || version == schema {
		return err
	}
	unlockAll, err := lockCampaigns(path)
	if err != nil {
		return err
	}
	defer unlockAll()
	return climb(ctx, path, schema)
}

// betweenLooks is where a test lets another process make the store.
var betweenLooks = func() {}

// probe reads the schema's version: 0 for an empty file.
func probe(ctx context.Context, path string) (int, error) {
	db := pool(path, []string{"busy_timeout(10000)"}, 1)
	defer db.Close()
	var app, tables int
	// In this order: climb sets the id before it makes a table, so of a store
	// that another process is just making, whoever sees a table sees the id.
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return 0, err
	}
	betweenLooks()
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app); err != nil {
		return 0, err
	}
	switch {
	case app == 0 && tables == 0:
		return 0, nil
	case app != applicationID:
		return 0, refused(ErrForeign, "it is another program's database; name another file with --store PATH")
	case tables == 0:
		return 0, nil
	}
	return schemaVersion(ctx, db)
}

// schemaVersion is the schema of a store; ErrNewer where this Tebar does not
// know it.
func schemaVersion(ctx context.Context, db querier) (int, error) {
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0, err
	}
	if v := int(version.Int64); v > schema {
		return 0, refused(fmt.Errorf("%w: its schema is %d, this one knows %d", ErrNewer, v, schema),
			"install the Tebar that wrote it, or a newer one")
	}
	return int(version.Int64), nil
}

func refused(err error, hint string) error { return &campaign.HintError{Err: err, Hint: hint} }

// climb runs the migrations that are missing up to a version, each in a
// transaction. A new
// store becomes one with a write-ahead log under a rollback journal; that one
// is gone for good before anything is sent, since SQLite syncs the folder when
// it makes the log.
func climb(ctx context.Context, path string, version int64) error {
	db := pool(path, writerPragmas, 1)
	defer db.Close()
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	_, err = provider.UpTo(ctx, version)
	var known *sqlite.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && !errors.As(err, &known):
		return unreadable("the list of migrations", err)
	}
	return fmt.Errorf("migrating: %w", errors.Join(err, ctx.Err()))
}
