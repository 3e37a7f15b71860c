// Package campaign is the vocabulary of Tebar: what a campaign, a recipient,
// a limit, a claim and an outcome are, which states a message may be in, and
// which moves between them are legal.
//
// It does nothing by itself. It imports nothing beside the standard library,
// reads no clock and no file, and every other package may import it.
//
// Times are instants (any zone); durations are time.Duration. A zero
// time.Time means "none". Structs with JSON tags are stored in the ledger as
// part of a campaign's snapshot: a tag, once shipped, is not renamed.
package campaign
