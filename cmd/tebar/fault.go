package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// faults are the trouble that a rehearsal makes.
type faults struct {
	rules   []sandbox.Rule
	crashes []int // the runner dies at these claims, counted from 1
	login   bool  // the server refuses the login
	slow    time.Duration
}

const faultHint = "--fault takes 450@10%, 550@3%, 450@7 (a reply to RCPT, of some or of the Nth), drop@5, drop-after-dot@5, " +
	"quota@100, crash@50, login, slow=2s; several are separated by commas"

// parseFaults reads every --fault; each may hold several, separated by commas.
func parseFaults(specs []string) (faults, error) {
	var f faults
	for _, spec := range specs {
		for one := range strings.SplitSeq(spec, ",") {
			if err := f.add(strings.TrimSpace(one)); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

func (f *faults) add(spec string) error {
	bad := usage("--fault %q is no trouble that a rehearsal knows", spec)
	bad.hint = faultHint
	if text, ok := strings.CutPrefix(spec, "slow="); ok {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return bad
		}
		f.slow = d
		return nil
	}
	if spec == "login" {
		f.login = true
		return nil
	}
	kind, where, ok := strings.Cut(spec, "@")
	nth, chance, err := place(where)
	if !ok || err != nil {
		return bad
	}
	if kind == "crash" {
		if nth == 0 {
			return bad
		}
		f.crashes = append(f.crashes, nth)
		return nil
	}
	rule, ok := ruleOf(kind)
	if !ok {
		return bad
	}
	rule.Nth, rule.Chance = nth, chance
	f.rules = append(f.rules, rule)
	return nil
}

// place reads "5", the fifth, or "10%", of all.
func place(where string) (nth int, chance float64, err error) {
	if text, ok := strings.CutSuffix(where, "%"); ok {
		percent, err := strconv.ParseFloat(text, 64)
		if err == nil && !(percent > 0 && percent <= 100) {
			err = fmt.Errorf("%s is no share", where)
		}
		return 0, percent / 100, err
	}
	nth, err = strconv.Atoi(where)
	if err == nil && nth < 1 {
		err = fmt.Errorf("%s is no number of a message", where)
	}
	return nth, 0, err
}

// ruleOf is the trouble of a kind, without its place.
func ruleOf(kind string) (sandbox.Rule, bool) {
	switch kind {
	case "quota":
		return sandbox.Rule{Stage: campaign.StageData, Reply: sandbox.Reply{
			Code: 550, Enhanced: "5.4.5", Text: "Daily user sending limit exceeded",
		}}, true
	case "drop":
		return sandbox.Rule{Stage: campaign.StageData, Reply: sandbox.Reply{Drop: true}}, true
	case "drop-after-dot":
		return sandbox.Rule{Stage: campaign.StageDot, Reply: sandbox.Reply{Drop: true, Keep: true}}, true
	}
	code, err := strconv.Atoi(kind)
	if err != nil || code < 400 || code > 599 {
		return sandbox.Rule{}, false
	}
	reply := sandbox.Reply{Code: code, Enhanced: fmt.Sprintf("%d.0.0", code/100), Text: "as the rehearsal will have it", Drop: code == 421}
	if code == 550 {
		reply.Enhanced, reply.Text = "5.1.1", "no such mailbox in this rehearsal"
	}
	return sandbox.Rule{Stage: campaign.StageRcpt, Reply: reply}, true
}

// wrongLogin refuses every login, as a wrong password does.
var wrongLogin = sandbox.Rule{Stage: campaign.StageAuth, Reply: sandbox.Reply{
	Code: 535, Enhanced: "5.7.8", Text: "Username and Password not accepted",
}}
