package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"tebar/templates/starters"
)

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a campaign to begin with, into the sandbox", ArgsUsage: "[DIR]",
		Description: "The starters:\n" + startersTable(),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "template", Aliases: []string{"t"}, Value: starters.All[0].Name,
				Usage: "the starter's `NAME`: " + strings.Join(starterNames(), ", "),
			},
		},
		BashComplete: completeStarters,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("init takes one folder or none")
			}
			name := c.String("template")
			if !starters.Known(name) {
				return unknownStarter(name)
			}
			dir := c.Args().First()
			if dir == "" {
				dir = "."
			}
			err := a.init(dir, name)
			if err == nil && !a.json && !c.IsSet("template") {
				a.say("\nThis is the starter %s. To begin with another, in another folder: tebar init DIR --template NAME\n%s", name, startersTable())
			}
			return err
		},
	}
}

// startersTable says what each starter is for, a line each.
func startersTable() string {
	var b strings.Builder
	for _, s := range starters.All {
		fmt.Fprintf(&b, "  %-13s %s\n", s.Name, s.For)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func starterNames() (names []string) {
	for _, s := range starters.All {
		names = append(names, s.Name)
	}
	return names
}

// completeStarters gives the names behind --template, else the flags.
func completeStarters(c *cli.Context) {
	if n := len(os.Args); n > 2 && (os.Args[n-2] == "--template" || os.Args[n-2] == "-t") {
		for _, name := range starterNames() {
			_, _ = fmt.Fprintln(c.App.Writer, name)
		}
		return
	}
	cli.DefaultCompleteWithFlags(c.Command)(c)
}

func unknownStarter(typed string) error {
	err := usage("there is no starter %q", typed)
	names := map[string]bool{}
	for _, name := range starterNames() {
		names[name] = true
	}
	if best := nearest(strings.ToLower(typed), names); best != "" {
		err.hint = "did you mean " + best + "? "
	}
	err.hint += "The starters are " + strings.Join(starterNames(), ", ") + "; tebar init --help says what each is for"
	return err
}

func (a *app) init(dir, name string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usage("%s is a file, not a folder", dir)
	}
	written, err := starters.Write(dir, name)
	if err != nil {
		return err
	}
	if a.json {
		a.printJSON(map[string]any{"template": name, "written": written})
		return nil
	}
	for _, path := range written {
		a.say("written: %s", path)
	}
	file := shellWord(campaignFileIn(dir))
	a.say("  check it    tebar check %s", file)
	a.say("  look at it  tebar preview %s --open", file)
	a.say("  send it     tebar run %s   (into the sandbox: nobody gets mail)", file)
	return nil
}

func campaignFileIn(dir string) string {
	if dir == "." {
		return "campaign.yaml"
	}
	return dir + "/campaign.yaml"
}
