package file

import (
	"tebar/campaign"
)

// given is a value with the place where the file states it; at is nil where
// it does not.
type given[T any] struct {
	at    *node
	value T
}

// limitsDraft are the three keys that belong to the account: they may stand in
// the campaign (pace in its schedule) or in the sender.
type limitsDraft struct {
	limits  given[[]campaign.Limit]
	reserve given[int]
	pace    given[campaign.Pace]
}

// A draft is a campaign while it is being read.
type draft struct {
	campaign.Campaign
	root       *node
	account    given[string] // `sender: NAME`
	sender     senderDraft
	own        limitsDraft
	start, end *node
	fromAt     *node
	paths      []given[string]
}

// campaignKeys is the table of the file's top level.
func campaignKeys() []key[draft] {
	return []key[draft]{
		{name: "name", must: true, read: readName},
		{name: "from", must: true, read: readFrom},
		{name: "reply_to", read: func(r *reader, n *node, d *draft) { d.ReplyTo = r.texts(n, r.addresses) }},
		{name: "cc", read: func(r *reader, n *node, d *draft) { d.Cc = r.texts(n, r.addresses) }},
		{name: "bcc", read: func(r *reader, n *node, d *draft) { d.Bcc = r.texts(n, r.addresses) }},
		{name: "language", read: func(r *reader, n *node, d *draft) { d.Language, _ = r.text(n) }},
		{name: "subject", must: true, read: func(r *reader, n *node, d *draft) { d.Subject, _ = r.exact(n) }},
		{name: "body", must: true, read: readBody},
		{name: "attachments", read: readAttachments},
		{name: "headers", read: readHeaders},
		{name: "allow_outside", read: func(r *reader, n *node, d *draft) { d.AllowOutside, _ = r.boolean(n) }},
		{name: "recipients", must: true, read: readRecipients},
		{name: "sender", must: true, read: readSender},
		{name: "limits", read: func(r *reader, n *node, d *draft) { readLimits(r, n, &d.own) }},
		{name: "reserve", read: func(r *reader, n *node, d *draft) { readReserve(r, n, &d.own) }},
		{name: "schedule", read: func(r *reader, n *node, d *draft) { readMap(r, n, scheduleKeys(), d) }},
		{name: "retry", read: readRetry},
		{name: "stop_when", read: func(r *reader, n *node, d *draft) { readMap(r, n, stopKeys(), &d.StopWhen) }},
		{name: "unsubscribe", read: readUnsubscribe},
	}
}
