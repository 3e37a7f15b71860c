package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/recipients"
	"tebar/campaign/report"
	"tebar/store"
)

func (a *app) suppressCommand() *cli.Command {
	reason := &cli.StringFlag{Name: "reason", Usage: "why, for the record"}
	return &cli.Command{
		Name: "suppress", Usage: "addresses and @domains that no campaign writes to",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list them", Action: a.onStore(a.suppressList)},
			{Name: "add", Usage: "add addresses or @domains", ArgsUsage: "ADDRESS...", Flags: []cli.Flag{reason}, Action: a.onStore(a.suppressAdd)},
			{Name: "remove", Usage: "take addresses or @domains off", ArgsUsage: "ADDRESS...", Action: a.onStore(a.suppressRemove)},
			{Name: "import", Usage: "add those of a list or a text file", ArgsUsage: "FILE", Flags: []cli.Flag{reason}, Action: a.onStore(a.suppressImport)},
			{Name: "export", Usage: "write them as CSV", ArgsUsage: "[FILE]", Action: a.onStore(a.suppressExport)},
		},
	}
}

type suppressionJSON struct {
	Address string     `json:"address"`
	Reason  string     `json:"reason"`
	Who     string     `json:"who"`
	At      *time.Time `json:"at"`
}

func (a *app) suppressList(c *cli.Context, st *store.Store) error {
	if err := none(c); err != nil {
		return err
	}
	list, err := st.Suppressions(c.Context)
	if err != nil {
		return err
	}
	out := []suppressionJSON{}
	for _, s := range list {
		out = append(out, suppressionJSON{s.Address, s.Reason, s.Who, timePointer(s.At, time.Local)})
		a.say("%s\t%s\t%s\t%s", s.Address, s.At.Local().Format("2006-01-02 15:04"), s.Who, s.Reason)
	}
	if a.json {
		a.printJSON(out)
	}
	return nil
}

// suppressible normalises an address or @domain, all of them or none.
func suppressible(words []string) ([]string, error) {
	var out []string
	var problems campaign.Problems
	for _, w := range words {
		address, err := suppressibleOne(w)
		if err != nil {
			problems = append(problems, campaign.Problem{Severity: campaign.Error, Message: fmt.Sprintf("%q: %v", w, err)})
			continue
		}
		out = append(out, address)
	}
	if len(problems) > 0 {
		return nil, &problemsError{Problems: problems, message: plural(len(problems), "address") + " not understood; nothing was done"}
	}
	return out, nil
}

func suppressibleOne(word string) (string, error) {
	word = strings.TrimSpace(word)
	if domain, ok := strings.CutPrefix(word, "@"); ok {
		address, err := recipients.Address("x@" + domain)
		return strings.TrimPrefix(address, "x"), err
	}
	return recipients.Address(word)
}

func (a *app) suppressAdd(c *cli.Context, st *store.Store) error {
	if c.NArg() == 0 {
		return usage("suppress add takes addresses or @domains")
	}
	addresses, err := suppressible(c.Args().Slice())
	if err != nil {
		return err
	}
	return a.suppress(c.Context, st, addresses, c.String("reason"))
}

func (a *app) suppress(ctx context.Context, st *store.Store, addresses []string, reason string) error {
	who := a.who()
	var list []store.Suppression
	for _, address := range addresses {
		list = append(list, store.Suppression{Address: address, Reason: reason, Who: who.User, At: who.At})
	}
	n, err := st.Suppress(ctx, list)
	if err != nil {
		return err
	}
	a.counted("added", n, "%d added, %d were there already; effective before the next message", n, len(addresses)-n)
	return nil
}

func (a *app) suppressRemove(c *cli.Context, st *store.Store) error {
	if c.NArg() == 0 {
		return usage("suppress remove takes addresses or @domains")
	}
	addresses, err := suppressible(c.Args().Slice())
	if err != nil {
		return err
	}
	n, err := st.Unsuppress(c.Context, addresses...)
	if err != nil {
		return err
	}
	a.counted("removed", n, "%d removed, %d were not on the list", n, len(addresses)-n)
	return nil
}

func (a *app) counted(key string, n int, format string, args ...any) {
	if a.json {
		a.printJSON(map[string]int{key: n})
		return
	}
	a.say(format, args...)
}

// suppressImport takes the first column of a CSV or text file that is headed
// by an address or has one in its first row.
func (a *app) suppressImport(c *cli.Context, st *store.Store) error {
	path, err := one(c, "FILE")
	if err != nil {
		return err
	}
	words, err := readAddresses(path)
	if err != nil {
		return err
	}
	addresses, err := suppressible(words)
	if err != nil {
		return err
	}
	return a.suppress(c.Context, st, addresses, c.String("reason"))
}

// readAddresses reads one address or @domain a line, or the column of a CSV
// file that `suppress export` or a list heads with an e-mail name.
func readAddresses(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usage("%v", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	records, err := r.ReadAll()
	if err != nil {
		return nil, usage("%s: %v", path, err)
	}
	column, first := 0, 0
	if len(records) > 0 {
		for i, cell := range records[0] {
			switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff"))) {
			case "address", "email", "e-mail", "mail", "email address", "e-mail address", "tebar_email":
				column, first = i, 1
			}
		}
	}
	var out []string
	for _, record := range records[first:] {
		if column < len(record) && strings.TrimSpace(record[column]) != "" {
			out = append(out, evaluable(strings.TrimPrefix(record[column], "\ufeff")))
		}
	}
	if len(out) == 0 {
		return nil, usage("%s has no address in it", path)
	}
	return out, nil
}

// evaluable takes the apostrophe off that suppress export and report put
// before an address that a spreadsheet would evaluate.
func evaluable(cell string) string {
	if bare, ok := strings.CutPrefix(cell, "'"); ok && bare != "" && report.Harmless(bare) == cell {
		return bare
	}
	return cell
}

func (a *app) suppressExport(c *cli.Context, st *store.Store) error {
	if c.NArg() > 1 {
		return usage("suppress export takes one FILE or none")
	}
	list, err := st.Suppressions(c.Context)
	if err != nil {
		return err
	}
	if c.NArg() == 0 {
		return a.show(func(w io.Writer) error { return writeSuppressions(w, list) })
	}
	return report.Create(c.Args().First(), writerOf(list))
}
