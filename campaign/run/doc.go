// Package run is the loop that sends a campaign: quota, claim, render, send,
// record, one message at a time on each connection, until nothing is left or
// something says stop. It is the only package that waits.
//
// It decides nothing about limits (the Ledger asks a campaign.Decide inside
// its own transaction) and nothing about SMTP (the Sender's Outcome says what
// an answer means). What it owns is what follows from an outcome:
//
//	accepted      go on
//	deferred      again at RetryAt by the campaign's retry; failed when attempts are used up
//	failed        go on; too many, or three in a row for reputation: stop for a person
//	requeued      redial with backoff, 1 s doubling to 5 min; the third time for one message: deferred
//	paused        the account waits; the message stays queued
//	stop, fault   stop for a person; the message stays queued
//	unconfirmed   go on; nobody sends it again by itself
//
// It refuses to go on when an outcome cannot be recorded.
package run
