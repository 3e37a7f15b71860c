package recipients

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"tebar/campaign"
)

// An exclusion is the set of addresses, or of values of a column, that take a
// row off its list.
type exclusion struct {
	index  *index
	set    map[key128]struct{}
	reason string // "in answered.csv"
}

// has says whether a row is excluded; email says that the cell compared is
// the row's address.
func (x exclusion) has(address, cell string, email bool) bool {
	if !email {
		address = compared(cell)
	}
	_, in := x.set[x.index.key(address)]
	return in
}

// compared is a value as it is compared: an address normalised, other text
// trimmed.
func compared(cell string) string {
	if strings.IndexByte(cell, '@') >= 0 {
		if address, err := Address(cell); err == nil {
			return address
		}
	}
	return trimInvisible(cell)
}

func (x exclusion) add(value string) { x.set[x.index.key(value)] = struct{}{} }

// addCell adds what a cell holds; of a column of addresses, each of them. f says
// what of it excludes nobody.
func (x exclusion) addCell(cell string, column int, addresses bool) (f flaw, doubtful bool) {
	x.add(compared(cell))
	if _, err := Address(cell); err != nil && addresses {
		found, all := addressesIn(cell)
		for _, address := range found {
			x.add(address)
		}
		f = addressFlaw(cell, column, err)
		f.message += "; it excludes nobody"
		if len(found) > 0 {
			f.message = shown(cell) + " excludes " + strings.Join(slices.Compact(found), " and ") + "; what else stands in it excludes nobody"
			f.hint = "write each address into a row of its own"
		}
		return f, !all || len(found) == 0
	}
	return flaw{}, false
}

// loadExcludes reads what each list excludes.
func (r *reading) loadExcludes(ctx context.Context) error {
	for _, p := range r.parts {
		for _, e := range p.list.Exclude {
			x := exclusion{index: r.seen, set: map[key128]struct{}{}}
			load := r.excludeFile
			if e.File == "" {
				load = r.excludeCampaign
			}
			if err := load(ctx, e, &x); err != nil {
				return err
			}
			p.exclude = append(p.exclude, x)
		}
	}
	return nil
}

// excludeFile takes the addresses, or the column `on`, of a list file.
func (r *reading) excludeFile(ctx context.Context, e campaign.Exclude, x *exclusion) (err error) {
	x.reason = "in " + filepath.Base(filepath.FromSlash(e.File))
	f := r.files[e.File]
	if f == nil {
		return nil // told when it was examined
	}
	p := &part{list: campaign.List{File: e.File, Password: e.Password, Email: e.On, Hidden: campaign.HiddenKeep}, file: f}
	t, err := f.open(p.list)
	if err != nil {
		return r.listError(p, err)
	}
	defer t.closeInto(&err)
	at := finder{table: t}
	column := 0
	if e.On != "" {
		column = at.named("recipients.exclude.on", e.On)
	} else if len(t.names) > 1 || !at.holdsAddress() {
		column = at.email("")
	} else {
		x.add(compared(t.names[0])) // a bare list of addresses needs no heading
	}
	for _, found := range slices.Concat(t.notes, at.problems) {
		r.problems.add(found)
	}
	if column < 0 {
		return nil
	}
	return r.excludeRows(ctx, p, t, column, x)
}

// excludeRows adds the values of one column.
func (r *reading) excludeRows(ctx context.Context, p *part, t *table, column int, x *exclusion) error {
	p.table = t
	for ctx.Err() == nil {
		rec, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return r.listError(p, t.placed(err))
		}
		for _, f := range rec.flaws {
			if !f.note || f.unknown && f.column == column+1 {
				r.problems.add(p.at(rec, f, campaign.Error))
			}
		}
		if column >= len(rec.cells) || trimInvisible(rec.cells[column]) == "" {
			continue
		}
		if f, doubtful := x.addCell(rec.cells[column], column, p.list.Email == ""); doubtful && !rec.unknown(column) {
			r.problems.add(p.at(rec, f, campaign.Warning))
		}
	}
	return ctx.Err()
}

// excludeCampaign takes the addresses of another campaign.
func (r *reading) excludeCampaign(ctx context.Context, e campaign.Exclude, x *exclusion) error {
	x.reason = "in campaign " + e.Campaign
	if r.opts.Campaign == nil {
		return fmt.Errorf("reading recipients: no store to look up campaign %s in", e.Campaign)
	}
	addresses, err := r.opts.Campaign(ctx, e.Campaign, e.States)
	if err != nil {
		r.problems.add(campaign.Problem{
			Severity: campaign.Error, Field: "recipients.exclude", Message: fmt.Sprintf("campaign %s: %s", e.Campaign, err),
			Hint: "correct the name; `tebar status` lists the campaigns of this store",
		})
		return nil
	}
	for address, err := range addresses {
		if err != nil {
			return fmt.Errorf("reading recipients: campaign %s: %w", e.Campaign, err)
		}
		x.add(compared(address))
	}
	return nil
}
