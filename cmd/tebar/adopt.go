package main

import (
	"context"
	"fmt"
	"strings"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/store"
)

// adopt compares the file with the store's snapshot. Where they differ, and
// the difference is more than people taken away, it wants --accept-changes.
func (a *app) adopt(ctx context.Context, st *store.Store, p *prepare.Prepared, o runOptions) error {
	same, err := a.unchanged(ctx, st, p)
	if err != nil || same {
		return err
	}
	report, err := a.checkOf(ctx, p)
	if err != nil {
		return err
	}
	if !report.OK() {
		return refused(p.Campaign.File, report.Problems)
	}
	goesReal, err := a.goesReal(ctx, st, p.Campaign)
	if err != nil {
		return err
	}
	proposal, err := a.propose(ctx, st, p, report)
	if err != nil {
		return err
	}
	defer proposal.Discard()
	changes := proposal.Changes()
	if changes.NeedAcceptance() && !o.accept {
		return a.showChanges(p.Campaign, changes)
	}
	if goesReal {
		if err := a.confirmStart(ctx, st, p, report, o.yes); err != nil {
			return err
		}
		if err := a.leaveGuard(ctx, st, p.Campaign, o.newStore); err != nil {
			return err
		}
	}
	version, err := proposal.Accept(ctx, a.who())
	if err == nil && changes.Any() {
		a.note("accepted as version %d: %s", version, changeWords(changes))
	}
	return err
}

// goesReal says whether a campaign that was tried out in the sandbox or on
// loopback would now mail people. Once something was sent that is refused:
// whoever is sent in the ledger would never get the real letter.
func (a *app) goesReal(ctx context.Context, st *store.Store, c *campaign.Campaign) (bool, error) {
	stored, _, err := st.Snapshot(ctx, c.Name)
	if err != nil || guarded(&stored.Campaign) == guarded(c) {
		return false, err
	}
	info, err := st.Info(ctx, c.Name)
	if err != nil {
		return false, err
	}
	if n := info.Counts.Sent + info.Counts.Unconfirmed; n > 0 {
		bad := usage("%s was tried out: %s of it went to %s, and would not be sent again by %s; nothing was sent",
			c.Name, plural(n, "message"), stored.Campaign.Sender.Provider, c.Sender.Provider)
		bad.hint = "give the campaign another `name` to send it for real"
		return false, bad
	}
	return guarded(c), nil
}

// unchanged compares digests, without reading a row.
func (a *app) unchanged(ctx context.Context, st *store.Store, p *prepare.Prepared) (bool, error) {
	if p.Problems.Errors() > 0 {
		return false, nil
	}
	stored, _, err := st.Snapshot(ctx, p.Campaign.Name)
	if err != nil {
		return false, err
	}
	list, sure, err := p.Fingerprint()
	if err != nil || !sure {
		return false, nil //nolint:nilerr // reading the rows says what is wrong
	}
	now, err := p.Snapshot(nil, list)
	if err != nil {
		return false, err
	}
	return now.SettingsSHA256 == stored.SettingsSHA256 && now.LetterSHA256 == stored.LetterSHA256 &&
		now.ListSHA256 == stored.ListSHA256, nil
}

// showChanges says what differs and how to go on either way.
func (a *app) showChanges(c *campaign.Campaign, changes campaign.Changes) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s has changed since the last run: %s; nothing was sent", c.Name, changeWords(changes))
	for _, e := range changes.Examples {
		fmt.Fprintf(&b, "\n    %s", e)
	}
	err := usage("%s", b.String())
	err.code = "changed"
	err.hint = fmt.Sprintf("to go on with the changes: tebar run %s --accept-changes; to go on as it was stored: tebar resume %s --as-stored",
		shellWord(c.File), c.Name)
	return err
}

func changeWords(c campaign.Changes) string {
	var parts []string
	count := func(n int, word string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", plural(n, "row"), word))
		}
	}
	count(c.Added, "added")
	count(c.Removed, "removed")
	count(c.Changed, "changed")
	count(c.Excluded, "excluded")
	if len(c.Letter) > 0 {
		parts = append(parts, "letter ("+strings.Join(c.Letter, ", ")+")")
	}
	if len(c.Settings) > 0 {
		parts = append(parts, "settings ("+strings.Join(c.Settings, ", ")+")")
	}
	return strings.Join(parts, "; ")
}
