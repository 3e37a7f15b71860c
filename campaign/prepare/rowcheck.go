package prepare

import (
	"context"
	"errors"

	"tebar/campaign"
	"tebar/templates"
)

// A rowJudge looks at one row; several goroutines may ask it.
type rowJudge struct {
	p      *Prepared
	letter bool // the letter can be rendered
	fields bool // cc, attachments and the like can be filled
}

// A finding is what judge has found of one row.
type finding struct {
	whole    bool // the letter was looked at too
	letter   templates.Finding
	cost     int   // addresses that the message counts for
	problem  error // of the fields
	tooSlow  bool  // a field is
	skipping bool  // the row gets no message
}

// judge looks at a row, and at its letter too unless it is known to be too slow.
func (j rowJudge) judge(ctx context.Context, e campaign.Entry, tooSlow bool, k *kept) finding {
	letter := j.letter && !tooSlow
	f := finding{whole: letter, skipping: e.Skip != "" || e.Member}
	if f.skipping {
		return f
	}
	if letter {
		f.letter = j.p.letter.Check(ctx, e.Recipient)
	}
	if !j.fields {
		return f
	}
	filled, names, err := j.p.share(e)
	if err == nil {
		_, err = j.p.rowAttachments(names, nil, k)
	}
	if err == nil {
		if letter && !f.letter.TooSlow {
			filled.Subject = f.letter.Subject // its errors have been told
		}
		err = j.try(filled, names, f.letter.Files)
	}
	f.cost, f.problem, f.tooSlow = filled.Recipients(), err, errors.Is(err, templates.ErrTooSlow)
	return f
}

// try asks whether a header can be made of what the row fills in.
func (j rowJudge) try(f Filled, own []enclosed, filled []string) error {
	if j.p.opts.Try == nil {
		return nil
	}
	files := make([]string, 0, len(own)+len(j.p.static)+len(filled))
	files = append(files, filled...)
	for _, list := range [2][]enclosed{own, j.p.static} {
		for _, f := range list {
			files = append(files, f.name)
		}
	}
	return j.p.opts.Try(f, files)
}

// rowCheck tells what was found, row after row.
type rowCheck struct {
	rowJudge
	found  *collector
	faults *faults // nil: nobody asks for the rows
	report *Report
	most   int  // recipients that one message may count for
	told   int  // messages whose cost is known
	slow   slow // what a row was too slow for
}

type slow struct{ letter, fields bool }

func newRowCheck(j rowJudge, found *collector, report *Report) *rowCheck {
	c := &rowCheck{rowJudge: j, found: found, report: report, most: maxRecipients}
	for _, l := range j.p.Campaign.EffectiveLimits() {
		c.most = min(c.most, l.Max)
	}
	return c
}

// maxRecipients is what Gmail takes for one message over SMTP.
const maxRecipients = 100

// take tells what was found of the next row. Behind a row that is too slow
// nothing more is said of what made it so.
func (c *rowCheck) take(ctx context.Context, e campaign.Entry, f finding) {
	if f.skipping {
		return
	}
	if len(c.report.First) < 3 {
		c.report.First = append(c.report.First, e.Address)
	}
	if f.whole && c.slow.letter { // judged before a row ahead of it was known to be too slow
		f = c.judge(ctx, e, true, &kept{})
	}
	if f.whole {
		c.tell(e, inRow(f.letter.Problems, e)...)
		if c.slow.letter = f.letter.TooSlow; !c.slow.letter && c.report.Subject == "" {
			c.firstSubject(ctx, e.Recipient)
		}
	}
	if !c.fields || c.slow.fields {
		return
	}
	if f.problem != nil {
		c.slow.fields = f.tooSlow
		c.tell(e, c.p.rowProblem(e, f.problem))
		return
	}
	c.cost(f.cost, e)
}

// tell notes the problems of a row.
func (c *rowCheck) tell(e campaign.Entry, problems ...campaign.Problem) {
	c.found.add(problems...)
	c.faults.add(sheetOf{e.Source, e.Sheet}, e.Number, problems...)
}

func (c *rowCheck) firstSubject(ctx context.Context, r campaign.Recipient) {
	if text, err := c.p.letter.Render(ctx, r); err == nil {
		c.report.Subject = text.Subject
	}
}

// cost notes how many addresses a message counts for.
func (c *rowCheck) cost(n int, e campaign.Entry) {
	if n != 1 && c.report.Costs == nil {
		for range c.told {
			c.report.Costs = append(c.report.Costs, 1)
		}
	}
	if c.told++; n != 1 || c.report.Costs != nil {
		c.report.Costs = append(c.report.Costs, n)
	}
	if n > c.most {
		c.tell(e, c.p.rowProblem(e, tooMany(n, c.most)))
	}
}
