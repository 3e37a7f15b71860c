package recipients

import (
	"context"
	"fmt"
	"io"
	"slices"

	"golang.org/x/text/collate"

	"tebar/campaign"
)

// A reading is one call of Read.
type reading struct {
	lists    []campaign.List
	opts     Options
	each     func(campaign.Entry) error
	parts    []*part
	files    map[string]*file // examined, by the name in the campaign
	problems *collector
	result   Result
	seen     *index
	groups   *groups
	conflict []conflict
	domains  domains
	current  candidate
	passes   int // behind
}

// A part is one list of the campaign while it is read.
type part struct {
	list    campaign.List
	number  int // 0-based place among the lists
	file    *file
	table   *table
	columns columns
	where   func(campaign.Row) (bool, error)
	exclude []exclusion
	unique  []map[key128]place // one for each unique column
	warned  []bool             // columns without a heading that were named
	hidden  hiddenRows
	remarks remarks
	rows    int
	choice  *choice // nil: everybody, in the list's order

	collator *collate.Collator // for sorting
	buffer   *collate.Buffer
}

// newReading prepares the lists; nothing is opened.
func newReading(lists []campaign.List, opts Options, each func(campaign.Entry) error) *reading {
	r := &reading{
		lists: lists, opts: opts, each: each, files: map[string]*file{},
		problems: newCollector(opts.MaxProblems), seen: newIndex(), domains: domains{},
	}
	r.groups = newGroups()
	for i, l := range lists {
		p := &part{list: l, number: i, choice: newChoice(l, opts.Seed)}
		if i < len(opts.Where) {
			p.where = opts.Where[i]
		}
		r.parts = append(r.parts, p)
		r.result.Sources = append(r.result.Sources, campaign.Source{File: l.File})
	}
	return r
}

// close removes what the reading has put on disk.
func (r *reading) close() {
	r.groups.close()
	for _, p := range r.parts {
		if p.choice != nil {
			p.choice.spool.close()
		}
	}
}

// examine looks at every file once and takes the fingerprint.
func (r *reading) examine(ctx context.Context) error {
	r.checkModes()
	var files []*file
	whole := true
	for _, name := range fileNames(r.lists) {
		f, known := r.files[name]
		if !known {
			var err error
			if f, err = examine(ctx, name, r.opts); err != nil {
				p, ok := asProblem(err)
				if !ok {
					return fmt.Errorf("reading recipients: %s: %w", name, err)
				}
				r.problems.add(p)
			}
			r.files[name] = f
		}
		if whole = whole && f != nil; whole {
			files = append(files, f)
		}
	}
	for _, p := range r.parts {
		p.file = r.files[p.list.File]
	}
	if whole {
		r.result.ListSHA256 = sumOf(files)
	}
	return nil
}

// checkModes refuses lists that say different things about duplicates: a row
// of one list may repeat a row of another. The first is taken for all then.
func (r *reading) checkModes() {
	first := campaign.DuplicatesError
	told := false
	for _, p := range r.parts {
		mode := p.list.Duplicates
		if mode == campaign.DuplicatesError || mode == first {
			continue
		}
		if first == campaign.DuplicatesError {
			first = mode
			continue
		}
		p.list.Duplicates = first
		if told {
			continue
		}
		told = true
		found := fileProblem(p.list.File, fmt.Sprintf("`duplicates: %s` here and `duplicates: %s` on another list", mode, first),
			"write the same for all lists: a row of one may repeat a row of another")
		found.Field = "recipients.duplicates"
		r.problems.add(found)
	}
}

// twice says whether the lists must be read before the first entry is known.
func (r *reading) twice() bool {
	for _, p := range r.parts {
		if p.list.Sampled() {
			return true
		}
		if r.opts.Distinct {
			continue
		}
		if p.list.Duplicates == campaign.DuplicatesLast || p.list.Duplicates == campaign.DuplicatesGroup {
			return true
		}
	}
	return false
}

// open opens list i and finds its columns. A nil table without an error means
// that a problem says why it cannot be read.
func (r *reading) open(i int) (*table, error) {
	p := r.parts[i]
	if p.file == nil {
		return nil, nil
	}
	t, err := p.file.open(p.list)
	if err != nil {
		return nil, r.listError(p, err)
	}
	columns, problems := t.locate(p.list)
	r.result.Sources[i] = t.source
	p.table, p.columns = t, columns
	for _, found := range slices.Concat(t.notes, t.repeated(), problems, r.headedApart(i)) {
		r.problems.add(found)
	}
	if columns.email < 0 {
		return nil, t.close()
	}
	p.begin()
	return t, nil
}

// headedApart refuses a list whose sheet another list reads with other
// headings: a row is known by its file, sheet and number, and so are the
// columns of its cells.
func (r *reading) headedApart(i int) campaign.Problems {
	s := r.result.Sources[i]
	for _, other := range r.result.Sources[:i] {
		if other.File == s.File && other.Sheet == s.Sheet && other.Columns != nil && !slices.Equal(other.Columns, s.Columns) {
			p := fileProblem(s.File, "two lists read the same sheet with different headings", "give both the same headings, or put one on a sheet or into a file of its own")
			p.Field = "recipients"
			return campaign.Problems{p}
		}
	}
	return nil
}

// begin forgets what an earlier pass noted.
func (p *part) begin() {
	p.rows, p.hidden, p.remarks = 0, hiddenRows{}, remarks{}
	p.warned = make([]bool, len(p.table.names))
	p.unique = make([]map[key128]place, len(p.columns.unique))
	for i := range p.unique {
		p.unique[i] = map[key128]place{}
	}
}

// listError collects a problem of a list; any other error ends the reading.
func (r *reading) listError(p *part, err error) error {
	if found, ok := asProblem(err); ok {
		if found.File == "" {
			found.File = p.list.File
		}
		r.problems.add(found)
		return nil
	}
	return fmt.Errorf("reading recipients: %s: %w", p.list.File, err)
}

// walk reads all rows of all lists and hands each on.
func (r *reading) walk(ctx context.Context, do func(*candidate) error) error {
	for i := range r.parts {
		if err := r.walkList(ctx, i, do); err != nil {
			return err
		}
	}
	return nil
}

// walkList reads one list to its end.
func (r *reading) walkList(ctx context.Context, i int, do func(*candidate) error) (err error) {
	t, err := r.open(i)
	if t == nil || err != nil {
		return err
	}
	p := r.parts[i]
	defer func() {
		r.result.Sources[i].Rows = p.rows
		r.result.Sources[i].Range = t.rangeRead()
	}()
	defer t.closeInto(&err)
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.tell(p)
		}
		rec, err := t.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return r.listError(p, t.placed(err))
		}
		if err := do(r.judge(p, rec)); err != nil {
			return err
		}
	}
	return r.endOfList(p)
}

// endOfList tells what is known only at the end of a list.
func (r *reading) endOfList(p *part) error {
	if err := r.release(p); err != nil {
		return err
	}
	if p.rows == 0 {
		r.problems.add(fileProblem(p.list.File, "holds headings but no rows", "put a row for each person below the headings"))
	}
	if found, any := p.hidden.problem(p); any {
		r.problems.add(found)
	}
	for _, found := range p.remarks.problems(p) {
		r.problems.add(found)
	}
	if err := p.file.unchanged(); err != nil {
		return r.listError(p, err)
	}
	return nil
}

// at is a problem with a place in a row.
func (p *part) at(rec record, f flaw, severity campaign.Severity) campaign.Problem {
	found := campaign.Problem{
		Severity: severity, File: p.list.File, Sheet: p.table.source.Sheet, Row: rec.number, Column: p.table.place(f.column),
		Message: f.message, Hint: f.hint,
	}
	if f.column > 0 && f.column <= len(p.table.names) {
		found.Field = p.table.names[f.column-1]
	}
	return found
}

// hiddenRows are the rows of a sheet that are hidden or filtered away.
type hiddenRows struct {
	rows []int // the first few
	more int
}

func (h *hiddenRows) note(row int) {
	if len(h.rows) < 10 {
		h.rows = append(h.rows, row)
		return
	}
	h.more++
}

// problem asks what is to become of hidden rows.
func (h *hiddenRows) problem(p *part) (campaign.Problem, bool) {
	if len(h.rows) == 0 || p.list.Hidden != campaign.HiddenError {
		return campaign.Problem{}, false
	}
	return campaign.Problem{
		Severity: campaign.Error, File: p.list.File, Row: h.rows[0], Rows: h.rows[1:], More: h.more,
		Message: fmt.Sprintf("%d rows of the sheet are hidden or filtered away", len(h.rows)+h.more),
		Hint:    "write `hidden: skip` to leave them out, or `hidden: keep` to write to them too",
	}, true
}
