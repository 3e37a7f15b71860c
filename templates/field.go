package templates

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tebar/campaign"
)

// A Field is a template of one line in the campaign file: a cc, an
// attachment's path, a header's value, `where`.
type Field struct {
	text   string
	body   *body
	check  *checked
	static bool
	naming naming
}

// ParseField parses it; name is its key path in the campaign file, language that
// of its dates and numbers ("" is English, as one that is not known). The error
// is a campaign.Problems: all that is wrong with it.
func ParseField(name, text, language string) (*Field, error) {
	spoken, _ := speak(language)
	src := spoken.source("", name, text)
	src.lines = false
	c, found := check(src, src.text, nil, false)
	if len(found) > 0 {
		return nil, found
	}
	t, _, err := compileText(spoken, name, src.text, false)
	if err != nil {
		return nil, campaign.Problems{src.problem(campaign.Error, 0, err.Error(), "")}
	}
	return &Field{text: text, body: t, check: c, static: !strings.Contains(text, "{{")}, nil
}

// Static says that the text has no action: it is the same for all rows.
func (f *Field) Static() bool { return f.static }

// CheckColumns finds the columns it names that are not there.
func (f *Field) CheckColumns(columns []string) campaign.Problems {
	return newHeaders(columns).check(f.check.src, f.check.uses)
}

// Execute fills it for one recipient. What it prints is as the cells are:
// line ends and all. An error may wrap ErrTooSlow.
func (f *Field) Execute(r campaign.Recipient) (string, error) {
	if f.static {
		return f.text, nil
	}
	filling := f.naming.begin(context.Background(), &r, f.check.rows, nil)
	defer filling.end()
	out, err := f.body.fill(filling)
	if errors.Is(err, ErrTooSlow) {
		return "", fmt.Errorf("%s: %w", f.check.src.label(0), ErrTooSlow)
	}
	if err != nil {
		where, message := f.check.src.explain(err)
		return "", fmt.Errorf("%s: %s", where, message)
	}
	return out, nil
}

// True says whether it prints true or false for a row (blanks around and case
// do not matter); all else is an error that shows what it printed.
func (f *Field) True(row campaign.Row) (bool, error) {
	out, err := f.Execute(campaign.Recipient{Row: row})
	if err != nil {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(out)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf(`%s: it prints %q; it must print true or false, as {{eq .status "active"}} or {{yes .paid}} do`, f.check.src.field, out)
}
