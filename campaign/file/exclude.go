package file

import (
	"tebar/campaign"
)

type excludeDraft struct {
	campaign.Exclude
	d *draft
}

func excludeKeys() []key[excludeDraft] {
	return []key[excludeDraft]{
		{name: "file", read: func(r *reader, n *node, e *excludeDraft) { e.File, _ = r.listPath(n, e.d) }},
		{name: "on", read: func(r *reader, n *node, e *excludeDraft) { e.On, _ = r.text(n) }},
		{name: "password", read: func(r *reader, n *node, e *excludeDraft) { e.Password = r.secret(n) }},
		{name: "campaign", read: readOtherCampaign},
		{name: "states", read: readStates},
	}
}

func readExcludes(r *reader, n *node, l *listDraft) {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
		if len(items) == 0 {
			r.fail(n, "name a file, or take the key out", "%s is an empty list", n.name())
		}
	}
	for _, i := range items {
		if e, ok := readExclude(r, i, l.d); ok {
			l.Exclude = append(l.Exclude, e)
		}
	}
}

func readExclude(r *reader, n *node, d *draft) (campaign.Exclude, bool) {
	e := excludeDraft{d: d}
	if n.kind != mapNode {
		var ok bool
		e.File, ok = r.listPath(n, d)
		return e.Exclude, ok
	}
	readMap(r, n, excludeKeys(), &e)
	file, other, on, states, password := n.find("file"), n.find("campaign"), n.find("on"), n.find("states"), n.find("password")
	switch {
	case file != nil && other != nil:
		r.fail(other, "make two entries of it", "an exclude names a file or a campaign, not both")
	case file == nil && other == nil:
		r.fail(n, "write {file: done.csv} or {campaign: NAME}", "this exclude names neither a file nor a campaign")
	case other != nil && on != nil:
		r.fail(on, "take it out: a campaign is compared by address", "`on` belongs to an excluded file")
	case other != nil && password != nil:
		r.fail(password, "take it out", "`password` belongs to an excluded file")
	case file != nil && states != nil:
		r.fail(states, "take it out", "`states` belongs to an excluded campaign")
	default:
		return e.Exclude, e.File != "" || e.Campaign != ""
	}
	return e.Exclude, false
}

func readOtherCampaign(r *reader, n *node, e *excludeDraft) {
	name, ok := r.text(n)
	if !ok {
		return
	}
	if !goodName.MatchString(name) {
		r.fail(n, "write the name as `tebar status` shows it", "%s: %q is not a campaign's name", n.path, shorten(name))
		return
	}
	if own := e.d.root.find("name"); own != nil && own.text == name {
		r.fail(n, "name another campaign, or take it out", "%s: a campaign cannot exclude its own recipients", n.path)
		return
	}
	e.Campaign = name
}

func readStates(r *reader, n *node, e *excludeDraft) {
	var words []string
	for _, s := range campaign.States {
		words = append(words, string(s))
	}
	for _, word := range r.texts(n, func(n *node) (string, bool) { return r.choice(n, words...) }) {
		e.States = append(e.States, campaign.State(word))
	}
}
