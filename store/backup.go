package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tebar/campaign"
)

// Backup writes a copy of the live store, as of one moment, to a new file
// (0600). It never writes over a file: fs.ErrExist in a *campaign.HintError.
func (s *Store) Backup(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &campaign.HintError{Err: fmt.Errorf("writing the backup: %w", err), Hint: "name a file that is not there yet"}
	}
	if err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := s.copyTo(ctx, file); err != nil {
		_ = os.Remove(file)
		return fmt.Errorf("writing the backup: %w", explain(s.path, err))
	}
	return nil
}

// copyTo fills an empty file (VACUUM INTO takes one) and makes it durable,
// which VACUUM INTO leaves to the caller.
func (s *Store) copyTo(ctx context.Context, file string) error {
	conn, err := s.stage.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
