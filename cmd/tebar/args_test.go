package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/urfave/cli/v2"
)

// A flag after the argument must work for every command: urfave/cli takes it
// for an argument, and `run FILE --limit 1` would send everything.
func TestReorderEveryCommand(t *testing.T) {
	program := newApp(os.Stdin, io.Discard, io.Discard).cli()
	tried := 0
	var visit func(path []string, commands []*cli.Command)
	visit = func(path []string, commands []*cli.Command) {
		for _, c := range commands {
			here := append(slices.Clone(path), c.Name)
			if len(c.Subcommands) > 0 {
				visit(here, c.Subcommands)
				continue
			}
			typed := append([]string{"tebar"}, here...)
			want := append([]string{"tebar", "--store", "s.db", "--json"}, here...)
			typed = append(typed, "ARGUMENT", "--store", "s.db", "--json")
			for _, f := range c.Flags {
				name := "--" + f.Names()[0]
				typed, want = append(typed, name), append(want, name)
				if _, isBool := f.(*cli.BoolFlag); !isBool {
					typed, want = append(typed, "7"), append(want, "7")
				}
			}
			want = append(want, "ARGUMENT")
			if got, err := reorder(program, typed); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q\n got %q, %v\nwant %q", typed, got, err, want)
			}
			tried++
		}
	}
	visit(nil, program.Commands)
	if tried < 20 {
		t.Errorf("only %d commands were tried", tried)
	}
}

func TestReorder(t *testing.T) {
	for _, tt := range []struct {
		name  string
		typed []string
		want  []string // nil: refused as wrong usage
	}{
		{"flag=value", []string{"run", "f", "--limit=3"}, []string{"tebar", "run", "--limit=3", "f"}},
		{"after -- all is literal", []string{"run", "--", "--json"}, []string{"tebar", "run", "--", "--json"}},
		{"a value like a flag", []string{"run", "f", "--until", "-1"}, []string{"tebar", "run", "--until", "-1", "f"}},
		{"an unknown flag", []string{"run", "f", "--dry-run"}, nil},
		{"a value missing", []string{"run", "f", "--limit"}, nil},
		{"a flag of another command", []string{"plan", "f", "--once"}, nil},
		{"an unknown command", []string{"send", "f"}, nil},
		{"a subcommand's flag after its argument", []string{"suppress", "add", "a@example.org", "--reason", "r"}, []string{"tebar", "suppress", "add", "--reason", "r", "a@example.org"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			program := newApp(os.Stdin, io.Discard, io.Discard).cli()
			got, err := reorder(program, append([]string{"tebar"}, tt.typed...))
			var use *usageError
			if tt.want == nil && !errors.As(err, &use) {
				t.Fatalf("got %q, %v, want a usage error", got, err)
			}
			if tt.want != nil && (err != nil || !slices.Equal(got, tt.want)) {
				t.Fatalf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestExitCodesOfSeveral(t *testing.T) {
	for _, tt := range []struct {
		codes []int
		want  int
	}{
		{[]int{0, 0}, 0},
		{[]int{0, 3}, 3},
		{[]int{3, 4, 0}, 4},
		{[]int{4, 2, 3}, 2},
		{[]int{2, 6}, 6},
		{[]int{6, 5}, 5},
		{[]int{5, 1, 6}, 1},
	} {
		if got := firstCode(tt.codes); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.codes, got, tt.want)
		}
	}
}
