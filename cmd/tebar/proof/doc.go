// Package proof tries the three promises from outside: never over a limit,
// never twice, nobody lost. Its tests build the tebar binary once, drive it as
// a person would, and take the server's own mailbox as the only witness.
//
// The tests run in two sizes. The short one, for every change, is what
// `go test` does; with TEBAR_PROOF=full they run at the numbers that
// docs/promises.md states. Tests that need more than Go (strace, a small
// tmpfs, root, Debian's Postfix, SpamAssassin, python3 with openpyxl and
// XlsxWriter) have the build tag `system`.
//
// Each promise's figures go to the file that TEBAR_FIGURES names, one line per
// promise; without it they are logged.
//
// It holds nothing but tests, and no part of the program imports it.
package proof
