// Package store is the ledger: campaigns, their messages and attempts, and
// what each account has spent of its limits, in one SQLite file.
//
// It keeps the promises. A claim reserves quota in the transaction that looks
// at every window (never over a limit); the mark before the dot and the
// outcome after the reply are durable before anything else happens, and an
// attempt with a mark and no answer becomes unconfirmed and is never sent
// again by itself (never twice); every row of the list keeps a state and a
// reason (never lost); rows, bodies, settings and attachments are copied in
// (resume needs nothing else).
//
// It refuses: a file that is no Tebar store, a damaged one, one written by a
// newer Tebar, one on a network file system or in a synchronised folder, one
// that cannot be written; a move between states that campaign.CanMove does
// not list; a second runner of one campaign; a mark or an outcome of a runner
// that was replaced.
//
// What becomes of a claim:
//
//	Claim     message sending, attempt open, reservation reserved (in every window)
//	Mark      attempt and reservation marked (still in every window)
//	Record    accepted: sent, reservation spent at the answer
//	          uncertain: unconfirmed, reservation counts from the mark + 10 min
//	          all others: deferred, failed or queued, reservation released
//	takeover  without a mark: queued, reservation released, the attempt closed
//	          with a mark: unconfirmed, reservation counts from the mark + 10 min,
//	          the attempt left open for the true outcome of its own runner
//	Settle    unconfirmed becomes sent or queued, the attempt closed, the
//	          reservation kept
//
// Times are integer microseconds, UTC; NULL is none. Exported methods own
// their transaction, lower-case functions take it. The clock is read in one
// place, Options.Now: the mark has no other time.
//
// A clock that was set back leaves times far ahead. They bind nothing: a retry
// further ahead than 4 days or the campaign's retry max is due (retryHorizon),
// a pause further ahead than 48 hours is over (longestPause). None is written.
package store
