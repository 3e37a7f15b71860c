package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/campaign/report"
	"tebar/store"
)

func (a *app) checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "find every mistake of file, rows and letter; sends nothing", ArgsUsage: "FILE",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "strict", Usage: "take warnings for errors"},
			&cli.BoolFlag{Name: "roles", Usage: "warn too of addresses like info@ and office@, and of those for some minutes"},
			&cli.StringFlag{Name: "csv", Usage: "write the rows with problems to `FILE`, each with what is wrong"},
		},
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			return a.check(c.Context, path, c.Bool("strict"), c.Bool("roles"), c.String("csv"))
		},
	}
}

// checkJSON is the JSON of check.
type checkJSON struct {
	OK         bool              `json:"ok"`
	Recipients int               `json:"recipients"`
	Skipped    int               `json:"skipped"`
	Duplicates int               `json:"duplicates"`
	Source     []sourceJSON      `json:"source"`
	Problems   campaign.Problems `json:"problems"`
}

// sourceJSON is a list as it was understood.
type sourceJSON struct {
	campaign.Source
	Filled  []int            `json:"filled"`  // rows that have something in each column
	Samples []prepare.Sample `json:"samples"` // the first rows
}

func sourcesJSON(r prepare.Report) []sourceJSON {
	list := make([]sourceJSON, len(r.Sources))
	for i, s := range r.Sources {
		var p prepare.Profile
		if i < len(r.Profiles) {
			p = r.Profiles[i]
		}
		list[i] = sourceJSON{s, p.Filled, p.Samples}
		if s.Columns == nil {
			list[i].Columns = []string{}
		}
		if p.Filled == nil {
			list[i].Filled = make([]int, len(s.Columns))
		}
		if p.Samples == nil {
			list[i].Samples = []prepare.Sample{}
		}
	}
	return list
}

func (a *app) check(ctx context.Context, path string, strict, roles bool, rows string) error {
	look := a.checkOf
	if rows != "" {
		look = a.checkInto(rows)
	}
	p, r, err := a.checked(ctx, path, func(ctx context.Context, p *prepare.Prepared) (prepare.Report, error) {
		if roles {
			p.NoteRoles()
		}
		return look(ctx, p)
	})
	if err != nil {
		return err
	}
	ok := r.OK() && (!strict || len(r.Problems) == 0)
	if a.json {
		out := checkJSON{ok, r.Recipients, r.Skipped, r.Duplicates, sourcesJSON(r), r.Problems}
		if out.Problems == nil {
			out.Problems = campaign.Problems{}
		}
		a.printJSON(out)
	} else {
		a.printCheck(path, p, r, ok)
	}
	if !ok {
		return stopped(exitUsage)
	}
	return nil
}

// checkInto checks, and writes the rows with problems to a file; without any it
// has its heading alone, so that no older one is taken for new.
func (a *app) checkInto(path string) func(context.Context, *prepare.Prepared) (prepare.Report, error) {
	return func(ctx context.Context, p *prepare.Prepared) (prepare.Report, error) {
		if p.Uses(path) {
			return prepare.Report{}, usage("--csv %s: the campaign needs this file; name another for the rows with problems", path)
		}
		r, rows, more, err := p.CheckRows(ctx)
		if err != nil {
			return r, err
		}
		var list []report.Fault
		for _, row := range rows {
			var texts []string
			for _, problem := range row.Problems {
				text := problem.Message
				if problem.Hint != "" {
					text += " (" + problem.Hint + ")"
				}
				texts = append(texts, text)
			}
			list = append(list, report.Fault{Row: row.Row, Problem: strings.Join(texts, " | ")})
		}
		if err := report.Create(path, func(w io.Writer) error { return report.Faults(w, list) }); err != nil {
			return r, err
		}
		a.note("written: %s, %s with problems", path, plural(len(list), "row"))
		if more > 0 {
			a.note("%d more problems, of further rows, are not in it: mend these first", more)
		}
		return r, nil
	}
}

// checked loads and checks a file, with the store's word on excluded
// campaigns where there is a store.
func (a *app) checked(ctx context.Context, path string,
	look func(context.Context, *prepare.Prepared) (prepare.Report, error),
) (*prepare.Prepared, prepare.Report, error) {
	st, err := a.storeIfThere(ctx)
	if err != nil {
		return nil, prepare.Report{}, err
	}
	if st != nil {
		defer st.Close()
	}
	p, err := a.load(ctx, path, st)
	if err != nil {
		return nil, prepare.Report{}, err
	}
	r, err := look(ctx, p)
	if err == nil {
		err = a.outlook(ctx, st, p, &r)
	}
	return p, r, err
}

// storeIfThere opens the store, or gives nil where there is none yet: looking
// makes nothing.
func (a *app) storeIfThere(ctx context.Context) (*store.Store, error) {
	where, err := a.storeLocation()
	if err != nil || !exists(where) {
		return nil, err
	}
	return a.openStore(ctx)
}

func (a *app) printCheck(path string, p *prepare.Prepared, r prepare.Report, ok bool) {
	for i, s := range r.Sources {
		if s.Format == "" {
			continue // it could not be read, and a problem says why
		}
		a.say("%s", sourceLine(s))
		if !a.quiet && i < len(r.Profiles) && r.Profiles[i].Rows > 0 {
			a.printProfile(s, r.Profiles[i])
		}
	}
	a.printProblems(a.out, r.Problems)
	errors := r.Problems.Errors()
	a.say("%s: %s, %s; %s will get mail, %s skipped", path,
		plural(errors, "error"), plural(len(r.Problems)-errors, "warning"), plural(r.Recipients, "recipient"), plural(r.Skipped, "row"))
	if ok && p.Campaign != nil {
		a.say("  next        tebar plan %s", shellWord(path))
	}
}

func sourceLine(s campaign.Source) string {
	text := s.File + ": " + s.Format
	quotes := ""
	if s.Quote == campaign.QuoteSingle {
		quotes = "single quotes"
	}
	for _, detail := range []string{s.Encoding, delimiterName(s.Delimiter), quotes, s.Sheet} {
		if detail != "" {
			text += ", " + detail
		}
	}
	if s.Range != "" {
		text += ", range " + s.Range
	}
	text += ", " + plural(s.Rows, "row") + ", " + plural(len(s.Columns), "column")
	if s.HeaderRow > 1 {
		text += fmt.Sprintf(", headings in row %d", s.HeaderRow)
	}
	return text
}

func delimiterName(d string) string {
	switch d {
	case ",":
		return "comma"
	case ";":
		return "semicolon"
	case "\t":
		return "tab"
	case "|":
		return "pipe"
	}
	return d
}
