package proof

import (
	"context"
	"database/sql"
)

// ask reads one value from the store.
func (m *machine) ask(to any, query string, args ...any) {
	m.t.Helper()
	db := m.database()
	defer db.Close()
	if err := db.QueryRowContext(context.Background(), query, args...).Scan(to); err != nil {
		m.t.Errorf("%s: %v", query, err)
	}
}

// tell changes the store behind Tebar's back. It does not wait for others.
func (m *machine) tell(statement string) error {
	m.t.Helper()
	db := m.database()
	defer db.Close()
	_, err := db.ExecContext(context.Background(), statement)
	return err
}

func (m *machine) database() *sql.DB {
	m.t.Helper()
	db, err := sql.Open("sqlite", "file:"+m.store+"?mode=rw")
	if err != nil {
		m.t.Fatal(err)
	}
	return db
}
