package recipients

import (
	"fmt"
	"strings"

	"tebar/campaign"
)

// demand checks a row that gets a message, or belongs to one, against
// `required` and `unique`.
func (r *reading) demand(p *part, row campaign.Row) {
	for _, at := range p.columns.required {
		if strings.TrimSpace(row.Values[at]) == "" {
			r.problems.add(p.demanded(row, at, "the cell is empty, and `required` asks for it", "fill it in, or delete the row"))
		}
	}
	for i, at := range p.columns.unique {
		value := strings.TrimSpace(row.Values[at])
		if value == "" {
			continue
		}
		key := r.seen.key(value)
		if first, known := p.unique[i][key]; known {
			r.problems.add(p.demanded(row, at,
				fmt.Sprintf("%s stands in row %d too, and `unique` allows it once", shown(value), first.row),
				"correct one of the two rows"))
			continue
		}
		p.unique[i][key] = place{int32(p.number), int32(row.Number)}
	}
}

func (p *part) demanded(row campaign.Row, at int, message, hint string) campaign.Problem {
	return campaign.Problem{
		Severity: campaign.Error, File: p.list.File, Sheet: row.Sheet, Row: row.Number, Column: p.table.place(at + 1), Field: row.Columns[at],
		Message: message, Hint: hint,
	}
}

// emit hands an entry on and counts it.
func (r *reading) emit(e *campaign.Entry) error {
	r.result.Rows++
	switch {
	case e.Skip != "":
		r.result.Skipped++
		if e.Skip == campaign.SkipDuplicate {
			r.result.Duplicates++
		}
	case !e.Member:
		r.result.Messages++
	}
	return r.each(*e)
}
