package templates

import (
	"context"
	"slices"

	"tebar/campaign"
)

// A filling is one recipient's row on its way into the templates. A flat one
// reads the row itself; a record is made, and the time limited, when the first
// engine is asked.
type filling struct {
	ctx    context.Context
	to     *campaign.Recipient
	naming *naming
	names  *headers
	rows   bool      // .rows is wanted
	watch  *recorder // nil but in a check
	failed bool      // a flat template met what the engine has words for

	rec  record
	stop context.CancelFunc
}

// begin starts to fill in a row; end must be called.
func (n *naming) begin(ctx context.Context, r *campaign.Recipient, rows bool, watch *recorder) *filling {
	return &filling{ctx: ctx, to: r, naming: n, names: n.of(r.Columns), rows: rows, watch: watch}
}

func (f *filling) end() {
	if f.stop != nil {
		f.stop()
	}
}

// limit gives the work its time, from now on.
func (f *filling) limit() {
	if f.stop == nil {
		f.ctx, f.stop = bounded(f.ctx)
	}
}

// record is the row as the engines see it.
func (f *filling) record() record {
	if f.rec == nil {
		f.rec = f.naming.recipient(f.to, f.rows, f.watch)
	}
	return f.rec
}

// column is the cell under a column's name; of columns of one name the last.
func (f *filling) column(name string) string {
	i, ok := f.names.at[name]
	if !ok {
		f.failed = true
		return ""
	}
	return f.cell(i)
}

// header is the cell under the exact header; of two the first.
func (f *filling) header(name string) string {
	i := slices.Index(f.to.Columns, name)
	if i < 0 {
		f.failed = true
		return ""
	}
	return f.cell(i)
}

func (f *filling) cell(i int) string {
	if i < len(f.to.Values) {
		return f.to.Values[i]
	}
	return ""
}

// forget makes the recorder ready for a template.
func (f *filling) forget() {
	f.failed = false
	if w := f.watch; w != nil {
		w.empty, w.tested = w.empty[:0], w.tested[:0]
	}
}

func (f *filling) sawEmpty(n int) {
	if f.watch != nil {
		f.watch.empty = append(f.watch.empty, seen{n, &f.to.Row})
	}
}

func (f *filling) sawTested(n int) {
	f.watch.tested = append(f.watch.tested, seen{n, &f.to.Row})
}
