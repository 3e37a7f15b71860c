package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rules say what each package may import of this module and of libraries.
// The reason is told when a rule is broken.
var rules = []struct {
	pkg     string
	allowed []string // packages of this module; campaign is always allowed
	only    string   // a library that this package alone may import, and cmd/loadtest
	why     string
}{
	{pkg: "campaign", why: "it is the vocabulary: everybody imports it, so it may import nothing"},
	{pkg: "campaign/file", why: "it reads one file and knows no list, letter or ledger", only: "github.com/goccy/go-yaml"},
	{pkg: "campaign/secret", why: "secrets are resolved in one place, by reference", only: "github.com/zalando/go-keyring"},
	{pkg: "campaign/recipients", why: "a filter comes as a function: templates stay out"},
	{pkg: "campaign/report", why: "a report is made from deliveries, wherever they are kept"},
	{pkg: "campaign/mailer", why: "one small seam to the network", only: "github.com/wneessen/go-mail"},
	{pkg: "campaign/mailer/sandbox", why: "a server that shares no code with the client cannot share its mistakes", only: "github.com/emersion/go-smtp"},
	{pkg: "campaign/preview", why: "what it shows comes from the message's own bytes, whoever has built them"},
	{pkg: "campaign/run", why: "the loop is tested against any ledger, sender and clock"},
	{pkg: "campaign/prepare", allowed: []string{"campaign/file", "campaign/recipients", "templates", "scheduler"}, why: "it joins what is known before sending, and knows no ledger"},
	{pkg: "scheduler", why: "it is pure: no clock, no disk, no network"},
	{pkg: "store", why: "the ledger decides nothing: limits come as a function", only: "modernc.org/sqlite"},
	{pkg: "templates", why: "a letter is rendered from a recipient, whoever sends it"},
}

// TestImports keeps the rule: every package may import campaign; only prepare,
// run and cmd join siblings.
func TestImports(t *testing.T) {
	imports := modulePackages(t)
	for _, rule := range rules {
		list, ok := imports["tebar/"+rule.pkg]
		if !ok {
			t.Errorf("the package %s is gone: mend the rules", rule.pkg)
		}
		for _, imp := range list {
			inside, own := strings.CutPrefix(imp, "tebar/")
			if own && inside != "campaign" && !slices.Contains(rule.allowed, inside) {
				t.Errorf("%s imports %s: %s", rule.pkg, inside, rule.why)
			}
			if rule.pkg == "campaign" && strings.Contains(imp, ".") {
				t.Errorf("campaign imports %s: %s", imp, rule.why)
			}
		}
	}
	for pkg, list := range imports {
		if pkg == "tebar/cmd/loadtest" { // its go-mail loop is what Tebar is measured against
			continue
		}
		for _, rule := range rules {
			for _, imp := range list {
				if pkg == "tebar/cmd/loadtest" && rule.only == "github.com/wneessen/go-mail" {
					continue // what Tebar is measured against
				}
				if rule.only != "" && pkg != "tebar/"+rule.pkg && (imp == rule.only || strings.HasPrefix(imp, rule.only+"/")) {
					t.Errorf("%s imports %s, which is for %s alone: %s", pkg, imp, rule.pkg, rule.why)
				}
			}
		}
	}
}

// modulePackages lists the packages of this module with what each imports
// itself, tests left out.
func modulePackages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		packages[words[0]] = words[1:]
	}
	if len(packages) < len(rules) {
		t.Fatalf("go list names %d packages, fewer than there are rules", len(packages))
	}
	return packages
}
