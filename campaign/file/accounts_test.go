package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

func TestLoadAccounts(t *testing.T) {
	got, problems, err := LoadAccounts("testdata/accounts.yaml")
	if err != nil || len(problems) > 0 || len(got) != 2 {
		t.Fatal(got, problems, err)
	}
	office := got["office"]
	if limitWords(office.Limits) != "80/24h and 2000/month" || office.Reserve != 20 || office.Pace == nil || durationWords(office.Pace.Min) != "20s" {
		t.Errorf("office: %+v", office)
	}
	if !filepath.IsAbs(strings.TrimPrefix(office.Sender.Password, "file:")) || !strings.HasSuffix(office.Sender.Password, "testdata"+string(filepath.Separator)+"office.password") {
		t.Errorf("the password of office is %s", office.Sender.Password)
	}
	relay := got["relay"]
	want := campaign.Sender{
		Provider: campaign.SMTP, Host: "smtp.school.example", Port: 587, Security: campaign.StartTLS, Auth: campaign.AuthAuto,
		Username: "relay", Password: "keyring:smtp.school.example/relay", Connections: 4,
	}
	if diff := cmp.Diff(want, relay.Sender); diff != "" || len(relay.Limits) != 0 || relay.Pace != nil {
		t.Errorf("relay: %+v\n%s", relay, diff)
	}
}

func TestNoAccounts(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "none.yaml")} {
		if got, problems, err := LoadAccounts(path); len(got) > 0 || problems != nil || err != nil {
			t.Errorf("%q: %v, %v, %v", path, got, problems, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.yaml")
	if err := os.WriteFile(empty, []byte("# none yet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, problems, err := LoadAccounts(empty); len(got) > 0 || problems != nil || err != nil {
		t.Errorf("an empty file: %v, %v, %v", got, problems, err)
	}
	if _, _, err := LoadAccounts(t.TempDir()); err == nil {
		t.Error("a folder was read as accounts")
	}
}

// both writes a campaign and accounts.yaml side by side and loads them.
func both(t *testing.T, text, accounts string) (*campaign.Campaign, campaign.Problems) {
	t.Helper()
	folder := t.TempDir()
	for name, data := range map[string]string{"campaign.yaml": text, "accounts.yaml": accounts} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, problems, err := Load(filepath.Join(folder, "campaign.yaml"), Options{Accounts: filepath.Join(folder, "accounts.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	return c, problems
}

// TestAccountLimits: who states what, and what a message keeps to.
func TestAccountLimits(t *testing.T) {
	gmail := "{provider: gmail, username: rina@school.example, password: prompt"
	for _, c := range []struct{ name, sender, more, accounts, limits, warning string }{
		{"the account's own", "office", "", "office: " + gmail + ", limits: 500/24h}", "500/24h", ""},
		{"the preset of the account", "office", "", "office: " + gmail + "}", "100/24h and 3000/month", ""},
		{"the campaign's instead of the preset", "office", "limits: 500/24h", "office: " + gmail + "}", "500/24h", ""},
		{"the campaign's and the account's", "office", "limits: [50/24h, 5/1m]", "office: " + gmail + ", limits: [80/24h, 9/1h]}", "5/1m and 9/1h and 50/24h", "the lowest count"},
		{"alike", "office", "limits: 80/24h", "office: " + gmail + ", limits: 80/24h}", "80/24h", ""},
		{"written out, another account", gmail + "}", "", "other: {provider: gmail, username: o@school.example, password: prompt, limits: 5/24h}", "100/24h and 3000/month", ""},
		{"written out, the same account", gmail + "}", "", "office: " + gmail + ", limits: 5/24h}", "5/24h and 3000/month", "the lowest count"},
		{"by the ledger's name", "{provider: sandbox, account: shared}", "", "a: {provider: sandbox, account: shared, limits: 7/24h}", "7/24h", ""},
		{"a sandbox is its campaign's alone", "{provider: sandbox}", "", "a: {provider: sandbox, limits: 7/24h}", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(minimal, "{provider: sandbox}", c.sender, 1) + c.more
			got, problems := both(t, text, c.accounts)
			if limitWords(got.Limits) != c.limits || problems.Errors() > 0 {
				t.Errorf("limits %s, want %s; %v", limitWords(got.Limits), c.limits, problems)
			}
			if found := written(problems); (c.warning == "") != (found == "none\n") || !strings.Contains(found, c.warning) {
				t.Errorf("problems %s; want %q", found, c.warning)
			}
		})
	}
}

// TestAccountProblems: a broken accounts.yaml is told with its own lines, and
// keeps a campaign from starting, as its limits may be missing.
func TestAccountProblems(t *testing.T) {
	_, problems := both(t, minimal, "a: {provider: gmial}\nb: hunter2\nc: {provider: sandbox, reserve: 5}\n\"d\\n\": {password: hunter2-again}\n")
	found := written(problems)
	for _, want := range []string{"accounts.yaml:1:15", "`gmail`", "accounts.yaml:2:4", "no limit of up to 24h", "cannot name an account"} {
		if !strings.Contains(found, want) {
			t.Errorf("no %q in\n%s", want, found)
		}
	}
	if strings.Contains(found, "hunter2-again") || problems.Errors() < 4 {
		t.Errorf("%d errors:\n%s", problems.Errors(), found)
	}
}

// TestReserveOfAccount: an account's reserve may leave nothing of a campaign's limit.
func TestReserveOfAccount(t *testing.T) {
	_, problems := both(t, strings.Replace(minimal, "{provider: sandbox}", "office", 1)+"limits: 10/24h",
		"office: {provider: gmail, username: rina@school.example, password: prompt, reserve: 20}")
	if !strings.Contains(written(problems), "`reserve` 20 leaves nothing of 10/24h") {
		t.Error(written(problems))
	}
}
