package store

import (
	"context"
	"os"
)

// IDAt reads the id of the store in a file without changing anything there. It
// fails where there is no file, or one that is not a store.
func IDAt(ctx context.Context, path string) (id string, err error) {
	opening.Lock() // as Open: its descriptors come and go
	defer opening.Unlock()
	switch info, err := os.Stat(path); {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular(): // a pipe would be waited for
		return "", ErrForeign
	}
	db := pool(path, readerPragmas, 1)
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT id FROM meta`).Scan(&id)
	return id, explain(path, err)
}
