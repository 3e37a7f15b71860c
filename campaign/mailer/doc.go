// Package mailer builds a message, speaks SMTP with it, and says what the
// server's answer means. It is the only importer of go-mail, which has the
// login mechanisms, and which every message is held against in the tests: the
// writer is this package's own, for speed, and gives go-mail's bytes, long names
// beyond ASCII aside, which it puts into fewer words. So is the dialogue, since
// the mark has to stand between the body and the dot.
//
// The dialogue, and what each trouble in it means (RFC 5321):
//
//	connect greeting EHLO STARTTLS EHLO AUTH    Open: nothing of a message is said yet
//	MAIL RCPT... DATA body                      lost, timed out, garbage: requeued
//	mark                                        durable "the dot is next"; it fails: requeued
//	dot                                         at most 5 s after the mark began, by any clock, or never
//	reply                                       250: accepted; 4xx, 5xx: Classify; anything else: unconfirmed
//
// Before the dot every trouble ends in a hard close: the TCP socket is closed
// as it is, without QUIT and without TLS's close_notify, so that no server can
// take a cut message for a whole one. A reply counts only when it is complete,
// to its line end. All recipients of a message are taken or none: who got
// what must never need an explanation.
//
// The package refuses: line breaks and NUL in any header or address, a header
// that it writes itself, an unverified certificate, TLS below 1.2, a password
// in the clear (except to loopback with security "none"), a message with bare
// CR or LF or with a line over 998 characters.
//
// It reads the machine's clock for socket deadlines and for the 5 seconds
// after the mark, and nothing else.
package mailer
