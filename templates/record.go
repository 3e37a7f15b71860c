package templates

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"tebar/campaign"
)

// A record is what a template sees of a row: each cell under its column's
// name, `rows` (the records of a group) and two hidden entries.
type record map[string]any

const (
	rowKey   = "\x00row"   // *campaign.Row, for field
	watchKey = "\x00watch" // *recorder, while a row is checked
)

// String is what {{.}} prints: the cells, in the order of the columns.
func (r record) String() string {
	row, ok := r[rowKey].(*campaign.Row)
	if !ok {
		return ""
	}
	return strings.Join(row.Values, ", ")
}

// A naming remembers the names of the last list's columns: all rows of a list
// share them.
type naming struct{ last atomic.Pointer[headers] }

func (n *naming) of(columns []string) *headers {
	if h := n.last.Load(); h != nil && slices.Equal(h.columns, columns) {
		return h
	}
	h := newHeaders(columns)
	n.last.Store(&h)
	return &h
}

// row makes a record of one row.
func (n *naming) row(r *campaign.Row) record {
	names := n.of(r.Columns).names
	rec := make(record, len(names)+3)
	for i, name := range names {
		if name == "" {
			continue
		}
		value := ""
		if i < len(r.Values) {
			value = r.Values[i]
		}
		rec[name] = value
	}
	rec[rowKey] = r
	return rec
}

// recipient makes the record of a recipient; rows says whether `rows` is
// wanted, watch is nil but in a check.
func (n *naming) recipient(r *campaign.Recipient, rows bool, watch *recorder) record {
	rec := n.row(&r.Row)
	if watch != nil {
		rec[watchKey] = watch
	}
	delete(rec, "rows")
	if !rows {
		return rec
	}
	all := r.Rows
	if len(all) == 0 {
		all = []campaign.Row{r.Row}
	}
	members := make([]record, len(all))
	for i := range all {
		members[i] = n.row(&all[i])
		if watch != nil {
			members[i][watchKey] = watch
		}
	}
	rec["rows"] = members
	return rec
}

// lookup is {{field "First Name"}}: the cell of the dot, or of $ where the
// dot is no row.
func lookup(dot, root any, header string) (string, error) {
	rec, ok := dot.(record)
	if !ok {
		if rec, ok = root.(record); !ok {
			return "", fmt.Errorf("field %q is used where there is no row", header)
		}
	}
	row, ok := rec[rowKey].(*campaign.Row)
	if !ok {
		return "", fmt.Errorf("field %q is used where there is no row", header)
	}
	if i := slices.Index(row.Columns, header); i >= 0 {
		if i < len(row.Values) {
			return row.Values[i], nil
		}
		return "", nil
	}
	hint := ""
	if near := nearest(header, row.Columns, 2); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return "", fmt.Errorf("there is no column %q%s", header, hint)
}

// A recorder notes what a check of one row sees.
type recorder struct {
	empty  []seen // printed nothing
	tested []seen // a yes-or-no word, looked at by a plain if
}

type seen struct {
	n   int // index into the template's watched actions
	row *campaign.Row
}

// printed notes an action that printed nothing; it gives the value as it is.
func printed(n int, base, value any) any {
	if rec, ok := base.(record); ok && blankValue(value) {
		if w, ok := rec[watchKey].(*recorder); ok {
			row, _ := rec[rowKey].(*campaign.Row)
			w.empty = append(w.empty, seen{n, row})
		}
	}
	return value
}

// tested notes a plain if over a word that means yes or no; it gives the
// value as it is.
func tested(n int, base, value any) any {
	s, isText := value.(string)
	rec, isRecord := base.(record)
	if !isText || !isRecord || !saysYesOrNo(s) {
		return value
	}
	if w, ok := rec[watchKey].(*recorder); ok {
		row, _ := rec[rowKey].(*campaign.Row)
		w.tested = append(w.tested, seen{n, row})
	}
	return value
}

func blankValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case fmt.Stringer:
		return strings.TrimSpace(v.String()) == ""
	}
	return fmt.Sprint(v) == ""
}
