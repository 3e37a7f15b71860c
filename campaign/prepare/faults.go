package prepare

import (
	"context"

	"tebar/campaign"
	"tebar/campaign/recipients"
)

// A Fault is a row with what is wrong with it.
type Fault struct {
	Row      campaign.Row
	Problems campaign.Problems
}

// mostFaults is how many rows with problems are remembered.
const mostFaults = 100_000

// faults are the problems of each row while a campaign is checked; a nil one
// remembers nothing.
type faults struct {
	by   map[rowOf]campaign.Problems
	more int // problems of rows beyond mostFaults
}

type rowOf struct {
	sheetOf
	row int
}

func (f *faults) add(at sheetOf, row int, problems ...campaign.Problem) {
	if f == nil || row == 0 || len(problems) == 0 {
		return
	}
	place := rowOf{at, row}
	if _, known := f.by[place]; !known && len(f.by) >= mostFaults {
		f.more += len(problems)
		return
	}
	f.by[place] = append(f.by[place], problems...)
}

// CheckRows is Check, and gives every row that has problems, in the lists'
// order; more is how many problems of rows beyond the first 100,000 such rows
// were left out.
func (p *Prepared) CheckRows(ctx context.Context) (report Report, list []Fault, more int, err error) {
	f := &faults{by: map[rowOf]campaign.Problems{}}
	if report, err = p.check(ctx, f); err != nil || len(f.by) == 0 {
		return report, nil, 0, err
	}
	options := p.listOptions()
	options.Watch = nil // the lists have been read to a person already
	_, err = recipients.Read(ctx, p.Campaign.Lists, options, func(e campaign.Entry) error {
		at := rowOf{sheetOf{e.Source, e.Sheet}, e.Number}
		if problems := f.by[at]; len(problems) > 0 {
			list = append(list, Fault{e.Row, problems})
			delete(f.by, at) // a file that is named twice has its rows once
		}
		return nil
	})
	return report, list, f.more, err
}
