package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"tebar/campaign/run"
)

// app is the program with what it talks to.
type app struct {
	in   *os.File
	out  io.Writer // results
	errs io.Writer // errors, hints, progress

	clock                run.Clock
	json, quiet, verbose bool
	color                bool
	secrets              *heldSecrets
	storeAt              string // --store or TEBAR_STORE; "" = the default
}

func newApp(in *os.File, out, errs io.Writer) *app {
	return &app{in: in, out: out, errs: errs, clock: run.System{}, secrets: &heldSecrets{by: map[[3]string]string{}}}
}

// version is set by the linker at a release.
var version = "dev"

func (a *app) cli() *cli.App {
	return &cli.App{
		Name: "tebar", Version: version, Reader: a.in, Writer: a.out, ErrWriter: a.errs,
		Usage:                     "send a mail-merge campaign within an account's limits: never over, never twice, nobody lost",
		Flags:                     a.globalFlags(),
		Before:                    a.globals,
		Commands:                  a.commands(),
		DisableSliceFlagSeparator: true,
		HideHelpCommand:           true,
		EnableBashCompletion:      true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return usage("%v", err) },
		Action:                    a.noCommand,
	}
}

func (a *app) commands() []*cli.Command {
	list := []*cli.Command{
		a.initCommand(), a.checkCommand(), a.previewCommand(), a.planCommand(), a.rehearseCommand(), a.runCommand(), a.resumeCommand(),
		a.statusCommand(), a.pauseCommand(), a.cancelCommand(), a.reportCommand(), a.settleCommand(),
		a.testCommand(), a.suppressCommand(), a.accountsCommand(), a.doctorCommand(), a.forgetCommand(),
		a.storeCommand(), a.schemaCommand(), a.completionCommand(), a.manCommand(),
	}
	return append(list, a.laterCommands()...)
}

func (a *app) globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "store", Usage: "the ledger: a `PATH` (default ~/.local/state/tebar/tebar.db)", EnvVars: []string{"TEBAR_STORE"}},
		&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print only results and errors"},
		&cli.BoolFlag{Name: "verbose", Usage: "print every message as it is sent"},
		&cli.BoolFlag{Name: "no-color", Usage: "no colours", EnvVars: []string{"NO_COLOR"}},
	}
}

func (a *app) globals(c *cli.Context) error {
	a.json, a.quiet, a.verbose = c.Bool("json"), c.Bool("quiet"), c.Bool("verbose")
	a.color = !c.Bool("no-color") && a.terminal(a.out)
	a.storeAt = c.String("store")
	if strings.Contains(a.storeAt, "://") && c.Count("store") > 0 && hasPassword(a.storeAt) && os.Getenv("TEBAR_STORE") != a.storeAt {
		return usage("--store has a password in it, which every user of this machine can read")
	}
	return nil
}

// run parses and carries out one command line.
func (a *app) run(ctx context.Context, args []string) error {
	program := a.cli()
	ordered, err := reorder(program, args)
	if err != nil {
		a.json = hasFlag(args, "--json")
		return err
	}
	err = program.RunContext(ctx, ordered)
	var exit cli.ExitCoder
	if errors.As(err, &exit) && exit.ExitCode() == 3 && !errors.As(err, new(stopped)) {
		return usage("%v", err) // urfave's "no such command"
	}
	return err
}

func (a *app) noCommand(c *cli.Context) error {
	if c.Args().Present() {
		return unknownCommand(c.Args().First(), a.commands())
	}
	return cli.ShowAppHelp(c)
}

// terminal says whether w is one that a person looks at.
func (a *app) terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// asks says whether a person can be asked.
func (a *app) asks() bool { return !a.json && a.terminal(a.in) && a.terminal(a.errs) }
