package templates

import (
	"context"

	"tebar/campaign"
)

// probes are cells that escapers treat in their own ways.
var probes = func() []string {
	var every []byte
	for c := range 256 {
		every = append(every, byte(c))
	}
	return []string{
		string(every), "Ayu", "", "\ufdd0\uffff\u2028\xff\xc3é日本", "<!-- --></title>]]>", "javascript:x", "data:,x",
		"https://example.org/a b?c=%20%2&d='()*+,;[]", "/%4", "%af%FA%09%g0%0g%G0", "mailto:a@example.org",
	}
}()

// proven says that a flat template prints what its engine prints, for rows of
// probes: a program may be built with a newer html/template, which escapes
// otherwise, and what that says holds.
func (l flat) proven(engine executer, columns []string) bool {
	names := &naming{}
	for _, cell := range probes {
		row := campaign.Row{Columns: columns}
		for range columns {
			row.Values = append(row.Values, cell)
		}
		f := names.begin(context.Background(), &campaign.Recipient{Row: row}, false, nil)
		want, err := (&body{engine: engine}).fill(f)
		got, done := l.whole(f)
		if f.end(); err == nil && (!done || got != want) {
			return false
		}
	}
	return true
}

// whole is what the flat template prints.
func (l flat) whole(f *filling) (string, bool) {
	out := newSink(f.ctx)
	defer out.release()
	f.forget()
	done := l.try(&out.Buffer, f)
	return out.String(), done
}
