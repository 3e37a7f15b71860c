package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
)

// PutBlob keeps the bytes of an attachment under their SHA-256 (lower-case
// hex), once. They stay while a campaign needs them.
func (s *Store) PutBlob(ctx context.Context, sum string, data []byte) error {
	if is := sha256.Sum256(data); hex.EncodeToString(is[:]) != sum {
		return fmt.Errorf("storing an attachment: its bytes do not have the sha256 %s: the file was changed while it was read", sum)
	}
	if data == nil {
		data = []byte{}
	}
	var have bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?)`, sum).Scan(&have)
	if err == nil && !have {
		err = s.update(ctx, func(tx *txn) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO blobs (sha256, data) VALUES (?, ?) ON CONFLICT DO NOTHING`, sum, data)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("storing an attachment: %w", explain(s.path, err))
	}
	return nil
}

// Blob gives the bytes that PutBlob kept. Errors: fs.ErrNotExist, ErrDamaged.
func (s *Store) Blob(ctx context.Context, sum string) (data []byte, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT data FROM blobs WHERE sha256 = ?`, sum).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("reading the attachment %s: %w", sum, explain(s.path, err))
	}
	if is := sha256.Sum256(data); hex.EncodeToString(is[:]) != sum {
		return nil, unreadable("an attachment", fmt.Errorf("its bytes do not have the sha256 %s", sum))
	}
	return data, nil
}
