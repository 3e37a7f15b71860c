package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/file"
	"tebar/campaign/mailer"
	"tebar/campaign/prepare"
	"tebar/store"
)

// one is the command's only argument.
func one(c *cli.Context, what string) (string, error) {
	if c.NArg() != 1 {
		err := usage("%s takes one %s, not %d", c.Command.HelpName, what, c.NArg())
		err.hint = strings.TrimSpace(c.Command.HelpName + " " + c.Command.ArgsUsage)
		return "", err
	}
	return c.Args().First(), nil
}

// none refuses arguments.
func none(c *cli.Context) error {
	if c.NArg() > 0 {
		return usage("%s takes no argument: %q", c.Command.HelpName, c.Args().First())
	}
	return nil
}

// looksLikeFile says whether a NAME argument is a campaign file.
func looksLikeFile(arg string) bool {
	if strings.ContainsAny(arg, `/\.`) {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

// campaignName takes a campaign's name, or its file.
func campaignName(arg string) (string, error) {
	if !looksLikeFile(arg) {
		return arg, nil
	}
	c, problems, err := file.Load(arg, file.Options{Zone: machineZone(), Accounts: accountsFile()})
	if err != nil {
		return "", err
	}
	if c == nil || c.Name == "" {
		return "", &problemsError{Problems: problems, message: arg + " names no campaign"}
	}
	return c.Name, nil
}

// load reads a campaign file with what this machine adds to it. st may be nil.
func (a *app) load(ctx context.Context, path string, st *store.Store) (*prepare.Prepared, error) {
	o := prepare.Options{Zone: machineZone(), Accounts: accountsFile(), Campaign: noStore}
	o.Try = func(f prepare.Filled, files []string) error {
		return mailer.CheckHeader(message(campaign.Address{Email: "check@example.org"}, f, nil), files)
	}
	o.Secret = a.listSecret
	o.Watch = newReadingProgress(a, path).watch
	if st != nil {
		o.Campaign = st.Addresses
	}
	return prepare.Load(ctx, path, o)
}

// noStore is what `exclude: {campaign: ...}` finds where there is no store yet.
func noStore(_ context.Context, name string, _ []campaign.State) (iter.Seq2[string, error], error) {
	return nil, fmt.Errorf("campaign %s: %w", name, campaign.ErrUnknown)
}
