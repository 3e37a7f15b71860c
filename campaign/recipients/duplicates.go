package recipients

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"tebar/campaign"
)

// key128 is the hash of an identity or a content; with 128 bits a million rows
// never share one.
type key128 [2]uint64

// A place is a row of a list.
type place struct {
	list int32 // 0-based
	row  int32
}

// A holder is the row that stands for an identity, and its content.
type holder struct {
	place
	content uint64 // of contentBits
}

// An index knows the rows seen, by identity.
type index struct {
	seeds [2]maphash.Seed
	held  roll
}

func newIndex() *index {
	return &index{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// key hashes a text.
func (x *index) key(text string) key128 {
	return key128{maphash.String(x.seeds[0], text), maphash.String(x.seeds[1], text)}
}

// identity is the key of a recipient: address and, with `duplicates: each`,
// the key column.
func (x *index) identity(e *campaign.Entry) key128 {
	if e.Key == "" {
		return x.key(e.Address)
	}
	return x.key(e.Address + "\x00" + e.Key)
}

// content hashes headings and cells of a row, trimmed, the address normalised:
// two rows with the same content are alike in every cell.
func (x *index) content(c *candidate) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seeds[0])
	for i, v := range c.entry.Values {
		h.WriteString(c.entry.Columns[i])
		h.WriteByte(0)
		if i == c.part.columns.email {
			v = c.entry.Address
		}
		h.WriteString(strings.TrimSpace(v))
		h.WriteByte(1)
	}
	return h.Sum64() >> (64 - contentBits)
}

// survey is the first pass: it settles which row of an identity counts
// (last), and lays the further rows of groups aside (group).
func (r *reading) survey(c *candidate) error {
	if c.entry.Skip != "" {
		return nil
	}
	if r.opts.Distinct {
		c.part.choice.note(&c.entry)
		return nil
	}
	id, here := r.seen.identity(&c.entry), holder{c.place(), r.seen.content(c)}
	held, known := r.seen.held.get(id)
	switch {
	case !known:
		r.seen.held.put(id, here)
		c.part.choice.note(&c.entry)
	case c.part.list.Duplicates == campaign.DuplicatesLast && held.content != here.content:
		r.seen.held.put(id, here)
		if held.list != here.list {
			r.parts[held.list].choice.forget(&c.entry)
			c.part.choice.note(&c.entry)
		}
	case c.part.list.Duplicates == campaign.DuplicatesGroup:
		return r.groups.add(id, held, here, c.entry.Row)
	}
	return nil
}

func (c *candidate) place() place {
	return place{int32(c.part.number), int32(c.entry.Number)}
}

// settle is the pass that makes entries: it compares a row with those before
// it, tells its problems and hands it on.
func (r *reading) settle(c *candidate) error {
	for _, p := range c.found {
		r.problems.add(p)
	}
	switch {
	case c.entry.Skip != "" || r.opts.Distinct && c.part.choice == nil:
		return r.emit(&c.entry)
	case r.opts.Distinct:
		return r.choose(c.part, unit{[]campaign.Entry{c.entry}, []*part{c.part}})
	}
	id := r.seen.identity(&c.entry)
	held, known := r.seen.held.get(id)
	if !known {
		held = holder{c.place(), r.seen.content(c)}
		r.seen.held.put(id, held)
	}
	if held.place == c.place() {
		return r.lead(id, c)
	}
	return r.repeat(id, held, c)
}

// lead emits the row that stands for its identity, and the rest of its group.
func (r *reading) lead(id key128, c *candidate) error {
	members, err := r.groups.members(id, r)
	if err != nil {
		return err
	}
	if len(members) == 0 && c.part.choice == nil {
		r.demand(c.part, c.entry.Row)
		return r.emit(&c.entry)
	}
	u := unit{[]campaign.Entry{c.entry}, []*part{c.part}}
	if len(members) > 0 {
		u.entries[0].Rows = append([]campaign.Row{c.entry.Row}, members...)
	}
	for i, m := range members {
		e := c.entry
		e.Row, e.Rows, e.Member = m, nil, true
		u.entries, u.parts = append(u.entries, e), append(u.parts, r.parts[r.groups.place(id, i).list])
	}
	if c.part.choice == nil {
		return r.send(u)
	}
	return r.choose(c.part, u)
}

// repeat treats a row whose identity another row stands for.
func (r *reading) repeat(id key128, held holder, c *candidate) error {
	mode := c.part.list.Duplicates
	if mode == campaign.DuplicatesGroup && r.groups.isMember(id, c.place()) {
		return nil // emitted behind its leader
	}
	if mode == campaign.DuplicatesGroup {
		held = r.groups.twin(id, r.seen.content(c), held)
	}
	alike := held.content == r.seen.content(c)
	where := r.where(held.place, c.part)
	switch {
	case alike || mode == campaign.DuplicatesGroup:
		c.skip(campaign.SkipDuplicate, "same as "+where)
		r.warn(c, fmt.Sprintf("%s: the row is the same as %s and counts once", c.identity(), where), "delete one of the two rows")
	case mode == campaign.DuplicatesFirst || mode == campaign.DuplicatesLast:
		c.skip(campaign.SkipDuplicate, fmt.Sprintf("%s counts (duplicates: %s)", where, mode))
		r.warn(c, fmt.Sprintf("%s: %s has the same address, and that one counts (duplicates: %s)", c.identity(), where, mode), "")
	default:
		c.skip(campaign.SkipDuplicate, "another row of the same address: "+where)
		r.differ(held.place, c, where)
	}
	return r.emit(&c.entry)
}

// identity names a recipient in a message.
func (c *candidate) identity() string {
	if c.entry.Key != "" {
		return c.entry.Address + " with " + c.entry.Columns[c.part.columns.key] + " " + shown(c.entry.Key)
	}
	return c.entry.Address
}

// where names a place, with its file if that is another one.
func (r *reading) where(at place, here *part) string {
	if int(at.list) == here.number {
		return fmt.Sprintf("row %d", at.row)
	}
	return fmt.Sprintf("row %d of %s", at.row, r.lists[at.list].File)
}

func (r *reading) warn(c *candidate, message, hint string) {
	r.problems.add(campaign.Problem{
		Severity: campaign.Warning, File: c.part.list.File, Sheet: c.entry.Sheet, Row: c.entry.Number,
		Column: c.part.table.place(c.part.columns.email + 1), Field: c.entry.Columns[c.part.columns.email],
		Message: message, Hint: hint,
	})
}

// maxConflicts is how many differing rows are looked up again to name the
// column in which they differ.
const maxConflicts = 500

// A conflict is a pair of rows of one identity that differ.
type conflict struct {
	problem int // index in the collector
	first   place
	address string
	row     campaign.Row // the later one
}

// differ is the error of two rows of one identity that differ while the
// campaign does not say which counts.
func (r *reading) differ(first place, c *candidate, where string) {
	hint := "correct the list, or say which counts: `duplicates: first`, `last`, `group` (one mail for all rows) or `each` (with `key:`)"
	if c.part.list.Duplicates == campaign.DuplicatesEach {
		hint = "correct the list, or name a `key:` column that tells the rows apart"
	}
	at := r.problems.add(campaign.Problem{
		Severity: campaign.Error, File: c.part.list.File, Sheet: c.entry.Sheet, Row: c.entry.Number,
		Column: c.part.table.place(c.part.columns.email + 1), Field: c.entry.Columns[c.part.columns.email],
		Message: fmt.Sprintf("%s stands in %s too, and the rows differ", c.identity(), where), Hint: hint,
	})
	if at >= 0 && len(r.conflict) < maxConflicts {
		r.conflict = append(r.conflict, conflict{at, first, c.entry.Address, c.entry.Row})
	}
}

// explain reads the first row of each conflict again, since no cells were
// kept, and names the first column in which the two differ.
func (r *reading) explain(ctx context.Context) error {
	byList := map[int32][]conflict{}
	for _, c := range r.conflict {
		byList[c.first.list] = append(byList[c.first.list], c)
	}
	for list, cs := range byList {
		if err := r.explainList(ctx, int(list), cs); err != nil {
			return err
		}
	}
	return nil
}

// explainList reads one list as far as the last row that is asked for.
func (r *reading) explainList(ctx context.Context, list int, cs []conflict) (err error) {
	slices.SortStableFunc(cs, func(a, b conflict) int { return int(a.first.row) - int(b.first.row) })
	p := r.parts[list]
	t, err := p.file.open(p.list)
	if err != nil {
		return r.listError(p, err)
	}
	defer t.closeInto(&err)
	for len(cs) > 0 && ctx.Err() == nil {
		rec, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return r.listError(p, t.placed(err))
		}
		for len(cs) > 0 && int(cs[0].first.row) == rec.number {
			r.explainOne(cs[0], p.row(rec))
			cs = cs[1:]
		}
	}
	return ctx.Err()
}

// explainOne names the first column in which two rows differ.
func (r *reading) explainOne(c conflict, first campaign.Row) {
	for i, column := range c.row.Columns {
		other, there := first.Value(column)
		mine := c.row.Values[i]
		if there && (strings.TrimSpace(mine) == strings.TrimSpace(other) || sameAddress(mine, other, c.address)) {
			continue
		}
		how := fmt.Sprintf(" in column %d (%s): %s there, %s here", i+1+c.row.Left, column, shown(other), shown(mine))
		if !there {
			how = fmt.Sprintf(" in column %d (%s), which the other list has not", i+1+c.row.Left, column)
		}
		r.problems.list[c.problem].Message += how
		return
	}
	r.problems.list[c.problem].Message += ": the other list has columns that this one has not"
}

// sameAddress says whether both cells are the identity's address, written in
// two ways.
func sameAddress(a, b, address string) bool {
	x, errX := Address(a)
	y, errY := Address(b)
	return errX == nil && errY == nil && x == address && y == address
}
