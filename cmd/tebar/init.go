package main

import (
	"os"

	"github.com/urfave/cli/v2"

	"tebar/templates/starters"
)

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a campaign to begin with, into the sandbox", ArgsUsage: "[DIR]",
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("init takes one folder or none")
			}
			dir := c.Args().First()
			if dir == "" {
				dir = "."
			}
			return a.init(dir)
		},
	}
}

func (a *app) init(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usage("%s is a file, not a folder", dir)
	}
	written, err := starters.Write(dir)
	if err != nil {
		return err
	}
	if a.json {
		a.printJSON(map[string][]string{"written": written})
		return nil
	}
	for _, path := range written {
		a.say("written: %s", path)
	}
	file := shellWord(campaignFileIn(dir))
	a.say("  look at it  tebar check %s", file)
	a.say("  send it     tebar run %s   (into the sandbox: nobody gets mail)", file)
	return nil
}

func campaignFileIn(dir string) string {
	if dir == "." {
		return "campaign.yaml"
	}
	return dir + "/campaign.yaml"
}
