package main

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/prepare"
	"tebar/campaign/preview"
	"tebar/campaign/recipients"
)

// firstShown is how many of the first messages a preview has.
const firstShown = 20

type previewOptions struct {
	choice prepare.Choice
	folder string // "" = preview, beside the campaign file
	open   bool
}

func (a *app) previewCommand() *cli.Command {
	return &cli.Command{
		Name: "preview", Usage: "real messages as .eml and .html, and a page to look through them; sends nothing", ArgsUsage: "FILE",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "row", Usage: "only row `N`, as a spreadsheet numbers it"},
			&cli.StringFlag{Name: "to", Usage: "only the message for `ADDRESS`"},
			&cli.BoolFlag{Name: "edge", Usage: "only the longest, emptiest and non-ASCII rows"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the `FOLDER` (default preview beside the file)"},
			&cli.BoolFlag{Name: "open", Usage: "open the page in the browser"},
		},
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			o := previewOptions{folder: c.String("output"), open: c.Bool("open")}
			o.choice = prepare.Choice{Row: c.Int("row"), Edge: c.Bool("edge"), Most: firstShown}
			if c.IsSet("row") && o.choice.Row < 1 {
				return usage("--row takes a row's number, as a spreadsheet shows it")
			}
			if c.IsSet("to") {
				if o.choice.To, err = recipients.Address(c.String("to")); err != nil {
					return usage("--to %s: %v", c.String("to"), err)
				}
			}
			if o.choice.Edge && (o.choice.Row != 0 || o.choice.To != "") || o.choice.Row != 0 && o.choice.To != "" {
				return usage("--row, --to and --edge do not go together")
			}
			return a.preview(c.Context, path, o)
		},
	}
}

// previewJSON is the JSON of preview.
type previewJSON struct {
	Folder   string               `json:"folder"`
	Index    string               `json:"index"`
	Total    int                  `json:"total"`
	Messages []previewMessageJSON `json:"messages"`
}

type previewMessageJSON struct {
	Row     int    `json:"row"`
	Source  string `json:"source"`
	Email   string `json:"email"`
	Subject string `json:"subject"`
	Bytes   int    `json:"bytes"`
	EML     string `json:"eml"`
	HTML    string `json:"html"`
	Why     string `json:"why"`
	Problem string `json:"problem"`
}

// preview shows what would be sent. A row whose message cannot be made stands
// among the others, with the reason, and makes the exit code 2.
func (a *app) preview(ctx context.Context, path string, o previewOptions) error {
	st, err := a.storeIfThere(ctx)
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
	}
	p, err := a.load(ctx, path, st)
	if err != nil {
		return err
	}
	if !p.Usable() || p.Problems.Errors() > 0 {
		return refused(path, p.Problems)
	}
	picked, err := p.Pick(ctx, o.choice)
	if err != nil {
		return err
	}
	if n := picked.Problems.Errors(); n > 0 {
		a.note("%s in the list: look at them with `tebar check %s`; run sends nothing before they are mended", plural(n, "error"), shellWord(path))
	}
	if len(picked.Picks) == 0 {
		return &usageError{message: "nobody gets mail, so there is nothing to show", hint: "tebar check " + shellWord(path)}
	}
	page := preview.Page{Campaign: p.Campaign.Name, Total: picked.Messages, At: a.clock.Now().In(p.Campaign.Schedule.Location())}
	for _, pick := range picked.Picks {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		page.Messages = append(page.Messages, a.previewed(ctx, p, pick))
	}
	if o.folder == "" {
		o.folder = filepath.Join(filepath.Dir(path), "preview")
	}
	written, err := preview.Write(o.folder, page)
	if errors.Is(err, preview.ErrOthers) {
		return &usageError{message: err.Error(), hint: "name another folder: -o FOLDER"}
	}
	if err != nil {
		return err
	}
	return a.previewDone(ctx, o, page, written)
}

// previewed makes one message, all but its identity and date as it will be.
func (a *app) previewed(ctx context.Context, p *prepare.Prepared, pick prepare.Pick) preview.Message {
	r := pick.Recipient
	out := preview.Message{Row: r.Number, Source: r.Source, Address: r.Address, Name: r.Name, Why: pick.Why}
	raw, bcc, err := a.previewedBytes(ctx, p, r)
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	out.Raw = raw
	for _, b := range bcc {
		out.Bcc = append(out.Bcc, b.Email)
	}
	return out
}

func (a *app) previewedBytes(ctx context.Context, p *prepare.Prepared, r campaign.Recipient) ([]byte, []campaign.Address, error) {
	filled, err := p.Fill(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	files, err := p.FilesOf(r)
	if err != nil {
		return nil, nil, err
	}
	m := message(p.Campaign.From, filled, attachments(files))
	m.MessageID = "row-" + strconv.Itoa(r.Number) + ".preview@" + heloName(p.Campaign.From)
	m.Date = a.clock.Now().In(p.Campaign.Schedule.Location())
	e, err := mailer.Build(m)
	return e.Message, filled.Bcc, err
}

func (a *app) previewDone(ctx context.Context, o previewOptions, page preview.Page, written []preview.Written) error {
	index, failed := filepath.Join(o.folder, preview.Index), 0
	out := previewJSON{Folder: o.folder, Index: index, Total: page.Total, Messages: []previewMessageJSON{}}
	for i, m := range page.Messages {
		w := written[i]
		out.Messages = append(out.Messages, previewMessageJSON{m.Row, m.Source, m.Address, w.Subject, w.Size, w.EML, w.HTML, m.Why, m.Problem})
		if m.Problem != "" {
			failed++
			a.say("row %d, %s: %s", m.Row, m.Address, m.Problem)
		}
	}
	if a.json {
		a.printJSON(out)
	}
	a.say("%s of %d: %s", plural(len(page.Messages), "message"), page.Total, index)
	if o.open {
		if err := openInBrowser(ctx, index); err != nil {
			a.note("no browser could be started (%v); open %s", err, index)
		}
	}
	if failed > 0 {
		return stopped(exitUsage)
	}
	return nil
}
