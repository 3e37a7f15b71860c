package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"tebar/campaign/file"
)

func (a *app) schemaCommand() *cli.Command {
	return &cli.Command{
		Name: "schema", Usage: "print the JSON Schema of the campaign file, for editors",
		Action: func(c *cli.Context) error {
			if err := none(c); err != nil {
				return err
			}
			_, err := a.out.Write(file.Schema())
			return err
		},
	}
}

func (a *app) manCommand() *cli.Command {
	return &cli.Command{
		Name: "man", Usage: "print the man page",
		Action: func(c *cli.Context) error {
			if err := none(c); err != nil {
				return err
			}
			page, err := c.App.ToMan()
			if err == nil {
				_, err = fmt.Fprintln(a.out, page)
			}
			return err
		},
	}
}
