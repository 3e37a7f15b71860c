package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/report"
	"tebar/store"
)

func (a *app) reportCommand() *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "who got what: one line for each row of the list", ArgsUsage: "NAME",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "csv, xlsx or json"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`; its ending gives the format"},
			&cli.StringFlag{Name: "only", Usage: "only rows in these `STATES`, like sent,failed"},
			&cli.BoolFlag{Name: "retry", Usage: "write the failed rows as a list that can be run again"},
		},
		Action: func(c *cli.Context) error {
			arg, err := one(c, "NAME")
			if err != nil {
				return err
			}
			o := reportOptions{output: c.String("output"), retry: c.Bool("retry")}
			if o.only, err = states(c.String("only")); err != nil {
				return err
			}
			if o.retry && len(o.only) > 0 {
				return usage("--retry writes failed rows; --only does not go with it")
			}
			flag := c.String("format")
			if a.json && flag == "" {
				flag = "json"
			}
			if o.format, err = report.ParseFormat(flag, o.output); err != nil {
				return usage("%v", err)
			}
			return a.report(c.Context, arg, o)
		},
	}
}

type reportOptions struct {
	format report.Format
	output string
	only   []campaign.State
	retry  bool
}

// states reads a list of states like "sent,failed".
func states(text string) ([]campaign.State, error) {
	var out []campaign.State
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		s := campaign.State(strings.ToLower(word))
		if !slices.Contains(campaign.States, s) {
			return nil, usage("%q is no state: want %s", word, joinStates(campaign.States))
		}
		out = append(out, s)
	}
	return out, nil
}

func joinStates(list []campaign.State) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

func (a *app) report(ctx context.Context, arg string, o reportOptions) error {
	name, err := campaignName(arg)
	if err != nil {
		return err
	}
	st, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	if o.output == "" && o.format == report.XLSX && a.terminal(a.out) {
		return usage("an Excel file is not for the terminal: add -o %s.xlsx", name)
	}
	head, err := a.reportHead(ctx, st, name)
	if err != nil {
		return err
	}
	if o.retry {
		if info, err := st.Info(ctx, name); err != nil || info.Counts.Failed == 0 {
			a.note("%s: no message has failed: there is nothing to try again", name)
			return err
		}
	}
	write := func(w io.Writer) error { return report.Write(w, o.format, head, st.Deliveries(ctx, name, o.only)) }
	if o.retry {
		write = func(w io.Writer) error {
			_, err := report.Retry(w, o.format, st.Deliveries(ctx, name, []campaign.State{campaign.Failed}))
			return err
		}
	}
	if o.output == "" {
		return a.show(write)
	}
	if err := report.Create(o.output, write); err != nil {
		return err
	}
	a.note("written: %s", o.output)
	return nil
}

// show writes to stdout: as it is for a program, made visible for a person.
func (a *app) show(write func(io.Writer) error) error {
	if !a.terminal(a.out) {
		return write(a.out)
	}
	var text strings.Builder
	err := write(&text)
	fmt.Fprint(a.out, visible(text.String()))
	return err
}

func (a *app) reportHead(ctx context.Context, st *store.Store, name string) (report.Head, error) {
	if _, err := st.Info(ctx, name); err != nil {
		return report.Head{}, err
	}
	snapshot, _, err := st.Snapshot(ctx, name)
	if err != nil {
		return report.Head{}, err
	}
	versions, err := st.Versions(ctx, name)
	if err != nil {
		return report.Head{}, err
	}
	columns, err := reportColumns(ctx, st, snapshot, len(versions))
	c := snapshot.Campaign
	return report.Head{
		Name: name, From: c.From.String(), Timezone: c.Schedule.Zone, GeneratedAt: a.clock.Now(),
		Versions: versions, Columns: columns,
	}, err
}

// reportColumns is the union of the lists' columns, in order. Rows of an
// earlier version keep its columns, so with several versions all rows are asked.
func reportColumns(ctx context.Context, st *store.Store, s campaign.Snapshot, versions int) ([]string, error) {
	if versions > 1 {
		return report.Columns(st.Deliveries(ctx, s.Campaign.Name, nil))
	}
	var out []string
	for _, source := range s.Sources {
		for _, c := range source.Columns {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}
