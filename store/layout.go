package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"regexp"
	"strings"
)

// layoutSHA256 is of the statements that made the tables and indexes of this
// schema, as SQLite keeps them. A bit that flips in the name of a column is no
// damage to SQLite, and would be noticed by the first statement that names it:
// maybe by the one that posts what was sent.
const layoutSHA256 = "126b2858c4fe1c9aaaaccbe4f920e659d19476a822f89b2c8dff83951ad67a40"

var made = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?(?:TABLE|INDEX) (\w+)`)

// layout is the sum of what the migrations made and this store has. What others
// have added, and goose's own table, does not count.
func layout(ctx context.Context, tx querier) (string, error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return "", err
	}
	var names []string
	for _, file := range files {
		text, err := migrationFiles.ReadFile(file)
		if err != nil {
			return "", err
		}
		for _, m := range made.FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	texts, err := column(ctx, tx, `SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || sql FROM sqlite_schema
		WHERE name IN ('`+strings.Join(names, "', '")+`') ORDER BY name`)
	sum := sha256.Sum256([]byte(strings.ReplaceAll(strings.Join(texts, "\n"), "\r", "")))
	return hex.EncodeToString(sum[:]), err
}

// laidOut finds that tables and indexes are not what the migrations made.
func laidOut(ctx context.Context, tx querier) ([]string, error) {
	sum, err := layout(ctx, tx)
	if err != nil || sum == layoutSHA256 {
		return nil, err
	}
	return []string{"its schema is not the one that was written"}, nil
}
