package main

import (
	"strings"
	"testing"
	"time"

	"tebar/campaign"
)

func TestParseFaults(t *testing.T) {
	f, err := parseFaults([]string{"450@10%, 550@3%,drop-after-dot@5", "quota@100", "crash@50,crash@7", "slow=2s", "login", "421@2", "drop@9"})
	if err != nil {
		t.Fatal(err)
	}
	if !f.login || f.slow != 2*time.Second || len(f.crashes) != 2 || f.crashes[1] != 7 || len(f.rules) != 6 {
		t.Fatalf("%+v", f)
	}
	if r := f.rules[0]; r.Stage != campaign.StageRcpt || r.Chance != 0.1 || r.Reply.Code != 450 {
		t.Errorf("%+v", r)
	}
	if r := f.rules[2]; r.Stage != campaign.StageDot || r.Nth != 5 || !r.Reply.Drop || !r.Reply.Keep {
		t.Errorf("%+v", r)
	}
	if r := f.rules[3]; r.Nth != 100 || r.Reply.Enhanced != "5.4.5" {
		t.Errorf("%+v", r)
	}
	if r := f.rules[4]; !r.Reply.Drop || r.Reply.Code != 421 {
		t.Errorf("%+v", r)
	}
}

func TestParseFaultsRefuses(t *testing.T) {
	for _, spec := range []string{
		"", "450", "450@", "450@x", "450@0", "450@-1", "450@0%", "450@101%", "450@NaN%", "399@1", "600@1", "boom@1", "crash@5%", "slow=", "slow=2", "slow=-1s", "login@2",
	} {
		_, err := parseFaults([]string{spec})
		if err == nil || !strings.Contains(hintOf(err), "450@10%") {
			t.Errorf("%q: %v", spec, err)
		}
	}
}
