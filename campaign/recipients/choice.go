package recipients

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"tebar/campaign"
)

// A choice is which of the people of a list that could get mail do (`sample`,
// then `limit`), and in which order (`sort`).
type choice struct {
	list  campaign.List
	seed  string
	taken int // of the limit

	hashes []uint64 // of all that may be sampled, in the first pass
	gone   []uint64 // those of them for whom another list's row counts
	most   uint64   // who is hashed to more is not in the sample

	spool  *spool // of a list that is sorted
	doubts doubts
}

// doubts are the cells of a list that is sorted which can be two numbers.
type doubts struct {
	rows   []int // the first few
	more   int
	column int // of the first, 0-based
	value  string
}

func (d *doubts) note(row, column int, value string) {
	switch {
	case len(d.rows) == 0:
		d.column, d.value = column, value
		fallthrough
	case len(d.rows) < 10:
		d.rows = append(d.rows, row)
	default:
		d.more++
	}
}

// problem tells how they were read.
func (d *doubts) problem(p *part) (campaign.Problem, bool) {
	if len(d.rows) == 0 {
		return campaign.Problem{}, false
	}
	reading := strings.ReplaceAll(d.value, ",", "")
	if whole, _, dot := strings.Cut(d.value, "."); dot {
		reading = whole + " and a fraction"
	}
	return campaign.Problem{
		Severity: campaign.Warning, File: p.list.File, Sheet: p.table.source.Sheet, Row: d.rows[0], Rows: d.rows[1:], More: d.more,
		Column: p.table.place(d.column + 1), Field: p.table.names[d.column],
		Message: shown(d.value) + " can be two numbers; the list is sorted as if it were " + reading,
		Hint:    "write the column without marks between thousands",
	}, true
}

// newChoice is nil for a list of which everybody is taken in the list's order.
func newChoice(l campaign.List, seed string) *choice {
	if l.Limit == 0 && !l.Sampled() && len(l.Sort) == 0 {
		return nil
	}
	c := &choice{list: l, seed: seed, most: math.MaxUint64}
	if len(l.Sort) > 0 {
		c.spool = newSpool()
	}
	return c
}

// note counts a person who may be sampled.
func (c *choice) note(e *campaign.Entry) {
	if c != nil && c.list.Sampled() {
		c.hashes = append(c.hashes, c.hash(e))
	}
}

// forget takes back a person that was noted: a row of another list counts.
func (c *choice) forget(e *campaign.Entry) {
	if c != nil && c.list.Sampled() {
		c.gone = append(c.gone, c.hash(e))
	}
}

// staying are the hashes of those that were noted and not forgotten, sorted.
func (c *choice) staying() []uint64 {
	slices.Sort(c.hashes)
	slices.Sort(c.gone)
	gone := c.gone
	return slices.DeleteFunc(c.hashes, func(h uint64) bool {
		if len(gone) == 0 || gone[0] != h {
			return false
		}
		gone = gone[1:]
		return true
	})
}

// draw settles the sample. The same campaign and people give the same sample,
// and whoever is added to the list changes little of it.
func (c *choice) draw() {
	if c == nil || !c.list.Sampled() {
		return
	}
	hashes, n := c.staying(), c.list.Sample
	if n == 0 {
		n = int(math.Ceil(float64(len(hashes)) * c.list.SamplePercent / 100))
	}
	if n < len(hashes) {
		c.most = hashes[n-1]
	}
	c.hashes, c.gone = nil, nil
}

func (c *choice) hash(e *campaign.Entry) uint64 {
	sum := sha256.Sum256([]byte(c.seed + "\x00" + e.Address + "\x00" + e.Key))
	return binary.BigEndian.Uint64(sum[:])
}

// unsampled says why a person is not in the sample; "" = is.
func (c *choice) unsampled(e *campaign.Entry) string {
	switch {
	case !c.list.Sampled() || c.hash(e) <= c.most:
		return ""
	case c.list.Sample > 0:
		return fmt.Sprintf("not in the sample of %d", c.list.Sample)
	}
	return fmt.Sprintf("not in the sample of %g%%", c.list.SamplePercent)
}

// beyond says that the limit is reached; "" = this one is still within it.
func (c *choice) beyond() string {
	if c.list.Limit == 0 || c.taken < c.list.Limit {
		c.taken++
		return ""
	}
	return fmt.Sprintf("beyond the first %d", c.list.Limit)
}

// A unit is a row that gets a message, and the further rows of its group.
type unit struct {
	entries []campaign.Entry
	parts   []*part // of the rows
}

// choose sends a unit, lays it aside to be sorted, or skips it.
func (r *reading) choose(p *part, u unit) error {
	if why := p.choice.unsampled(&u.entries[0]); why != "" {
		return r.cut(u, why)
	}
	if p.choice.spool != nil {
		return p.choice.spool.add(u, p.sortKey(u.entries[0].Row))
	}
	return r.within(p, u)
}

// within sends a unit if the limit allows.
func (r *reading) within(p *part, u unit) error {
	if why := p.choice.beyond(); why != "" {
		return r.cut(u, why)
	}
	return r.send(u)
}

// cut skips the rows of a unit.
func (r *reading) cut(u unit, why string) error {
	for i := range u.entries {
		e := &u.entries[i]
		e.Skip, e.Reason, e.Rows, e.Member = campaign.SkipFiltered, why, nil, false
		if err := r.emit(e); err != nil {
			return err
		}
	}
	return nil
}

// send checks the rows of a unit and hands them on.
func (r *reading) send(u unit) error {
	for i := range u.entries {
		r.demand(u.parts[i], u.entries[i].Row)
		if err := r.emit(&u.entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// release sends what a list has laid aside, sorted.
func (r *reading) release(p *part) error {
	if p.choice == nil || p.choice.spool == nil {
		return nil
	}
	if found, any := p.choice.doubts.problem(p); any {
		r.problems.add(found)
	}
	p.choice.doubts = doubts{}
	return p.choice.spool.each(r.parts, func(u unit) error { return r.within(p, u) })
}
