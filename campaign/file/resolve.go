package file

import (
	"slices"
	"strings"
	"time"

	"tebar/campaign"
)

// resolve fills in the defaults and checks what several keys say together.
func (r *reader) resolve(d *draft, accounts map[string]account, zone string) {
	if d.Schedule.Zone == "" {
		d.Schedule.Zone = zone
	}
	if _, err := time.LoadLocation(d.Schedule.Zone); err != nil || d.Schedule.Zone == "" || d.Schedule.Zone == "Local" {
		d.Schedule.Zone = "UTC"
	}
	r.resolveSchedule(d)
	r.checkPaths(d)
	r.resolveAccount(d, accounts)
	r.warnRewrite(d)
	u := &d.Unsubscribe
	if !u.None {
		u.Subject = "unsubscribe " + d.Name
		if u.Mailto == "" {
			u.Mailto = d.From.Email
		}
	}
}

// resolveAccount settles sender, limits, reserve and pace: what the campaign
// states, what accounts.yaml states for the account, and the preset.
func (r *reader) resolveAccount(d *draft, accounts map[string]account) {
	var same []account // entries of accounts.yaml for this account
	var own limitsDraft
	if d.account.at != nil {
		a, ok := accounts[d.account.value]
		if !ok {
			r.unknownAccount(d, accounts)
			return
		}
		same, d.Sender, own = []account{a}, a.Sender, d.own
	} else {
		if d.sender.at != nil && d.sender.at.kind == mapNode {
			r.resolveSender(&d.sender)
		}
		d.Sender = d.sender.Sender
		same = sameAccount(d, accounts)
		own = limitsDraft{
			limits:  oneOf(r, d.own.limits, d.sender.own.limits),
			reserve: oneOf(r, d.own.reserve, d.sender.own.reserve),
			pace:    oneOf(r, d.own.pace, d.sender.own.pace),
		}
	}
	r.settle(d, own, same)
}

func (r *reader) settle(d *draft, own limitsDraft, same []account) {
	p := presets[d.Sender.Provider]
	d.Limits, d.Reserve, d.Schedule.Pace = own.limits.value, own.reserve.value, own.pace.value
	if own.limits.at == nil && (d.account.at == nil || !same[0].stated) {
		d.Limits = slices.Clone(p.limits)
	}
	if own.pace.at == nil {
		d.Schedule.Pace = p.pace
	}
	for _, a := range same {
		r.joinLimits(d, own, a)
		d.Reserve = max(d.Reserve, a.Reserve)
		if own.pace.at == nil && a.Pace != nil {
			d.Schedule.Pace = *a.Pace
		}
	}
	if d.Limits == nil {
		d.Limits = []campaign.Limit{}
	}
	for _, at := range []*node{own.reserve.at, own.limits.at, d.root.find("sender")} {
		if at != nil {
			r.checkReserve(given[int]{at, d.Reserve}, d.Limits)
			return
		}
	}
}

// joinLimits adds the limits that accounts.yaml states for the account: mail
// keeps to both.
func (r *reader) joinLimits(d *draft, own limitsDraft, a account) {
	if !a.stated {
		return
	}
	before := d.Limits
	d.Limits = campaign.Union(before, a.Limits)
	at := own.limits.at
	if at == nil {
		at = d.sender.at
	}
	if len(before) > 0 && at != nil && !slices.Equal(campaign.Union(before), campaign.Union(a.Limits)) {
		r.warn(at, "make them alike, or take one out", "accounts.yaml states %s for the account `%s`, the campaign %s; the lowest count: %s",
			limitWords(a.Limits), a.name, limitWords(before), limitWords(d.Limits))
	}
}

func limitWords(limits []campaign.Limit) string {
	var words []string
	for _, l := range limits {
		words = append(words, l.String())
	}
	return strings.Join(words, " and ")
}

// sameAccount finds the entries of accounts.yaml that are the account of a
// sender which is written out.
func sameAccount(d *draft, accounts map[string]account) []account {
	var same []account
	for _, a := range accounts {
		if a.Sender.Name == "" && (a.Sender.Username == "" || a.Sender.Provider == campaign.Sandbox) {
			continue
		}
		if a.Sender.AccountKey(d.From, d.Name) == d.Sender.AccountKey(d.From, d.Name) {
			same = append(same, a)
		}
	}
	slices.SortFunc(same, func(a, b account) int { return strings.Compare(a.name, b.name) })
	return same
}

func (r *reader) unknownAccount(d *draft, accounts map[string]account) {
	at, name := d.account.at, shorten(d.account.value)
	var known []string
	for k := range accounts {
		known = append(known, k)
	}
	slices.Sort(known)
	switch meant := nearest(name, known); {
	case len(known) == 0:
		r.fail(at, "write the sender out, like sender: {provider: sandbox}, or put the account into accounts.yaml", "no account `%s`: accounts.yaml names none", name)
	case meant != "":
		r.fail(at, "known in accounts.yaml: "+list(known), "no account `%s` in accounts.yaml; did you mean `%s`?", name, meant)
	default:
		r.fail(at, "known in accounts.yaml: "+list(known), "no account `%s` in accounts.yaml", name)
	}
}

// warnRewrite: Gmail writes the login into From unless the address is one of
// its aliases (facts of docs/gmail.md).
func (r *reader) warnRewrite(d *draft) {
	user := d.Sender.Username
	if d.Sender.Host != "smtp.gmail.com" || wrongAddress(user) != "" || d.From.Email == "" || strings.EqualFold(user, d.From.Email) {
		return
	}
	r.warn(d.fromAt, "send from "+shorten(user)+", or add the address to Gmail under Settings, Accounts, Send mail as",
		"Gmail puts %s in the place of %s unless that is one of the account's aliases", shorten(user), shorten(d.From.Email))
}
