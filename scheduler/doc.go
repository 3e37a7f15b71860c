// Package scheduler decides when the next message of an account may go, and
// says why not earlier; and it forecasts a whole campaign in one pass.
//
// It is pure: limits, usage, calendar and now go in, a time and a reason come
// out. It reads no clock, no file and no ledger, it waits for nothing, and it
// refuses calendars that can never open (New). A Scheduler is not changed by
// its methods; any number of goroutines may use one.
//
// The rules, each with the reason code that it gives:
//
//	limit   every window of every limit keeps room for the message; a spend at t
//	        is in the window until t+Limit.Span, and has left it exactly then
//	start   nothing before it
//	locked  nothing before Usage.LockedUntil
//	pace    Usage.Last + a pause, drawn from account and Usage.Seq: the same
//	        state draws the same pause; spread lengthens it (see below)
//	hours   days, hours and skip_dates by the wall clock of the zone
//	end     nothing at or after it: Slot.Never
//
// An instant is open when its wall clock reads a date and a time that days,
// hours and skip_dates allow. So an hour that the clocks leave out is not
// there, and one that comes twice is open twice. Hours across midnight belong
// to the day on which they begin; the day before a date is the one that was
// really lived (in Apia, 29 December came before 31 December 2011).
//
// Spread: a message of n recipients waits n shares of the day after the last
// one. A share is the open time of the calendar day (start and end not looked
// at) or the window if that is shorter, divided by Max, for the limit with the
// longest window up to 24 h. Where all limits are longer, the shortest of them
// gives the day its part: Max * 24h/Span. Without a limit nothing is spread.
//
// As early as possible is best: in list order every rule says "not before an
// earlier message plus a wait" or "in the open set", so the earliest time of a
// message grows with the times of those before it, never shrinks. Sending each
// at its earliest makes every later one as early as it can be; delaying never
// helps. Costs other than one do not change that, the order being fixed.
package scheduler
