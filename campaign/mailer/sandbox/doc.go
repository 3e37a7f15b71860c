// Package sandbox is an SMTP server inside the process: what the provider
// "sandbox" sends to, what rehearsals count on, and what tests get trouble
// from. It listens on 127.0.0.1 only and passes nothing on.
//
// A message is accepted by emersion/go-smtp. Between it and the network stands
// a link that reads the dialogue line by line, so that a script can answer in
// the server's place, at every stage: with any code, with garbage, with half a
// reply, late, or by hanging up. A refused command never reaches the server,
// so that its state is that of a real one after a refusal.
//
// An accepted message is kept, and with an outbox written, before its 250 is
// answered: temporary file, then a name that nothing had before. The outbox is
// 0700, its files 0600. A file is named NNNNNN-ADDRESS.eml: the number goes on
// where the folder's highest ends, the address is the first recipient's with
// all but a-z, 0-9 and .+@_- replaced. It holds, on top of the message's exact
// bytes, the envelope as a delivering server writes it:
//
//	Return-Path: <MAIL FROM>
//	Delivered-To: RCPT TO          (one line for each)
//
// It refuses: a listener beyond loopback, a login other than the one asked
// for, a password before TLS where TLS is offered, CHUNKING.
package sandbox
