package main

import "github.com/urfave/cli/v2"

// laterCommands are promised by the contract and not there yet.
func (a *app) laterCommands() []*cli.Command {
	var list []*cli.Command
	for _, name := range []string{"sync", "serve"} {
		list = append(list, &cli.Command{
			Name: name, Hidden: true,
			Action: func(*cli.Context) error { return usage("tebar %s is not there yet", name) },
		})
	}
	return list
}
