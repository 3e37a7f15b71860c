package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// A part of a look. A piece begins at an id, 0 at first, and says where the
// next one begins; 0 is the end.
type part struct {
	name  string
	whole bool // it is one piece, which may take seconds
	piece func(ctx context.Context, db querier, from int64) (next int64, err error)
}

// growing are the tables that grow with messages: they are looked at in pieces.
// The first are those that nothing else holds to the truth meanwhile.
var growing = []string{"reservations", "attempts", "messages"}

// inOnePiece is how many rows of such a table make a piece.
const inOnePiece = 1000

// parts are all that a look consists of: that the indexes say what the tables
// say, what must hold between the tables, and SQLite's look at the whole file
// but the indexes' entries: its pages, the list of free ones, and every value.
func (s *Store) parts(ctx context.Context, db querier) (all []part, err error) {
	for _, table := range growing {
		list, err := indexes(ctx, db, table)
		if err != nil {
			return nil, err
		}
		all = append(all, s.inPieces("rows of "+table, table, missing(table, list)), s.atOnce("indexes of "+table, surplus(table, list)))
		for _, x := range list {
			if x.unique {
				all = append(all, s.atOnce("doubles of "+x.name, x.doubles()))
			}
		}
	}
	for i, v := range slices.Concat(atHand, throughout) {
		name := fmt.Sprintf("invariant %d", i+1)
		if v.of != "" {
			all = append(all, s.inPieces(name, v.of, v.query))
		} else {
			all = append(all, s.atOnce(name, v.query))
		}
	}
	few, err := column(ctx, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN ('`+strings.Join(growing, "', '")+`') ORDER BY name`)
	for _, table := range few {
		all = append(all, s.atOnce("table "+table, `PRAGMA integrity_check('`+table+`')`))
	}
	return append(all, s.atOnce("file", `PRAGMA quick_check`)), err
}

func (s *Store) atOnce(name, query string) part {
	return part{name, true, func(ctx context.Context, db querier, _ int64) (int64, error) {
		return 0, s.found(column(ctx, db, query))
	}}
}

// inPieces asks about the rows of a table from ?1 to ?2.
func (s *Store) inPieces(name, table, query string) part {
	upTo := fmt.Sprintf(`SELECT max(id) FROM (SELECT id FROM %s NOT INDEXED WHERE id >= ? ORDER BY id LIMIT %d)`, table, inOnePiece)
	return part{name, false, func(ctx context.Context, db querier, from int64) (int64, error) {
		var last sql.NullInt64
		if err := db.QueryRowContext(ctx, upTo, from).Scan(&last); err != nil || !last.Valid {
			return 0, err
		}
		return last.Int64 + 1, s.found(column(ctx, db, query, from, last.Int64))
	}}
}

// inTurn begins with the part where the last look was cut off, or the one
// behind it.
func inTurn(parts []part, at progress) []part {
	i := slices.IndexFunc(parts, func(p part) bool { return p.name == at.Part })
	if at.Done || i < 0 {
		i++
	}
	return slices.Concat(parts[i:], parts[:i])
}

// An index of a table whose key is id. SQLite's own look at it would take
// seconds in one piece.
type index struct {
	table, name string
	columns     []string
	where       string // what it holds: a condition over the table's columns
	unique      bool
}

// indexes are those that the schema makes by name: a table that grows has no
// others.
func indexes(ctx context.Context, db querier, table string) ([]index, error) {
	rows, err := db.QueryContext(ctx, `SELECT l.name, l."unique", s.sql, (SELECT group_concat(name, ' ') FROM
		(SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
		FROM pragma_index_list(?) l JOIN sqlite_schema s ON s.name = l.name ORDER BY l.name`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []index
	for rows.Next() {
		x := index{table: table, where: "true"}
		var text, columns string
		if err := rows.Scan(&x.name, &x.unique, &text, &columns); err != nil {
			return nil, err
		}
		x.columns = strings.Fields(columns)
		if _, where, partial := strings.Cut(text, " WHERE "); partial {
			x.where = where
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

// missing finds rows from ?1 to ?2 that an index does not have.
func missing(table string, list []index) string {
	var any []string
	for _, x := range list {
		same := ""
		for _, c := range x.columns {
			same += fmt.Sprintf("i.%s IS t.%s AND ", c, c)
		}
		any = append(any, fmt.Sprintf(`(%s) AND NOT EXISTS (SELECT 1 FROM %s i INDEXED BY %s WHERE %si.id = t.id AND (%s))`,
			x.where, table, x.name, same, x.where))
	}
	return fmt.Sprintf(`SELECT 'row ' || t.id || ' of %s is missing in an index' FROM %s t NOT INDEXED
		WHERE t.id BETWEEN ?1 AND ?2 AND (%s)`, table, table, strings.Join(any, " OR "))
}

// surplus finds that an index has not as many entries as rows: where it misses
// none, entries for no row.
func surplus(table string, list []index) string {
	var rows, differ []string
	for i, x := range list {
		rows = append(rows, fmt.Sprintf("total(%s) AS n%d", x.where, i))
		differ = append(differ, fmt.Sprintf("n%d <> (SELECT count(*) FROM %s INDEXED BY %s WHERE %s)", i, table, x.name, x.where))
	}
	return fmt.Sprintf(`SELECT 'an index of %s has not as many entries as rows' FROM (SELECT %s FROM %s NOT INDEXED) WHERE %s`,
		table, strings.Join(rows, ", "), table, strings.Join(differ, " OR "))
}

// doubles finds what a unique index has twice.
func (x *index) doubles() string {
	return fmt.Sprintf(`SELECT 'the index %s has one entry twice' FROM %s INDEXED BY %s WHERE %s GROUP BY %s HAVING count(*) > 1 LIMIT 1`,
		x.name, x.table, x.name, x.where, strings.Join(x.columns, ", "))
}
