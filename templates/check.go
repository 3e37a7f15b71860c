package templates

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"

	"tebar/campaign"
)

// CheckColumns finds, without rendering, each place that names a column which
// is not among the columns of a list, and headers that make one name.
func (s *Set) CheckColumns(columns []string) campaign.Problems {
	h := newHeaders(columns)
	found := h.alike()
	for _, c := range s.checks {
		found = append(found, h.check(c.src, c.uses)...)
	}
	for _, t := range s.files {
		found = append(found, h.check(t.named.src, t.named.uses)...)
	}
	if i := slices.Index(h.names, "rows"); i >= 0 && s.rows {
		found = append(found, campaign.Problem{
			Severity: campaign.Warning, Column: i + 1, Field: columns[i],
			Message: "{{.rows}} means all rows of a group, not the column " + quoted(columns[i]),
			Hint:    "write {{field " + quoted(columns[i]) + "}} for the column",
		})
	}
	return found
}

// A Finding is what Check has to say of one row.
type Finding struct {
	Problems campaign.Problems
	Files    []string // names of the attachments that are filled
	Subject  string   // one line, as Render makes it; "" where it cannot be filled
	TooSlow  bool     // the row takes too long: the next ones would take as long for each
}

// Check fills the letter for one row and tells what a person should know:
// what fails (errors), a link that html/template refuses, an empty subject,
// and as warnings: empty cells that are printed without a default, a plain if
// over yes and no, line ends in a subject. It inlines no CSS and makes no
// text. A column that is not there fails on every row: ask CheckColumns first.
func (s *Set) Check(ctx context.Context, r campaign.Recipient) Finding {
	row := s.naming.begin(ctx, &r, s.rows, &recorder{})
	defer row.end()
	var f Finding
	for _, c := range s.checks {
		err := c.look(row, &f)
		if err != nil {
			f.Problems = append(f.Problems, c.failed(&r.Row, err))
		}
		if f.TooSlow = errors.Is(err, ErrTooSlow); f.TooSlow {
			break
		}
		if c.src.field == "body.markdown" && s.html != nil && err == nil {
			_ = c.lookAt(s.html, row, &f)
		}
	}
	if !f.TooSlow {
		f.nameFiles(s, row)
	}
	return f
}

// nameFiles fills the names of the attachments that are filled.
func (f *Finding) nameFiles(s *Set, row *filling) {
	for _, t := range s.files {
		name, err := t.name.fill(row)
		if err != nil {
			f.Problems = append(f.Problems, t.named.failed(&row.to.Row, err))
			continue
		}
		f.Files = append(f.Files, strings.TrimSpace(name))
	}
}

// look fills the template as it was written.
func (c *checked) look(f *filling, found *Finding) error {
	out := newSink(f.ctx)
	defer out.release()
	if err := c.body.print(out, f); err != nil {
		return err
	}
	found.Problems = append(found.Problems, c.noted(&f.to.Row, f.watch)...)
	switch {
	case c.html:
		found.Problems = append(found.Problems, c.judgeHTML(&f.to.Row, out.Bytes())...)
		if !c.file {
			found.Problems = append(found.Problems, judgeSize(&f.to.Row, out.Len())...)
		}
	case c.src.field == "subject":
		found.Problems = append(found.Problems, judgeSubject(&f.to.Row, out.String())...)
		found.Subject = oneLine(out.String())
	}
	return nil
}

// lookAt fills HTML that was made of the template.
func (c *checked) lookAt(made *body, f *filling, found *Finding) error {
	out := newSink(f.ctx)
	defer out.release()
	if err := made.print(out, f); err != nil {
		return err
	}
	found.Problems = append(found.Problems, c.judgeHTML(&f.to.Row, out.Bytes())...)
	return nil
}

// rowProblem is a problem of a row; column is its header, "" for none.
func rowProblem(sev campaign.Severity, row *campaign.Row, column, message, hint string) campaign.Problem {
	p := campaign.Problem{Severity: sev, File: row.Source, Row: row.Number, Field: column, Message: message, Hint: hint}
	if i := slices.Index(row.Columns, column); i >= 0 && column != "" {
		p.Column = row.Left + i + 1
	}
	return p
}

func judgeSubject(row *campaign.Row, out string) campaign.Problems {
	if oneLine(out) == "" {
		return campaign.Problems{rowProblem(campaign.Error, row, "", "the subject is empty for this row",
			`fill the cell, or write a default in the subject: {{.title | default "News"}}`)}
	}
	if strings.ContainsAny(strings.TrimSpace(out), "\r\n") {
		return campaign.Problems{rowProblem(campaign.Warning, row, "", "the subject has a line break in this row; it becomes a blank",
			"take the line break out of the cell")}
	}
	return nil
}

const unsafe = "ZgotmplZ" // what html/template prints in place of what it refuses

var scheme = regexp.MustCompile(`^\s*[A-Za-z][A-Za-z0-9+.-]*:`)

func (c *checked) judgeHTML(row *campaign.Row, out []byte) campaign.Problems {
	if !bytes.Contains(out, []byte(unsafe)) || strings.Contains(c.src.text, unsafe) {
		return nil
	}
	column := ""
	for i, v := range row.Values {
		lower := strings.ToLower(strings.TrimSpace(v))
		if scheme.MatchString(v) && !strings.HasPrefix(lower, "http") && !strings.HasPrefix(lower, "mailto:") && i < len(row.Columns) {
			column = row.Columns[i]
			break
		}
	}
	return campaign.Problems{rowProblem(campaign.Error, row, column,
		fmt.Sprintf("%s: a cell is unsafe where it stands as a link or a style, and would be sent as #%s", c.src.label(0), unsafe),
		"a link begins with https:// or mailto:; for others write {{tel .phone}} or {{cid .picture}}")}
}

// noted turns what the recorder saw into warnings, each column once.
func (c *checked) noted(row *campaign.Row, w *recorder) campaign.Problems {
	if len(w.empty)+len(w.tested) == 0 {
		return nil
	}
	var found campaign.Problems
	once := map[string]bool{}
	for _, e := range w.empty {
		column, header := c.emptyColumn(e)
		if header == "" || once[header] {
			continue
		}
		once[header] = true
		found = append(found, rowProblem(campaign.Warning, placeOf(e, row), header,
			fmt.Sprintf("the cell %s is empty, and %s prints it", quoted(header), c.at(c.watched[e.n].at)),
			fmt.Sprintf("fill it, or write {{%s | default \"...\"}}", column)))
	}
	for _, t := range w.tested {
		u := c.watched[t.n].columns[0]
		header := headerOf(placeOf(t, row), u)
		if once["if "+header] {
			continue
		}
		once["if "+header] = true
		found = append(found, rowProblem(campaign.Warning, placeOf(t, row), header,
			fmt.Sprintf("the column %s holds words such as yes and no; a plain if, as in %s, only asks whether there is any text", quoted(header), c.at(c.watched[t.n].at)),
			fmt.Sprintf("write {{if yes %s}}", written(u))))
	}
	return found
}

func placeOf(s seen, row *campaign.Row) *campaign.Row {
	if s.row != nil {
		return s.row
	}
	return row
}

// emptyColumn is the column to name for an action that printed nothing.
func (c *checked) emptyColumn(s seen) (code, header string) {
	if s.row == nil {
		return "", ""
	}
	for _, u := range c.watched[s.n].columns {
		h := headerOf(s.row, u)
		if v, ok := s.row.Value(h); ok && strings.TrimSpace(v) == "" {
			return written(u), h
		}
	}
	return "", ""
}

func written(u use) string {
	if u.exact {
		return "field " + quoted(u.name)
	}
	return "." + u.name
}

func headerOf(row *campaign.Row, u use) string {
	if u.exact {
		return u.name
	}
	for _, h := range row.Columns {
		if ColumnName(h) == u.name {
			return h
		}
	}
	return ""
}

// at says where in the template: "body.html line 12", "the subject".
func (c *checked) at(offset int) string {
	if !c.src.lines {
		return "the " + c.src.field
	}
	line, _ := c.src.position(offset)
	return c.src.label(offset) + " line " + strconv.Itoa(line)
}

// failed puts an error of execution into words.
func (c *checked) failed(row *campaign.Row, err error) campaign.Problem {
	where, message := c.src.explain(err)
	return rowProblem(campaign.Error, row, "", where+": "+message, failureHint(message))
}

var (
	executing = regexp.MustCompile(`(?s)^template: .*?:(\d+):(\d+): executing .*? at <(.*?)>: (.*)$`)
	calling   = regexp.MustCompile(`^error calling \w+: `)
	noEntry   = regexp.MustCompile(`^map has no entry for key "(.*)"$`)
)

// explain takes the place out of an error of execution, and text/template's
// own words.
func (s *source) explain(err error) (where, message string) {
	message = err.Error()
	where = s.label(0)
	var exec texttemplate.ExecError
	if errors.As(err, &exec) {
		message = exec.Err.Error()
	}
	m := executing.FindStringSubmatch(message)
	if m == nil {
		return where, message
	}
	if s.lines {
		line, _ := strconv.Atoi(m[1])
		at := s.offset(line, 0)
		line, _ = s.position(at)
		where = s.label(at) + " line " + strconv.Itoa(line)
	}
	message = calling.ReplaceAllString(m[4], "")
	if key := noEntry.FindStringSubmatch(message); key != nil {
		message = "{{." + key[1] + "}} names no column of the list"
	}
	return where, message
}

func failureHint(message string) string {
	switch {
	case strings.Contains(message, "incompatible types"), strings.Contains(message, "non-basic type"):
		return `cells are text: compare with text, {{if eq .age "18"}}, or with numbers, {{if gt (int .age) 18}}`
	case strings.Contains(message, "names no column"), strings.Contains(message, "there is no column"):
		return "look at the header of the list, or at the name in the template"
	case strings.Contains(message, "is no date"), strings.Contains(message, "no number"), strings.Contains(message, "can be"):
		return "mend the cell, or change the template"
	}
	return ""
}

// explain makes an error of Render one that names template and line. The
// template that failed may have been inlined, so that the lines are those of
// the checked one.
func (s *Set) explain(f *filling, err error) error {
	if errors.Is(err, ErrTooLong) || errors.Is(err, ErrTooSlow) || f.ctx.Err() != nil {
		return fmt.Errorf("filling the letter for %s: %w", f.to.Address, err)
	}
	for _, c := range s.checks {
		if _, again := c.body.fill(f); again != nil {
			where, message := c.src.explain(again)
			return fmt.Errorf("filling the letter for %s: %s: %s", f.to.Address, where, message)
		}
	}
	return fmt.Errorf("filling the letter for %s: %w", f.to.Address, err)
}
