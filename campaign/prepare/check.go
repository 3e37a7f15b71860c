package prepare

import (
	"context"
	"strings"

	"tebar/campaign"
	"tebar/campaign/recipients"
	"tebar/templates"
)

// Report is what a check found.
type Report struct {
	Problems   campaign.Problems
	Sources    []campaign.Source
	Profiles   []Profile // of Sources, in their order
	Rows       int       // data rows of all lists
	Recipients int       // messages that would be sent
	Skipped    int
	Duplicates int
	ListSHA256 string
	Costs      []int    // recipients per message in order; nil = all 1
	First      []string // the first three addresses
	Subject    string   // of the first message
}

// OK says that nothing stands against sending.
func (r Report) OK() bool { return r.Problems.Errors() == 0 }

// Check looks at everything: file, letter, and each row's message. The error
// is for what is no problem of the campaign (the context ended, the store
// failed).
func (p *Prepared) Check(ctx context.Context) (Report, error) { return p.check(ctx, nil) }

func (p *Prepared) check(ctx context.Context, rows *faults) (Report, error) {
	found := newCollector(p.Problems)
	report := Report{}
	if p.Campaign != nil {
		found.add(templates.Pitfalls(p.Letter, p.names(), p.pictureErrors())...)
	}
	if p.Usable() {
		if err := p.checkRows(ctx, found, rows, &report); err != nil {
			return report, err
		}
	}
	report.Problems = found.all()
	p.locate(report.Problems)
	return report, nil
}

func (p *Prepared) checkRows(ctx context.Context, found *collector, rows *faults, report *Report) error {
	letter, fields := p.checkColumns(ctx, found)
	judge := rowJudge{p: p, letter: letter && p.letter != nil, fields: fields}
	check := newRowCheck(judge, found, report)
	check.faults = rows
	crew, options := newCrew(ctx, check), p.listOptions()
	if rows != nil {
		options.MaxProblems = mostFaults
	}
	result, err := recipients.Read(ctx, p.Campaign.Lists, options, crew.add)
	if err = crew.end(err); err != nil {
		return err
	}
	found.add(result.Problems...)
	for _, pr := range result.Problems {
		rows.add(sheetOf{pr.File, pr.Sheet}, pr.Row, pr)
	}
	report.Profiles = crew.profiles.of(result.Sources)
	report.Sources, report.Rows, report.ListSHA256 = result.Sources, result.Rows, result.ListSHA256
	report.Recipients, report.Skipped, report.Duplicates = result.Messages, result.Skipped, result.Duplicates
	p.checkCount(found, result)
	if fields && result.Messages > 0 {
		found.add(p.neverThere()...)
	}
	return nil
}

// checkColumns holds every template against every list's header. With a
// column missing no row can be rendered, and each would say so again. It says
// whether the letter and the fields can be filled.
func (p *Prepared) checkColumns(ctx context.Context, found *collector) (letter, fields bool) {
	sources, _, err := recipients.Headers(ctx, p.Campaign.Lists, p.listOptions())
	if err != nil {
		return false, false // reading the rows says why
	}
	letter, fields = true, true
	for i, s := range sources {
		if len(s.Columns) == 0 {
			continue
		}
		if p.letter != nil {
			problems := p.letter.CheckColumns(s.Columns)
			letter = letter && problems.Errors() == 0
			found.add(problems...)
		}
		check := func(f field) {
			problems := at(p.fileName(), f.key, f.CheckColumns(s.Columns))
			fields = fields && problems.Errors() == 0
			found.add(problems...)
		}
		p.fields.each(check)
		if i < len(p.fields.where) && p.fields.where[i] != nil {
			check(*p.fields.where[i])
		}
	}
	return letter, fields
}

// at names the place of a field's problems, which need not say it again.
func at(file, key string, problems campaign.Problems) campaign.Problems {
	for i := range problems {
		problems[i].File, problems[i].Field = file, key
		problems[i].Message = strings.TrimPrefix(problems[i].Message, key+": ")
	}
	return problems
}

func (p *Prepared) checkCount(found *collector, r recipients.Result) {
	if r.Messages > 0 || found.errors > 0 {
		return
	}
	found.add(campaign.Problem{
		Severity: campaign.Error, File: p.fileName(), Field: "recipients",
		Message: "nobody is left to write to: every row is skipped", Hint: "look at the list, at where and at exclude",
	})
}

// inRow places problems of a rendered row.
func inRow(problems campaign.Problems, e campaign.Entry) campaign.Problems {
	for i := range problems {
		if problems[i].Row == 0 {
			problems[i].Row = e.Number
		}
		if problems[i].File == "" {
			problems[i].File = e.Source
		}
	}
	return problems
}
