package main

import (
	"context"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"tebar/store"
)

func (a *app) settleCommand() *cli.Command {
	return &cli.Command{
		Name: "settle", Usage: "decide messages of which no answer is known", ArgsUsage: "NAME [ADDRESS...]",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "look", Usage: "look in the Sent folder (not there yet)"},
			&cli.BoolFlag{Name: "sent", Usage: "they were sent"},
			&cli.BoolFlag{Name: "resend", Usage: "they were not: send them again"},
		},
		Action: func(c *cli.Context) error {
			sent, resend := c.Bool("sent"), c.Bool("resend")
			switch {
			case c.Bool("look"):
				return usage("settle --look is not there yet: look in the account's Sent folder yourself, then use --sent or --resend")
			case sent && resend:
				return usage("--sent and --resend exclude each other")
			case c.NArg() == 0:
				return usage("settle takes a NAME, and addresses to decide only some")
			}
			name, err := campaignName(c.Args().First())
			if err != nil {
				return err
			}
			st, err := a.openStore(c.Context)
			if err != nil {
				return err
			}
			defer st.Close()
			if err := a.takeOver(c.Context, st, name); err != nil {
				return err
			}
			if !sent && !resend {
				return a.listDoubts(c.Context, st, name)
			}
			return a.settle(c.Context, st, name, c.Args().Tail(), sent)
		},
	}
}

// takeOver settles what a run that was ended by force has left in hand: what
// was marked is unconfirmed, what was not is queued.
func (a *app) takeOver(ctx context.Context, st *store.Store, name string) error {
	info, err := st.Info(ctx, name)
	if err != nil || info.Counts.Sending == 0 || info.Running != nil {
		return err
	}
	runner, err := st.Runner(ctx, name, a.clock.Now())
	if err != nil {
		return err
	}
	return runner.Close()
}

type doubtJSON struct {
	Email     string     `json:"email"`
	MessageID string     `json:"message_id"`
	MarkedAt  *time.Time `json:"marked_at"`
}

func (a *app) listDoubts(ctx context.Context, st *store.Store, name string) error {
	if _, err := st.Info(ctx, name); err != nil {
		return err
	}
	doubts, err := st.Unconfirmed(ctx, name)
	if err != nil {
		return err
	}
	if a.json {
		out := []doubtJSON{}
		for _, d := range doubts {
			out = append(out, doubtJSON{d.Address, d.MessageID, timePointer(d.MarkedAt, time.Local)})
		}
		a.printJSON(map[string]any{"campaign": name, "unconfirmed": out})
		return nil
	}
	if len(doubts) == 0 {
		a.say("%s: no message is unconfirmed", name)
		return nil
	}
	for _, d := range doubts {
		a.say("%s  <%s>  %s", d.Address, d.MessageID, clockText(d.MarkedAt, time.Local))
	}
	a.say("Look for these Message-IDs in the account's Sent folder (Gmail: search rfc822msgid:ID). Then:")
	a.say("  found       tebar settle %s --sent [ADDRESS...]", name)
	a.say("  not there   tebar settle %s --resend [ADDRESS...]", name)
	return nil
}

// known refuses addresses that are not in doubt.
func (a *app) known(ctx context.Context, st *store.Store, name string, addresses []string) error {
	doubts, err := st.Unconfirmed(ctx, name)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if !slices.ContainsFunc(doubts, func(d store.Doubt) bool { return d.Address == address }) {
			bad := usage("%s has no unconfirmed message to %s; nothing was settled", name, address)
			bad.hint = "tebar settle " + name + " lists those that are"
			return bad
		}
	}
	return nil
}

func (a *app) settle(ctx context.Context, st *store.Store, name string, addresses []string, sent bool) error {
	if err := a.known(ctx, st, name, addresses); err != nil {
		return err
	}
	n, err := st.Settle(ctx, name, addresses, sent, a.who())
	if err != nil {
		return err
	}
	as := "queued"
	next := "tebar resume " + name + " sends"
	if sent {
		as, next = "sent", "tebar report "+name
	}
	if a.json {
		a.printJSON(map[string]any{"campaign": name, "settled": n, "as": as})
		return nil
	}
	a.say("%s: %s settled as %s; %s", name, plural(n, "message"), as, next)
	return nil
}
